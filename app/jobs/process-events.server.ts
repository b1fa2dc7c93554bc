import type { Clock } from "../clock.server.ts";
import { processEvents } from "../journeys/process-events.server.ts";
import type { JobHandler } from "../scheduler/job.ts";
import type { Store } from "../store/store.ts";

/** Looks at a shop's new events until there are none. Key `events:SHOP`, payload `{shop}`. */
export function processEventsHandler({ store, clock }: { store: Store; clock: Clock }): JobHandler {
  return async (job, signal) => {
    const { shop } = job.payload as { shop: string };
    while ((await processEvents(store, shop, clock.now())) > 0) {
      // Told to stop: what is left is looked at by the next process.
      if (signal.aborted) return { type: "snooze", until: clock.now() };
    }
    return { type: "done" };
  };
}
