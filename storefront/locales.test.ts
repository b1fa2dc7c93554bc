import { expect, test } from "vitest";
import { promptTextsSchema } from "../app/shop-settings.ts";
import { INSTALL_TEXTS } from "./install/texts.ts";
import { DEFAULT_PROMPT_TEXTS } from "./locales.ts";
import { directionOf } from "./ui/direction.ts";
import { pickTexts } from "./ui/pick-texts.ts";

test("the prompt's default texts are such as a merchant could have written", () => {
  for (const texts of Object.values(DEFAULT_PROMPT_TEXTS)) expect(promptTextsSchema.parse(texts)).toEqual(texts);
});

test("prompt and install sheet speak the same languages, completely", () => {
  expect(Object.keys(INSTALL_TEXTS)).toEqual(Object.keys(DEFAULT_PROMPT_TEXTS));
  for (const texts of Object.values(INSTALL_TEXTS)) {
    expect(Object.keys(texts)).toEqual(Object.keys(INSTALL_TEXTS.en));
    expect(texts.title).toContain("{shop}");
  }
});

test("a language falls back to its base, then to the shop's, then to English", () => {
  const texts = { en: 1, "pt-BR": 2, pt: 3, tr: 4 };

  expect(pickTexts(texts, "pt-BR", "tr")).toBe(2);
  expect(pickTexts(texts, "pt-PT", "tr")).toBe(3);
  expect(pickTexts(texts, "de", "tr")).toBe(4);
  expect(pickTexts(texts, "de", "fr")).toBe(1);
  expect(pickTexts({ fr: 5 }, "de", "it")).toBe(5);
  expect(pickTexts({}, "constructor", "de")).toBeUndefined();
});

test("Arabic, Hebrew, Persian and Urdu read from right to left", () => {
  expect(["ar", "ar-EG", "he", "fa-IR", "ur"].map(directionOf)).toEqual(["rtl", "rtl", "rtl", "rtl", "rtl"]);
  expect(["en", "tr", "arn"].map(directionOf)).toEqual(["ltr", "ltr", "ltr"]);
});
