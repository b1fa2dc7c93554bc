import { changeCart, createCart } from "../commerce/carts.ts";
import type { CartChange } from "../commerce/carts.ts";
import type { Sim } from "../sim.ts";
import type { Cart } from "../state.ts";
import { cartCookieValue } from "./cart-json.ts";
import { COOKIES, setCookie } from "./visit.ts";
import type { Visit } from "./visit.ts";

/** A changed cart, as the visit now sees it, with the cookies that tell the browser. */
export type CartSession = { visit: Visit & { cart: Cart }; cookies: string[] };

/**
 * Changes the visit's cart, making one when there is none yet. A code that waits since /discount/CODE goes into the cart
 * with its first line.
 * @throws CartError, and then leaves no new cart behind
 */
export function changeVisitCart(sim: Sim, visit: Visit, change: CartChange): CartSession {
  const isNew = visit.cart === null;
  const cart =
    visit.cart ??
    createCart(sim, { currency: visit.currency, locale: visit.locale, customerId: visit.customer?.id ?? null });
  const waiting = isNew && visit.waitingCode && !change.discountCodes ? { discountCodes: [visit.waitingCode] } : {};

  try {
    changeCart(sim, cart, { currency: visit.currency, locale: visit.locale, ...waiting, ...change });
  } catch (error) {
    if (isNew) sim.state.carts.delete(cart.token);
    throw error;
  }
  return { visit: { ...visit, cart }, cookies: [setCookie(COOKIES.cart, cartCookieValue(cart))] };
}
