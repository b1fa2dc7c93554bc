/** One decision: why a message was sent, is late or was not sent. `values` holds the rule's figures, no personal data. */
export type LedgerEntry = {
  shop: string;
  at: Date;
  visitorId: string;
  subscriptionId: string | null;
  runId: number | null;
  /** Journey kind, "campaign" or "direct". */
  journey: string;
  step: string | null;
  verdict: "sent" | "delayed" | "dropped";
  reason: LedgerReason;
  values: Record<string, unknown>;
  notificationId: string | null;
};

/** Every reason a decision can have. The admin has plain words for each. */
export const LEDGER_REASONS = [
  // sent
  "due",
  "recalled",
  "webhook_delivered",
  // delayed
  "quiet_hours",
  "minimum_gap",
  "cap_per_day",
  "cap_per_week",
  "outranked",
  "possible_purchase",
  "shopping",
  "no_code_yet",
  "waiting_for_tracking",
  "order_history_unknown",
  "not_used_up",
  "local_morning",
  "asked_later",
  // dropped
  "bought",
  "goal_reached",
  "event_exit",
  "item_removed",
  "webhook_failed",
  "emptied",
  "out_of_stock",
  "checkout_started",
  "added_to_cart",
  "no_longer_true",
  "nothing_to_offer",
  "price_not_recorded",
  "replaced",
  "returned",
  "unsubscribed",
  "paused",
  "muted",
  "no_marketing_consent",
  "consent_withdrawn",
  "uninstalled",
  "journey_off",
  "filtered",
  "not_new",
  "too_late",
  "superseded",
  "cancelled",
  "reviewed",
  "done_meanwhile",
  "asked_only_if_cheaper",
  "asked_for_quiet",
  "uncertain",
  "broken_text",
  "no_code",
  "budget_spent",
] as const;
export type LedgerReason = (typeof LEDGER_REASONS)[number];

export type LedgerStore = {
  append(entries: LedgerEntry[]): Promise<void>;
};
