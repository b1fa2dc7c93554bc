import { randomBytes } from "node:crypto";
import type { Sim } from "../sim.ts";
import { newId } from "../state.ts";
import type { Address, Cart, Checkout, CheckoutStage, Order, ShippingLine } from "../state.ts";
import { checkoutDeletedPayload, checkoutPayload, priceCheckout } from "../webhooks/cart-payloads.ts";
import type { PricedBasket } from "./pricing.ts";
import { createCustomer, findCustomerByEmail } from "./customers.ts";
import { placeOrder } from "./orders.ts";

/** What a shopper can fill in. What is left out stays. */
export type CheckoutChange = Partial<
  Pick<
    Checkout,
    | "email"
    | "phone"
    | "acceptsMarketing"
    | "shippingAddress"
    | "discountCodes"
    | "note"
    | "customerId"
    | "currency"
    | "items"
  >
> & { shippingMethod?: "standard" | "express" };

/** The shipping methods every address has; shop currency. */
export const SHIPPING_METHODS: Record<"standard" | "express", Omit<ShippingLine, "id">> = {
  standard: { title: "Standard", price: 490 },
  express: { title: "Express", price: 1490 },
};

/** Begins a checkout with what lies in `cart`, its attributes and codes. Sends checkouts/create. One cart has one open checkout. */
export function startCheckout(sim: Sim, cart: Cart): Checkout {
  const now = sim.clock.now();
  const open = openCheckoutOf(sim, cart.token);
  if (open) {
    const { items, attributes, note, discountCodes, currency, locale } = cart;
    const next = {
      items: structuredClone(items),
      attributes: { ...attributes },
      note,
      discountCodes: [...discountCodes],
      currency,
      locale,
    };
    const isChanged = JSON.stringify(next) !== JSON.stringify(pickFrom(open));
    Object.assign(open, next);
    if (isChanged) touch(sim, open);
    return open;
  }
  const customer = cart.customerId === null ? undefined : sim.state.customers.get(cart.customerId);
  const checkout: Checkout = {
    id: newId(sim.state),
    token: randomBytes(16).toString("hex"),
    cartToken: cart.token,
    recoveryKey: randomBytes(16).toString("hex"),
    items: structuredClone(cart.items),
    note: cart.note,
    attributes: { ...cart.attributes },
    discountCodes: [...cart.discountCodes],
    email: customer?.email ?? null,
    phone: customer?.phone ?? null,
    acceptsMarketing: customer?.acceptsMarketing ?? false,
    shippingAddress: null,
    shippingLine: null,
    customerId: cart.customerId,
    currency: cart.currency,
    locale: cart.locale,
    createdAt: now,
    updatedAt: now,
    completedAt: null,
    orderId: null,
  };
  sim.state.checkouts.set(checkout.token, checkout);
  sim.webhooks.send("checkouts/create", payloadOf(sim, checkout), laneOf(checkout));
  return checkout;
}

/** Takes over what the shopper filled in. Sends checkouts/update when something changed. */
export function updateCheckout(sim: Sim, checkout: Checkout, change: CheckoutChange): void {
  const before = JSON.stringify(checkout);
  const { shippingMethod, ...fields } = change;
  Object.assign(checkout, fields);
  if (shippingMethod && checkout.shippingLine?.title !== SHIPPING_METHODS[shippingMethod].title) {
    checkout.shippingLine = { id: newId(sim.state), ...SHIPPING_METHODS[shippingMethod] };
  }
  if (JSON.stringify(checkout) !== before) touch(sim, checkout);
}

/**
 * Pays: the order is made, the cart is gone. Sends checkouts/update (completed), customers/create for a new address,
 * orders/create, orders/paid and the stock that changed. A finished checkout gives its order again.
 * @throws when it is not yet at payment
 */
export function completeCheckout(sim: Sim, checkout: Checkout, of: { isTest?: boolean; isPaid?: boolean } = {}): Order {
  const done = checkout.orderId === null ? undefined : sim.state.orders.get(checkout.orderId);
  if (done) return done;
  if (stageOf(checkout) !== "payment") throw new Error(`the checkout is still at ${stageOf(checkout)}`);

  checkout.customerId ??= customerFor(sim, checkout);
  const order = placeOrder(sim, {
    items: checkout.items,
    discountCodes: checkout.discountCodes,
    cartToken: checkout.cartToken,
    checkoutToken: checkout.token,
    noteAttributes: Object.entries(checkout.attributes).map(([name, value]) => ({ name, value })),
    note: checkout.note,
    customerId: checkout.customerId,
    email: checkout.email,
    phone: checkout.phone,
    acceptsMarketing: checkout.acceptsMarketing,
    currency: checkout.currency,
    locale: checkout.locale,
    shippingAddress: checkout.shippingAddress,
    shippingLine: checkout.shippingLine,
    sourceName: "web",
    isTest: of.isTest ?? false,
    isPaid: of.isPaid ?? true,
  });
  return order;
}

/** Takes an abandoned checkout away. Sends checkouts/delete, which names only the cart. */
export function deleteCheckout(sim: Sim, checkout: Checkout): void {
  sim.state.checkouts.delete(checkout.token);
  sim.webhooks.send("checkouts/delete", checkoutDeletedPayload(sim.state, checkout, sim.clock.now()), laneOf(checkout));
}

/** How far the shopper has come, read as the app must read it from the payload. */
export function stageOf(checkout: Checkout): CheckoutStage {
  if (checkout.email === null && checkout.phone === null) return "contact";
  return checkout.shippingLine === null ? "shipping" : "payment";
}

/** The unfinished checkout of a cart. */
export function openCheckoutOf(sim: Sim, cartToken: string): Checkout | null {
  for (const checkout of sim.state.checkouts.values()) {
    if (checkout.cartToken === cartToken && checkout.completedAt === null) return checkout;
  }
  return null;
}

/** Whether `key` opens the checkout again. */
export function isRecoveryKey(checkout: Checkout, key: string | null): boolean {
  return key === checkout.recoveryKey;
}

export function priceOfCheckout(sim: Sim, checkout: Checkout): PricedBasket {
  return priceCheckout(sim.state, checkout, sim.clock.now());
}

/** An address to try the shop with. */
export const SAMPLE_ADDRESS: Address = {
  firstName: "Robin",
  lastName: "Carter",
  address1: "8 Mill Lane",
  city: "Brooklyn",
  zip: "11201",
  province: "New York",
  country: "United States",
  countryCode: "US",
  phone: null,
};

function pickFrom(checkout: Checkout): object {
  const { items, attributes, note, discountCodes, currency, locale } = checkout;
  return { items, attributes, note, discountCodes, currency, locale };
}

function customerFor(sim: Sim, checkout: Checkout): string | null {
  if (checkout.email === null) return null;
  const known = findCustomerByEmail(sim, checkout.email);
  if (known) return known.id;
  return createCustomer(sim, {
    firstName: checkout.shippingAddress?.firstName ?? "",
    lastName: checkout.shippingAddress?.lastName ?? "",
    email: checkout.email,
    phone: checkout.phone,
    locale: checkout.locale,
    acceptsMarketing: checkout.acceptsMarketing,
    address: checkout.shippingAddress,
  }).id;
}

function touch(sim: Sim, checkout: Checkout): void {
  checkout.updatedAt = sim.clock.now();
  sim.webhooks.send("checkouts/update", payloadOf(sim, checkout), laneOf(checkout));
}

function payloadOf(sim: Sim, checkout: Checkout): object {
  return checkoutPayload(sim.state, sim.origin, checkout, sim.clock.now());
}

function laneOf(checkout: Checkout): string {
  return checkout.cartToken ?? checkout.token;
}
