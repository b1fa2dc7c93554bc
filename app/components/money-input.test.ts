import { expect, test } from "vitest";
import { amountOf } from "./money-input.tsx";

test("reads an amount in the currency's own decimals", () => {
  expect(amountOf("5", "USD")).toBe(500);
  expect(amountOf(" 12.5 ", "USD")).toBe(1_250);
  expect(amountOf("500", "JPY")).toBe(500);
  expect(amountOf("1.5", "KWD")).toBe(1_500);
  expect(amountOf("", "USD")).toBeNull();
});

test.each([
  ["5.123", "USD"],
  ["5.5", "JPY"],
  ["-5", "USD"],
  ["five", "USD"],
  ["5,00", "USD"],
])("does not take %s for an amount of %s", (text, currency) => {
  expect(amountOf(text, currency)).toBeNaN();
});
