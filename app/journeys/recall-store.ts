import type { NewJob } from "../scheduler/job.ts";
import type { LedgerEntry } from "./ledger-store.ts";

/** The words that take a message's place. */
export type RecallWords = { title: string; body: string; lang: string; dir: "ltr" | "rtl" };

/** A device that shows the message. */
export type ShownOn = { subscriptionId: string; visitorId: string; pushService: string };

export type RecallPlan = {
  words: RecallWords;
  deliveryId: string;
  pushTopic: string;
  ttlSeconds: number;
  /** Machine time. */
  deadlineAt: Date;
  ledger: LedgerEntry;
  job: NewJob;
};

/** Messages of journeys that were shown and neither clicked nor put away, and what takes them back. */
export type RecallStore = {
  /** Ids of those that left for these visitors since then and were not taken back yet. */
  ofVisitors(shop: string, visitorIds: string[], since: Date): Promise<string[]>;
  /** Ids of those about something of these goods: one product, or a cart with it. */
  ofGoods(
    shop: string,
    goods: { inventoryItemId: string | null; productId: string | null },
    since: Date,
  ): Promise<string[]>;
  /**
   * Queues the delivery that takes a notification back, on the device that shows it. Once for a notification. `plan` is
   * called inside the transaction and must only build values; null: nothing is done.
   *
   * @returns false when there is nothing (any more) to take back
   */
  record(
    shop: string,
    notificationId: string,
    plan: (device: ShownOn) => RecallPlan | null,
    now: Date,
  ): Promise<boolean>;
};
