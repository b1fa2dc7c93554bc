import { expect, test } from "vitest";
import { daysOf, parsePeriod, previousPeriod } from "./period.ts";

const NOW = new Date("2026-11-21T23:30:00Z");

function periodIn(timezone: string, dates: { from?: string; to?: string } = {}) {
  const result = parsePeriod(dates, timezone, NOW);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.period;
}

test("is the last thirty days of the shop's calendar when nothing is asked", () => {
  expect(periodIn("UTC")).toMatchObject({ from: "2026-10-23", to: "2026-11-21" });
  expect(periodIn("Asia/Tokyo")).toMatchObject({ from: "2026-10-24", to: "2026-11-22" });
});

test("covers both days wholly, in the shop's timezone", () => {
  const { range } = periodIn("America/New_York", { from: "2026-11-20", to: "2026-11-21" });

  expect(range).toEqual({ from: new Date("2026-11-20T05:00:00Z"), until: new Date("2026-11-22T05:00:00Z") });
});

test("gives the day on which the clocks go back twenty-five hours", () => {
  const days = daysOf(periodIn("America/New_York", { from: "2026-10-31", to: "2026-11-02" }), "America/New_York");

  expect(days.map((day) => (day.range.until.getTime() - day.range.from.getTime()) / 3_600_000)).toEqual([24, 25, 24]);
  expect(days.map((day) => day.date)).toEqual(["2026-10-31", "2026-11-01", "2026-11-02"]);
});

test("knows the period of the same length just before, across a change of clocks", () => {
  const period = periodIn("America/New_York", { from: "2026-10-30", to: "2026-11-03" });

  expect(previousPeriod(period, "America/New_York")).toMatchObject({ from: "2026-10-25", to: "2026-10-29" });
});

test.each([
  [{ from: "yesterday" }, "from"],
  [{ to: "2026-02-30" }, "to"],
  [{ from: "2026-11-21", to: "2026-11-20" }, "to"],
  [{ from: "1820-01-01", to: "2026-11-20" }, "from"],
])("names what is wrong with %j", (dates, path) => {
  expect(parsePeriod(dates, "UTC", NOW)).toMatchObject({ problems: [{ path }] });
});

test("falls back to UTC for a timezone this machine does not know", () => {
  expect(periodIn("Mars/Olympus").to).toBe("2026-11-21");
});
