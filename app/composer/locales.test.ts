import { expect, test } from "vitest";
import { chooseLocale, textDirection } from "./locales.ts";

test("speaks the shopper's language, then its parent, then the shop's", () => {
  expect(chooseLocale(["en", "pt", "pt-BR"], ["pt-BR", "en"])).toBe("pt-BR");
  expect(chooseLocale(["en", "pt"], ["pt-BR", "en"])).toBe("pt");
  expect(chooseLocale(["en", "tr"], ["pt-BR", "tr"])).toBe("tr");
});

test("takes another variety of the language before another language", () => {
  expect(chooseLocale(["en", "pt-PT"], ["pt-BR", "en"])).toBe("pt-PT");
});

test("ends with English, and with any text when there is no English", () => {
  expect(chooseLocale(["tr", "en"], ["ja", null])).toBe("en");
  expect(chooseLocale(["tr"], ["ja", "de"])).toBe("tr");
});

test("reads tags however they are written", () => {
  expect(chooseLocale(["zh-TW", "en"], ["ZH_tw"])).toBe("zh-TW");
});

test("knows which languages run from right to left", () => {
  expect(["ar", "ar-SA", "he", "fa-IR"].map(textDirection)).toEqual(["rtl", "rtl", "rtl", "rtl"]);
  expect(["en", "tr", "ja"].map(textDirection)).toEqual(["ltr", "ltr", "ltr"]);
});
