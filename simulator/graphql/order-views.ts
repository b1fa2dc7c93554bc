import { toDecimal } from "../money.ts";
import type { Sim } from "../sim.ts";
import type { Checkout, Customer, DualMoney, Fulfillment, Order, OrderLine } from "../state.ts";
import { priceCheckout, recoveryUrl } from "../webhooks/cart-payloads.ts";
import { fulfillmentStatus } from "../webhooks/order-payloads.ts";
import { gid } from "../webhooks/shapes.ts";
import { connection } from "./connection.ts";
import type { PageArguments } from "./connection.ts";
import { moneyBag, moneyV2 } from "./money-view.ts";
import { productView, variantView } from "./product-views.ts";
import { matchesSearch } from "./search.ts";

type Search = PageArguments & { query?: string | null; sortKey?: string | null };

const NOTHING: DualMoney = { shop: 0, presentment: 0 };

/** `Order` */
export function orderView(sim: Sim, order: Order): object {
  const { state } = sim;
  const bag = (money: DualMoney): object => moneyBag(state.shop, money, order.presentmentCurrency);
  const text = (money: DualMoney): string => toDecimal(money.shop, state.shop.currency);
  const refunded = order.refunds.reduce(
    (all, refund) => ({
      shop: all.shop + refund.amount.shop,
      presentment: all.presentment + refund.amount.presentment,
    }),
    NOTHING,
  );
  const current = order.cancelledAt
    ? NOTHING
    : { shop: order.total.shop - refunded.shop, presentment: order.total.presentment - refunded.presentment };
  const isPaid = order.financialStatus !== "pending";
  return {
    __typename: "Order",
    id: gid("Order", order.id),
    legacyResourceId: order.id,
    name: order.name,
    number: order.number,
    email: order.email,
    phone: order.phone,
    note: order.note === "" ? null : order.note,
    tags: order.tags,
    test: order.isTest,
    sourceName: order.sourceName,
    cartToken: order.cartToken,
    checkoutToken: order.checkoutToken,
    confirmed: true,
    closed: false,
    closedAt: null,
    cancelledAt: order.cancelledAt?.toISOString() ?? null,
    cancelReason: order.cancelReason?.toUpperCase() ?? null,
    createdAt: order.createdAt.toISOString(),
    processedAt: order.processedAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
    currencyCode: order.currency,
    presentmentCurrencyCode: order.presentmentCurrency,
    customAttributes: order.noteAttributes.map(({ name, value }) => ({ key: name, value })),
    customerLocale: order.locale,
    customerAcceptsMarketing: order.acceptsMarketing,
    customer: () => {
      const customer = order.customerId === null ? undefined : state.customers.get(order.customerId);
      return customer ? customerView(sim, customer) : null;
    },
    discountCode: order.codes[0]?.code ?? null,
    discountCodes: order.codes.map((code) => code.code),
    displayFinancialStatus: order.financialStatus.toUpperCase(),
    displayFulfillmentStatus: { fulfilled: "FULFILLED", partial: "PARTIALLY_FULFILLED", none: "UNFULFILLED" }[
      fulfillmentStatus(order) ?? "none"
    ],
    fullyPaid: isPaid,
    unpaid: !isPaid,
    paymentGatewayNames: ["bogus"],
    requiresShipping: true,
    taxesIncluded: false,
    subtotalPrice: text(order.subtotal),
    subtotalPriceSet: bag(order.subtotal),
    totalPrice: text(order.total),
    totalPriceSet: bag(order.total),
    originalTotalPriceSet: bag(order.total),
    currentTotalPriceSet: bag(current),
    currentSubtotalPriceSet: bag(current),
    totalDiscounts: text(order.totalDiscounts),
    totalDiscountsSet: bag(order.totalDiscounts),
    currentTotalDiscountsSet: bag(order.totalDiscounts),
    totalShippingPrice: text(order.shippingPrice),
    totalShippingPriceSet: bag(order.shippingPrice),
    totalTax: text(NOTHING),
    totalTaxSet: bag(NOTHING),
    totalRefunded: text(refunded),
    totalRefundedSet: bag(refunded),
    totalReceived: text(isPaid ? order.total : NOTHING),
    totalReceivedSet: bag(isPaid ? order.total : NOTHING),
    totalOutstandingSet: bag(isPaid ? NOTHING : order.total),
    netPayment: text(isPaid ? current : NOTHING),
    netPaymentSet: bag(isPaid ? current : NOTHING),
    subtotalLineItemsQuantity: order.lines.reduce((sum, line) => sum + line.quantity, 0),
    currentSubtotalLineItemsQuantity: order.lines.reduce((sum, line) => sum + line.currentQuantity, 0),
    statusPageUrl: () =>
      `${sim.origin}/${state.shop.id}/orders/${order.token}/authenticate?key=${order.token.slice(0, 12)}`,
    lineItems: (args: PageArguments) =>
      connection(
        order.lines,
        args,
        (line) => lineItemView(sim, order, line),
        (line) => line.id,
      ),
    fulfillments: ({ first }: { first?: number | null }) =>
      order.fulfillments.slice(0, first ?? undefined).map((fulfillment) => fulfillmentView(sim, order, fulfillment)),
    fulfillmentsCount: { count: order.fulfillments.length, precision: "EXACT" },
    metafield: null,
  };
}

/** `Customer` */
export function customerView(sim: Sim, customer: Customer): object {
  const orders = [...sim.state.orders.values()].filter((order) => order.customerId === customer.id);
  const spent = orders.reduce((sum, order) => sum + (order.cancelledAt ? 0 : order.total.shop), 0);
  return {
    __typename: "Customer",
    id: gid("Customer", customer.id),
    legacyResourceId: customer.id,
    firstName: customer.firstName,
    lastName: customer.lastName,
    displayName: `${customer.firstName} ${customer.lastName}`.trim(),
    email: customer.email,
    phone: customer.phone,
    note: customer.note,
    tags: customer.tags,
    locale: customer.locale,
    state: "DISABLED",
    verifiedEmail: customer.email !== null,
    validEmailAddress: customer.email !== null,
    numberOfOrders: String(customer.ordersCount),
    amountSpent: moneyV2(spent, sim.state.shop.currency),
    createdAt: customer.createdAt.toISOString(),
    updatedAt: customer.updatedAt.toISOString(),
    dataSaleOptOut: false,
    taxExempt: false,
    taxExemptions: [],
    multipassIdentifier: null,
    canDelete: orders.length === 0,
    defaultEmailAddress:
      customer.email === null
        ? null
        : {
            emailAddress: customer.email,
            marketingState: customer.acceptsMarketing ? "SUBSCRIBED" : "NOT_SUBSCRIBED",
            validFormat: true,
          },
    defaultPhoneNumber:
      customer.phone === null ? null : { phoneNumber: customer.phone, marketingState: "NOT_SUBSCRIBED" },
    lastOrder: () => {
      const last = orders.at(-1);
      return last ? orderView(sim, last) : null;
    },
    orders: (args: PageArguments) =>
      connection(
        orders,
        args,
        (order) => orderView(sim, order),
        (order) => order.id,
      ),
    metafield: null,
  };
}

/** `Fulfillment` */
export function fulfillmentView(sim: Sim, order: Order, fulfillment: Fulfillment): object {
  const at = (status: string): string | null =>
    fulfillment.events.findLast((event) => event.status === status)?.happenedAt.toISOString() ?? null;
  return {
    __typename: "Fulfillment",
    id: gid("Fulfillment", fulfillment.id),
    legacyResourceId: fulfillment.id,
    name: fulfillment.name,
    status: fulfillment.status.toUpperCase(),
    displayStatus:
      fulfillment.status === "cancelled" ? "CANCELED" : (fulfillment.shipmentStatus?.toUpperCase() ?? "FULFILLED"),
    createdAt: fulfillment.createdAt.toISOString(),
    updatedAt: fulfillment.updatedAt.toISOString(),
    deliveredAt: at("delivered"),
    inTransitAt: at("in_transit"),
    estimatedDeliveryAt: fulfillment.events.at(-1)?.estimatedDeliveryAt?.toISOString() ?? null,
    requiresShipping: true,
    totalQuantity: fulfillment.lines.reduce((sum, line) => sum + line.quantity, 0),
    order: () => orderView(sim, order),
    trackingInfo: ({ first }: { first?: number | null }) =>
      fulfillment.trackingNumber === null || first === 0
        ? []
        : [{ company: fulfillment.trackingCompany, number: fulfillment.trackingNumber, url: fulfillment.trackingUrl }],
    events: (args: PageArguments) =>
      connection(
        fulfillment.events,
        args,
        (event) => ({
          id: gid("FulfillmentEvent", event.id),
          status: event.status.toUpperCase(),
          happenedAt: event.happenedAt.toISOString(),
          createdAt: event.happenedAt.toISOString(),
          estimatedDeliveryAt: event.estimatedDeliveryAt?.toISOString() ?? null,
          message: event.message,
          city: null,
          country: null,
          province: null,
          zip: null,
          address1: null,
          latitude: null,
          longitude: null,
        }),
        (event) => event.id,
      ),
  };
}

export function ordersConnection(sim: Sim, args: Search): object {
  const found = [...sim.state.orders.values()].filter((order) =>
    matchesSearch(args.query, {
      id: order.id,
      name: order.name,
      email: order.email,
      customer_id: order.customerId,
      created_at: order.createdAt,
      processed_at: order.processedAt,
      updated_at: order.updatedAt,
      financial_status: order.financialStatus,
      fulfillment_status: fulfillmentStatus(order) ?? "unfulfilled",
      status: order.cancelledAt ? "cancelled" : "open",
      source_name: order.sourceName,
      discount_code: order.codes.map((code) => code.code),
      checkout_token: order.checkoutToken,
      cart_token: order.cartToken,
      test: order.isTest,
    }),
  );
  const sorted =
    args.sortKey === "UPDATED_AT" ? found.toSorted((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime()) : found;
  return connection(
    sorted,
    args,
    (order) => orderView(sim, order),
    (order) => order.id,
  );
}

export function customersConnection(sim: Sim, args: Search): object {
  const found = [...sim.state.customers.values()].filter((customer) =>
    matchesSearch(args.query, {
      id: customer.id,
      name: `${customer.firstName} ${customer.lastName}`,
      email: customer.email,
      phone: customer.phone,
      tag: customer.tags,
      updated_at: customer.updatedAt,
      orders_count: customer.ordersCount,
    }),
  );
  return connection(
    found,
    args,
    (customer) => customerView(sim, customer),
    (customer) => customer.id,
  );
}

/** Abandoned checkouts exist once contact information was given; recovered ones stay, with `completedAt`. */
export function abandonedCheckoutsConnection(sim: Sim, args: Search): object {
  const found = [...sim.state.checkouts.values()].filter(
    (checkout) =>
      (checkout.email !== null || checkout.phone !== null) &&
      matchesSearch(args.query, {
        id: checkout.id,
        created_at: checkout.createdAt,
        updated_at: checkout.updatedAt,
        email: checkout.email,
      }),
  );
  return connection(
    found,
    args,
    (checkout) => abandonedCheckoutView(sim, checkout),
    (checkout) => checkout.id,
  );
}

function abandonedCheckoutView(sim: Sim, checkout: Checkout): object {
  const { state } = sim;
  const now = sim.clock.now();
  const presented = priceCheckout(state, checkout, now);
  const inShop = priceCheckout(state, checkout, now, state.shop.currency);
  const bag = (of: (priced: typeof presented) => number): object =>
    moneyBag(state.shop, { shop: of(inShop), presentment: of(presented) }, checkout.currency);
  return {
    __typename: "AbandonedCheckout",
    id: gid("AbandonedCheckout", checkout.id),
    name: `#${checkout.id}`,
    abandonedCheckoutUrl: recoveryUrl(state, sim.origin, checkout),
    createdAt: checkout.createdAt.toISOString(),
    updatedAt: checkout.updatedAt.toISOString(),
    completedAt: checkout.completedAt?.toISOString() ?? null,
    customAttributes: Object.entries(checkout.attributes).map(([key, value]) => ({ key, value })),
    customer: () => {
      const customer = checkout.customerId === null ? undefined : state.customers.get(checkout.customerId);
      return customer ? customerView(sim, customer) : null;
    },
    discountCodes: checkout.discountCodes,
    note: checkout.note,
    taxesIncluded: false,
    lineItemsQuantity: presented.lines.length,
    subtotalPriceSet: bag((priced) => priced.subtotal),
    totalDiscountSet: bag((priced) => priced.totalDiscount),
    totalLineItemsPriceSet: bag((priced) => priced.itemsTotal),
    totalPriceSet: bag((priced) => priced.total),
    totalTaxSet: bag(() => 0),
    lineItems: (args: PageArguments) =>
      connection(
        presented.lines.map((line, index) => ({ line, shopLine: inShop.lines[index] ?? line })),
        args,
        ({ line, shopLine }) => ({
          id: gid("AbandonedCheckoutLineItem", `${checkout.id}${line.variant.id}`),
          title: line.product.title,
          variantTitle: line.variant.title,
          quantity: line.item.quantity,
          sku: line.variant.sku,
          customAttributes: Object.entries(line.item.properties).map(([key, value]) => ({ key, value })),
          product: () => productView(sim, line.product),
          variant: () => variantView(sim, line.variant),
          image: {
            url: () => sim.origin + line.product.image.path,
            altText: line.product.image.alt,
            width: line.product.image.width,
            height: line.product.image.height,
          },
          originalUnitPriceSet: moneyBag(
            state.shop,
            { shop: shopLine.unitPrice, presentment: line.unitPrice },
            checkout.currency,
          ),
          originalTotalPriceSet: moneyBag(
            state.shop,
            { shop: shopLine.lineTotal, presentment: line.lineTotal },
            checkout.currency,
          ),
          discountedTotalPriceSet: moneyBag(
            state.shop,
            { shop: shopLine.lineTotal - shopLine.discount, presentment: line.lineTotal - line.discount },
            checkout.currency,
          ),
        }),
        ({ line }) => line.item.key,
      ),
  };
}

function lineItemView(sim: Sim, order: Order, line: OrderLine): object {
  const bag = (of: (price: number, discount: number) => number): object =>
    moneyBag(
      sim.state.shop,
      {
        shop: of(line.price.shop, line.discount.shop),
        presentment: of(line.price.presentment, line.discount.presentment),
      },
      order.presentmentCurrency,
    );
  return {
    __typename: "LineItem",
    id: gid("LineItem", line.id),
    title: line.title,
    name: line.variantTitle === "Default Title" ? line.title : `${line.title} - ${line.variantTitle}`,
    variantTitle: line.variantTitle === "Default Title" ? null : line.variantTitle,
    sku: line.sku,
    vendor: line.vendor,
    quantity: line.quantity,
    currentQuantity: line.currentQuantity,
    fulfillableQuantity: line.currentQuantity - line.fulfilledQuantity,
    unfulfilledQuantity: line.currentQuantity - line.fulfilledQuantity,
    refundableQuantity: line.currentQuantity,
    requiresShipping: true,
    taxable: true,
    isGiftCard: false,
    customAttributes: Object.entries(line.properties).map(([key, value]) => ({ key, value })),
    originalUnitPriceSet: bag((price) => price),
    originalTotalSet: bag((price) => price * line.quantity),
    discountedTotalSet: () => bag((price, discount) => price * line.quantity - discount),
    discountedUnitPriceSet: bag((price, discount) => Math.round((price * line.quantity - discount) / line.quantity)),
    totalDiscountSet: bag((_price, discount) => discount),
    product: () => {
      const product = sim.state.products.get(line.productId);
      return product ? productView(sim, product) : null;
    },
    variant: () => {
      const variant = sim.state.variants.get(line.variantId);
      return variant ? variantView(sim, variant) : null;
    },
  };
}
