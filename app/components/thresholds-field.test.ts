import { expect, test } from "vitest";
import { amountsOf, textOf } from "./thresholds-field.tsx";

test("reads amounts in several currencies and writes them again", () => {
  const read = amountsOf("60 usd, 8000 JPY,12.5 KWD");

  expect(read).toEqual({ USD: 6_000, JPY: 8_000, KWD: 12_500 });
  expect(textOf(read)).toBe("60.00 USD, 8000 JPY, 12.500 KWD");
  expect(amountsOf("")).toEqual({});
});

test("reads an amount that holds in one country only", () => {
  const read = amountsOf("60 EUR, 90 eur in fr");

  expect(read).toEqual({ EUR: 6_000, "FR:EUR": 9_000 });
  expect(textOf(read)).toBe("60.00 EUR, 90.00 EUR in FR");
});

test.each(["60 EUR in", "60 EUR in France", "60", "USD", "sixty USD", "60 DOLLAR", "-5 USD"])(
  "does not take %s for an amount",
  (text) => {
    expect(Object.keys(amountsOf(text))).toEqual([""]);
  },
);
