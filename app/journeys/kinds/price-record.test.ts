import { expect, test } from "vitest";
import { isBelow, priceBefore } from "./price-record.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);

test("measures a reduction by the lowest price of the 30 days before it", () => {
  const prices = [
    { price: 5_000, at: daysAgo(90) },
    { price: 3_000, at: daysAgo(50) },
    { price: 6_000, at: daysAgo(20) },
    { price: 4_000, at: daysAgo(1) },
  ];
  const record = priceBefore(prices);

  // 3,000 was still asked for 20 days ago; 6,000 was put up to be cut.
  expect(record).toEqual({ since: daysAgo(1), lowestBefore: 3_000, isWhole: true });
  expect(isBelow({ price: 4_000 }, record)).toBeNull();
  expect(isBelow({ price: 2_900 }, record)).toEqual(record);
});

test("forgets prices that were over before the 30 days began", () => {
  const prices = [
    { price: 1_000, at: daysAgo(90) },
    { price: 5_000, at: daysAgo(60) },
    { price: 4_000, at: daysAgo(1) },
  ];

  expect(priceBefore(prices)?.lowestBefore).toBe(5_000);
});

test("knows when the 30 days are not all recorded, and that a first price is no reduction", () => {
  const short = [
    { price: 5_000, at: daysAgo(10) },
    { price: 4_000, at: daysAgo(1) },
  ];

  expect(priceBefore(short)?.isWhole).toBe(false);
  expect(isBelow({ price: 4_000 }, priceBefore([{ price: 4_000, at: daysAgo(40) }]))).toBeNull();
  expect(priceBefore([])).toBeNull();
});
