import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLiquid } from "./liquid-engine.ts";
import { readSchema } from "./liquid-tags.ts";
import type { TextTree, Translations } from "./translations.ts";

const TRANSLATIONS: Translations = {
  defaultLocale: "en",
  byLocale: new Map<string, TextTree>([
    [
      "en",
      {
        bell: { title: "Hello {{ name }}", items: { one: "{{ count }} item", other: "{{ count }} items" } },
        only: "English",
      },
    ],
    ["ar", { bell: { title: "مرحبا {{ name }}", items: { two: "عنصران", other: "{{ count }} عنصر" } } }],
  ]),
};

function render(template: string, globals: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "liquid-"));
  writeFileSync(join(folder, "badge.liquid"), "[{{ text }}|{{ shop.name }}]");
  const liquid = createLiquid([folder], { assetBase: "/cdn/x/assets/", translations: TRANSLATIONS });
  return String(
    liquid.parseAndRenderSync(template, {}, { globals: { request: { locale: { iso_code: "en" } }, ...globals } }),
  );
}

test("translates in the page's language and falls back to the default one", () => {
  const arabic = { request: { locale: { iso_code: "ar" } } };

  expect(render("{{ 'bell.title' | t: name: '<b>' }}")).toBe("Hello &lt;b&gt;");
  expect(render("{{ 'bell.items' | t: count: 1 }}, {{ 'bell.items' | t: count: 3 }}")).toBe("1 item, 3 items");
  expect(render("{{ 'bell.items' | t: count: 2 }} {{ 'only' | t }}", arabic)).toBe("عنصران English");
  expect(render("{{ 'none.such' | t }}")).toBe("Translation missing: en.none.such");
});

test("writes JSON that cannot close the script element it stands in", () => {
  expect(render("{{ text | json }}", { text: "</script>&" })).toBe('"\\u003c/script\\u003e\\u0026"');
});

test("prints hundredths in the cart's currency", () => {
  expect(render("{{ 123450 | money }}", { cart: { currency: { iso_code: "USD" } } })).toBe("$1,234.50");
  expect(render("{{ 120000 | money }}", { cart: { currency: { iso_code: "JPY" } } })).toBe("¥1,200");
});

test("gives snippets the global objects and nothing of the page's own variables", () => {
  expect(
    render("{% assign text = 'outer' %}{% render 'badge', text: 'inner' %}{% render 'badge' %}", {
      shop: { name: "Fern" },
    }),
  ).toBe("[inner|Fern][|Fern]");
});

test("leaves the schema out of the page and can read it", () => {
  const source = 'a{% schema %}{ "name": "Bell", "settings": [] }{% endschema %}b';

  expect(render(source)).toBe("ab");
  expect(readSchema(source)).toEqual({ name: "Bell", settings: [] });
});

test("opens a form on the page's own locale", () => {
  const html = render("{% form 'product', product, class: 'buy' %}x{% endform %}", { routes: { root_url: "/tr" } });

  expect(html).toContain('action="/tr/cart/add"');
  expect(html).toContain('class="buy"');
  expect(html).toContain("x</form>");
});

test("refuses a filter that Shopify does not have", () => {
  expect(() => render("{{ 'x' | sparkle }}")).toThrow(/sparkle/);
});
