import { assert, constantFrom, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { currencyExponent, toMinorUnits } from "./money.ts";

test.each([
  ["19.99", "USD", 1999],
  ["0.1", "USD", 10],
  ["5", "EUR", 500],
  ["-5.00", "USD", -500],
  ["1200", "JPY", 1200],
  ["1200.00", "JPY", 1200],
  ["1.500", "KWD", 1500],
  ["12.345", "KWD", 12_345],
  ["0.005", "USD", 1],
  ["-0.004", "USD", 0],
  [19.99, "USD", 1999],
])("%s %s is %i", (amount, currency, minor) => {
  expect(toMinorUnits(amount, currency)).toBe(minor);
});

test.each(["", "abc", "1,5", "1e3", "--1", "."])("%j is no amount", (amount) => {
  expect(() => toMinorUnits(amount, "USD")).toThrow(RangeError);
});

test("every amount written in a currency's own digits comes back exactly", () => {
  assert(
    property(integer({ min: -1e12, max: 1e12 }), constantFrom("USD", "JPY", "KWD"), (minor, currency) => {
      const exponent = currencyExponent(currency);
      const digits = String(Math.abs(minor)).padStart(exponent + 1, "0");
      const whole = digits.slice(0, digits.length - exponent);
      const text = exponent === 0 ? digits : `${whole}.${digits.slice(-exponent)}`;
      expect(toMinorUnits(`${minor < 0 ? "-" : ""}${text}`, currency)).toBe(minor + 0);
    }),
  );
});
