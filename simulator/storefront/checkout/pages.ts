import { priceOfCheckout, SAMPLE_ADDRESS, SHIPPING_METHODS } from "../../commerce/checkouts.ts";
import { refusalText } from "../../commerce/pricing.ts";
import { formatMoney, present } from "../../money.ts";
import type { Sim } from "../../sim.ts";
import { titleIn } from "../../state.ts";
import type { Checkout, LocaleCode, Order } from "../../state.ts";
import { escapeHtml } from "../escape-html.ts";
import { localeFolder } from "../locales.ts";
import { checkoutTexts } from "./texts.ts";
import type { CheckoutTexts } from "./texts.ts";

// The checkout's pages as HTML. Three clicks: information, shipping, payment.

export type CheckoutStep = "information" | "shipping" | "payment";

/** What a page shows beside the checkout itself. */
export type CheckoutView = { sim: Sim; checkout: Checkout; error?: string; pixelScript: string };

export function informationPage({ sim, checkout, error, pixelScript }: CheckoutView): string {
  const t = checkoutTexts(checkout.locale);
  const address = checkout.shippingAddress ?? sampleAddressOf(sim, checkout);
  const contact = checkout.email ?? checkout.phone ?? guestEmail(checkout);
  const field = (name: string, label: string, value: string, autocomplete: string) =>
    `<label class="field">${label}<input dir="auto" name="${name}" value="${escapeHtml(value)}" autocomplete="${autocomplete}"></label>`;

  return shell(
    sim,
    checkout,
    pixelScript,
    "information",
    `
    <form method="post" class="step">
      <h1>${t.contact}</h1>
      ${error ? `<p class="error" role="alert" dir="auto">${escapeHtml(error)}</p>` : ""}
      ${field("contact", t.emailOrPhone, contact, "email")}
      <label class="check"><input type="checkbox" name="accepts_marketing" value="1"${checkout.acceptsMarketing ? " checked" : ""}> ${t.newsletter}</label>
      <h2>${t.address}</h2>
      <div class="pair">${field("first_name", t.firstName, address.firstName, "given-name")}${field("last_name", t.lastName, address.lastName, "family-name")}</div>
      ${field("address1", t.street, address.address1, "address-line1")}
      <div class="pair">${field("zip", t.zip, address.zip, "postal-code")}${field("city", t.city, address.city, "address-level2")}</div>
      ${actions(t.toShipping, `<a href="${localeFolder(sim.state.shop, checkout.locale)}/cart">${t.backToCart}</a>`)}
    </form>`,
  );
}

export function shippingPage({ sim, checkout, pixelScript }: CheckoutView): string {
  const t = checkoutTexts(checkout.locale);
  const method = (name: "standard" | "express", label: string, isChosen: boolean) =>
    `<label class="choice"><input type="radio" name="method" value="${name}"${isChosen ? " checked" : ""}><span>${label}</span><b>${money(sim, checkout, SHIPPING_METHODS[name].price)}</b></label>`;
  const isExpress = checkout.shippingLine?.title === SHIPPING_METHODS.express.title;

  return shell(
    sim,
    checkout,
    pixelScript,
    "shipping",
    `
    <form method="post" class="step">
      <h1>${t.shippingMethod}</h1>
      <div class="choices">${method("standard", t.standard, !isExpress)}${method("express", t.express, isExpress)}</div>
      ${actions(t.toPayment, `<a href="?step=information">${t.information}</a>`)}
    </form>`,
  );
}

export function paymentPage({ sim, checkout, error, pixelScript }: CheckoutView): string {
  const t = checkoutTexts(checkout.locale);
  return shell(
    sim,
    checkout,
    pixelScript,
    "payment",
    `
    <form method="post" class="step">
      <h1>${t.payment}</h1>
      ${error ? `<p class="error" role="alert" dir="auto">${escapeHtml(error)}</p>` : ""}
      <div class="choices"><label class="choice"><input type="radio" name="card" checked><span>${t.card}</span></label></div>
      <p class="muted">${t.paymentNote}</p>
      ${actions(t.payNow, `<a href="?step=shipping">${t.shipping}</a>`)}
    </form>`,
  );
}

/** "Buy now": one page of the payment provider, where neither theme nor pixel run. */
export function expressPage(sim: Sim, checkout: Checkout, error?: string): string {
  const t = checkoutTexts(checkout.locale);
  return shell(
    sim,
    checkout,
    "",
    null,
    `
    <form method="post" class="step">
      <h1>${t.quickPay}</h1>
      <p class="muted">${t.quickPayNote}</p>
      ${error ? `<p class="error" role="alert" dir="auto">${escapeHtml(error)}</p>` : ""}
      <label class="field">${t.emailOrPhone}<input dir="auto" name="contact" value="${escapeHtml(checkout.email ?? checkout.phone ?? guestEmail(checkout))}" autocomplete="email"></label>
      ${actions(t.payNow, "")}
    </form>`,
  );
}

export function thankYouPage(sim: Sim, checkout: Checkout, order: Order, pixelScript: string): string {
  const t = checkoutTexts(checkout.locale);
  const name = order.shippingAddress?.firstName ?? "";
  return shell(
    sim,
    checkout,
    pixelScript,
    null,
    `
    <div class="step">
      <p class="muted">${t.orderNumber.replace("{name}", `<bdi dir="ltr">${escapeHtml(order.name)}</bdi>`)}</p>
      <h1>${escapeHtml(t.thanks.replace("{name}", name))}</h1>
      <p>${t.confirmed}</p>
      <div class="actions"><a class="button" href="${localeFolder(sim.state.shop, checkout.locale) || "/"}">${t.continueShopping}</a></div>
    </div>`,
    order,
  );
}

export function orderStatusPage(sim: Sim, order: Order): string {
  const t = checkoutTexts(order.locale);
  const shipments = order.fulfillments
    .map(
      (one) =>
        `<p class="choice"><span>${escapeHtml(one.trackingCompany ?? t.tracking)}<br><b>${escapeHtml(one.trackingNumber ?? "")}</b></span><b>${escapeHtml(one.shipmentStatus ?? one.status)}</b></p>`,
    )
    .join("");
  return document(
    sim,
    order.locale,
    order.name,
    "",
    `
    <main class="checkout-main single">
      <div class="step">
        <p class="muted">${t.orderNumber.replace("{name}", `<bdi dir="ltr">${escapeHtml(order.name)}</bdi>`)}</p>
        <h1>${t.status}</h1>
        ${shipments ? `<div class="choices">${shipments}</div>` : `<p>${t.preparing}</p>`}
        <div class="actions"><a class="button" href="${localeFolder(sim.state.shop, order.locale) || "/"}">${t.continueShopping}</a></div>
      </div>
    </main>`,
  );
}

/** A page that only says one thing and leads back to the shop. */
export function closedPage(sim: Sim, locale: LocaleCode): string {
  const t = checkoutTexts(locale);
  return document(
    sim,
    locale,
    t.checkout,
    "",
    `
    <main class="checkout-main single"><div class="step"><h1>${t.expired}</h1>
    <div class="actions"><a class="button" href="${localeFolder(sim.state.shop, locale) || "/"}">${t.continueShopping}</a></div></div></main>`,
  );
}

/** An address for a guest that nobody else has: two strangers must not become one customer. */
function guestEmail(checkout: Checkout): string {
  return `guest-${checkout.id.slice(-6)}@example.com`;
}

export function sampleAddressOf(sim: Sim, checkout: Checkout) {
  const customer = checkout.customerId === null ? undefined : sim.state.customers.get(checkout.customerId);
  return customer?.address ?? SAMPLE_ADDRESS;
}

function shell(
  sim: Sim,
  checkout: Checkout,
  pixelScript: string,
  step: CheckoutStep | null,
  content: string,
  order?: Order,
): string {
  const t = checkoutTexts(checkout.locale);
  const steps: [CheckoutStep, string][] = [
    ["information", t.information],
    ["shipping", t.shipping],
    ["payment", t.payment],
  ];
  const crumbs = step
    ? `<nav class="steps" aria-label="${t.checkout}"><ol>${steps
        .map(([name, label]) => `<li${name === step ? ' aria-current="step"' : ""}>${label}</li>`)
        .join("")}</ol></nav>`
    : "";
  return document(
    sim,
    checkout.locale,
    t.checkout,
    pixelScript,
    `
    <div class="checkout${order ? " done" : ""}">
      <main class="checkout-main">${crumbs}${content}</main>
      <aside class="summary" aria-label="${t.summary}">${order ? orderSummary(sim, order, t) : summary(sim, checkout, t)}</aside>
    </div>`,
  );
}

function summary(sim: Sim, checkout: Checkout, t: CheckoutTexts): string {
  const priced = priceOfCheckout(sim, checkout);
  const amount = (minor: number) => formatMoney(minor, checkout.currency);
  const refused = priced.codes.filter((code) => !code.isApplicable);
  const applied = priced.codes.filter((code) => code.isApplicable);

  return `
    <ul class="lines">${priced.lines
      .map((line) =>
        lineHtml(
          line.product.image.path,
          titleIn(checkout.locale, line.product),
          line.variant.title,
          line.item.quantity,
          amount(line.lineTotal),
        ),
      )
      .join("")}</ul>
    <form method="post" class="code"><input type="hidden" name="intent" value="discount">
      <label class="field">${t.code}<span class="pair tight"><input name="discount" value="${escapeHtml(checkout.discountCodes.join(", "))}" autocomplete="off"><button class="button secondary" type="submit">${t.apply}</button></span></label>
      ${refused.map((code) => (code.refusal ? `<p class="error" role="alert" dir="auto">${escapeHtml(refusalText(code.refusal, code.code, code.discount, checkout.currency))}</p>` : "")).join("")}
    </form>
    <dl class="totals">
      ${row(t.subtotal, amount(priced.itemsTotal))}
      ${applied.map((code) => row(`${t.discount} <code>${escapeHtml(code.code)}</code>`, `−${amount(code.amount)}`)).join("")}
      ${row(t.shipping, checkout.shippingLine ? amount(priced.shippingPrice) : t.later)}
      ${row(t.total, `${checkout.currency} ${amount(priced.total)}`, "total")}
    </dl>`;
}

function orderSummary(sim: Sim, order: Order, t: CheckoutTexts): string {
  const amount = (minor: number) => formatMoney(minor, order.presentmentCurrency);
  return `
    <ul class="lines">${order.lines
      .map((line) => {
        const product = sim.state.products.get(line.productId);
        const title = product ? titleIn(order.locale, product) : line.title;
        return lineHtml(
          product?.image.path ?? "",
          title,
          line.variantTitle,
          line.quantity,
          amount(line.price.presentment * line.quantity),
        );
      })
      .join("")}</ul>
    <dl class="totals">
      ${order.codes.map((code) => row(`${t.discount} <code>${escapeHtml(code.code)}</code>`, `−${amount(code.amount.presentment)}`)).join("")}
      ${row(t.shipping, order.shippingPrice.presentment === 0 ? t.free : amount(order.shippingPrice.presentment))}
      ${row(t.total, `${order.presentmentCurrency} ${amount(order.total.presentment)}`, "total")}
    </dl>`;
}

function lineHtml(image: string, title: string, variant: string, quantity: number, price: string): string {
  const detail = variant === "Default Title" ? "" : `<small>${escapeHtml(variant)}</small>`;
  return `<li><span class="thumb"><img src="${escapeHtml(image)}" alt="" width="64" height="64"><i>${quantity}</i></span><span>${escapeHtml(title)}${detail}</span><b>${price}</b></li>`;
}

function row(label: string, value: string, name = ""): string {
  return `<div${name ? ` class="${name}"` : ""}><dt>${label}</dt><dd>${value}</dd></div>`;
}

function actions(label: string, back: string): string {
  return `<div class="actions">${back}<button class="button" type="submit" name="continue" value="1">${label}</button></div>`;
}

function money(sim: Sim, checkout: Checkout, shopMinor: number): string {
  return formatMoney(present(sim.state.shop, shopMinor, checkout.currency), checkout.currency);
}

function document(sim: Sim, locale: LocaleCode, title: string, script: string, body: string): string {
  const { shop } = sim.state;
  return `<!doctype html>
<html lang="${locale}" dir="${locale === "ar" ? "rtl" : "ltr"}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><meta name="referrer" content="same-origin">
<title>${escapeHtml(title)} – ${escapeHtml(shop.name)}</title>
<link rel="icon" href="/cdn/shop/t/1/assets/favicon.svg" type="image/svg+xml">
<link rel="preload" href="/cdn/shop/t/1/assets/inter.woff2" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="/cdn/shop/t/1/assets/checkout.css">
</head>
<body>
<header class="checkout-header"><a href="${localeFolder(shop, locale) || "/"}">${escapeHtml(shop.name)}</a></header>
${body}
${script}
</body>
</html>`;
}
