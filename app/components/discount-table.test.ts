import { expect, test } from "vitest";
import { parseOffer } from "../composer/discount-offers.ts";
import { termsInWords } from "./discount-table.tsx";

test.each([
  ["percent:15", "15% off"],
  ["amount:500:USD;minimum:5000:USD", "$5.00 off, orders from $50.00"],
  ["amount:500:JPY", "¥500 off"],
  ["free_shipping;collections:1,2", "Free shipping, 2 collections"],
])("says what %s gives", (key, words) => {
  const offer = parseOffer(key);

  expect(offer && termsInWords(offer)).toBe(words);
});
