import type { JobStore } from "../scheduler/job-store.ts";

export const SYNC_SHOP_JOB = "sync-shop";

/**
 * Has the shop's storefront configuration written to its metafield again, and name, domain and languages read. Called after
 * settings, keys or the proxy's path changed; several calls before it runs are one.
 *
 * @param now shop time
 */
export async function scheduleShopSync(store: { jobs: JobStore }, shop: string, now: Date): Promise<void> {
  await store.jobs.schedule({ kind: SYNC_SHOP_JOB, key: `sync:${shop}`, payload: { shop }, runAt: now, priority: 5 });
}
