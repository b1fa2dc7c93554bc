import { z } from "zod";
import { articleTriggerSchema } from "./article-trigger.ts";
import { chainTriggerSchema } from "./chain-trigger.ts";
import { holidayTriggerSchema } from "./holiday-trigger.ts";

/** What begins a journey without more to say about it. */
export const PLAIN_TRIGGERS = [
  "account_created",
  "back_in_stock",
  "cart_left",
  "cart_left_below_threshold",
  "checkout_left",
  "collection_left",
  "customer_ordered",
  "delivered",
  "exit_intent",
  "last_piece",
  "occasion",
  "ordered",
  "paid",
  "points_credited",
  "price_dropped",
  "product_left",
  "product_saved",
  "reviewed",
  "shipped",
  "subscribed",
] as const;

const plainTrigger = z.strictObject({ type: z.enum(PLAIN_TRIGGERS) });

/** What begins a journey. Which type a journey needs is its kind's to say. */
export const triggerSchema = z.discriminatedUnion(
  "type",
  [plainTrigger, holidayTriggerSchema, articleTriggerSchema, chainTriggerSchema],
  { error: "is not a trigger we know" },
);
export type Trigger = z.infer<typeof triggerSchema>;
export type TriggerType = Trigger["type"];
