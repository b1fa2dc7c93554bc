import { parseOffer } from "../composer/discount-offers.ts";
import type { Offer } from "../composer/discount-offers.ts";
import type { DiscountStore, GivenOnTerms } from "../journeys/discount-store.ts";
import type { Money } from "./report-store.ts";

type DiscountReport = {
  /** The most given first. */
  rows: (Omit<GivenOnTerms, "offer"> & { terms: Offer | null })[];
  /** Of all rows, those beyond the limit included. */
  total: { rows: number; made: number; given: number; used: number; cost: Money[] };
};

/** What discount codes messages of a period gave and cost, by step and terms. `limit`: rows at most. */
export async function reportDiscounts(
  store: { discounts: Pick<DiscountStore, "given" | "made"> },
  shop: string,
  range: { from: Date; until: Date },
  limit: number,
): Promise<DiscountReport> {
  const [given, made] = await Promise.all([store.discounts.given(shop, range), store.discounts.made(shop, range)]);
  const cost = new Map<string, number>();
  for (const sum of given.flatMap((row) => row.cost)) {
    cost.set(sum.currency, (cost.get(sum.currency) ?? 0) + sum.amount);
  }
  return {
    rows: given.slice(0, limit).map(({ offer, ...row }) => ({ ...row, terms: parseOffer(offer) })),
    total: {
      rows: given.length,
      made: made.reduce((sum, row) => sum + row.made, 0),
      given: given.reduce((sum, row) => sum + row.given, 0),
      used: given.reduce((sum, row) => sum + row.used, 0),
      cost: [...cost].map(([currency, amount]) => ({ currency, amount })),
    },
  };
}
