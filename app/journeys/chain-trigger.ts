import { z } from "zod";
import type { EventKind } from "../events/shop-event.ts";
import { DAY_MS, parseDelay } from "./duration.ts";

/** The longest time a chain may look back over: events are kept for longer, but each look reads them all. */
const LONGEST_MS = 60 * DAY_MS;

/** What can be a part of a chain: what a person does, not what Shopify says of products and parcels. */
export const CHAIN_EVENTS = [
  "custom",
  "page_viewed",
  "product_viewed",
  "collection_viewed",
  "search_submitted",
  "reviews_viewed",
  "wishlist_added",
  "cart_updated",
  "checkout_intent",
  "checkout_started",
  "subscribed",
  "signed_in",
  "stock_alert_requested",
  "order_created",
  "order_paid",
  "order_cancelled",
  "order_refunded",
  "notification_clicked",
  "points_credited",
  "review_created",
] as const satisfies readonly EventKind[];

const scalar = z.union([z.string().max(500), z.number(), z.boolean()]);
const property = z.string().min(1).max(100).describe("Of the event's data; of a custom event, value or a property");
const propertyCondition = z.discriminatedUnion("op", [
  z.strictObject({ property, op: z.enum(["eq", "ne"]), value: scalar }),
  z.strictObject({ property, op: z.enum(["gt", "gte", "lt", "lte"]), value: z.number() }),
  z.strictObject({ property, op: z.enum(["in", "not_in"]), value: z.array(scalar).min(1).max(100) }),
]);
export type PropertyCondition = z.infer<typeof propertyCondition>;

const deed = z
  .strictObject({
    event: z.enum(CHAIN_EVENTS, { error: `is not one of ${CHAIN_EVENTS.join(", ")}` }),
    name: z.string().trim().min(1).max(100).optional().describe("Of a custom event: the name it was told under"),
    where: z.array(propertyCondition).max(10).default([]).describe("Met when every condition is met"),
  })
  .superRefine(({ event, name }, context) => {
    const issue = (message: string) => context.addIssue({ code: "custom", path: ["name"], message });
    if (event === "custom" && name === undefined) issue("needs the name of the custom event");
    if (event !== "custom" && name !== undefined) issue("only custom events have a name");
  });
export type Deed = z.infer<typeof deed>;

const chain = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, "must be a short lower-case name such as trial")
    .describe("What conditions of steps call it: the field chain"),
  did: z.array(deed).min(1, "needs at least one thing done").max(5).describe("Done one after the other"),
  within: z
    .string()
    .refine((time) => (parseDelay(time) ?? 0) > 0, "must be an ISO 8601 duration such as P7D")
    .refine((time) => (parseDelay(time) ?? 0) <= LONGEST_MS, "may be 60 days at most")
    .default("P7D")
    .describe("From the first to the last of them; ISO 8601"),
  not: z
    .array(deed)
    .max(5)
    .default([])
    .describe("Whoever does one of these after the first keeps the chain from being sent"),
});
export type Chain = z.infer<typeof chain>;

export const chainTriggerSchema = z
  .strictObject({
    type: z.literal("chain"),
    chains: z
      .array(chain)
      .min(1, "needs at least one chain")
      .max(10)
      .refine((chains) => new Set(chains.map(({ id }) => id)).size === chains.length, "names a chain twice"),
  })
  .describe("Did this, then that, within a time, and not the other. Waits count from the last that was done");
export type ChainTrigger = z.infer<typeof chainTriggerSchema>;
