import type { NewJob } from "../scheduler/job.ts";
import { MINUTE_MS } from "./duration.ts";
import type { StockAlert } from "./run-store.ts";

/** Looks whether a variant can really be bought again. Key `stock:SHOP:VARIANT`, payload `{shop, variantId}`. */
export const STOCK_WATCH_JOB = "stock-watch";
export type StockWatchPayload = { shop: string; variantId: string };

/** Stock jumps while somebody counts or moves it: a change is believed after a minute without another. */
const CALM_MS = MINUTE_MS;
/** Between two waves for a variant, so that the first ones can buy before more are told. */
export const BETWEEN_WAVES_MS = 30 * MINUTE_MS;
/** For variants without a number of pieces: made to order, or not counted. */
const UNCOUNTED_WAVE = 500;

/** Each change of the variant starts the minute anew: the key replaces the waiting job. */
export function stockWatchJob(shop: string, variantId: string, now: Date): NewJob {
  return {
    kind: STOCK_WATCH_JOB,
    key: `stock:${shop}:${variantId}`,
    payload: { shop, variantId } satisfies StockWatchPayload,
    runAt: new Date(now.getTime() + CALM_MS),
  };
}

/**
 * Who is told now: no more people than the pieces allow, who asked first comes first. Alerts of one customer's browsers
 * count once, and the later ones are settled with the first.
 *
 * @param pieces null: not counted
 */
export function nextWave(
  waiting: StockAlert[],
  pieces: number | null,
  perPiece: number,
): { told: StockAlert[]; settled: StockAlert[] } {
  const size = pieces === null ? UNCOUNTED_WAVE : Math.floor(pieces * perPiece);
  const told: StockAlert[] = [];
  const settled: StockAlert[] = [];
  const customers = new Set<string>();
  for (const alert of waiting) {
    if (alert.customerId !== null && customers.has(alert.customerId)) {
      settled.push(alert);
      continue;
    }
    if (told.length >= size) continue;
    told.push(alert);
    if (alert.customerId !== null) customers.add(alert.customerId);
  }
  return { told, settled };
}
