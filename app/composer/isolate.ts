import { textDirection } from "./locales.ts";

// Unicode's isolates (UAX #9): without them a price or a code in an Arabic sentence pulls the words around it out of order.
const LEFT_TO_RIGHT_ISOLATE = "\u2066";
const FIRST_STRONG_ISOLATE = "\u2068";
const POP_ISOLATE = "\u2069";

const RIGHT_TO_LEFT_LETTER = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const LEFT_TO_RIGHT_LETTER = /[A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff]/;

/** Keeps a code, a price or a number together and readable inside a sentence that runs from right to left. */
export function isolateLeftToRight(value: string, locale: string): string {
  return textDirection(locale) === "rtl" ? `${LEFT_TO_RIGHT_ISOLATE}${value}${POP_ISOLATE}` : value;
}

/** Isolates words, such as a product's name, when they run against the sentence around them. */
export function isolateWords(value: string, locale: string): string {
  const isForeign = textDirection(locale) === "rtl" ? LEFT_TO_RIGHT_LETTER : RIGHT_TO_LEFT_LETTER;
  return isForeign.test(value) ? `${FIRST_STRONG_ISOLATE}${value}${POP_ISOLATE}` : value;
}
