import type { Clock } from "../clock.server.ts";
import type { Replay } from "../rest-api/endpoint.ts";
import type { Store } from "../store/store.ts";
import { replay } from "./replay.server.ts";

/** Stores with a replay under way: another waits for nothing but is refused, so that a process makes one at a time. */
const busy = new WeakSet<Store["history"]>();

/** Replays for whoever asks, one at a time. */
export function replayer({ store, clock }: { store: Store; clock: Pick<Clock, "now"> }): Replay {
  return async (request, signal) => {
    if (busy.has(store.history)) return { type: "busy" };
    busy.add(store.history);
    try {
      const report = await replay(store, request, clock.now(), { signal });
      return report ? { type: "report", report } : { type: "unknown" };
    } finally {
      busy.delete(store.history);
    }
  };
}
