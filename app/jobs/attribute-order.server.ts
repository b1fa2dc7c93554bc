import { z } from "zod";
import { attributeOrder } from "../attribution/attribute-order.ts";
import type { JobHandler } from "../scheduler/job.ts";
import type { Services } from "../services.server.ts";

const payload = z.object({ shop: z.string(), orderId: z.string() });

/** Credits an order: see app/attribution. Scheduled in the transaction that wrote the order or the click. */
export function attributeOrderHandler({ store }: Pick<Services, "store">): JobHandler {
  return async (job) => {
    const { shop, orderId } = payload.parse(job.payload);
    const outcome = await attributeOrder(store, shop, orderId);
    return outcome === "unknown" ? { type: "cancel", reason: "the order is not known" } : { type: "done" };
  };
}
