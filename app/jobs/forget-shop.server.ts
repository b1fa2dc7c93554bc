import type { Clock } from "../clock.server.ts";
import type { JobHandler } from "../scheduler/job.ts";
import type { Store } from "../store/store.ts";

// Small enough that a shopper's request never waits long for the write lock.
const PART = 300;

/** shop/redact: millions of rows may be to be deleted. One that is broken off goes on with what is left. */
export function forgetShopHandler({ store, clock }: { store: Store; clock: Clock }): JobHandler {
  return async (job, signal) => {
    const { shop } = job.payload as { shop: string };
    while (await store.privacy.forgetShopPart(shop, PART)) {
      if (signal.aborted) return { type: "snooze", until: clock.now() };
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { type: "done" };
  };
}
