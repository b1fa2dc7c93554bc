import { expect, test } from "vitest";
import { cohortEnd, isAsGoodAs, newDiscountCode, offerKey, parseOffer, poolTarget } from "./discount-offers.ts";
import type { Offer } from "./discount-offers.ts";

test("makes codes nobody misreads and nobody guesses", () => {
  const codes = Array.from({ length: 2_000 }, newDiscountCode);
  expect(new Set(codes).size).toBe(2_000);
  for (const code of codes) expect(code).toMatch(/^BACK-[ACDEFGHJKMNPQRTWXY34679]{10}$/);
});

test("ends a code with the shop's day in which its hours are over", () => {
  const at = new Date("2026-11-21T12:00:00Z");
  expect(cohortEnd(at, 48, "UTC").toISOString()).toBe("2026-11-23T23:59:59.000Z");
  expect(cohortEnd(at, 48, "Asia/Tokyo").toISOString()).toBe("2026-11-23T14:59:59.000Z");
  // From 15:00 UTC on it is already tomorrow in Tokyo.
  expect(cohortEnd(new Date("2026-11-21T15:00:00Z"), 48, "Asia/Tokyo").toISOString()).toBe("2026-11-24T14:59:59.000Z");
});

test("keeps the end of the day across a change of clocks", () => {
  expect(cohortEnd(new Date("2026-10-23T12:00:00Z"), 48, "Europe/Berlin").toISOString()).toBe(
    "2026-10-25T22:59:59.000Z",
  );
});

test.each([
  ["percent:15", { value: { type: "percent", percent: 15 }, minimum: null, collections: [] }],
  ["free_shipping", { value: { type: "free_shipping" }, minimum: null, collections: [] }],
  [
    "amount:500:JPY;minimum:5000:JPY;collections:12,7",
    {
      value: { type: "amount", amount: { amount: 500, currency: "JPY" } },
      minimum: { amount: 5000, currency: "JPY" },
      collections: ["7", "12"],
    },
  ],
] as [string, Offer][])("gives the same terms the same pool: %s", (key, offer) => {
  expect(offerKey(offer)).toBe(key);
  expect(parseOffer(key)).toEqual({ ...offer, collections: offer.collections.toSorted() });
});

test("knows no offer of a later version", () => {
  expect(parseOffer("buy_x_get_y:3")).toBeNull();
  expect(parseOffer("percent:15;per_customer:2")).toBeNull();
});

test.each([
  ["percent:20", "percent:15", true],
  ["percent:10", "percent:15", false],
  ["percent:20", "amount:500:USD", false],
  ["amount:500:USD", "amount:500:USD", true],
  ["amount:500:USD", "amount:500:EUR", false],
  ["free_shipping", "free_shipping;minimum:1000:USD", true],
  ["free_shipping;minimum:1000:USD", "free_shipping", false],
  ["percent:20;collections:1", "percent:15", false],
  ["percent:20", "percent:15;collections:1", true],
])("a held %s is as good as a meant %s: %s", (held, meant, isGood) => {
  const [one, other] = [parseOffer(held), parseOffer(meant)];
  expect(one && other && isAsGoodAs(one, other)).toBe(isGood);
});

test("sizes a pool by what is taken and what is under way, within bounds", () => {
  expect(poolTarget({ takenLastDay: 0, activeRuns: 0 })).toBe(20);
  expect(poolTarget({ takenLastDay: 100, activeRuns: 40 })).toBe(150);
  expect(poolTarget({ takenLastDay: 1_000_000, activeRuns: 0 })).toBe(5_000);
});
