import type { CartItem, OrderItem } from "../store/sqlite/schema.server.ts";

export type { CartItem, OrderItem };

/** Kinds the storefront and the web pixel send (POST /proxy/events in docs/http.md). */
export const STOREFRONT_EVENT_KINDS = [
  "page_viewed",
  "product_viewed",
  "collection_viewed",
  "search_submitted",
  "reviews_viewed",
  "wishlist_added",
  "cart_updated",
  "checkout_intent",
  "checkout_started",
  "left",
  "returned",
  "prompt_shown",
  "prompt_accepted",
  "prompt_dismissed",
  "permission_denied",
  "consent_withdrawn",
  "custom",
] as const;

/** Kinds made from webhooks, from our own routes and from the push itself. */
const INTERNAL_EVENT_KINDS = [
  "subscribed",
  "unsubscribed",
  "signed_in",
  "stock_alert_requested",
  "checkout_signal", // web pixel: a stage was reached
  "cart_webhook",
  "checkout_updated",
  "checkout_deleted",
  "order_created",
  "order_paid",
  "order_cancelled",
  "order_refunded",
  "fulfillment_updated",
  "inventory_changed",
  "product_updated",
  "product_deleted",
  "customer_updated",
  "shop_updated",
  "notification_shown",
  "notification_clicked",
  "notification_dismissed",
  "notification_suppressed",
  "points_credited",
  "review_created",
  "birthday",
  "anniversary",
  "uninstalled",
  "scopes_updated",
  "data_requested",
  "unknown_webhook",
] as const;

export type StorefrontEventKind = (typeof STOREFRONT_EVENT_KINDS)[number];
export type EventKind = StorefrontEventKind | (typeof INTERNAL_EVENT_KINDS)[number];

/** What happened in a shop, as the event log keeps it. Instants are shop time. */
export type ShopEvent = {
  shop: string; // "example.myshopify.com"
  /** The webhook id or the storefront's event id: the same when it is delivered again. */
  sourceId: string;
  kind: EventKind;
  visitorId: string | null;
  customerId: string | null;
  cartToken: string | null;
  checkoutToken: string | null;
  orderId: string | null;
  /** The source's clock, corrected to ours for shoppers (docs/decisions/0009-two-clocks.md). */
  occurredAt: Date;
  data: Record<string, unknown>;
};

/** An event as read back from the log. */
export type LoggedEvent = ShopEvent & { id: number; receivedAt: Date };
