import { expect, test } from "vitest";
import { createSimClock, durationMs } from "./clock.ts";

const NOON = Date.UTC(2026, 10, 21, 12);

test("shop time runs at its speed", () => {
  let machine = NOON;
  const clock = createSimClock(60, () => machine);

  machine += 1000;

  expect(clock.now()).toEqual(new Date(NOON + 60_000));
});

test("a move counts as a new version and goes on from there", () => {
  let machine = NOON;
  const clock = createSimClock(10, () => machine);
  const before = clock.version;

  clock.advance(90 * 60_000);
  machine += 1000;

  expect(clock.version).toBe(before + 1);
  expect(clock.now()).toEqual(new Date(NOON + 90 * 60_000 + 10_000));
});

test("time can be turned back", () => {
  const clock = createSimClock(1, () => NOON);

  clock.advance(-3_600_000);

  expect(clock.reading()).toMatchObject({
    real: new Date(NOON).toISOString(),
    shop: new Date(NOON - 3_600_000).toISOString(),
  });
});

test("a new speed does not jump", () => {
  let machine = NOON;
  const clock = createSimClock(60, () => machine);
  machine += 1000;

  clock.setSpeed(1);
  machine += 1000;

  expect(clock.now()).toEqual(new Date(NOON + 61_000));
});

test.each([
  ["PT90M", 5_400_000],
  ["-PT5M", -300_000],
  ["P2DT3H", 183_600_000],
  ["PT0.5S", 500],
  ["P1W", 604_800_000],
])("reads the duration %s", (text, milliseconds) => {
  expect(durationMs(text)).toBe(milliseconds);
});

test.each(["", "P", "PT", "90M", "P1Y", "PT1H30"])("refuses %j as a duration", (text) => {
  expect(durationMs(text)).toBeNull();
});
