import type { ComposedMessage } from "../store/sqlite/schema.server.ts";

/** An instant range, start included, end not. Shop time. */
export type InstantRange = { from: Date; until: Date };

/** Minor units of `currency`. */
export type Money = { currency: string; amount: number };

/**
 * What happened in a range. Notifications count in the range they were made in, whenever they were seen; orders in the
 * range they were placed in. A notification handed over to a second device counts once.
 */
export type Totals = {
  sent: number;
  /** A push service took it. */
  accepted: number;
  shown: number;
  clicked: number;
  /** Credited orders that were not cancelled. */
  orders: number;
  /** Value of those orders less refunds, one entry per currency. */
  revenue: Money[];
  /** What our discount codes took off those orders. */
  discountCost: Money[];
};

export type SubscriberTotals = {
  /** Active at this moment, whatever the range. */
  active: number;
  gained: number;
  lost: number;
  lostByCause: Record<string, number>;
};

export type JourneyTotals = Totals & { kind: string };

/** A push that its service refused for a reason that lies with us: 400, 401, 403 or 413. */
export type RefusedPushes = { status: number; count: number; lastAt: Date };

export type DeliveryState = "queued" | "sending" | "accepted" | "failed" | "expired" | "dropped" | "superseded";

export type LogDelivery = {
  id: string;
  subscriptionId: string;
  state: DeliveryState;
  reason: string | null;
  lastStatus: number | null;
  attempts: number;
  createdAt: Date;
  sentAt: Date | null;
  browser: string | null;
  os: string | null;
  deviceType: "desktop" | "mobile" | "tablet" | null;
};

export type LogNotification = {
  id: string;
  kind: string;
  isTransactional: boolean;
  locale: string;
  message: ComposedMessage;
  targetUrl: string;
  discountCode: string | null;
  createdAt: Date;
  shownAt: Date | null;
  clickedAt: Date | null;
  dismissedAt: Date | null;
  deliveries: LogDelivery[];
};

/** One decision of the ledger, as the API shows it. */
export type Decision = {
  id: number;
  at: Date;
  visitorId: string;
  subscriptionId: string | null;
  journey: string;
  step: string | null;
  verdict: "sent" | "delayed" | "dropped";
  reason: string;
  values: Record<string, unknown>;
  notificationId: string | null;
};

/** Where an entry of the push log stands now. `delayed` and `dropped` never left; the rest did. */
export const LOG_STATES = [
  "delayed",
  "dropped",
  "waiting",
  "accepted",
  "shown",
  "clicked",
  "dismissed",
  "failed",
  "expired",
  "superseded",
] as const;
export type LogState = (typeof LOG_STATES)[number];

/** A decision with the notification it is about, null when none was made, and where that stands now. */
export type LogEntry = Decision & { state: LogState; notification: LogNotification | null };

/** `subscriptionId`, given together with its visitor: decisions about this device, or about the person as a whole. */
export type DecisionFilter = { visitorId?: string; subscriptionId?: string; journey?: string };
export type LogFilter = { visitorId?: string; journey?: string; state?: LogState };

/** A page read by keyset, newest first. `next` is the `before` of the following page; null at the end. */
export type KeysetPage<T, K> = { rows: T[]; next: K | null };

export type Device = {
  subscriptionId: string;
  state: "active" | "ended";
  endedAt: Date | null;
  endedCause: string | null;
  browser: string | null;
  os: string | null;
  deviceType: "desktop" | "mobile" | "tablet" | null;
  pushService: string;
  locale: string | null;
  country: string | null;
  city: string | null;
  promptVariant: string | null;
  page: string | null;
  consentMarketing: boolean;
  consentText: string | null;
  consentAt: Date | null;
  pausedUntil: Date | null;
  mutedKinds: string[];
  createdAt: Date;
  lastSeenAt: Date;
  failures: number;
  lastFailure: string | null;
};

/** What is known of one browser profile and of the others of the same customer. */
export type Person = {
  visitorId: string;
  customerId: string | null;
  firstName: string | null;
  firstSeenAt: Date;
  lastSignalAt: Date;
  locale: string | null;
  timezone: string | null;
  country: string | null;
  city: string | null;
  firstSource: { class: string; referrerHost: string | null } | null;
  consentWithdrawnAt: Date | null;
  tags: string[];
  /** Other visitors signed in as the same customer. */
  otherVisitorIds: string[];
  devices: Device[];
  activeRuns: { journey: string; step: string; startedAt: Date; dueAt: Date | null }[];
  creditedOrders: CreditedOrder[];
};

/** An order credited to a notification; money in minor units of `currency`. */
export type CreditedOrder = {
  orderId: string;
  name: string;
  orderedAt: Date;
  kind: string;
  notificationId: string;
  currency: string;
  amount: number;
  refunded: number;
  cancelledAt: Date | null;
};

export type RunCounts = { journey: string; step: string; active: number; suspended: number };

/** Read-only totals and lists for the admin and the REST API. Everything is read through an index. */
export type ReportStore = {
  /** Journeys without anything in the range are absent. */
  journeyTotals(shop: string, range: InstantRange): Promise<JourneyTotals[]>;
  subscribersGained(shop: string, range: InstantRange): Promise<number>;
  subscriberTotals(shop: string, range: InstantRange): Promise<SubscriberTotals>;
  refusedPushes(shop: string, since: Date): Promise<RefusedPushes[]>;
  /** Decisions older than the id `before`, newest first. */
  decisions(
    shop: string,
    filter: DecisionFilter,
    before: number | null,
    limit: number,
  ): Promise<KeysetPage<Decision, number>>;
  /**
   * The push log. One call looks at a bounded number of entries, so that a rare state in a long log never holds up the
   * process: a page may come back short, or empty, with `next` still set.
   */
  pushLog(shop: string, filter: LogFilter, before: number | null, limit: number): Promise<KeysetPage<LogEntry, number>>;
  /** Null for another shop's or an unknown id. */
  logEntry(shop: string, id: number): Promise<LogEntry | null>;
  /** Null for another shop's or an unknown visitor. */
  person(shop: string, visitorId: string): Promise<Person | null>;
  /** Who is under way, by journey and step. */
  activeRuns(shop: string): Promise<RunCounts[]>;
};
