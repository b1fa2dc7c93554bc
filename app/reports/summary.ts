import { setImmediate as nextTurn } from "node:timers/promises";
import type { Store } from "../store/store.ts";
import { daysOf } from "./period.ts";
import type { Period } from "./period.ts";
import type { JourneyTotals, SubscriberTotals, Totals } from "./report-store.ts";
import { sumJourneys, sumTotals } from "./totals.ts";

/** A period's totals as the REST API gives them; `subscribers` is how many are active now. Money in minor units. */
export type Summary = { from: string; to: string } & Totals & {
    subscribers: number;
    subscribersGained: number;
    subscribersLost: number;
    subscribersLostByCause: SubscriberTotals["lostByCause"];
  };

export type DayTotals = { date: string; gained: number } & Totals;

export type PeriodReport = {
  summary: Summary;
  /** One for each day, days without anything included, oldest first. */
  days: DayTotals[];
  /** Journeys that did nothing are absent. */
  journeys: JourneyTotals[];
};

/**
 * All numbers of a period. Read day by day with a turn of the event loop between: a large shop's quarter is a second of
 * work, and pushes must leave meanwhile.
 *
 * @param timezone the shop's
 */
export async function reportPeriod(
  store: Store,
  shop: string,
  period: Period,
  timezone: string,
): Promise<PeriodReport> {
  const days: DayTotals[] = [];
  const journeys: JourneyTotals[] = [];
  for (const { date, range } of daysOf(period, timezone)) {
    const ofDay = await store.reports.journeyTotals(shop, range);
    journeys.push(...ofDay);
    days.push({ date, gained: await store.reports.subscribersGained(shop, range), ...sumTotals(ofDay) });
    await nextTurn();
  }

  const subscribers = await store.reports.subscriberTotals(shop, period.range);
  return {
    summary: {
      from: period.from,
      to: period.to,
      subscribers: subscribers.active,
      subscribersGained: subscribers.gained,
      subscribersLost: subscribers.lost,
      subscribersLostByCause: subscribers.lostByCause,
      ...sumTotals(days),
    },
    days,
    journeys: sumJourneys(journeys),
  };
}
