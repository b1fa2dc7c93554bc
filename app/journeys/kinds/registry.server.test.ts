import { expect, test } from "vitest";
import { renderTemplate } from "../../composer/liquid.server.ts";
import type { TemplateField } from "../../composer/template-fields.ts";
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
