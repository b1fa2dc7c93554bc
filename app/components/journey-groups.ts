import type { TriggerType } from "../journeys/trigger.ts";

/** The journeys of the list, by what they begin with. */
export const JOURNEY_GROUPS = [
  "Cart and checkout",
  "Looking around",
  "Price and stock",
  "Orders",
  "Customers",
  "Calendar and news",
  "Your own",
] as const;
export type JourneyGroup = (typeof JOURNEY_GROUPS)[number];

const GROUPS: Record<TriggerType, JourneyGroup> = {
  cart_left: "Cart and checkout",
  checkout_left: "Cart and checkout",
  exit_intent: "Cart and checkout",
  cart_left_below_threshold: "Cart and checkout",
  product_left: "Looking around",
  collection_left: "Looking around",
  product_saved: "Looking around",
  price_dropped: "Price and stock",
  back_in_stock: "Price and stock",
  last_piece: "Price and stock",
  ordered: "Orders",
  shipped: "Orders",
  delivered: "Orders",
  reviewed: "Orders",
  paid: "Orders",
  subscribed: "Customers",
  customer_ordered: "Customers",
  points_credited: "Customers",
  account_created: "Customers",
  occasion: "Customers",
  holiday: "Calendar and news",
  article: "Calendar and news",
  chain: "Your own",
};

export function groupOf(trigger: TriggerType): JourneyGroup {
  return GROUPS[trigger];
}
