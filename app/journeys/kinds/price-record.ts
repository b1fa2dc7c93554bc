import type { PastPrice } from "../../events/interest-store.ts";
import type { TemplateFacts } from "../../composer/template-fields.ts";
import { DAY_MS } from "../duration.ts";
import type { Situation } from "../person-view.ts";
import { isAbroad } from "../local-variant.ts";
import { productFacts, variantOf } from "./one-product.ts";

// What a reduction is measured by: the lowest price of the 30 days before it began, never a price somebody once asked for.

export const PRICE_WINDOW_MS = 30 * DAY_MS;

export type PriceRecord = {
  /** When the price of now began. */
  since: Date;
  /** The lowest price of the 30 days before that; null when there was no other price. */
  lowestBefore: number | null;
  /** Whether the 30 days before it began are all recorded. */
  isWhole: boolean;
};

/** @param prices oldest first, each in force until the next */
export function priceBefore(prices: PastPrice[]): PriceRecord | null {
  const current = prices.at(-1);
  const first = prices[0];
  if (!current || !first) return null;
  const from = current.at.getTime() - PRICE_WINDOW_MS;
  // A price counts when it was in force at any time of the window, also when it had begun before.
  const before = prices.slice(0, -1).filter((_, index) => (prices[index + 1]?.at.getTime() ?? 0) > from);
  return {
    since: current.at,
    lowestBefore: before.length > 0 ? Math.min(...before.map(({ price }) => price)) : null,
    isWhole: first.at.getTime() <= from,
  };
}

/** Null when the variant costs no less now than at any time of the 30 days before. */
export function isBelow(variant: { price: number | null }, record: PriceRecord | null): PriceRecord | null {
  if (!record || record.lowestBefore === null || variant.price === null) return null;
  return variant.price < record.lowestBefore ? record : null;
}

/** As `isBelow`, for the price that the message's shopper would pay. */
export function reductionFor({ context, local, prices, variants }: Situation): PriceRecord | null {
  const here = context.variantId ? local?.variants.get(context.variantId)?.price : null;
  return isBelow({ price: here?.amount ?? variantOf({ context, variants })?.price ?? null }, priceBefore(prices));
}

/** Abroad only the country's own prices say what is a reduction there. */
export function isPriceUnknown({ context, local, person }: Situation): boolean {
  const here = context.variantId ? local?.variants.get(context.variantId)?.price : null;
  return !here && isAbroad(person.shop, local?.place);
}

/** The price before is named only when 30 days of it are known: what the merchant calls "compare at" proves nothing. */
export function reducedFacts(situation: Situation): TemplateFacts {
  const facts = productFacts(situation);
  const record = priceBefore(situation.prices);
  const amount = record?.isWhole ? record.lowestBefore : null;
  const { product_price } = facts;
  const before = product_price && amount !== null ? { amount, currency: product_price.currency } : null;
  return { ...facts, compare_at_price: before };
}
