import type { Clock } from "../clock.server.ts";
import { processEvents } from "../journeys/process-events.server.ts";
import type { Logger } from "../log.server.ts";
import type { JobHandler } from "../scheduler/job.ts";
import type { Store } from "../store/store.ts";

/** Tries before an event that cannot be looked at is passed over: it must not hold up the whole shop. */
const PATIENT_TRIES = 4;

type Deps = { store: Store; clock: Clock; log: Pick<Logger, "error"> };

/** Looks at a shop's new events until there are none. Key `events:SHOP`, payload `{shop}`. */
export function processEventsHandler({ store, clock, log }: Deps): JobHandler {
  return async (job, signal) => {
    const { shop } = job.payload as { shop: string };
    const passOver = (event: { id: number; kind: string }, err: unknown) =>
      log.error(
        { shop, eventId: event.id, kind: event.kind, err },
        "an event could not be looked at and was passed over",
      );
    const onBroken = job.attempt > PATIENT_TRIES ? passOver : undefined;
    while ((await processEvents(store, shop, clock.now(), onBroken)) > 0) {
      // Told to stop: what is left is looked at by the next process.
      if (signal.aborted) return { type: "snooze", until: clock.now() };
    }
    return { type: "done" };
  };
}
