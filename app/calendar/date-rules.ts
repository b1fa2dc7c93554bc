import { DateTime } from "luxon";
import { nearestNewMoon } from "./new-moon.ts";

// On which days a holiday falls, computed for any year and never looked up in a list that would end. Dates are texts
// ("2027-05-09"): a day is the same day everywhere, only its hours differ.

export type DateRule =
  | { type: "fixed"; month: number; day: number }
  /** The nth weekday of a month (Monday 1 … Sunday 7), `nth` -1 for the last, moved by `plusDays`. */
  | { type: "weekday"; month: number; weekday: number; nth: number; plusDays?: number; weekLaterAtEaster?: number }
  /** Days after Easter Sunday, negative for before. */
  | { type: "easter"; church: "western" | "orthodox"; plusDays: number }
  /** A day of another calendar, as the calendars of ICU know it. Such a day can fall twice into a year, or not at all. */
  | { type: "other"; calendar: OtherCalendar; month: string; day: number };

export type OtherCalendar = "islamic-umalqura" | "hebrew" | "chinese" | "dangi" | "persian";

/** @returns the days of the year on which the rule falls, in order: "2027-05-09" */
export function datesIn(rule: DateRule, year: number): string[] {
  switch (rule.type) {
    case "fixed":
      return [isoOf(DateTime.utc(year, rule.month, rule.day))];
    case "weekday":
      return [isoOf(weekdayIn(rule, year))];
    case "easter":
      return [isoOf(easter(year, rule.church).plus({ days: rule.plusDays }))];
    case "other": {
      const zone = MOON_ZONES[rule.calendar];
      const days = otherCalendar(rule.calendar, year);
      if (!zone) return days.get(`${rule.month} ${rule.day}`) ?? [];
      return (days.get(`${rule.month} 1`) ?? []).map((first) =>
        isoOf(newMoonDay(first, zone).plus({ days: rule.day - 1 })),
      );
    }
  }
}

/** Where a month begins with the day of the new moon, and whose midnight parts the days. */
const MOON_ZONES: Partial<Record<OtherCalendar, string>> = { chinese: "UTC+8", dangi: "UTC+9" };

function newMoonDay(about: string, zone: string): DateTime {
  const moon = nearestNewMoon(new Date(`${about}T04:00:00Z`));
  return DateTime.fromJSDate(moon).setZone(zone);
}

function weekdayIn(rule: Extract<DateRule, { type: "weekday" }>, year: number): DateTime {
  const first = DateTime.utc(year, rule.month, 1);
  const firstSuch = first.plus({ days: (rule.weekday - first.weekday + 7) % 7 });
  const last = firstSuch.plus({ weeks: Math.floor(((first.daysInMonth ?? 31) - firstSuch.day) / 7) });
  const found = rule.nth === -1 ? last : firstSuch.plus({ weeks: rule.nth - 1 });
  const { weekLaterAtEaster } = rule;
  const isTaken =
    weekLaterAtEaster !== undefined &&
    isoOf(found) === isoOf(easter(year, "western").plus({ days: weekLaterAtEaster }));
  return found.plus({ days: (rule.plusDays ?? 0) + (isTaken ? 7 : 0) });
}

/** Easter Sunday in the calendar of today. */
function easter(year: number, church: "western" | "orthodox"): DateTime {
  if (church === "orthodox") {
    // Meeus' method for the Julian calendar; its days are 13 behind until 2099, then 14.
    const moon = (19 * (year % 19) + 15) % 30;
    const weekday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7;
    const sum = moon + weekday + 114;
    const behind = Math.floor(year / 100) - Math.floor(year / 400) - 2;
    return DateTime.utc(year, Math.floor(sum / 31), (sum % 31) + 1).plus({ days: behind });
  }
  // The anonymous Gregorian method (Meeus, Jones, Butcher).
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const correction = Math.floor((8 * century + 13) / 25);
  const moon = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - moon - (inCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * moon + 22 * weekday) / 451);
  const sum = moon + weekday - 7 * late + 114;
  return DateTime.utc(year, Math.floor(sum / 31), (sum % 31) + 1);
}

const years = new Map<string, ReadonlyMap<string, string[]>>();

/** "MONTH DAY" of the calendar to the dates of the year, made once: asking for each day of a year takes milliseconds. */
function otherCalendar(calendar: OtherCalendar, year: number): ReadonlyMap<string, string[]> {
  const key = `${calendar} ${year}`;
  const known = years.get(key);
  if (known) return known;

  const format = new Intl.DateTimeFormat(`en-u-ca-${calendar}`, { timeZone: "UTC", month: "numeric", day: "numeric" });
  const days = new Map<string, string[]>();
  for (let day = DateTime.utc(year, 1, 1, 12); day.year === year; day = day.plus({ days: 1 })) {
    const parts = format.formatToParts(day.toJSDate());
    const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
    const there = `${part("month")} ${part("day")}`;
    days.set(there, [...(days.get(there) ?? []), isoOf(day)]);
  }
  if (years.size >= 50) years.clear();
  years.set(key, days);
  return days;
}

function isoOf(date: DateTime): string {
  return date.toISODate() ?? "";
}
