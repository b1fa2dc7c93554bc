import type { EventEntry, EventStore } from "./event-store.ts";

export type { EventEntry } from "./event-store.ts";
export type { MirrorChange } from "./mirror-change.ts";

/** Job kind and key that make journeys look at a shop's new events. */
export const PROCESS_EVENTS_JOB = "process-events";
function processEventsKey(shop: string): string {
  return `events:${shop}`;
}

/**
 * Appends events to the log with the mirror changes they tell of, and has the shop's journeys look at them: all or nothing.
 * An event whose source id is already in the log changes nothing at all.
 *
 * @param receivedAt shop time
 * @returns the new events' ids in the order given; null for each that was already in the log
 */
export async function recordEvents(
  store: { events: EventStore },
  entries: EventEntry[],
  receivedAt: Date,
): Promise<(number | null)[]> {
  if (entries.length === 0) return [];
  return store.events.append(entries, receivedAt, (shop) => ({
    kind: PROCESS_EVENTS_JOB,
    key: processEventsKey(shop),
    payload: { shop },
    runAt: receivedAt,
  }));
}
