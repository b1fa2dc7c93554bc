import type { SimRequest } from "../http.ts";
import { findCart } from "../commerce/carts.ts";
import { collectionByHandle } from "../state.ts";
import type { Cart, CurrencyCode, Customer, LocaleCode } from "../state.ts";
import type { Sim } from "../sim.ts";
import { COUNTRIES, localeFolder, splitLocale } from "./locales.ts";
import type { Country } from "./locales.ts";

// What the shop knows of who asks, from cookies of the names that Shopify uses where it has one.

export const COOKIES = {
  cart: "cart",
  currency: "cart_currency",
  country: "localization",
  customer: "_sim_customer",
  discount: "discount_code",
  privacyRegion: "_sim_privacy_region",
  consent: "_tracking_consent",
} as const;

/** One request to the storefront, with all that pages and the AJAX API need to know of the shopper. */
export type Visit = {
  request: SimRequest;
  locale: LocaleCode;
  /** Path without the language's folder: "/products/x". */
  path: string;
  /** "/tr" or "". */
  folder: string;
  country: Country;
  currency: CurrencyCode;
  customer: Customer | null;
  cart: Cart | null;
  /** Code of /discount/CODE, waiting for a cart. */
  waitingCode: string | null;
  isConsentRequired: boolean;
  /** What the shopper answered: "yes", "no", or "" for nothing yet. */
  consent: string;
  isDesignMode: boolean;
};

export function readVisit(sim: Sim, request: SimRequest): Visit {
  const { shop, customers } = sim.state;
  const { locale, path } = splitLocale(shop, request.path);
  const country = COUNTRIES.find((one) => one.code === request.cookies[COOKIES.country]) ?? COUNTRIES[0]!;
  const chosen = shop.presentmentCurrencies.find((currency) => currency === request.cookies[COOKIES.currency]);
  const cartCookie = request.cookies[COOKIES.cart] ?? "";

  return {
    request,
    locale,
    path,
    folder: localeFolder(shop, locale),
    country,
    currency: chosen ?? country.currency,
    customer: customers.get(request.cookies[COOKIES.customer] ?? "") ?? null,
    // Without its key the token of a cart, which webhooks and orders carry, opens nothing.
    cart: cartCookie.includes("?key=") ? findCart(sim, cartCookie) : null,
    waitingCode: request.cookies[COOKIES.discount] || null,
    isConsentRequired: request.cookies[COOKIES.privacyRegion] === "consent",
    consent: request.cookies[COOKIES.consent] ?? "",
    isDesignMode: request.url.searchParams.has("_sim_design_mode"),
  };
}

/** `Set-Cookie` value; an empty value ends the cookie. */
export function setCookie(name: string, value: string, options: { httpOnly?: boolean } = {}): string {
  const age = value === "" ? 0 : 1_209_600;
  return `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${age}; SameSite=Lax${options.httpOnly ? "; HttpOnly" : ""}`;
}

/** The collections of the shop's menu: those with products, without the two that Shopify makes by itself. */
export function menuCollections(sim: Sim) {
  return sim.state.collections.filter(
    (collection) => !["all", "frontpage"].includes(collection.handle) && collection.productIds.length > 0,
  );
}

export function frontpageCollection(sim: Sim) {
  return collectionByHandle(sim.state, "frontpage") ?? sim.state.collections[0] ?? null;
}
