import type { Sim } from "../sim.ts";
import { newId } from "../state.ts";
import type { DualMoney, Order, Refund } from "../state.ts";
import { refundPayload } from "../webhooks/order-payloads.ts";
import { putBack } from "./inventory.ts";
import { laneOfOrder, sendOrder } from "./orders.ts";

/**
 * Gives money back: for the lines named (variant ids with quantities), or for everything still there with its shipping.
 * Sends refunds/create, orders/updated and, with `restock`, the stock.
 */
export function refundOrder(
  sim: Sim,
  order: Order,
  of: { items?: { variantId: string; quantity: number }[]; restock?: boolean; note?: string | null } = {},
): Refund {
  const now = sim.clock.now();
  const isFull = of.items === undefined;
  const wanted = of.items ?? order.lines.map((line) => ({ variantId: line.variantId, quantity: line.currentQuantity }));
  const lines = wanted.flatMap(({ variantId, quantity }) => {
    const line = order.lines.find((candidate) => candidate.variantId === variantId && candidate.currentQuantity > 0);
    if (!line) return [];
    const pieces = Math.min(quantity, line.currentQuantity);
    const part = (full: number, discount: number): number => Math.round(((full - discount) * pieces) / line.quantity);
    const subtotal = {
      shop: part(line.price.shop * line.quantity, line.discount.shop),
      presentment: part(line.price.presentment * line.quantity, line.discount.presentment),
    };
    line.currentQuantity -= pieces;
    const variant = sim.state.variants.get(variantId);
    if (of.restock && variant) putBack(sim, variant, pieces);
    return [{ id: newId(sim.state), orderLineId: line.id, quantity: pieces, subtotal }];
  });

  const refund: Refund = {
    id: newId(sim.state),
    orderId: order.id,
    note: of.note ?? null,
    lines,
    amount: isFull ? remaining(order) : total(lines.map((line) => line.subtotal)),
    restock: of.restock ?? false,
    createdAt: now,
  };
  // The transaction has the next id.
  newId(sim.state);
  order.refunds.push(refund);
  order.financialStatus = remaining(order).shop <= 0 ? "refunded" : "partially_refunded";
  order.updatedAt = now;
  sim.webhooks.send("refunds/create", refundPayload(sim.state, order, refund), laneOfOrder(order));
  sendOrder(sim, "orders/updated", order);
  return refund;
}

function remaining(order: Order): DualMoney {
  const refunded = total(order.refunds.map((refund) => refund.amount));
  return { shop: order.total.shop - refunded.shop, presentment: order.total.presentment - refunded.presentment };
}

function total(amounts: DualMoney[]): DualMoney {
  return amounts.reduce((all, one) => ({ shop: all.shop + one.shop, presentment: all.presentment + one.presentment }), {
    shop: 0,
    presentment: 0,
  });
}
