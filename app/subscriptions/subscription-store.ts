import type { subscriptions, TrafficSource } from "../store/sqlite/schema.server.ts";

export type Subscription = typeof subscriptions.$inferSelect;

/** A browser's subscription as it arrives from the storefront, checked and cleaned. Null fields keep what was known. */
export type IncomingSubscription = {
  /** The visitor id the browser has; the server's answer wins when the endpoint is known by another. */
  visitorId: string;
  endpoint: string;
  p256dh: string;
  auth: string;
  /** A re-sync without a tap: it may lower consent but not raise it, and revives nothing the shopper has ended. */
  isQuiet: boolean;
  /** The public key it was made with; null: the one it was stored with, or the shop's current one. */
  vapidPublicKey: string | null;
  /** host[:port] of the endpoint. */
  pushService: string;
  origin: string;
  proxyPath: string;
  browser: string | null;
  os: string | null;
  deviceType: "desktop" | "mobile" | "tablet" | null;
  locale: string | null;
  timezone: string | null;
  country: string | null;
  city: string | null;
  source: TrafficSource | null;
  page: string | null;
  promptVariant: string | null;
  consent: { marketing: boolean; text: string | null; at: Date };
};

export type SubscribeResult = {
  subscriptionId: string;
  /** The one to keep. */
  visitorId: string;
  /** False when the endpoint was known and active, or stays ended. */
  isNew: boolean;
  /** True when the shopper ended it and a quiet re-sync cannot revive it. */
  isEnded: boolean;
  /** As stored now. */
  consentMarketing: boolean;
};

/** Causes for which a subscription is over. The row stays, without endpoint and keys, for the reports. */
export type EndedCause =
  "unsubscribed" | "endpoint_gone" | "consent_withdrawn" | "redacted" | "replaced" | "key_changed";

/** What a shopper chooses on its own page. */
export type Preferences = { pausedUntil: Date | null; mutedKinds: string[]; consentMarketing: boolean };

/** `Entry` is the event log's: this folder does not know it. */
export type SubscriptionStore<Entry> = {
  /**
   * Stores a subscription or refreshes the one with the same endpoint, and appends the events that come with it, together.
   * `entriesFor` is called inside the transaction with the outcome and must only build values. A browser has one live
   * subscription per origin: an older one of the same visitor and origin ends as `replaced`.
   */
  subscribe(
    shop: string,
    incoming: IncomingSubscription,
    receivedAt: Date,
    entriesFor: (result: SubscribeResult) => Entry[],
  ): Promise<SubscribeResult>;
  byId(shop: string, subscriptionId: string): Promise<Subscription | null>;
  byEndpoint(shop: string, endpoint: string): Promise<Subscription | null>;
  /** Live ones, the most recently seen first. */
  activeOfVisitor(shop: string, visitorId: string): Promise<Subscription[]>;
  /** Live ones of all visitors last signed in as the customer. */
  activeOfCustomer(shop: string, customerId: string): Promise<Subscription[]>;
  /** Ends a live subscription and logs `unsubscribed`. False when it was over already or is not known. */
  end(shop: string, subscriptionId: string, cause: EndedCause, now: Date): Promise<boolean>;
  /** What is changed of the marketing consent counts as given or withdrawn at `now`. False when it is over or not known. */
  setPreferences(shop: string, subscriptionId: string, preferences: Preferences, now: Date): Promise<boolean>;
};
