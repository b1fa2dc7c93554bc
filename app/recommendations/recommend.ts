import type { RecommendationStore, ShopProduct } from "./recommendation-store.ts";

type Stores = { recommendations: RecommendationStore };

/** Products asked about at most: a cart's first ones say enough of a taste. */
const MOST_SEEDS = 5;
const FROM_EACH = 30;

/** How much each way of belonging together counts. Orders say more than looks, looks more than a shelf. */
const WEIGHTS = { bought: 5, viewed: 3, collection: 2, type: 1 };

/**
 * Products that go with the given ones: bought or looked at together by others, of the same collection or type. Those that
 * cannot be bought, and the given ones themselves, are left out.
 *
 * @param productIds the most important first
 */
export async function relatedProducts(
  { recommendations }: Stores,
  shop: string,
  productIds: string[],
  limit: number,
): Promise<ShopProduct[]> {
  const seeds = [...new Set(productIds)].slice(0, MOST_SEEDS);
  const scores = new Map<string, number>();
  const add = (productId: string, score: number) => {
    if (!productIds.includes(productId)) scores.set(productId, (scores.get(productId) ?? 0) + score);
  };

  const known = new Map((await recommendations.products(shop, seeds)).map((product) => [product.productId, product]));
  for (const seed of seeds) {
    // Ten orders with both say little more than five: one bestseller must not crowd out what fits.
    for (const { productId, times } of await recommendations.boughtWith(shop, seed, FROM_EACH))
      add(productId, WEIGHTS.bought * Math.log2(1 + times));
    for (const { productId, times } of await recommendations.viewedWith(shop, seed, FROM_EACH))
      add(productId, WEIGHTS.viewed * Math.log2(1 + times));
    for (const productId of await recommendations.sameCollection(shop, seed, FROM_EACH))
      add(productId, WEIGHTS.collection);
    const product = known.get(seed);
    if (!product?.productType) continue;
    for (const { productId } of await recommendations.sameType(shop, product.productType, product.price, FROM_EACH))
      add(productId, WEIGHTS.type);
  }
  const ranked = [...scores].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([productId]) => productId);
  // Some of them may be sold out.
  return (await recommendations.products(shop, ranked.slice(0, limit * 3))).slice(0, limit);
}

/** What may take a product's place: of the same type by another maker, and the next better one of a little more. */
export type Alternatives = { otherVendor: ShopProduct | null; nextPriceUp: ShopProduct | null };

/** A better model costs a little more, not twice as much. */
const MOST_EXPENSIVE = 1.5;

export async function alternatives(
  { recommendations }: Stores,
  shop: string,
  productId: string,
): Promise<Alternatives> {
  const [product] = await recommendations.products(shop, [productId]);
  if (!product?.productType) return { otherVendor: null, nextPriceUp: null };
  const { vendor, price } = product;
  const near = (await recommendations.sameType(shop, product.productType, price, FROM_EACH)).filter(
    (one) => one.productId !== productId,
  );
  const dearer = near
    .filter((one) => one.price > price && one.price <= price * MOST_EXPENSIVE)
    .toSorted((a, b) => a.price - b.price);
  return {
    otherVendor: near.find((one) => one.vendor !== null && vendor !== null && one.vendor !== vendor) ?? null,
    nextPriceUp: dearer[0] ?? null,
  };
}

/** What else there is in a collection, left out what was seen already; what others looked at beside it first. */
export async function moreOfCollection(
  { recommendations }: Stores,
  shop: string,
  handle: string,
  seen: string[],
  limit: number,
): Promise<ShopProduct[]> {
  const inCollection = await recommendations.inCollection(shop, handle, 200);
  const liked = new Map<string, number>();
  for (const seed of seen.slice(0, MOST_SEEDS))
    for (const { productId, times } of await recommendations.viewedWith(shop, seed, FROM_EACH))
      liked.set(productId, (liked.get(productId) ?? 0) + times);
  const fresh = inCollection.filter((productId) => !seen.includes(productId));
  const ranked = fresh.toSorted((a, b) => (liked.get(b) ?? 0) - (liked.get(a) ?? 0));
  return (await recommendations.products(shop, ranked.slice(0, limit * 3))).slice(0, limit);
}
