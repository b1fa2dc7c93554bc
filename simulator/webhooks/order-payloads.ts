import { decimalsOf, toDecimal } from "../money.ts";
import type { CurrencyCode, DualMoney, Fulfillment, Order, OrderLine, Refund, SimState } from "../state.ts";
import { addressShape, customerShape, gid, localTime, moneySet, numeric } from "./shapes.ts";

const NOTHING: DualMoney = { shop: 0, presentment: 0 };

/** orders/create, orders/paid, orders/updated, orders/fulfilled and orders/cancelled: one shape. */
export function orderPayload(state: SimState, origin: string, order: Order): object {
  const { shop } = state;
  const time = (at: Date | null): string | null => (at ? localTime(at, shop.ianaTimezone) : null);
  const text = (money: DualMoney): string => toDecimal(money.shop, shop.currency);
  const set = (money: DualMoney): object => moneySet(shop, money, order.presentmentCurrency);
  const customer = order.customerId === null ? undefined : state.customers.get(order.customerId);
  const lineItemsTotal = sum(order.lines.map((line) => times(line.price, line.quantity)));
  const refunded = sum(order.refunds.map((refund) => refund.amount));
  const current = order.cancelledAt ? NOTHING : minus(order.total, refunded);
  const isPaid = order.financialStatus !== "pending";

  return {
    id: numeric(order.id),
    admin_graphql_api_id: gid("Order", order.id),
    app_id: 580111,
    browser_ip: null,
    buyer_accepts_marketing: order.acceptsMarketing,
    cancel_reason: order.cancelReason,
    cancelled_at: time(order.cancelledAt),
    cart_token: order.cartToken,
    checkout_token: order.checkoutToken,
    client_details: null,
    closed_at: null,
    confirmation_number: order.token.slice(0, 9).toUpperCase(),
    confirmed: true,
    contact_email: order.email,
    created_at: time(order.createdAt),
    currency: order.currency,
    current_shipping_price_set: set(order.shippingPrice),
    current_subtotal_price: text(order.cancelledAt ? NOTHING : minus(order.subtotal, refunded)),
    current_subtotal_price_set: set(order.cancelledAt ? NOTHING : minus(order.subtotal, refunded)),
    current_total_additional_fees_set: null,
    current_total_discounts: text(order.totalDiscounts),
    current_total_discounts_set: set(order.totalDiscounts),
    current_total_duties_set: null,
    current_total_price: text(current),
    current_total_price_set: set(current),
    current_total_tax: text(NOTHING),
    current_total_tax_set: set(NOTHING),
    customer_locale: order.locale,
    device_id: null,
    discount_codes: order.codes.map((code) => ({ code: code.code, amount: text(code.amount), type: code.type })),
    duties_included: false,
    email: order.email,
    estimated_taxes: false,
    financial_status: order.financialStatus,
    fulfillment_status: fulfillmentStatus(order),
    landing_site: null,
    landing_site_ref: null,
    location_id: null,
    merchant_business_entity_id: "MTYyMTA0MzMwMTIz",
    merchant_of_record_app_id: null,
    name: order.name,
    note: order.note === "" ? null : order.note,
    note_attributes: order.noteAttributes,
    number: order.number - 1000,
    order_number: order.number,
    order_status_url: `${origin}/${shop.id}/orders/${order.token}/authenticate?key=${order.token.slice(0, 12)}`,
    original_total_additional_fees_set: null,
    original_total_duties_set: null,
    payment_gateway_names: ["bogus"],
    phone: order.phone,
    po_number: null,
    presentment_currency: order.presentmentCurrency,
    processed_at: time(order.processedAt),
    reference: null,
    referring_site: null,
    source_identifier: null,
    source_name: order.sourceName,
    source_url: null,
    subtotal_price: text(order.subtotal),
    subtotal_price_set: set(order.subtotal),
    tags: order.tags.join(", "),
    tax_exempt: false,
    tax_lines: [],
    taxes_included: false,
    test: order.isTest,
    token: order.token,
    total_cash_rounding_payment_adjustment_set: set(NOTHING),
    total_cash_rounding_refund_adjustment_set: set(NOTHING),
    total_discounts: text(order.totalDiscounts),
    total_discounts_set: set(order.totalDiscounts),
    total_line_items_price: text(lineItemsTotal),
    total_line_items_price_set: set(lineItemsTotal),
    total_outstanding: text(isPaid ? NOTHING : order.total),
    total_price: text(order.total),
    total_price_set: set(order.total),
    total_shipping_price_set: set(order.shippingPrice),
    total_tax: text(NOTHING),
    total_tax_set: set(NOTHING),
    total_tip_received: text(NOTHING),
    total_weight: order.lines.reduce((grams, line) => grams + line.grams * line.quantity, 0),
    updated_at: time(order.updatedAt),
    user_id: null,
    ...(order.shippingAddress && { billing_address: addressShape(order.shippingAddress) }),
    ...(customer && { customer: customerShape(shop, customer) }),
    discount_applications: order.codes.map((code) => ({
      target_type: code.type === "shipping" ? "shipping_line" : "line_item",
      type: "discount_code",
      value: text(code.amount),
      value_type: "fixed_amount",
      allocation_method: "across",
      target_selection: "all",
      code: code.code,
    })),
    fulfillments: order.fulfillments.map((fulfillment) => fulfillmentPayload(state, order, fulfillment)),
    line_items: order.lines.map((line) => orderLine(state, order, line)),
    payment_terms: null,
    refunds: order.refunds.map((refund) => refundPayload(state, order, refund)),
    ...(order.shippingAddress && { shipping_address: addressShape(order.shippingAddress) }),
    shipping_lines: order.shippingLine
      ? [
          {
            id: numeric(order.shippingLine.id),
            carrier_identifier: null,
            code: order.shippingLine.title,
            current_discounted_price_set: set(order.shippingPrice),
            discounted_price: text(order.shippingPrice),
            discounted_price_set: set(order.shippingPrice),
            is_removed: false,
            phone: null,
            price: toDecimal(order.shippingLine.price, order.currency),
            price_set: set(order.shippingPrice),
            requested_fulfillment_service_id: null,
            source: "shopify",
            title: order.shippingLine.title,
            tax_lines: [],
            discount_allocations: [],
          },
        ]
      : [],
    returns: [],
    line_item_groups: [],
  };
}

/** fulfillments/create and fulfillments/update. Nothing in it names the customer but the e-mail address. */
export function fulfillmentPayload(state: SimState, order: Order, fulfillment: Fulfillment): object {
  const timezone = state.shop.ianaTimezone;
  return {
    id: numeric(fulfillment.id),
    order_id: numeric(order.id),
    status: fulfillment.status,
    created_at: localTime(fulfillment.createdAt, timezone),
    service: "manual",
    updated_at: localTime(fulfillment.updatedAt, timezone),
    tracking_company: fulfillment.trackingCompany,
    shipment_status: fulfillment.shipmentStatus,
    location_id: numeric(state.locations[0]?.id ?? "0"),
    origin_address: null,
    email: order.email,
    destination: order.shippingAddress ? addressShape(order.shippingAddress) : null,
    line_items: fulfillment.lines.flatMap((shipped) => {
      const line = order.lines.find((candidate) => candidate.id === shipped.orderLineId);
      return line ? [{ ...orderLine(state, order, line), quantity: shipped.quantity }] : [];
    }),
    tracking_number: fulfillment.trackingNumber,
    tracking_numbers: fulfillment.trackingNumber === null ? [] : [fulfillment.trackingNumber],
    tracking_url: fulfillment.trackingUrl,
    tracking_urls: fulfillment.trackingUrl === null ? [] : [fulfillment.trackingUrl],
    receipt: {},
    name: fulfillment.name,
    admin_graphql_api_id: gid("Fulfillment", fulfillment.id),
  };
}

/** fulfillment_events/create */
export function fulfillmentEventPayload(
  state: SimState,
  order: Order,
  fulfillment: Fulfillment,
  event: Fulfillment["events"][number],
): object {
  const time = (at: Date | null): string | null => (at ? localTime(at, state.shop.ianaTimezone) : null);
  return {
    id: numeric(event.id),
    fulfillment_id: numeric(fulfillment.id),
    status: event.status,
    message: event.message,
    happened_at: time(event.happenedAt),
    city: order.shippingAddress?.city ?? null,
    province: order.shippingAddress?.province ?? null,
    country: order.shippingAddress?.countryCode ?? null,
    zip: order.shippingAddress?.zip ?? null,
    address1: null,
    latitude: null,
    longitude: null,
    shop_id: numeric(state.shop.id),
    created_at: time(event.happenedAt),
    updated_at: time(event.happenedAt),
    estimated_delivery_at: time(event.estimatedDeliveryAt),
    order_id: numeric(order.id),
    admin_graphql_api_id: gid("FulfillmentEvent", event.id),
  };
}

/** refunds/create. `subtotal` and `total_tax` of its lines are numbers, not strings. */
export function refundPayload(state: SimState, order: Order, refund: Refund): object {
  const { shop } = state;
  const time = localTime(refund.createdAt, shop.ianaTimezone);
  const set = (money: DualMoney): object => moneySet(shop, money, order.presentmentCurrency);
  return {
    id: numeric(refund.id),
    order_id: numeric(order.id),
    created_at: time,
    note: refund.note,
    user_id: null,
    processed_at: time,
    duties: [],
    total_duties_set: set(NOTHING),
    return: null,
    restock: refund.restock,
    refund_shipping_lines: [],
    admin_graphql_api_id: gid("Refund", refund.id),
    order_adjustments: [],
    refund_line_items: refund.lines.flatMap((refunded) => {
      const line = order.lines.find((candidate) => candidate.id === refunded.orderLineId);
      if (!line) return [];
      return [
        {
          id: numeric(refunded.id),
          quantity: refunded.quantity,
          line_item_id: numeric(line.id),
          location_id: refund.restock ? numeric(state.locations[0]?.id ?? "0") : null,
          restock_type: refund.restock ? "return" : "no_restock",
          subtotal: asNumber(refunded.subtotal.shop, shop.currency),
          total_tax: 0,
          subtotal_set: set(refunded.subtotal),
          total_tax_set: set(NOTHING),
          line_item: orderLine(state, order, line),
        },
      ];
    }),
    transactions: [
      {
        id: numeric(refund.id) + 1,
        order_id: numeric(order.id),
        kind: "refund",
        gateway: "bogus",
        status: "success",
        message: "Bogus Gateway: Forced success",
        created_at: time,
        test: order.isTest,
        authorization: null,
        location_id: null,
        user_id: null,
        parent_id: null,
        processed_at: time,
        device_id: null,
        error_code: null,
        source_name: "web",
        receipt: {},
        amount: toDecimal(refund.amount.presentment, order.presentmentCurrency),
        currency: order.presentmentCurrency,
        payment_id: `${order.name}.1`,
        manual_payment_gateway: false,
        amount_rounding: null,
        admin_graphql_api_id: gid("OrderTransaction", String(numeric(refund.id) + 1)),
      },
    ],
  };
}

/** "fulfilled", "partial" or null: nothing shipped yet. */
export function fulfillmentStatus(order: Order): "fulfilled" | "partial" | null {
  const open = order.lines.filter((line) => line.fulfilledQuantity < line.currentQuantity);
  if (!order.lines.some((line) => line.fulfilledQuantity > 0)) return null;
  return open.length === 0 ? "fulfilled" : "partial";
}

function orderLine(state: SimState, order: Order, line: OrderLine): object {
  const set = (money: DualMoney): object => moneySet(state.shop, money, order.presentmentCurrency);
  const variant = state.variants.get(line.variantId);
  return {
    id: numeric(line.id),
    admin_graphql_api_id: gid("LineItem", line.id),
    attributed_staffs: [],
    current_quantity: line.currentQuantity,
    fulfillable_quantity: Math.max(0, line.currentQuantity - line.fulfilledQuantity),
    fulfillment_service: "manual",
    fulfillment_status:
      line.fulfilledQuantity === 0 ? null : line.fulfilledQuantity < line.quantity ? "partial" : "fulfilled",
    gift_card: false,
    grams: line.grams,
    name: line.variantTitle === "Default Title" ? line.title : `${line.title} - ${line.variantTitle}`,
    price: toDecimal(line.price.shop, state.shop.currency),
    price_set: set(line.price),
    product_exists: state.products.has(line.productId),
    product_id: numeric(line.productId),
    properties: Object.entries(line.properties).map(([name, value]) => ({ name, value })),
    quantity: line.quantity,
    requires_shipping: true,
    sales_line_item_group_id: null,
    sku: line.sku,
    taxable: true,
    title: line.title,
    total_discount: toDecimal(0, state.shop.currency),
    total_discount_set: set(NOTHING),
    variant_id: numeric(line.variantId),
    variant_inventory_management: variant?.tracked === false ? null : "shopify",
    variant_title: line.variantTitle === "Default Title" ? null : line.variantTitle,
    vendor: line.vendor,
    tax_lines: [],
    duties: [],
    discount_allocations:
      line.discount.shop > 0
        ? [
            {
              amount: toDecimal(line.discount.shop, state.shop.currency),
              amount_set: set(line.discount),
              discount_application_index: 0,
            },
          ]
        : [],
  };
}

function sum(amounts: DualMoney[]): DualMoney {
  return amounts.reduce(
    (all, one) => ({ shop: all.shop + one.shop, presentment: all.presentment + one.presentment }),
    NOTHING,
  );
}

function minus(from: DualMoney, amount: DualMoney): DualMoney {
  return { shop: from.shop - amount.shop, presentment: from.presentment - amount.presentment };
}

function times(money: DualMoney, quantity: number): DualMoney {
  return { shop: money.shop * quantity, presentment: money.presentment * quantity };
}

function asNumber(minor: number, currency: CurrencyCode): number {
  return minor / 10 ** decimalsOf(currency);
}
