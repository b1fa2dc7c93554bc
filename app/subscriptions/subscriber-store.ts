import type { Subscription } from "./subscription-store.ts";
import type { Visitor } from "./visitor-store.ts";

/** A subscription with what is known of its visitor, without the endpoint and its keys. */
export type Subscriber = Omit<Subscription, "endpoint" | "endpointHash" | "p256dh" | "auth" | "vapidKeyId"> &
  Pick<Visitor, "customerId" | "tags" | "aliases">;

export type SubscriberFilter = { state?: "active" | "ended"; tag?: string };

/** Where the next page starts: after the subscriber made at `createdAt` (ms) with this id. */
export type SubscriberCursor = { createdAt: number; id: string };

/** Subscribers as merchants and their systems see them. */
export type SubscriberStore = {
  /**
   * Newest first. One call looks at a bounded number of rows, so a page of a rare filter may come back short with `next`
   * still set.
   */
  list(
    shop: string,
    filter: SubscriberFilter,
    after: SubscriberCursor | null,
    limit: number,
  ): Promise<{ rows: Subscriber[]; next: SubscriberCursor | null }>;
  /** Null for another shop's or an unknown id. */
  get(shop: string, subscriptionId: string): Promise<Subscriber | null>;
  /** Changes the tags of a subscriber's visitor. Null when there is no such subscriber; the tags after it otherwise. */
  changeTags(
    shop: string,
    subscriptionId: string,
    change: { add: string[]; remove: string[] },
  ): Promise<string[] | null>;
  /** Sets (string) and removes (null) aliases of a subscriber's visitor. */
  changeAliases(
    shop: string,
    subscriptionId: string,
    change: Record<string, string | null>,
  ): Promise<Record<string, string> | null>;
};
