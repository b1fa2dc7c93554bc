import type { interests } from "../store/sqlite/schema.server.ts";

/** What a visitor looked at, saved or put into the cart. `subject` is "product:ID" or "collection:HANDLE". */
export type Interest = typeof interests.$inferSelect;

/** A price and when it began. */
export type PastPrice = { price: number; at: Date };

/** Why somebody is told of something that happens to a variant. */
export type InterestReason = "viewed" | "wished" | "carted" | "price_alert" | "stock_alert";

/** Somebody who can be reached and to whom a variant matters. */
export type Interested = {
  visitorId: string;
  customerId: string | null;
  reason: InterestReason;
  /** The alert they asked for, when that is the reason. */
  alertId: number | null;
};

export type InterestStore = {
  /** Newest first, of the last 30 days, at most 100. */
  ofVisitors(shop: string, visitorIds: string[], now: Date): Promise<Interest[]>;
  /**
   * Who can be reached and to whom the variant or its product matters: those who asked first. Interests older than 30 days
   * are left out. Each visitor once.
   */
  inVariant(
    shop: string,
    variant: { variantId: string; productId: string },
    reasons: InterestReason[],
    now: Date,
    limit: number,
  ): Promise<Interested[]>;
  /** What the variant has cost since we first heard of it, oldest first. */
  prices(shop: string, variantId: string): Promise<PastPrice[]>;
  /** Variants that somebody who can be reached cares for, among those an event may have changed. */
  caredFor(shop: string, changed: { inventoryItemId?: string; variantIds?: string[] }, now: Date): Promise<string[]>;
};
