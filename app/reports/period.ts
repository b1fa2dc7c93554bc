import { DateTime } from "luxon";
import type { InstantRange } from "./report-store.ts";

/** Days of a shop's calendar, first and last included. Dates are ISO: "2026-11-21". */
export type Period = { from: string; to: string; range: InstantRange };

export type PeriodProblem = { path: "from" | "to"; message: string };

/** A longer one is a slip of the keyboard. */
const MAX_DAYS = 36_525;
const DEFAULT_DAYS = 30;

/**
 * The period of a report, in days of the shop's timezone: a day of 23 or 25 hours counts as one. Without dates it is the
 * last 30 days, today included; without `to` it ends today.
 */
export function parsePeriod(
  { from, to }: { from?: string | null; to?: string | null },
  timezone: string,
  now: Date,
): { period: Period } | { problems: PeriodProblem[] } {
  const today = DateTime.fromJSDate(now, { zone: zoneOrUtc(timezone) }).startOf("day");
  const last = to ? dayOf(to, timezone) : today;
  const first = from ? dayOf(from, timezone) : last?.minus({ days: DEFAULT_DAYS - 1 });

  const problems: PeriodProblem[] = [];
  if (from && !first) problems.push({ path: "from", message: "must be a date such as 2026-11-01" });
  if (!last) problems.push({ path: "to", message: "must be a date such as 2026-11-30" });
  if (!first || !last) return { problems };

  if (last < first) return { problems: [{ path: "to", message: "must not be before from" }] };
  if (last.diff(first, "days").days >= MAX_DAYS) {
    return { problems: [{ path: "from", message: `must be less than ${MAX_DAYS} days before to` }] };
  }
  return { period: periodOf(first, last) };
}

/** Each day of a period with its own range, oldest first. */
export function daysOf(period: Period, timezone: string): { date: string; range: InstantRange }[] {
  const days: { date: string; range: InstantRange }[] = [];
  const first = dayOf(period.from, timezone);
  for (let day = first; day && (day.toISODate() ?? "") <= period.to; day = day.plus({ days: 1 })) {
    const { from, range } = periodOf(day, day);
    days.push({ date: from, range });
  }
  return days;
}

/** The period of the same length just before this one. */
export function previousPeriod(period: Period, timezone: string): Period {
  const first = DateTime.fromISO(period.from, { zone: zoneOrUtc(timezone) });
  const last = DateTime.fromISO(period.to, { zone: zoneOrUtc(timezone) });
  const days = Math.round(last.diff(first, "days").days) + 1;
  return periodOf(first.minus({ days }), first.minus({ days: 1 }));
}

function periodOf(first: DateTime, last: DateTime): Period {
  return {
    from: first.toISODate() ?? "",
    to: last.toISODate() ?? "",
    range: { from: first.startOf("day").toJSDate(), until: last.plus({ days: 1 }).startOf("day").toJSDate() },
  };
}

function dayOf(text: string, timezone: string): DateTime<true> | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const day = DateTime.fromISO(text, { zone: zoneOrUtc(timezone) });
  return day.isValid ? day.startOf("day") : null;
}

/** A timezone this machine does not know must not take the reports down. */
function zoneOrUtc(timezone: string): string {
  return DateTime.local({ zone: timezone }).isValid ? timezone : "UTC";
}
