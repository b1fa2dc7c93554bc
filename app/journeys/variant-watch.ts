import type { NewJob } from "../scheduler/job.ts";
import { MINUTE_MS } from "./duration.ts";

/**
 * Looks whether a variant's price or stock is a moment for those who care for it. Key `variant:SHOP:VARIANT`, payload
 * `{shop, variantId}`.
 */
export const VARIANT_WATCH_JOB = "variant-watch";
export type VariantWatchPayload = { shop: string; variantId: string };

/** Prices and stock are changed and corrected: a change is believed after a minute without another. */
const CALM_MS = MINUTE_MS;

export function variantWatchJob(shop: string, variantId: string, now: Date): NewJob {
  return {
    kind: VARIANT_WATCH_JOB,
    key: `variant:${shop}:${variantId}`,
    payload: { shop, variantId } satisfies VariantWatchPayload,
    runAt: new Date(now.getTime() + CALM_MS),
  };
}
