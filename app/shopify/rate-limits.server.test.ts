import { expect, test } from "vitest";
import { createRateLimiter, LIMITS } from "./rate-limits.server.ts";

const SHOP = "one.myshopify.com";
const NOON = new Date("2026-11-02T12:00:00Z").getTime();

function limiterAt() {
  const limiter = createRateLimiter();
  return (visitorId: string, atMs: number) => limiter.take({ shop: SHOP, visitorId, address: null }, new Date(atMs));
}

test("a visitor's minute begins with its first request, wherever in the clock's minute that is", () => {
  const take = limiterAt();
  take("visitor-0001", NOON);

  const first = NOON + 59_000;
  for (let i = 0; i < LIMITS.visitor; i++) expect(take("visitor-0002", first + i * 50)).toBeNull();

  expect(take("visitor-0002", first + 4_000)).toBe(56);
  expect(take("visitor-0001", first + 4_000)).toBeNull();
  expect(take("visitor-0002", first + 60_000)).toBeNull();
});

test("who kept asking for several minutes is counted anew in each", () => {
  const take = limiterAt();
  const answers = Array.from({ length: 5 * 80 }, (_, i) => take("visitor-0001", NOON + i * 750));

  expect(answers.filter((wait) => wait === null)).toHaveLength(5 * LIMITS.visitor);
});
