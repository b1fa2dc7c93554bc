import { expect, test } from "vitest";
import { renderTemplate } from "../../composer/liquid.server.ts";
import type { TemplateField } from "../../composer/template-fields.ts";
import { exampleDiscountFacts } from "../discount.ts";
import type { StepDiscount } from "../discount.ts";
import { JOURNEY_KINDS } from "./registry.server.ts";

/** Without a code another text is taken, see compose.server.ts. */
const OF_A_CODE: TemplateField[] = ["code", "code_expires", "discount", "discount_percent"];
/** What a kind makes sure of before anything is said: it has no message without. */
const MADE_SURE: Record<string, TemplateField[]> = {
  category_interest: ["collection_title"],
  free_shipping_gap: ["missing_amount", "cart_total"],
  holiday: ["holiday"],
  new_article: ["article_title"],
};

const texts = JOURNEY_KINDS.flatMap(({ kind, defaultDefinition, plainTexts }) => [
  ...defaultDefinition.steps.flatMap((step, index) =>
    step.type === "message"
      ? Object.entries(step.message).map(([locale, text]) => ({ kind, name: `${kind} ${index}`, locale, text }))
      : [],
  ),
  ...Object.entries(plainTexts ?? {}).map(([locale, text]) => ({ kind, name: `${kind} without a code`, locale, text })),
]);

test.each(texts)("$name says whole sentences in $locale when nothing is known", ({ kind, locale, text }) => {
  const known = new Set([...OF_A_CODE, ...(MADE_SURE[kind] ?? [])]);
  for (const source of [text.title, text.body]) {
    const { text: said, holes } = renderTemplate(source, { shop_name: "Harbour Goods" }, { locale, timezone: "UTC" });
    const missing = [...holes].filter((field) => !known.has(field));
    expect(missing).toEqual([]);
    expect(said).not.toMatch(/[{}]|%\}| {2}/);
    expect(said !== "" || kind in MADE_SURE).toBe(true);
  }
});

const NOW = new Date("2026-11-21T12:00:00Z");
const ON_ANY_TERMS = { validHours: 48, whenUnavailable: "wait" } as const;
/** What a merchant may put in place of the default percentage, and how it is said. */
const OFFERS: { name: string; discount: StepDiscount; words: Record<string, RegExp> }[] = [
  {
    name: "an amount",
    discount: { type: "amount", amount: 500, currency: "USD", ...ON_ANY_TERMS },
    words: { en: /\$5\.00 off/i, tr: /\$5,00\P{L}* indirim/iu, ar: /خصم .*5\.00/ },
  },
  {
    name: "free shipping",
    discount: { type: "free_shipping", ...ON_ANY_TERMS },
    words: { en: /free shipping/i, tr: /ücretsiz kargo/i, ar: /شحن مجاني/ },
  },
];
const withOffers = texts.flatMap((one) =>
  OFFERS.map((offer) => ({ ...one, ...offer, name: `${one.name} with ${offer.name}` })),
);

test.each(withOffers)("$name says whole sentences in $locale", ({ kind, locale, text, discount, words }) => {
  const facts = { shop_name: "Harbour Goods", product_title: "Linen shirt", ...exampleDiscountFacts(discount, NOW) };
  const rendered = [text.title, text.body].map((source) => renderTemplate(source, facts, { locale, timezone: "UTC" }));
  const known = new Set(MADE_SURE[kind] ?? []);
  expect(rendered.flatMap(({ holes }) => [...holes]).filter((field) => !known.has(field))).toEqual([]);
  const said = rendered.map((one) => one.text).join("\n");
  expect(said).not.toMatch(/[{}%]| {2}/);
  if (/\{\{\s*discount/.test(text.title + text.body)) expect(said).toMatch(words[locale] ?? /never/);
});

test("every text of every journey is there in English, Turkish and Arabic", () => {
  const spoken = Map.groupBy(texts, ({ name }) => name);
  for (const [name, ones] of spoken)
    expect([name, ones.map(({ locale }) => locale).toSorted()]).toEqual([name, ["ar", "en", "tr"]]);
});
