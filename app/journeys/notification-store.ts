import type { NewJob } from "../scheduler/job.ts";
import type { deliveries, notifications } from "../store/sqlite/schema.server.ts";
import type { LedgerEntry } from "./ledger-store.ts";

/**
 * A composed message for one person. `targetUrl` is a path on the shop's own domain ("/products/mug?utm_source=beckon"), or
 * an https address elsewhere (a carrier's tracking page). `cartToken` set means that the click puts the cart back;
 * `checkoutToken` set means that the click looks for Shopify's own recovery link first.
 */
export type Notification = typeof notifications.$inferSelect;
export type NewNotification = Omit<Notification, "shownAt" | "clickedAt" | "dismissedAt">;
export type Delivery = typeof deliveries.$inferSelect;

/** A delivery about to be queued. `deadlineAt` is machine time, the rest shop time. */
export type NewDelivery = Pick<
  Delivery,
  | "id"
  | "shop"
  | "notificationId"
  | "subscriptionId"
  | "visitorId"
  | "pushTopic"
  | "urgency"
  | "ttlSeconds"
  | "deadlineAt"
  | "createdAt"
>;

/** All that one message leaves behind, written together. */
export type OutgoingMessage = {
  notification: NewNotification;
  deliveries: NewDelivery[];
  ledger: LedgerEntry[];
  /** The `send-delivery` jobs, and the hand-over's. */
  jobs: NewJob[];
};

export type NotificationStore = {
  /** For messages that no journey sends (a test push, one person by the API). Journeys write theirs with the run's step. */
  create(message: OutgoingMessage): Promise<void>;
  byId(shop: string, notificationId: string): Promise<Notification | null>;
};
