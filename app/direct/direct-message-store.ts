import type { LedgerEntry } from "../journeys/ledger-store.ts";
import type { OutgoingMessage } from "../journeys/notification-store.ts";
import type { NewJob } from "../scheduler/job.ts";
import type { directMessages } from "../store/sqlite/schema.server.ts";

/**
 * A message to one person by the API. `waiting`: for its time, for quiet hours or a cap. `left`: decided; what became of it
 * stands in the notification of the same id, if there is one.
 */
export type DirectMessage = typeof directMessages.$inferSelect;
export type NewDirectMessage = Omit<DirectMessage, "state" | "reason">;

/** Deliveries by what became of them. */
export type DirectCounts = {
  queued: number;
  sent: number;
  accepted: number;
  failed: number;
  expired: number;
  dropped: number;
  shown: number;
  clicked: number;
};

export type DirectMessageStore = {
  /** Keeps it with the job that will send it. */
  create(message: NewDirectMessage, job: NewJob): Promise<void>;
  /** Null for another shop's or an unknown id. */
  get(shop: string, id: string): Promise<(DirectMessage & { counts: DirectCounts }) | null>;
  /** False when it is in none of the states `from`. `job` null cancels the one that waits. */
  change(
    shop: string,
    id: string,
    from: DirectMessage["state"][],
    to: "waiting" | "paused" | "stopped",
    job: NewJob | null,
  ): Promise<boolean>;
  /** It cannot leave now: later, with the reason in the ledger. Nothing when it no longer waits. */
  delay(shop: string, id: string, dueAt: Date, ledger: LedgerEntry): Promise<void>;
  /** Writes the decision and what leaves, together. False when it no longer waits: nothing was written. */
  commit(
    shop: string,
    id: string,
    decision: { outgoing: OutgoingMessage } | { reason: string; ledger: LedgerEntry[] },
  ): Promise<boolean>;
};
