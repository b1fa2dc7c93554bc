import { expect, test } from "vitest";
import { minorUnits } from "./money.ts";

test("hundredths become the currency's own minor units", () => {
  expect(minorUnits(1999, "USD")).toBe(1999);
  expect(minorUnits(120_000, "JPY")).toBe(1200);
  expect(minorUnits(150, "KWD")).toBe(1500);
  expect(minorUnits(0, "EUR")).toBe(0);
});
