import { z } from "zod";
import type { JobHandler } from "../scheduler/job.ts";
import type { Services } from "../services.server.ts";
import { syncShop } from "../shopify/sync-shop.server.ts";

const payload = z.object({ shop: z.string() });

/** Keeps what Shopify and we know of a shop in step: see app/shopify/sync-shop.server.ts. */
export function syncShopHandler(services: Services): JobHandler {
  return async (job) => {
    const outcome = await syncShop(services, payload.parse(job.payload).shop);
    if (outcome.type === "later") return { type: "snooze", until: services.clock.afterMachineMs(outcome.afterMs) };
    if (outcome.type === "gone") return { type: "cancel", reason: "the app is not installed, or may not" };
    return { type: "done" };
  };
}
