import { z } from "zod";
import type { EventKind, LoggedEvent } from "../events/shop-event.ts";

/** What a run can wait for, reach or be ended by. Only what the shopper did or what the shop itself said. */
export const AWAITED_EVENTS = [
  "returned",
  "product_viewed",
  "collection_viewed",
  "search_submitted",
  "reviews_viewed",
  "wishlist_added",
  "cart_updated",
  "checkout_started",
  "signed_in",
  "stock_alert_requested",
  "notification_clicked",
  "order_created",
  "order_paid",
  "fulfillment_updated",
  "review_created",
  "points_credited",
  "custom",
] as const;

export const eventMatchSchema = z
  .strictObject({
    event: z
      .enum(AWAITED_EVENTS)
      .describe("`returned`: any sign of life in the shop. `notification_clicked`: of the run's last message"),
    name: z.string().min(1).max(100).optional().describe("Of a custom event; without it, any custom event"),
  })
  .refine(({ event, name }) => name === undefined || event === "custom", {
    path: ["name"],
    message: "only custom events have a name",
  })
  .describe("Something that happens to the run's person");
export type EventMatch = z.infer<typeof eventMatchSchema>;

/** What says that somebody is in the shop. */
const IN_SHOP: readonly EventKind[] = [
  "returned",
  "page_viewed",
  "product_viewed",
  "collection_viewed",
  "search_submitted",
  "reviews_viewed",
  "wishlist_added",
  "cart_updated",
  "checkout_intent",
];

type Happened = Pick<LoggedEvent, "kind" | "data">;

/** @param lastNotificationId the run's last message, null before the first */
export function matchesEvent(
  { event, name }: EventMatch,
  { kind, data }: Happened,
  lastNotificationId: string | null,
): boolean {
  switch (event) {
    case "returned":
      return IN_SHOP.includes(kind);
    case "custom":
      return kind === "custom" && (name === undefined || data.name === name);
    case "notification_clicked":
      return kind === event && lastNotificationId !== null && data.notificationId === lastNotificationId;
    default:
      return kind === event;
  }
}
