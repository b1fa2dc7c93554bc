import type { InterestStore } from "../events/interest-store.ts";
import { relatedProducts } from "./recommend.ts";
import type { RecommendationStore, ShopProduct } from "./recommendation-store.ts";

type Stores = { interests: InterestStore; recommendations: RecommendationStore };

/**
 * Products picked for one visitor: what goes with what they looked at, saved and carted, filled up with what the shop sells
 * most. Nothing they looked at themselves: they know it already.
 */
export async function recommendedFor(
  store: Stores,
  shop: string,
  visitorId: string,
  limit: number,
  now: Date,
): Promise<ShopProduct[]> {
  const interests = await store.interests.ofVisitors(shop, [visitorId], now);
  // Saved and carted say more than looked at.
  const weighed = interests.toSorted((a, b) => weightOf(b) - weightOf(a));
  const known = weighed.flatMap(({ subject }) =>
    subject.startsWith("product:") ? [subject.slice("product:".length)] : [],
  );
  const related = known.length > 0 ? await relatedProducts(store, shop, known, limit) : [];
  if (related.length >= limit) return related;

  const taken = new Set([...known, ...related.map(({ productId }) => productId)]);
  const sold = await store.recommendations.bestSellers(shop, limit * 3);
  const others = await store.recommendations.products(
    shop,
    sold.filter((productId) => !taken.has(productId)),
  );
  return [...related, ...others].slice(0, limit);
}

function weightOf({ wishedAt, cartedAt }: { wishedAt: Date | null; cartedAt: Date | null }): number {
  return (cartedAt ? 2 : 0) + (wishedAt ? 1 : 0);
}
