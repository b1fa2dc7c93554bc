import type { interests } from "../store/sqlite/schema.server.ts";

/** What a visitor looked at, saved or put into the cart. `subject` is "product:ID" or "collection:HANDLE". */
export type Interest = typeof interests.$inferSelect;

/** A price and when it began. */
export type PastPrice = { price: number; at: Date };

export type PricePlace = { country: string; currency: string };
export type LocalPriceRead = PricePlace & { variantId: string; price: number };

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

/** Of alerts the id, of interests when they were renewed last. */
export type InterestedCursor = { at: number; visitorId: string };

export type InterestStore = {
  /** Newest first, of the last 30 days, at most 100. */
  ofVisitors(shop: string, visitorIds: string[], now: Date): Promise<Interest[]>;
  /**
   * A page of those who can be reached and to whom the variant or its product matters for one reason: those who asked
   * first, or whose interest is oldest, so that nobody is missed whose interest is renewed meanwhile. Interests older than
   * 30 days are left out.
   *
   * @param after where the page before ended; null: the first page
   */
  inVariant(
    shop: string,
    variant: { variantId: string; productId: string },
    reason: InterestReason,
    after: InterestedCursor | null,
    now: Date,
    limit: number,
  ): Promise<{ people: Interested[]; next: InterestedCursor | null }>;
  /**
   * What the variant has cost since we first heard of it, oldest first.
   *
   * @param place a country whose market asks for prices of its own; null: the shop's own
   */
  prices(shop: string, variantId: string, place?: PricePlace | null): Promise<PastPrice[]>;
  /** Notes prices of countries' markets as they are now. */
  recordLocalPrices(shop: string, read: LocalPriceRead[], now: Date): Promise<void>;
  /**
   * Which variants somebody who can be reached cares for, and in which countries: of the next products after `after`, in a
   * fixed order, then of variants whose price somebody asked to be told of. Of each, 200 people are asked at most.
   *
   * @returns null after the last product
   */
  caredForAbroad(
    shop: string,
    after: string,
    products: number,
    now: Date,
  ): Promise<{ after: string; wanted: { variantId: string; country: string }[] } | null>;
  /** The countries from which people who can be reached care for a variant. Of each sort, 200 people are asked at most. */
  countriesOf(shop: string, variant: { variantId: string; productId: string }, now: Date): Promise<string[]>;
  /** Variants that somebody who can be reached cares for, among those an event may have changed. */
  caredFor(shop: string, changed: { inventoryItemId?: string; variantIds?: string[] }, now: Date): Promise<string[]>;
};
