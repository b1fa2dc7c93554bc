import type { CartItem } from "../../events/shop-event.ts";
import type { TemplateFacts } from "../../composer/template-fields.ts";
import type { Situation } from "../person-view.ts";

/** What is in a cart or checkout, reduced to what messages say of it. */
export type Basket = { currency: string; total: number; items: CartItem[] };

/** The first product that can be bought as far as we know; the first one at all when stock is not known. */
export function firstAvailable(items: CartItem[], variants: Situation["variants"]): CartItem | null {
  return items.find((item) => !isSoldOut(item.variantId, variants)) ?? null;
}

/** Only what Shopify said of the variant counts: nothing known is no reason to hold a message back. */
export function isSoldOut(variantId: string, variants: Situation["variants"]): boolean {
  const variant = variants.get(variantId);
  return variant !== undefined && (variant.isAvailable === false || variant.deletedAt !== null);
}

/**
 * A basket at the prices of this moment, where Shopify has told those of all its lines in the currency it is in. One whose
 * lines do not make up its total (discounts, shipping, lines we were not told of) stays as the page said, and so do lines
 * on a selling plan: what they cost only the cart itself knows.
 */
export function pricedNow<T extends Basket>(basket: T, local: Situation["local"]): T {
  const prices = basket.items.map(({ variantId }) => local?.variants.get(variantId)?.price ?? null);
  const isKnown = prices.every((price) => price?.currency === basket.currency);
  const hasPlans = basket.items.some(({ sellingPlanId }) => sellingPlanId !== null);
  if (!isKnown || hasPlans || sumOf(basket.items) !== basket.total) return basket;
  const items = basket.items.map((item, index) => ({ ...item, price: prices[index]?.amount ?? item.price }));
  return { ...basket, items, total: sumOf(items) };
}

function sumOf(items: CartItem[]): number {
  return items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
}

/** Names the first product, counts the rest. */
export function basketFacts({ currency, total, items }: Basket, variants: Situation["variants"]): TemplateFacts {
  const first = firstAvailable(items, variants) ?? items[0];
  return {
    product_title: first?.title ?? null,
    variant_title: first?.variantTitle ?? null,
    product_price: first ? { amount: first.price, currency } : null,
    cart_total: { amount: total, currency },
    item_count: items.reduce((sum, item) => sum + item.quantity, 0),
    more_items: Math.max(0, new Set(items.map((item) => item.productId)).size - 1),
  };
}

/** An https picture of the first product; storefronts give protocol-relative ones. */
export function basketImage(items: CartItem[], variants: Situation["variants"]): string | null {
  const first = firstAvailable(items, variants) ?? items[0];
  return httpsImage(first?.image ?? (first && variants.get(first.variantId)?.image) ?? null);
}

export function httpsImage(image: string | null): string | null {
  if (!image) return null;
  const address = image.startsWith("//") ? `https:${image}` : image;
  return address.startsWith("https://") || address.startsWith("http://127.0.0.1") ? address : null;
}
