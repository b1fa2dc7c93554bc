/** What grows with time and is of no use after a while. `docs/operating.md` lists how long each is kept. */
export type Perishable =
  | "events"
  | "ledger"
  | "runs"
  | "notifications"
  | "checkouts"
  | "cartTokens"
  | "stockAlerts"
  | "interests"
  | "prices"
  | "directMessages"
  | "campaigns"
  | "sweeps"
  /** Given and never used; those used stay with their orders. */
  | "givenCodes"
  /** With their carts and link ids; those who ever subscribed stay. */
  | "visitors"
  | "idempotencyKeys";

export type RetentionStore = {
  /**
   * Deletes at most `limit` rows older than `before` that nothing open needs: unprocessed events, active runs, waiting
   * alerts and messages stay, and of each variant the price that was in force at that time. A notification goes with its deliveries, unless an order was credited to it.
   *
   * @param before shop time; machine time for idempotency keys
   * @returns how many were deleted; fewer than `limit` means that none is left
   */
  deleteOld(what: Perishable, before: Date, limit: number): Promise<number>;
  /** Gives at most `pages` free pages of the file back to the disk. @returns how many remain */
  shrink(pages: number): Promise<number>;
};
