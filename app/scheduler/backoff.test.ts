import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("doubles from two seconds to half an hour", () => {
  const waits = [1, 2, 3, 10, 11, 12, 1000].map((attempt) => backoffMs(attempt, 0.5));

  expect(waits).toEqual([2_000, 4_000, 8_000, 1_024_000, 1_800_000, 1_800_000, 1_800_000]);
});

test("differs by a quarter each way", () => {
  expect(backoffMs(1, 0)).toBe(1_500);
  expect(backoffMs(1, 1)).toBe(2_500);
});
