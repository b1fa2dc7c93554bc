import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { newId } from "../state.ts";
import type { Sim } from "../sim.ts";
import { openShop } from "./testing/open-shop.ts";
import type { OpenShop } from "./testing/open-shop.ts";

let shop: OpenShop;
afterEach(() => shop.close());

test("shows every page in three languages, laid out from the right in Arabic", async () => {
  shop = await openShop();
  const shopper = shop.shopper();

  for (const [folder, lang, dir] of [
    ["", "en", "ltr"],
    ["/tr", "tr", "ltr"],
    ["/ar", "ar", "rtl"],
  ] as const) {
    for (const path of [
      "/",
      "/collections",
      "/collections/all",
      "/products/harbour-linen-shirt",
      "/cart",
      "/search?q=linen",
      "/account",
      "/pages/about",
    ]) {
      const answer = await shopper.get(folder + path);
      const page = await answer.text();
      expect(answer.status, folder + path).toBe(200);
      expect(page).toContain(`<html lang="${lang}" dir="${dir}"`);
      expect(page, folder + path).not.toMatch(/Translation missing|Liquid error|\[object Object\]/);
      expect(page).toContain(`"routes":{"root":"${folder}/"}`);
    }
  }
});

test("answers 404 for what it does not have", async () => {
  shop = await openShop();

  for (const path of [
    "/nope",
    "/products/nope",
    "/collections/nope",
    "/products/nope.js",
    "/cdn/shop/files/nope.svg",
    "/cdn/shop/t/1/assets/..%2f..%2flocales.ts",
  ]) {
    expect((await shop.shopper().get(path)).status, path).toBe(404);
  }
});

test("lists sixty products and tells one for scripts in hundredths", async () => {
  shop = await openShop();
  const shopper = shop.shopper();

  const { products } = (await (await shopper.get("/products.json")).json()) as {
    products: { handle: string; variants: { price: string }[] }[];
  };
  const first = products[0];
  const one = (await (await shopper.get(`/products/${first?.handle}.js`)).json()) as {
    price: number;
    variants: unknown[];
  };

  expect(products).toHaveLength(60);
  expect(one.price).toBe(
    Math.min(...(first?.variants ?? []).map((variant) => Math.round(Number(variant.price) * 100))),
  );
  expect(
    ((await (await shopper.get("/products.json?limit=7&page=2")).json()) as { products: unknown[] }).products,
  ).toHaveLength(7);
});

test("renders an embed only while its switch is on, with the app's own metafields and settings", async () => {
  shop = await openShop(buildExtension());
  setMetafield(shop.sim, '{"proxyPath":"/apps/beckon"}');
  const shopper = shop.shopper();

  const off = await (await shopper.get("/")).text();
  shop.sim.state.theme = { isEmbedOn: true, embedSettings: { "embed.accent": "#112233" }, isDesignMode: false };
  const on = await (await shopper.get("/tr/")).text();

  expect(off).not.toContain("EMBED");
  expect(on).toContain("EMBED /apps/beckon #112233 5 Merhaba");
  expect(on).toContain('<script src="/cdn/extensions/beckon/assets/embed.js" defer></script>');
  expect(on).not.toContain('"settings"');
});

test("puts an app block for product pages on those alone, others into the footer", async () => {
  shop = await openShop(buildExtension());
  const shopper = shop.shopper();

  const home = await (await shopper.get("/")).text();
  const product = await (await shopper.get("/products/harbour-linen-shirt")).text();

  expect(home).toContain("BELL");
  expect(home).not.toContain("ALERT");
  expect(product).toContain("ALERT Harbour Linen Shirt");
});

test("renders the real extension on every kind of page", async () => {
  shop = await openShop();
  const config = {
    v: 1,
    vapidPublicKey: "B".repeat(87),
    proxyPath: "/apps/beckon",
    defaultLocale: "en",
    prompt: {},
    messages: [],
  };
  setMetafield(shop.sim, JSON.stringify(config));
  shop.sim.state.theme.isEmbedOn = true;
  const shopper = shop.shopper();

  for (const path of ["/", "/ar/products/harbour-linen-shirt", "/tr/collections/all", "/cart"]) {
    const page = await (await shopper.get(path)).text();
    const data = /<script type="application\/json" id="beckon-data">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "null";
    expect(JSON.parse(data), path).toMatchObject({ config: { proxyPath: "/apps/beckon" } });
    expect(page).toContain('data-beckon="bell"');
    expect(page).not.toMatch(/Liquid error|Translation missing/);
  }
  const product = await (await shopper.get("/products/harbour-linen-shirt")).text();
  expect(product).toContain('data-beckon="stock-alert"');
  const script = /"([^"]*beckon\.js)"/.exec(product)?.[1] ?? "";
  expect((await shopper.get(script)).headers.get("content-type")).toContain("javascript");
  expect(await (await shopper.get("/?_sim_design_mode=1")).text()).not.toContain("beckon-data");
});

function setMetafield(sim: Sim, value: string): void {
  const now = sim.clock.now();
  const field = {
    id: newId(sim.state),
    namespace: "beckon",
    key: "config",
    type: "json",
    value,
    compareDigest: "",
    createdAt: now,
    updatedAt: now,
  };
  sim.state.appMetafields.set("beckon.config", field);
}

function buildExtension(): string {
  const folder = mkdtempSync(join(tmpdir(), "extension-"));
  for (const name of ["blocks", "snippets", "locales", "assets"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "locales", "en.default.json"), '{"hello":"Hello"}');
  writeFileSync(join(folder, "locales", "tr.json"), '{"hello":"Merhaba"}');
  writeFileSync(join(folder, "snippets", "greeting.liquid"), "{{ 'hello' | t }}");
  writeFileSync(
    join(folder, "blocks", "embed.liquid"),
    `EMBED {{ app.metafields.beckon.config.value.proxyPath }} {{ block.settings.accent }} {{ block.settings.seconds }} {% render 'greeting' %}
{% schema %}{"name":"Embed","target":"body","javascript":"embed.js","settings":[{"type":"color","id":"accent","label":"Accent"},{"type":"number","id":"seconds","label":"Seconds","default":5}]}{% endschema %}`,
  );
  writeFileSync(
    join(folder, "blocks", "bell.liquid"),
    `BELL{% schema %}{"name":"Bell","target":"section"}{% endschema %}`,
  );
  writeFileSync(
    join(folder, "blocks", "alert.liquid"),
    `ALERT {{ product.title }}{% schema %}{"name":"Alert","target":"section","enabled_on":{"templates":["product"]}}{% endschema %}`,
  );
  return folder;
}
