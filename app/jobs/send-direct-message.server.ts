import type { Clock } from "../clock.server.ts";
import type { SendDirectPayload } from "../direct/direct-message.ts";
import { sendDirectMessage } from "../direct/send-direct-message.server.ts";
import type { JobHandler } from "../scheduler/job.ts";
import type { Store } from "../store/store.ts";

/** Sends a message to one person at its time. Key `direct:ID`, payload `{shop, id}`. */
export function sendDirectMessageHandler(deps: { store: Store; clock: Clock }): JobHandler {
  return (job) => {
    const { shop, id } = job.payload as SendDirectPayload;
    return sendDirectMessage(deps, shop, id, deps.clock.now());
  };
}
