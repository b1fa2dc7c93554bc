import { changeCart, createCart, findCart, lineKey } from "../../commerce/carts.ts";
import { completeCheckout, isRecoveryKey, stageOf, startCheckout, updateCheckout } from "../../commerce/checkouts.ts";
import { html, readForm, redirect } from "../../http.ts";
import type { SimResponse } from "../../http.ts";
import type { Sim } from "../../sim.ts";
import { isAvailableForSale } from "../../state.ts";
import type { Address, Checkout } from "../../state.ts";
import { cartCookieValue } from "../cart-json.ts";
import { createPixelQueue, pixelScript } from "../pixel.ts";
import type { PixelQueue } from "../pixel.ts";
import { COOKIES, setCookie } from "../visit.ts";
import type { Visit } from "../visit.ts";
import {
  closedPage,
  expressPage,
  informationPage,
  orderStatusPage,
  paymentPage,
  sampleAddressOf,
  shippingPage,
  thankYouPage,
} from "./pages.ts";
import type { CheckoutStep } from "./pages.ts";
import { checkoutTexts } from "./texts.ts";

// The checkout: "/checkout" begins one from the cart, "/checkouts/cn/TOKEN" is it, "/checkouts/buy-now" goes past the cart.

const NO_STORE = { "cache-control": "no-store" };

/** A function that answers the checkout's addresses and gives null for others. */
export function createCheckoutRoutes(sim: Sim): (visit: Visit) => SimResponse | null {
  const queue = createPixelQueue();

  return (visit) => {
    const { path, request } = visit;
    const shopId = sim.state.shop.id;
    if (path === "/checkout") return beginFromCart(sim, visit, queue);
    if (path === "/checkouts/buy-now") return buyNow(sim, visit);

    const recover = new RegExp(`^/${shopId}/checkouts/([0-9a-f]+)/recover$`).exec(path);
    if (recover?.[1]) return recoverCheckout(sim, visit, recover[1]);
    const status = new RegExp(`^/${shopId}/orders/([0-9a-f]+)(?:/authenticate)?$`).exec(path);
    if (status?.[1]) return orderStatus(sim, visit, status[1]);

    const match = /^\/checkouts\/(cn|express)\/([0-9a-f]+)(\/thank-you)?$/.exec(path);
    if (!match?.[2]) return null;
    const checkout = sim.state.checkouts.get(match[2]);
    if (!checkout) return html(closedPage(sim, visit.locale), 404, NO_STORE);
    if (match[3]) return thankYou(sim, checkout, visit, queue);
    if (match[1] === "express") return express(sim, checkout, visit);
    return request.method === "POST" ? submit(sim, checkout, visit, queue) : show(sim, checkout, visit, queue);
  };
}

function beginFromCart(sim: Sim, visit: Visit, queue: PixelQueue): SimResponse {
  const { cart } = visit;
  if (!cart || cart.items.length === 0) return redirect(`${visit.folder}/cart`, 302, NO_STORE);

  const code = visit.waitingCode;
  if (code && !cart.discountCodes.some((one) => one.toLowerCase() === code.toLowerCase())) {
    changeCart(sim, cart, { discountCodes: [...cart.discountCodes, code] });
  }
  const isNew = ![...sim.state.checkouts.values()].some((one) => one.cartToken === cart.token && !one.completedAt);
  const checkout = startCheckout(sim, cart);
  if (isNew) queue.add(checkout.token, "checkout_started");
  return redirect(addressOf(checkout), 302, NO_STORE);
}

/** One product, past the cart: a checkout of its own with a cart token that no page has seen, and no attributes. */
function buyNow(sim: Sim, visit: Visit): SimResponse {
  const query = visit.request.url.searchParams;
  const variant = sim.state.variants.get(query.get("variant") ?? "");
  if (!variant || !isAvailableForSale(variant)) return redirect(`${visit.folder}/cart`, 302, NO_STORE);

  const cart = createCart(sim, {
    currency: visit.currency,
    locale: visit.locale,
    customerId: visit.customer?.id ?? null,
  });
  const quantity = Math.max(1, Math.floor(Number(query.get("quantity") ?? 1)) || 1);
  cart.items = [{ key: lineKey(variant.id, {}), variantId: variant.id, quantity, properties: {} }];
  cart.discountCodes = visit.waitingCode ? [visit.waitingCode] : [];
  const checkout = startCheckout(sim, cart);
  return redirect(`/checkouts/express/${checkout.token}`, 302, NO_STORE);
}

/** The link of the abandoned checkout: opens it again and gives this browser its cart. `discount` adds a code. */
function recoverCheckout(sim: Sim, visit: Visit, token: string): SimResponse {
  const query = visit.request.url.searchParams;
  const checkout = sim.state.checkouts.get(token);
  if (!checkout || !isRecoveryKey(checkout, query.get("key")))
    return html(closedPage(sim, visit.locale), 404, NO_STORE);
  if (checkout.orderId !== null) return redirect(`${addressOf(checkout)}/thank-you`, 302, NO_STORE);

  const code = query.get("discount");
  if (code) updateCheckout(sim, checkout, { discountCodes: [code] });
  const cart = checkout.cartToken === null ? null : findCart(sim, checkout.cartToken);
  const cookies = cart ? [setCookie(COOKIES.cart, cartCookieValue(cart))] : [];
  if (code) cookies.push(setCookie(COOKIES.discount, code));
  return redirect(addressOf(checkout), 302, { ...NO_STORE, "set-cookie": cookies });
}

function show(sim: Sim, checkout: Checkout, visit: Visit, queue: PixelQueue, error?: string): SimResponse {
  if (checkout.orderId !== null) return redirect(`${addressOf(checkout)}/thank-you`, 302, NO_STORE);

  const view = { sim, checkout, error, pixelScript: pixelScript(sim, visit, checkout, queue.take(checkout.token)) };
  const step = stepOf(checkout, visit.request.url.searchParams.get("step"));
  const page =
    step === "information" ? informationPage(view) : step === "shipping" ? shippingPage(view) : paymentPage(view);
  return html(page, error ? 422 : 200, NO_STORE);
}

function submit(sim: Sim, checkout: Checkout, visit: Visit, queue: PixelQueue): SimResponse {
  if (checkout.orderId !== null) return redirect(`${addressOf(checkout)}/thank-you`, 303, NO_STORE);

  const form = readForm(visit.request);
  const step = stepOf(checkout, visit.request.url.searchParams.get("step"));
  if (form.get("intent") === "discount") {
    const codes = (form.get("discount") ?? "").split(",").map((code) => code.trim());
    updateCheckout(sim, checkout, { discountCodes: codes.filter((code) => code !== "") });
    return redirect(`${addressOf(checkout)}?step=${step}`, 303, NO_STORE);
  }

  if (step === "information") {
    const contact = readContact(form.get("contact") ?? "");
    if (!contact) return show(sim, checkout, visit, queue, checkoutTexts(checkout.locale).needContact);
    updateCheckout(sim, checkout, {
      ...contact,
      acceptsMarketing: form.has("accepts_marketing"),
      shippingAddress: readAddress(sim, checkout, form),
    });
    queue.add(checkout.token, "checkout_contact_info_submitted");
    queue.add(checkout.token, "checkout_address_info_submitted");
    return redirect(`${addressOf(checkout)}?step=shipping`, 303, NO_STORE);
  }
  if (step === "shipping") {
    updateCheckout(sim, checkout, { shippingMethod: form.get("method") === "express" ? "express" : "standard" });
    queue.add(checkout.token, "checkout_shipping_info_submitted");
    return redirect(`${addressOf(checkout)}?step=payment`, 303, NO_STORE);
  }
  const order = completeCheckout(sim, checkout);
  queue.add(checkout.token, "payment_info_submitted");
  queue.add(checkout.token, "checkout_completed", order.id);
  return redirect(`${addressOf(checkout)}/thank-you`, 303, { ...NO_STORE, "set-cookie": endedCookies() });
}

function express(sim: Sim, checkout: Checkout, visit: Visit): SimResponse {
  if (checkout.orderId !== null) return redirect(`/checkouts/express/${checkout.token}/thank-you`, 302, NO_STORE);
  if (visit.request.method !== "POST") return html(expressPage(sim, checkout), 200, NO_STORE);

  const contact = readContact(readForm(visit.request).get("contact") ?? "");
  if (!contact) return html(expressPage(sim, checkout, checkoutTexts(checkout.locale).needContact), 422, NO_STORE);
  updateCheckout(sim, checkout, {
    ...contact,
    shippingAddress: sampleAddressOf(sim, checkout),
    shippingMethod: "standard",
  });
  completeCheckout(sim, checkout);
  // The shopper's own cart is another one and stays.
  return redirect(`/checkouts/express/${checkout.token}/thank-you`, 303, NO_STORE);
}

function thankYou(sim: Sim, checkout: Checkout, visit: Visit, queue: PixelQueue): SimResponse {
  const order = checkout.orderId === null ? undefined : sim.state.orders.get(checkout.orderId);
  if (!order) return redirect(addressOf(checkout), 302, NO_STORE);
  const script = pixelScript(sim, visit, checkout, queue.take(checkout.token));
  return html(thankYouPage(sim, checkout, order, visit.path.includes("/express/") ? "" : script), 200, NO_STORE);
}

/** The page behind `order_status_url`. Without its key only the signed-in customer sees it. */
function orderStatus(sim: Sim, visit: Visit, token: string): SimResponse {
  const order = [...sim.state.orders.values()].find((one) => one.token === token);
  const key = visit.request.url.searchParams.get("key");
  const isOwn =
    order && (key === token.slice(0, 12) || (order.customerId !== null && order.customerId === visit.customer?.id));
  return order && isOwn
    ? html(orderStatusPage(sim, order), 200, NO_STORE)
    : html(closedPage(sim, visit.locale), 404, NO_STORE);
}

/** The asked step, but none whose earlier ones are not done. */
function stepOf(checkout: Checkout, asked: string | null): CheckoutStep {
  const reached =
    stageOf(checkout) === "contact" || checkout.shippingAddress === null
      ? "information"
      : stageOf(checkout) === "payment"
        ? "payment"
        : "shipping";
  if (asked === "information" || reached === "information") return "information";
  if (asked === "shipping" || reached === "shipping") return "shipping";
  return "payment";
}

/** What a shopper typed: an e-mail address or a phone number; null when it is neither. */
function readContact(text: string): { email: string; phone: null } | { email: null; phone: string } | null {
  const trimmed = text.trim();
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(trimmed)) return { email: trimmed.toLowerCase(), phone: null };
  const digits = trimmed.replace(/[^\d+]/g, "");
  return /^\+?\d{7,15}$/.test(digits) ? { email: null, phone: digits } : null;
}

function readAddress(sim: Sim, checkout: Checkout, form: URLSearchParams): Address {
  const sample = sampleAddressOf(sim, checkout);
  const field = (name: string, fallback: string) => form.get(name)?.trim() || fallback;
  return {
    ...sample,
    firstName: field("first_name", sample.firstName),
    lastName: field("last_name", sample.lastName),
    address1: field("address1", sample.address1),
    zip: field("zip", sample.zip),
    city: field("city", sample.city),
  };
}

function endedCookies(): string[] {
  return [setCookie(COOKIES.cart, ""), setCookie(COOKIES.discount, "")];
}

function addressOf(checkout: Checkout): string {
  return `/checkouts/cn/${checkout.token}`;
}
