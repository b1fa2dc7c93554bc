/** A product that can be bought as far as we know, by the variant of it that is named. */
export type ShopProduct = {
  productId: string;
  variantId: string;
  title: string;
  handle: string;
  vendor: string | null;
  productType: string | null;
  image: string | null;
  /** Minor units, shop currency. */
  price: number;
  compareAtPrice: number | null;
};

/** A product and how often it was found beside the one asked about. */
export type Beside = { productId: string; times: number };

/**
 * The shop's own data, asked by product. Every question is answered through an index and looks at a bounded number of
 * rows, however large the catalogue.
 */
export type RecommendationStore = {
  /** What else was in the newest orders with the product, most often first. */
  boughtWith(shop: string, productId: string, limit: number): Promise<Beside[]>;
  /** What else was looked at by those who looked at the product lately, most often first. */
  viewedWith(shop: string, productId: string, limit: number): Promise<Beside[]>;
  /** Products that share a collection with it. */
  sameCollection(shop: string, productId: string, limit: number): Promise<string[]>;
  inCollection(shop: string, handle: string, limit: number): Promise<string[]>;
  /** Writes down what a collection holds, in place of what it held. */
  saveCollection(shop: string, handle: string, productIds: string[], now: Date): Promise<void>;
  /** Forgets collections that were not written since. */
  dropCollectionsBefore(shop: string, before: Date): Promise<void>;
  /** Products of a type around a price, the nearest first on either side. */
  sameType(shop: string, productType: string, price: number, limit: number): Promise<ShopProduct[]>;
  /** What was in the newest orders, most often first. */
  bestSellers(shop: string, limit: number): Promise<string[]>;
  /** Those known that can be bought, in the order asked for. */
  products(shop: string, productIds: string[]): Promise<ShopProduct[]>;
};
