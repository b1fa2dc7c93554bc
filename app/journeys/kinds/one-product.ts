import type { TemplateFacts } from "../../composer/template-fields.ts";
import type { Interest } from "../../events/interest-store.ts";
import type { Variant } from "../../events/mirror-store.ts";
import { isAbroad } from "../local-variant.ts";
import type { LocalPrice } from "../local-variant.ts";
import type { PersonView, Situation } from "../person-view.ts";
import { httpsImage, isSoldOut } from "./first-product.ts";

// What messages about one product say of it: its name as the shopper saw it, its price as Shopify says now.

type About = Pick<Situation, "context" | "interests" | "local" | "variants" | "person">;

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
 * What the shopper would pay: the price of their country's market in the currency they shop in. Null when that is not
 * known, because a figure that differs from the page's is worse than none: their page speaks another currency than
 * Shopify's answer, or Shopify cannot be asked and they are not known to be where the shop's own prices hold.
 */
export function priceShown({ context, interests, local, person, variants }: About): LocalPrice | null {
  const variant = variantOf({ context, variants });
  const shopsIn = interestIn(context.productId, interests)?.currency ?? null;
  return variant && payable(variant, { local, person }, shopsIn);
}

/** @param shopsIn currency of the page the product was seen on; null: that of the cart, where there is one */
export function payable(
  variant: Pick<Variant, "variantId" | "price" | "compareAtPrice">,
  { local, person: { cart, shop } }: Pick<Situation, "local" | "person">,
  shopsIn: string | null,
): LocalPrice | null {
  const { variantId, price: amount, compareAtPrice: compareAt } = variant;
  const own = amount === null ? null : { amount, compareAt, currency: shop.currency };
  const price = local?.variants.get(variantId)?.price ?? (isAbroad(shop, local?.place) ? null : own);
  return price && (shopsIn ?? cart?.currency ?? price.currency) === price.currency ? price : null;
}

/** The two fields of a price. What the shop calls "compare at" is named only where it is more. */
export function priceFacts(price: LocalPrice | null): TemplateFacts {
  const compareAt = price?.compareAt ?? null;
  const isReduced = price !== null && compareAt !== null && compareAt > price.amount;
  return {
    product_price: price && { amount: price.amount, currency: price.currency },
    compare_at_price: isReduced ? { amount: compareAt, currency: price.currency } : null,
  };
}

/** As the shop calls it in the shopper's language, else as they saw it themselves. */
export function titleShown({ context, interests, local, variants }: Omit<About, "person">): string | null {
  const translated = context.variantId && translatedTitle(local, context.variantId);
  const seen = interestIn(context.productId, interests)?.title;
  return translated || seen || variantOf({ context, variants })?.productTitle || null;
}

/** Null: not translated, not read, or the shopper reads the shop in its own language. */
export function translatedTitle(local: Situation["local"], variantId: string | null | undefined): string | null {
  return (variantId && local?.variants.get(variantId)?.title) || null;
}

export function productFacts(about: About): TemplateFacts {
  return {
    product_title: titleShown(about),
    variant_title: variantOf(about)?.variantTitle ?? null,
    ...priceFacts(priceShown(about)),
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
