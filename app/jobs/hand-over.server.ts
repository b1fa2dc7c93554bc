import { z } from "zod";
import type { Clock } from "../clock.server.ts";
import type { JobHandler } from "../scheduler/job.ts";
import { HAND_OVER_SECONDS } from "../sender/delivery-jobs.ts";
import { planHandOver } from "../sender/plan-hand-over.ts";
import type { Store } from "../store/store.ts";

const payloadSchema = z.object({ shop: z.string(), notificationId: z.string(), untilMachineMs: z.number() });

/**
 * The device that has a notification did not show it in time, or cannot: the person's next device gets it under the same
 * id.
 */
export function createHandOverHandler({
  store,
  clock,
}: {
  store: Pick<Store, "deliveries">;
  clock: Clock;
}): JobHandler {
  return async (job) => {
    const { shop, notificationId, untilMachineMs } = payloadSchema.parse(job.payload);
    const times = {
      shop,
      now: clock.now(),
      machineNow: clock.machineNow(),
      untilMachine: new Date(untilMachineMs),
      nextAt: clock.afterMachineMs(HAND_OVER_SECONDS * 1_000),
    };
    const deliveryId = await store.deliveries.handOver(shop, notificationId, (standing) =>
      planHandOver(standing, times),
    );
    return deliveryId === null ? { type: "cancel", reason: "nothing to hand over" } : { type: "done" };
  };
}
