import { expect, test } from "vitest";
import { cohortEnd, newDiscountCode, offerKey, parseOffer, poolTarget } from "./discount-offers.ts";

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

test("gives the same terms the same pool", () => {
  expect(parseOffer(offerKey({ percent: 15 }))).toEqual({ percent: 15 });
  expect(parseOffer("free-shipping")).toBeNull();
});

test("sizes a pool by what is taken and what is under way, within bounds", () => {
  expect(poolTarget({ takenLastDay: 0, activeRuns: 0 })).toBe(20);
  expect(poolTarget({ takenLastDay: 100, activeRuns: 40 })).toBe(150);
  expect(poolTarget({ takenLastDay: 1_000_000, activeRuns: 0 })).toBe(5_000);
});
