import { expect, test } from "vitest";
import { checkTemplate, renderTemplate } from "./liquid.server.ts";
import type { TemplateFacts } from "./template-fields.ts";

const ENGLISH = { locale: "en", timezone: "UTC" };
const render = (source: string, facts: TemplateFacts = {}, options = ENGLISH) =>
  renderTemplate(source, facts, options).text;

test("says where a text is broken, by line and column", () => {
  expect(checkTemplate("Hello\n  {{ first_name }")).toEqual([
    { message: 'output "{{ first_name }" not closed', line: 2, column: 3 },
  ]);
  expect(checkTemplate("{% if code %}one")).toMatchObject([{ line: 1, column: 1 }]);
});

test("names a variable that does not exist and where it stands", () => {
  expect(checkTemplate("Hi {{ frist_name }}")).toEqual([
    { message: 'unknown variable "frist_name"', line: 1, column: 7 },
  ]);
});

test("takes names a text defines itself", () => {
  expect(checkTemplate("{% assign greeting = first_name | default: 'you' %}{{ greeting }}")).toEqual([]);
});

test("refuses a filter that does not exist", () => {
  expect(checkTemplate("{{ code | nope }}")).toMatchObject([{ message: "undefined filter: nope" }]);
});

test.each(["{% include 'other' %}", "{% render 'other' %}", "{% layout 'other' %}"])(
  "reaches no other file: %s",
  (source) => {
    expect(checkTemplate(source)).toHaveLength(1);
  },
);

test("refuses a text that loops for ever", () => {
  expect(checkTemplate("{% for i in (1..100000000) %}{{ i }}{% endfor %}")).toMatchObject([
    { message: expect.stringContaining("limit exceeded") },
  ]);
});

test("fills in a fallback where a field is not known", () => {
  expect(render("Hi {{ first_name }}!")).toBe("Hi there!");
  expect(render("مرحبًا {{ first_name }}!", {}, { locale: "ar", timezone: "UTC" })).toBe("مرحبًا بك!");
});

test("lets the text choose its own fallback", () => {
  expect(render("Hi {{ first_name | default: 'friend' }}")).toBe("Hi friend");
});

test("leaves no hole where a field has no fallback", () => {
  expect(render("Hello, {{ city }}! Total ({{ cart_total }}) now")).toBe("Hello! Total now");
});

test("tells which fields were missing", () => {
  expect([...renderTemplate("Use {{ code }}", {}, ENGLISH).holes]).toEqual(["code"]);
});

test("treats a field that is not known as false", () => {
  expect(render("{% if code %}with{% else %}without{% endif %}")).toBe("without");
});

test.each(["first_name.constructor", "first_name.field", "constructor", "code['valueOf']", "__proto__"])(
  "does not let a text look into our objects: %s",
  (name) => {
    expect(checkTemplate(`{{ ${name} }}`)).toMatchObject([{ message: expect.stringContaining("unknown variable") }]);
  },
);

test("writes money in its currency's own minor units", () => {
  expect(render("{{ cart_total }}", { cart_total: { amount: 1050, currency: "USD" } })).toBe("$10.50");
  expect(render("{{ cart_total }}", { cart_total: { amount: 1050, currency: "JPY" } })).toBe("¥1,050");
  expect(render("{{ cart_total }}", { cart_total: { amount: 1050, currency: "KWD" } }).replaceAll(/\s/g, " ")).toBe(
    "KWD 1.050",
  );
});

test("names the end of a code where the shopper is, daylight saving included", () => {
  const codeExpires = new Date("2026-10-25T22:59:00Z"); // Berlin went back to winter time that morning
  const text = render("{{ code_expires }}", { code_expires: codeExpires }, { locale: "en", timezone: "Europe/Berlin" });
  expect(text.replaceAll(/\s/g, " ")).toBe("Sun, Oct 25, 11:59 PM");
});

test("keeps codes, prices and foreign words together in Arabic", () => {
  const facts: TemplateFacts = { code: "BACK-1", product_title: "Mug", first_name: "ليلى" };
  const text = render("{{ first_name }} {{ product_title }} {{ code }}", facts, { locale: "ar", timezone: "UTC" });
  expect(text).toBe("ليلى \u2068Mug\u2069 \u2066BACK-1\u2069");
});

test("isolates nothing where the direction is the same", () => {
  expect(render("{{ product_title }} {{ code }}", { code: "BACK-1", product_title: "Mug" })).toBe("Mug BACK-1");
});

test("drops control characters and cuts what would never end", () => {
  expect(render("a\u0000b")).toBe("a b");
  expect(render("{% for i in (1..400) %}abcd{% endfor %}")).toHaveLength(1000);
});

test.each(["{{ code | upcase }}", "{{ code | append: '!' }}", "{{ 'Use ' | append: code }}"])(
  "notes that a field is missing when a filter is given it: %s",
  (source) => {
    expect([...renderTemplate(source, {}, ENGLISH).holes]).toEqual(["code"]);
  },
);

test("a fallback goes through filters, and default still sees what is missing", () => {
  expect(render("{{ first_name | upcase }}")).toBe("THERE");
  expect(renderTemplate("{{ code | default: 'none' }}", {}, ENGLISH)).toEqual({ text: "none", holes: new Set() });
});

test.each([
  ["en", "15% off", "$5.00 off", "Free shipping"],
  ["tr", "%15 indirim", "$5,00 indirim", "Ücretsiz kargo"],
])("says what a code gives, in %s", (locale, percent, amount, shipping) => {
  const say = (discount: TemplateFacts["discount"]) =>
    render("{{ discount | upcase_first }}", { discount }, { locale, timezone: "UTC" });
  expect(say({ type: "percent", percent: 15 })).toBe(percent);
  expect(say({ type: "amount", amount: { amount: 500, currency: "USD" } })).toBe(amount);
  expect(say({ type: "free_shipping" })).toBe(shipping);
});
