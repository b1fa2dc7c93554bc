import type { Clock } from "../clock.server.ts";
import type { JobHandler } from "../scheduler/job.ts";
import { catalogueJob, catalogueKey } from "../shopify/catalogue.ts";
import type { Perishable } from "../store/retention-store.ts";
import type { Store } from "../store/store.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long each thing is kept. Shop time, except idempotency keys and jobs: machine time. See docs/operating.md. */
export const RETENTION_DAYS: Record<Perishable, number> = {
  idempotencyKeys: 1,
  cartTokens: 90,
  checkouts: 90,
  events: 180,
  ledger: 180,
  stockAlerts: 180,
  interests: 60,
  prices: 60,
  sweeps: 60,
  visitors: 60,
  runs: 400,
  directMessages: 400,
  campaigns: 400,
  givenCodes: 400,
  notifications: 400,
};
export const CANCELLED_JOBS_KEPT_MS = DAY_MS;
export const DISCARDED_JOBS_KEPT_MS = 7 * DAY_MS;

/** One kind of work that comes back by itself. `run` does a bounded part of it and returns whether there is more. */
type Recurring = { name: string; everyMs: number; run(store: Store, clock: Clock): Promise<boolean> };

// Small enough that a shopper's request never waits long for the write lock.
const BATCH = 500;
const PAGES = 1_000;

const RECURRING: Recurring[] = [
  {
    name: "finished-jobs",
    everyMs: 10 * MINUTE_MS,
    async run(store, clock) {
      const now = clock.machineNow().getTime();
      const cancelled = new Date(now - CANCELLED_JOBS_KEPT_MS);
      const discarded = new Date(now - DISCARDED_JOBS_KEPT_MS);
      return (await store.jobs.deleteEnded({ cancelled, discarded }, BATCH)) === BATCH;
    },
  },
  ...Object.entries(RETENTION_DAYS).map(([what, days]) => ({
    name: `old-${what}`,
    everyMs: HOUR_MS,
    async run(store: Store, clock: Clock) {
      const now = what === "idempotencyKeys" ? clock.machineNow() : clock.now();
      const before = new Date(now.getTime() - days * DAY_MS);
      return (await store.retention.deleteOld(what as Perishable, before, BATCH)) === BATCH;
    },
  })),
  {
    // A shop from before there was such a reading, or one whose reading broke off for good.
    name: "catalogues",
    everyMs: HOUR_MS,
    async run(store, clock) {
      let after: string | undefined;
      for (;;) {
        const shops = await store.shops.listInstalled(BATCH, after);
        for (const { shop } of shops) await scheduleMissingCatalogue(store, shop, clock.now());
        after = shops.at(-1)?.shop;
        if (shops.length < BATCH) return false;
      }
    },
  },
  {
    name: "give-space-back",
    everyMs: HOUR_MS,
    // Some free pages are kept: they are written again soon.
    run: async (store) => (await store.retention.shrink(PAGES)) > 10 * PAGES,
  },
];

export const HOUSEKEEPING_KIND = "housekeeping";
const BETWEEN_PARTS_MS = 250;

/** Makes sure that each recurring work has its job. Called at each start. */
export async function scheduleHousekeeping(store: Store, clock: Clock): Promise<void> {
  for (const [index, { name }] of RECURRING.entries()) {
    await store.jobs.schedule({
      kind: HOUSEKEEPING_KIND,
      key: `housekeeping:${name}`,
      payload: { name },
      // Not while the app is being started, and not all at once.
      runAt: clock.afterMachineMs(MINUTE_MS + index * 1_000),
      priority: 10,
      maxAttempts: Number.MAX_SAFE_INTEGER,
    });
  }
}

async function scheduleMissingCatalogue(store: Store, shop: string, now: Date): Promise<void> {
  for (const state of ["scheduled", "running", "retryable", "available"] as const)
    if ((await store.jobs.list({ key: catalogueKey(shop), state, limit: 1 })).length > 0) return;
  await store.jobs.schedule(catalogueJob(shop, now, null));
}

/** Does one part of the work a job names, and comes back for the next part or the next time. */
export function housekeepingHandler(store: Store, clock: Clock): JobHandler {
  return async (job) => {
    const { name } = job.payload as { name: string };
    const work = RECURRING.find((recurring) => recurring.name === name);
    if (!work) return { type: "cancel", reason: "this version knows no such housekeeping" };
    const hasMore = await work.run(store, clock);
    return { type: "snooze", until: clock.afterMachineMs(hasMore ? BETWEEN_PARTS_MS : work.everyMs) };
  };
}
