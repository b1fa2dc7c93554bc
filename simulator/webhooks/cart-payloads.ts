import { priceBasket } from "../commerce/pricing.ts";
import type { PricedBasket, PricedLine } from "../commerce/pricing.ts";
import { toDecimal } from "../money.ts";
import type { Cart, Checkout, CurrencyCode, SimState } from "../state.ts";
import { addressShape, customerShape, localTime, moneySet, numeric } from "./shapes.ts";

/** carts/create and carts/update. No attributes, customer, currency or images: that is how they come. */
export function cartPayload(state: SimState, cart: Cart, now: Date): object {
  const basket = { ...cart, email: null, shippingPrice: 0 };
  const inCurrency = priceBasket(state, basket, now);
  const inShop = priceBasket(state, { ...basket, currency: state.shop.currency }, now);
  return {
    id: cart.token,
    token: cart.token,
    line_items: inCurrency.lines.map((line, index) =>
      cartLine(state, line, inShop.lines[index] ?? line, cart.currency),
    ),
    note: cart.note === "" ? null : cart.note,
    updated_at: cart.updatedAt.toISOString(),
    created_at: cart.createdAt.toISOString(),
  };
}

function cartLine(state: SimState, line: PricedLine, inShop: PricedLine, currency: CurrencyCode): object {
  const { item, variant, product } = line;
  const set = (of: (priced: PricedLine) => number): object =>
    moneySet(state.shop, { shop: of(inShop), presentment: of(line) }, currency);
  const text = (of: (priced: PricedLine) => number): string => toDecimal(of(line), currency);
  return {
    id: numeric(variant.id),
    properties: Object.keys(item.properties).length > 0 ? item.properties : null,
    quantity: item.quantity,
    variant_id: numeric(variant.id),
    key: item.key,
    discounted_price: text(discountedPrice),
    discounts: line.allocations.map((allocation) => ({
      amount: toDecimal(allocation.amount, currency),
      title: allocation.code,
    })),
    gift_card: false,
    grams: variant.grams,
    line_price: text((priced) => priced.lineTotal - priced.discount),
    original_line_price: text((priced) => priced.lineTotal),
    original_price: text((priced) => priced.unitPrice),
    price: text((priced) => priced.unitPrice),
    product_id: numeric(product.id),
    sku: variant.sku,
    taxable: true,
    title: variant.title === "Default Title" ? product.title : `${product.title} - ${variant.title}`,
    total_discount: text((priced) => priced.discount),
    vendor: product.vendor,
    discounted_price_set: set(discountedPrice),
    line_price_set: set((priced) => priced.lineTotal - priced.discount),
    original_line_price_set: set((priced) => priced.lineTotal),
    price_set: set((priced) => priced.unitPrice),
    total_discount_set: set((priced) => priced.discount),
    parent_relationship: null,
  };
}

/** Of one piece, after discounts. */
function discountedPrice(priced: PricedLine): number {
  return Math.round((priced.lineTotal - priced.discount) / priced.item.quantity);
}

/** What a checkout costs, in the currency the shopper sees. */
export function priceCheckout(
  state: SimState,
  checkout: Checkout,
  now: Date,
  currency = checkout.currency,
): PricedBasket {
  return priceBasket(state, { ...checkout, currency, shippingPrice: checkout.shippingLine?.price ?? 0 }, now);
}

/** checkouts/create and checkouts/update (since 2026-04 without an id). */
export function checkoutPayload(state: SimState, origin: string, checkout: Checkout, now: Date): object {
  const { shop } = state;
  const priced = priceCheckout(state, checkout, now);
  const { currency } = checkout;
  const time = (at: Date | null): string | null => (at ? localTime(at, shop.ianaTimezone) : null);
  const customer = checkout.customerId === null ? undefined : state.customers.get(checkout.customerId);
  return {
    token: checkout.token,
    cart_token: checkout.cartToken,
    email: checkout.email,
    gateway: null,
    buyer_accepts_marketing: checkout.acceptsMarketing,
    created_at: time(checkout.createdAt),
    updated_at: time(checkout.updatedAt),
    landing_site: null,
    note: checkout.note === "" ? null : checkout.note,
    note_attributes: Object.entries(checkout.attributes).map(([name, value]) => ({ name, value })),
    referring_site: null,
    shipping_lines: checkout.shippingLine
      ? [
          {
            id: checkout.shippingLine.id,
            code: checkout.shippingLine.title,
            price: toDecimal(priced.shippingPrice, currency),
            source: "shopify",
            title: checkout.shippingLine.title,
            phone: null,
            tax_lines: [],
            presentment_title: checkout.shippingLine.title,
          },
        ]
      : [],
    taxes_included: false,
    total_weight: priced.lines.reduce((sum, line) => sum + line.variant.grams * line.item.quantity, 0),
    currency: shop.currency,
    completed_at: time(checkout.completedAt),
    closed_at: null,
    user_id: null,
    location_id: null,
    source_identifier: null,
    source_url: null,
    device_id: null,
    phone: checkout.phone,
    customer_locale: checkout.locale,
    line_items: priced.lines.map((line) => checkoutLine(state, line, currency)),
    name: `#${checkout.id}`,
    source: null,
    abandoned_checkout_url: recoveryUrl(state, origin, checkout),
    discount_codes: priced.codes
      .filter((code) => code.isApplicable)
      .map((code) => ({ code: code.code, amount: toDecimal(code.amount, currency), type: code.type })),
    tax_lines: [],
    source_name: "web",
    presentment_currency: currency,
    buyer_accepts_sms_marketing: false,
    sms_marketing_phone: null,
    total_discounts: toDecimal(priced.totalDiscount, currency),
    total_line_items_price: toDecimal(priced.itemsTotal, currency),
    total_price: toDecimal(priced.total, currency),
    total_tax: toDecimal(0, currency),
    subtotal_price: toDecimal(priced.subtotal, currency),
    total_duties: null,
    reservation_token: null,
    ...(checkout.shippingAddress && {
      billing_address: addressShape(checkout.shippingAddress),
      shipping_address: addressShape(checkout.shippingAddress),
    }),
    ...(customer && { customer: customerShape(shop, customer) }),
  };
}

function checkoutLine(state: SimState, line: PricedLine, currency: CurrencyCode): object {
  const { item, variant, product } = line;
  return {
    applied_discounts: [],
    discount_allocations: line.allocations.map((allocation) => ({
      id: null,
      amount: toDecimal(allocation.amount, currency),
      description: allocation.code,
      created_at: null,
      application_type: "discount_code",
    })),
    key: item.key,
    destination_location_id: null,
    fulfillment_service: "manual",
    gift_card: false,
    grams: variant.grams,
    origin_location_id: numeric(state.locations[0]?.id ?? "0"),
    presentment_title: product.title,
    presentment_variant_title: variant.title,
    product_id: numeric(product.id),
    properties: Object.keys(item.properties).length > 0 ? item.properties : null,
    quantity: item.quantity,
    requires_shipping: true,
    sku: variant.sku,
    tax_lines: [],
    taxable: true,
    title: product.title,
    variant_id: numeric(variant.id),
    variant_title: variant.title,
    variant_price: toDecimal(line.unitPrice, currency),
    vendor: product.vendor,
    user_id: null,
    unit_price_measurement: {
      measured_type: null,
      quantity_value: null,
      quantity_unit: null,
      reference_value: null,
      reference_unit: null,
    },
    rank: null,
    compare_at_price: line.compareAtPrice === null ? null : toDecimal(line.compareAtPrice, currency),
    line_price: toDecimal(line.lineTotal, currency),
    price: toDecimal(line.unitPrice, currency),
  };
}

/** checkouts/delete: an id and the cart token, but no checkout token. */
export function checkoutDeletedPayload(state: SimState, checkout: Checkout, now: Date): object {
  const priced = priceCheckout(state, checkout, now);
  const amount = (minor: number): string => toDecimal(minor, checkout.currency);
  return {
    id: numeric(checkout.id),
    presentment_currency: checkout.currency,
    buyer_accepts_sms_marketing: false,
    sms_marketing_phone: null,
    total_discounts: amount(priced.totalDiscount),
    total_line_items_price: amount(priced.itemsTotal),
    total_price: amount(priced.total),
    total_tax: amount(0),
    subtotal_price: amount(priced.subtotal),
    cart_token: checkout.cartToken,
    total_duties: null,
    reservation_token: null,
  };
}

/** Opens the checkout again, whoever follows it: the key is in it. */
export function recoveryUrl(state: SimState, origin: string, checkout: Checkout): string {
  return `${origin}/${state.shop.id}/checkouts/${checkout.token}/recover?key=${checkout.recoveryKey}`;
}
