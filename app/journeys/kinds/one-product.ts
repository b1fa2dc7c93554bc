import type { TemplateFacts } from "../../composer/template-fields.ts";
import type { Interest } from "../../events/interest-store.ts";
import type { Variant } from "../../events/mirror-store.ts";
import type { PersonView, Situation } from "../person-view.ts";
import { httpsImage, isSoldOut } from "./first-product.ts";

// What messages about one product say of it: its name as the shopper saw it, its price as Shopify says now.

type About = Pick<Situation, "context" | "interests" | "variants" | "person">;

export function interestIn(productId: string | undefined, interests: Interest[]): Interest | null {
  return interests.find(({ subject }) => subject === `product:${productId}`) ?? null;
}

export function productIdOf({ subject }: Interest): string | null {
  return subject.startsWith("product:") ? subject.slice("product:".length) : null;
}

export function variantOf({ context, variants }: Pick<Situation, "context" | "variants">): Variant | null {
  return (context.variantId && variants.get(context.variantId)) || null;
}

export function isGone({ context, variants }: Pick<Situation, "context" | "variants">): boolean {
  return context.variantId !== undefined && isSoldOut(context.variantId, variants);
}

/** A cart with something in it that was not bought: there are journeys of its own for it. */
export function hasCart({ cart, cartIsBought }: PersonView): boolean {
  return cart !== null && cart.items.length > 0 && !cartIsBought;
}

export function isInCart({ cart, cartIsBought }: PersonView, productId: string | undefined): boolean {
  return !cartIsBought && (cart?.items.some((item) => item.productId === productId) ?? false);
}

/** In the last week, also before the run began: who has just bought it does not care what happens to it. */
export function hasBought({ orders }: PersonView, variantId: string | undefined): boolean {
  return variantId !== undefined && orders.some(({ variantIds }) => variantIds.includes(variantId));
}

/**
 * A price is named only to who shops in the shop's own currency: what the others would pay is for Shopify to say, and a
 * figure that differs from the page's is worse than none.
 */
export function productFacts(about: About): TemplateFacts {
  const { context, interests, person } = about;
  const interest = interestIn(context.productId, interests);
  const variant = variantOf(about);
  const { currency } = person.shop;
  const shopsIn = interest?.currency ?? person.cart?.currency ?? currency;
  const money = (amount: number | null | undefined) =>
    amount !== null && amount !== undefined && shopsIn === currency ? { amount, currency } : null;
  const isReduced =
    variant !== null &&
    variant.price !== null &&
    variant.compareAtPrice !== null &&
    variant.compareAtPrice > variant.price;
  return {
    product_title: interest?.title ?? variant?.productTitle ?? null,
    variant_title: variant?.variantTitle ?? null,
    product_price: money(variant?.price),
    compare_at_price: isReduced ? money(variant.compareAtPrice) : null,
  };
}

export function productTarget(about: Pick<Situation, "context" | "interests" | "variants">): string {
  const { context } = about;
  const handle = variantOf(about)?.handle ?? interestIn(context.productId, about.interests)?.handle;
  if (!handle) return "/";
  const path = `/products/${encodeURIComponent(handle)}`;
  return context.variantId ? `${path}?variant=${encodeURIComponent(context.variantId)}` : path;
}

export function productImage(about: Pick<Situation, "context" | "interests" | "variants">): string | null {
  return httpsImage(variantOf(about)?.image ?? interestIn(about.context.productId, about.interests)?.image ?? null);
}
