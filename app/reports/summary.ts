import type { Store } from "../store/store.ts";
import { daysOf } from "./period.ts";
import type { Period } from "./period.ts";
import type { SubscriberTotals, Totals } from "./report-store.ts";

/** A period's totals as the REST API gives them; `subscribers` is how many are active now. Money in minor units. */
export type Summary = { from: string; to: string } & Totals & {
    subscribers: number;
    subscribersGained: number;
    subscribersLost: number;
    subscribersLostByCause: SubscriberTotals["lostByCause"];
  };

export type DayTotals = { date: string; gained: number } & Totals;

export async function summarize(store: Store, shop: string, period: Period): Promise<Summary> {
  const totals = await store.reports.totals(shop, period.range);
  const subscribers = await store.reports.subscriberTotals(shop, period.range);
  return {
    from: period.from,
    to: period.to,
    subscribers: subscribers.active,
    subscribersGained: subscribers.gained,
    subscribersLost: subscribers.lost,
    subscribersLostByCause: subscribers.lostByCause,
    ...totals,
  };
}

/** One entry per day of the period, days without anything included. */
export async function dailyTotals(store: Store, shop: string, period: Period, timezone: string): Promise<DayTotals[]> {
  const days = daysOf(period, timezone);
  const totals = await store.reports.totalsPerRange(
    shop,
    days.map((day) => day.range),
  );
  return days.flatMap((day, index) => {
    const dayTotals = totals[index];
    return dayTotals ? [{ date: day.date, ...dayTotals }] : [];
  });
}
