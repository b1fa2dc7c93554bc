import { randomBytes } from "node:crypto";
import type { Sim } from "../sim.ts";
import { findCode, newId } from "../state.ts";
import type {
  Address,
  AppliedCode,
  CurrencyCode,
  DualMoney,
  LineItem,
  LocaleCode,
  Order,
  OrderLine,
  ShippingLine,
} from "../state.ts";
import { checkoutPayload } from "../webhooks/cart-payloads.ts";
import { orderPayload } from "../webhooks/order-payloads.ts";
import { updateCustomer } from "./customers.ts";
import { putBack, takeStock } from "./inventory.ts";
import { priceBasket } from "./pricing.ts";

export type NewOrder = {
  items: LineItem[];
  discountCodes: string[];
  cartToken: string | null;
  checkoutToken: string | null;
  noteAttributes: { name: string; value: string }[];
  note: string;
  customerId: string | null;
  email: string | null;
  phone: string | null;
  acceptsMarketing: boolean;
  /** The currency the shopper paid in. */
  currency: CurrencyCode;
  locale: LocaleCode;
  shippingAddress: Address | null;
  shippingLine: ShippingLine | null;
  sourceName: string;
  isTest: boolean;
  isPaid: boolean;
};

/**
 * Makes an order: prices it with its codes, counts them as used, takes the stock, ends cart and checkout. Sends
 * checkouts/update (completed), orders/create, orders/paid when paid, customers/update, and what changed in stock.
 */
export function placeOrder(sim: Sim, fields: NewOrder): Order {
  const { state } = sim;
  const now = sim.clock.now();
  const basket = { ...fields, shippingPrice: fields.shippingLine?.price ?? 0 };
  const presented = priceBasket(state, basket, now);
  const inShop = priceBasket(state, { ...basket, currency: state.shop.currency }, now);
  const pair = (of: (priced: typeof presented) => number): DualMoney => ({
    shop: of(inShop),
    presentment: of(presented),
  });

  const lines = presented.lines.map((line, index): OrderLine => {
    const shopLine = inShop.lines[index] ?? line;
    return {
      id: newId(state),
      variantId: line.variant.id,
      productId: line.product.id,
      title: line.product.title,
      variantTitle: line.variant.title,
      sku: line.variant.sku,
      vendor: line.product.vendor,
      grams: line.variant.grams,
      quantity: line.item.quantity,
      currentQuantity: line.item.quantity,
      fulfilledQuantity: 0,
      price: { shop: shopLine.unitPrice, presentment: line.unitPrice },
      discount: { shop: shopLine.discount, presentment: line.discount },
      properties: line.item.properties,
    };
  });
  const codes = presented.codes.flatMap((code, index): AppliedCode[] => {
    if (!code.isApplicable || !code.discount || !code.type) return [];
    const amount = { shop: inShop.codes[index]?.amount ?? code.amount, presentment: code.amount };
    return [{ code: code.code, discountId: code.discount.id, type: code.type, amount }];
  });

  const number = state.nextOrderNumber;
  state.nextOrderNumber += 1;
  const order: Order = {
    id: newId(state),
    name: `#${number}`,
    number,
    token: randomBytes(16).toString("hex"),
    cartToken: fields.cartToken,
    checkoutToken: fields.checkoutToken,
    customerId: fields.customerId,
    email: fields.email,
    phone: fields.phone,
    acceptsMarketing: fields.acceptsMarketing,
    locale: fields.locale,
    currency: state.shop.currency,
    presentmentCurrency: fields.currency,
    noteAttributes: fields.noteAttributes,
    note: fields.note,
    lines,
    codes,
    shippingLine: fields.shippingLine,
    subtotal: pair((priced) => priced.subtotal),
    totalDiscounts: pair((priced) => priced.totalDiscount),
    shippingPrice: pair((priced) => priced.shippingPrice - priced.shippingDiscount),
    total: pair((priced) => priced.total),
    shippingAddress: fields.shippingAddress,
    financialStatus: fields.isPaid ? "paid" : "pending",
    sourceName: fields.sourceName,
    isTest: fields.isTest,
    cancelledAt: null,
    cancelReason: null,
    tags: [],
    createdAt: now,
    processedAt: now,
    updatedAt: now,
    fulfillments: [],
    refunds: [],
  };
  state.orders.set(order.id, order);
  countCodes(sim, order);
  endShopping(sim, order);

  sendOrder(sim, "orders/create", order);
  if (fields.isPaid) sendOrder(sim, "orders/paid", order);
  const customer = order.customerId === null ? undefined : state.customers.get(order.customerId);
  if (customer) updateCustomer(sim, customer, { ordersCount: customer.ordersCount + 1 });
  for (const line of order.lines) {
    const variant = state.variants.get(line.variantId);
    if (variant) takeStock(sim, variant, line.quantity);
  }
  return order;
}

/** The money came in (at the door, by transfer). Sends orders/paid and orders/updated. */
export function markPaid(sim: Sim, order: Order): void {
  if (order.financialStatus !== "pending") return;
  order.financialStatus = "paid";
  order.updatedAt = sim.clock.now();
  sendOrder(sim, "orders/paid", order);
  sendOrder(sim, "orders/updated", order);
}

/** Cancels an order and puts what was not shipped back. Sends orders/cancelled, orders/updated and the stock. */
export function cancelOrder(sim: Sim, order: Order, reason = "customer"): void {
  if (order.cancelledAt) return;
  order.cancelledAt = sim.clock.now();
  order.cancelReason = reason;
  order.financialStatus = order.financialStatus === "pending" ? "voided" : "refunded";
  order.updatedAt = order.cancelledAt;
  for (const line of order.lines) {
    const variant = sim.state.variants.get(line.variantId);
    if (variant) putBack(sim, variant, line.currentQuantity - line.fulfilledQuantity);
    line.currentQuantity = line.fulfilledQuantity;
  }
  sendOrder(sim, "orders/cancelled", order);
  sendOrder(sim, "orders/updated", order);
}

/** Sends `topic` with the order as it is now. */
export function sendOrder(sim: Sim, topic: string, order: Order): void {
  sim.webhooks.send(topic, orderPayload(sim.state, sim.origin, order), laneOfOrder(order));
}

/** Webhooks of one purchase leave in order: those of its cart, its checkout and itself. */
export function laneOfOrder(order: Order): string {
  return order.cartToken ?? order.checkoutToken ?? `order:${order.id}`;
}

function countCodes(sim: Sim, order: Order): void {
  for (const applied of order.codes) {
    const found = findCode(sim.state, applied.code);
    if (!found) continue;
    found.redeemCode.usageCount += 1;
    if (order.customerId) found.redeemCode.usedBy.push(order.customerId);
    if (order.email) found.redeemCode.usedBy.push(order.email.toLowerCase());
  }
}

function endShopping(sim: Sim, order: Order): void {
  if (order.cartToken) sim.state.carts.delete(order.cartToken);
  for (const checkout of sim.state.checkouts.values()) {
    const isThis =
      checkout.token === order.checkoutToken || (order.cartToken !== null && checkout.cartToken === order.cartToken);
    if (!isThis || checkout.completedAt) continue;
    checkout.completedAt = order.createdAt;
    checkout.updatedAt = order.createdAt;
    checkout.orderId = order.id;
    sim.webhooks.send(
      "checkouts/update",
      checkoutPayload(sim.state, sim.origin, checkout, order.createdAt),
      laneOfOrder(order),
    );
  }
}
