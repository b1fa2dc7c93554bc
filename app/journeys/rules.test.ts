import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { capVerdict } from "./caps.ts";
import { meetsConditions } from "./conditions.ts";
import { journeySchema } from "./definition.ts";
import { parseDelay } from "./duration.ts";
import { endOfQuietHours } from "./quiet-hours.ts";
import { firstStop, stopAfter } from "./step-paths.ts";
import { dueAtStep } from "./steps.ts";
import { nextWave } from "./stock-watch.ts";

const NIGHT = { enabled: true, start: "22:00", end: "08:00" };
const at = (local: string, zone: string) => DateTime.fromISO(local, { zone }).toJSDate();
const local = (date: Date | null, zone: string) =>
  date && DateTime.fromJSDate(date).setZone(zone).toFormat("yyyy-MM-dd HH:mm");

test.each([
  ["2026-11-21T23:15", "2026-11-22 08:00"],
  ["2026-11-21T22:00", "2026-11-22 08:00"],
  ["2026-11-21T03:00", "2026-11-21 08:00"],
  ["2026-11-21T08:00", null],
  ["2026-11-21T21:59", null],
])("ends the night of %s at %s where the shopper is", (now, until) => {
  for (const zone of ["Asia/Tokyo", "America/New_York", "Asia/Kolkata"]) {
    expect(local(endOfQuietHours(NIGHT, [zone], at(now, zone)), zone)).toBe(until);
  }
});

test("keeps the shopper's eight o'clock when the clocks change in the night", () => {
  const berlin = "Europe/Berlin";
  expect(endOfQuietHours(NIGHT, [berlin], at("2026-03-28T23:00", berlin))?.toISOString()).toBe(
    "2026-03-29T06:00:00.000Z",
  );
  expect(endOfQuietHours(NIGHT, [berlin], at("2026-10-24T23:00", berlin))?.toISOString()).toBe(
    "2026-10-25T07:00:00.000Z",
  );
});

test("ends quiet hours that end in the hour which the spring change skips", () => {
  const berlin = "Europe/Berlin";
  const until = endOfQuietHours(
    { enabled: true, start: "22:00", end: "02:30" },
    [berlin],
    at("2026-03-28T23:00", berlin),
  );
  expect(local(until, berlin)).toBe("2026-03-29 03:30");
});

test("takes the first timezone that exists, and none when quiet hours are off", () => {
  const now = new Date("2026-11-21T23:00:00Z");
  expect(endOfQuietHours(NIGHT, [null, "Nowhere/Land", "UTC"], now)?.toISOString()).toBe("2026-11-22T08:00:00.000Z");
  expect(endOfQuietHours({ ...NIGHT, enabled: false }, ["UTC"], now)).toBeNull();
});

const CAPS = { enabled: true, perDay: 2, perWeek: 3, minimumGapMinutes: 30 };
const NOW = new Date("2026-11-21T12:00:00Z");
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const sent = (...minutes: number[]) => minutes.map((past) => ({ kind: "cart_recovery", step: "1", at: ago(past) }));

test("keeps a gap between two messages", () => {
  expect(capVerdict(CAPS, sent(10), NOW)).toMatchObject({ reason: "minimum_gap", until: ago(-20) });
  expect(capVerdict(CAPS, sent(30), NOW)).toBeNull();
});

test("does not count the answer to a tap: who says yes with a full cart is reminded of it after three minutes", () => {
  expect(capVerdict(CAPS, [{ kind: "welcome", step: "0", at: ago(3) }], NOW)).toBeNull();
  expect(capVerdict(CAPS, [{ kind: "welcome", step: "2", at: ago(3) }], NOW)).not.toBeNull();
});

test("frees a day's cap when the oldest message leaves the day", () => {
  expect(capVerdict(CAPS, sent(60, 1_200), NOW)).toMatchObject({
    reason: "cap_per_day",
    until: ago(1_200 - 1_440),
  });
});

test("lets the cap decide that holds longest", () => {
  const day = 1_440;
  expect(capVerdict(CAPS, sent(10, 2 * day, 3 * day), NOW)).toMatchObject({
    reason: "cap_per_week",
    until: ago(3 * day - 7 * day),
  });
});

test("counts nothing when caps are off", () => {
  expect(capVerdict({ ...CAPS, enabled: false }, sent(1, 2, 3), NOW)).toBeNull();
});

const wait = (delay: string, from: "previous" | "trigger") => ({ type: "wait", delay, from });
const message = { type: "message", message: { en: { title: "t", body: "b" } } };
const define = (steps: unknown[]) => journeySchema.parse({ trigger: { type: "cart_left" }, steps });
const anchors = { anchorAt: NOW, previousAt: null, minimumDelayMs: 0 };
const minutesAfter = (date: Date) => (date.getTime() - NOW.getTime()) / 60_000;

test("counts waits from the trigger or from the step before", () => {
  const fromTrigger = define([wait("PT3M", "trigger"), message, wait("PT90M", "trigger"), message]);
  const fromPrevious = define([wait("PT3M", "previous"), message, wait("PT90M", "previous"), message]);
  const sent = { ...anchors, previousAt: ago(-3) };

  expect(firstStop(fromTrigger)).toBe("1");
  expect(stopAfter(fromTrigger, "1")).toBe("3");
  expect(stopAfter(fromTrigger, "3")).toBeNull();
  expect(minutesAfter(dueAtStep(fromTrigger, "1", anchors))).toBe(3);
  expect(minutesAfter(dueAtStep(fromTrigger, "3", sent))).toBe(90);
  expect(minutesAfter(dueAtStep(fromPrevious, "3", sent))).toBe(93);
});

test("gives a shopper who came back the whole wait again", () => {
  const fromPrevious = define([message, wait("PT90M", "previous"), message]);
  expect(minutesAfter(dueAtStep(fromPrevious, "2", { ...anchors, previousAt: ago(60) }))).toBe(90);
});

test("keeps the time between two messages when the first was held back", () => {
  const definition = define([wait("PT3M", "trigger"), message, wait("PT90M", "trigger"), message]);
  expect(minutesAfter(dueAtStep(definition, "3", { ...anchors, meantAt: ago(-3), previousAt: ago(-603) }))).toBe(690);
});

test("waits no shorter than the kind allows", () => {
  const definition = define([wait("PT5M", "trigger"), message]);
  expect(minutesAfter(dueAtStep(definition, "1", { ...anchors, minimumDelayMs: 900_000 }))).toBe(15);
});

test("reads ISO 8601 durations and nothing else", () => {
  expect(["PT90M", "P1D", "P1W", "PT1H30M", "PT0S", "P1DT12H"].map(parseDelay)).toEqual([
    5_400_000, 86_400_000, 604_800_000, 5_400_000, 0, 129_600_000,
  ]);
  expect(["", "P", "PT", "-PT1M", "PT-1M", "1h", "PT1.5M", "P1DT", "PTM"].map(parseDelay)).toEqual(Array(9).fill(null));
});

test("judges conditions on what is known", () => {
  const big = { all: [{ field: "cart_total", op: "gte", value: 5_000 } as const] };
  expect([
    meetsConditions(big, { cart_total: 5_000 }),
    meetsConditions(big, { cart_total: 4_999 }),
    meetsConditions(big, {}),
  ]).toEqual([true, false, false]);
  expect(meetsConditions({ all: [{ field: "country", op: "not_in", value: ["DE"] }] }, {})).toBe(true);
  expect(meetsConditions(null, {})).toBe(true);
});

const alert = (id: number, customerId: string | null = null) => ({
  id,
  visitorId: `v${id}`,
  customerId,
  createdAt: NOW,
});

test("tells no more people than pieces times the factor, in the order of their wishes", () => {
  const waiting = [1, 2, 3, 4, 5].map((id) => alert(id));
  expect(nextWave(waiting, 2, 1.5).told.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(nextWave(waiting, 0, 3).told).toEqual([]);
  expect(nextWave(waiting, null, 1).told).toHaveLength(5);
});

test("tells one customer once, whichever of its browsers asked", () => {
  const { told, settled } = nextWave([alert(1, "c"), alert(2), alert(3, "c")], 10, 1);
  expect([told.map(({ id }) => id), settled.map(({ id }) => id)]).toEqual([[1, 2], [3]]);
});
