import { alternatives } from "./recommend.ts";
import type { RecommendationStore, ShopProduct } from "./recommendation-store.ts";

type Stores = { recommendations: RecommendationStore };

const MOST_SEEDS = 3;
const FROM_EACH = 30;

/**
 * The product to offer beside or instead of the given ones, as far as we know what can be bought now; null when there is
 * none. Never one of those given.
 *
 * @param productIds the most important first
 */
export async function offeredProduct(
  store: Stores,
  shop: string,
  what: "alternative" | "reduced" | "best_seller",
  productIds: string[],
): Promise<ShopProduct | null> {
  const { recommendations } = store;
  const isOther = ({ productId }: ShopProduct) => !productIds.includes(productId);
  if (what === "best_seller") {
    const sold = await recommendations.bestSellers(shop, FROM_EACH);
    return (await recommendations.products(shop, sold)).find(isOther) ?? null;
  }
  for (const seed of productIds.slice(0, MOST_SEEDS)) {
    if (what === "alternative") {
      const { otherVendor, nextPriceUp } = await alternatives(store, shop, seed);
      const found = [otherVendor, nextPriceUp].find((one) => one && isOther(one));
      if (found) return found;
    } else {
      const found = (await sameLine(store, shop, seed)).find((one) => isOther(one) && isReduced(one));
      if (found) return found;
    }
  }
  return null;
}

/** Of the same type, those of the same maker first, then of the same collection. */
async function sameLine({ recommendations }: Stores, shop: string, productId: string): Promise<ShopProduct[]> {
  const [product] = await recommendations.products(shop, [productId]);
  const { productType, vendor, price } = product ?? {};
  const ofType =
    productType && price !== undefined ? await recommendations.sameType(shop, productType, price, FROM_EACH) : [];
  const ofMaker = ofType.filter((one) => one.vendor === vendor);
  const inCollection = await recommendations.sameCollection(shop, productId, FROM_EACH);
  return [...new Set([...ofMaker, ...ofType]), ...(await recommendations.products(shop, inCollection))];
}

/** As the shop itself shows it: a price before that is crossed out. */
function isReduced({ price, compareAtPrice }: ShopProduct): boolean {
  return compareAtPrice !== null && compareAtPrice > price;
}
