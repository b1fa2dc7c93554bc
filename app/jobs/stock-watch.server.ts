import type { Clock } from "../clock.server.ts";
import { backInStock } from "../journeys/kinds/back-in-stock.server.ts";
import type { NewRun } from "../journeys/run-store.ts";
import { positionAtStart } from "../journeys/next-action.ts";
import { BETWEEN_WAVES_MS, nextWave } from "../journeys/stock-watch.ts";
import type { StockWatchPayload } from "../journeys/stock-watch.ts";
import type { JobHandler, JobResult } from "../scheduler/job.ts";
import type { Store } from "../store/store.ts";
import type { FreshVariants } from "./fresh-variants.server.ts";

const MOST_WAITING = 5_000;
/** Machine time until Shopify is asked again after it did not answer. */
const AGAIN_AFTER_MS = 60_000;

type Deps = { store: Store; clock: Clock; fresh: FreshVariants };

export function stockWatchHandler(deps: Deps): JobHandler {
  return (job) => {
    const { shop, variantId } = job.payload as StockWatchPayload;
    return watchStock(deps, shop, variantId, deps.clock.now());
  };
}

/**
 * Looks whether a variant can really be bought online again, and if so tells the next wave of those who asked. Comes back
 * for the next wave only while somebody waits and pieces are left.
 */
async function watchStock(deps: Deps, shop: string, variantId: string, now: Date): Promise<JobResult> {
  const { store, clock, fresh } = deps;
  const settings = (await store.shops.get(shop))?.settings;
  const journey = (await store.runs.currentJourneys(shop)).find(({ kind }) => kind === backInStock.kind);
  const { waiting, lastWaveAt } = await store.runs.stockAlerts(shop, variantId, backInStock.kind, MOST_WAITING);
  if (!settings || waiting.length === 0) return { type: "done" };

  if ((await fresh.refresh(shop, [variantId])) === "mirror") {
    return { type: "snooze", until: clock.afterMachineMs(AGAIN_AFTER_MS) };
  }
  const [variant] = await store.mirror.variants(shop, [variantId]);
  // Without the journey the wishes are kept for when it is switched on again.
  if (!journey || !variant?.isAvailable || variant.deletedAt) return { type: "done" };

  const nextWaveAt = lastWaveAt ? new Date(lastWaveAt.getTime() + BETWEEN_WAVES_MS) : now;
  if (nextWaveAt > now) return { type: "snooze", until: nextWaveAt };

  const { told, settled } = nextWave(waiting, variant.sellableQuantity, settings.backInStockPerPiece);
  const { minimumDelayMs } = backInStock;
  const { step, dueAt } = positionAtStart(journey.definition, { anchorAt: now, context: {} }, { minimumDelayMs });
  const runs = told.map((alert): NewRun => ({
    shop,
    journey: backInStock.kind,
    version: journey.version,
    visitorId: alert.visitorId,
    customerId: alert.customerId,
    subject: `variant:${variantId}`,
    step,
    anchorAt: now,
    dueAt,
    startedAt: now,
    context: { variantId, productId: variant.productId, alertId: alert.id, askedAt: alert.createdAt.getTime() },
  }));
  await store.runs.startWave({ shop, variantId, alerts: [...told, ...settled], runs }, now);

  const isEverybodyTold = told.length + settled.length === waiting.length && waiting.length < MOST_WAITING;
  return isEverybodyTold ? { type: "done" } : { type: "snooze", until: new Date(now.getTime() + BETWEEN_WAVES_MS) };
}
