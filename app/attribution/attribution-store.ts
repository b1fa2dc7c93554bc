import type { Order } from "../events/mirror-store.ts";
import type { attributions } from "../store/sqlite/schema.server.ts";

export type LinkedBy = (typeof attributions.$inferSelect)["linkedBy"];
export type Attribution = typeof attributions.$inferSelect;

/** A clicked notification an order may be credited to, and by which link to the order it was found. */
export type CreditCandidate = {
  linkedBy: LinkedBy;
  notificationId: string;
  kind: string;
  clickedAt: Date;
};

export type CreditQuestion = {
  order: Order;
  /** Of the order's codes, those that are ours. */
  ourCodes: string[];
  /** Clicks in the time asked for, of everybody any link ties to the order. */
  candidates: CreditCandidate[];
};

export type AttributionStore = {
  /**
   * What is needed to credit an order: clicks of the persons tied to it by its cart attribute, checkout token, code or
   * customer, between `windowHours` before the order and the order.
   *
   * @returns null for an order that is not known
   */
  question(shop: string, orderId: string, windowHours: number): Promise<CreditQuestion | null>;
  /** Writes the credit, in place of an earlier one. */
  credit(attribution: Attribution): Promise<void>;
  /** Takes the state of the order (refunded, cancelled) over to its credit, when it has one. */
  followOrder(shop: string, orderId: string): Promise<void>;
  ofOrder(shop: string, orderId: string): Promise<Attribution | null>;
};
