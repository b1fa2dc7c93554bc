import type { PersonView, Situation } from "../person-view.ts";
import type { Basket } from "./first-product.ts";

type Shopper = Pick<PersonView, "shop" | "subscriptions" | "visitor">;

/**
 * From what total on shipping is free for this shopper, in minor units; null when the shop has no threshold in the
 * currency. One for their country in it ("DE:EUR") comes before that for the currency anywhere.
 *
 * @param local where the device is that is written to; null: not read yet
 */
export function freeShippingThreshold(shopper: Shopper, currency: string, local: Situation["local"]): number | null {
  const { freeShippingThresholds } = shopper.shop.settings;
  const country = local?.place.country ?? countryOf(shopper);
  return freeShippingThresholds[`${country}:${currency}`] ?? freeShippingThresholds[currency] ?? null;
}

/** As far as is known: without a threshold nothing is. */
export function shipsFree(cart: Basket, shopper: Shopper, local: Situation["local"]): boolean {
  const threshold = freeShippingThreshold(shopper, cart.currency, local);
  return threshold !== null && cart.total >= threshold;
}

function countryOf({ subscriptions, visitor }: Shopper): string | null {
  return subscriptions.find(({ state }) => state === "active")?.country ?? visitor.country;
}
