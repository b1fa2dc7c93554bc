import type { Sim } from "../sim.ts";
import { newId } from "../state.ts";
import type { Fulfillment, Order, ShipmentStatus } from "../state.ts";
import { fulfillmentEventPayload, fulfillmentPayload } from "../webhooks/order-payloads.ts";
import { laneOfOrder, sendOrder } from "./orders.ts";

export type Tracking = { company?: string | null; number?: string | null; url?: string | null };

/** Ships every open line of an order as one parcel. Sends fulfillments/create, orders/fulfilled and orders/updated. */
export function fulfillOrder(sim: Sim, order: Order, tracking: Tracking = {}): Fulfillment {
  const now = sim.clock.now();
  const open = order.lines.filter((line) => line.fulfilledQuantity < line.currentQuantity);
  const fulfillment: Fulfillment = {
    id: newId(sim.state),
    orderId: order.id,
    name: `${order.name}.${order.fulfillments.length + 1}`,
    status: "success",
    shipmentStatus: null,
    trackingCompany: null,
    trackingNumber: null,
    trackingUrl: null,
    lines: open.map((line) => ({ orderLineId: line.id, quantity: line.currentQuantity - line.fulfilledQuantity })),
    events: [],
    createdAt: now,
    updatedAt: now,
  };
  applyTracking(fulfillment, tracking);
  for (const line of open) line.fulfilledQuantity = line.currentQuantity;
  order.fulfillments.push(fulfillment);
  order.updatedAt = now;
  sendFulfillment(sim, "fulfillments/create", order, fulfillment);
  sendOrder(sim, "orders/fulfilled", order);
  sendOrder(sim, "orders/updated", order);
  return fulfillment;
}

/** Adds or changes the tracking number. Sends fulfillments/update. */
export function setTracking(sim: Sim, order: Order, fulfillment: Fulfillment, tracking: Tracking): void {
  applyTracking(fulfillment, tracking);
  fulfillment.updatedAt = sim.clock.now();
  sendFulfillment(sim, "fulfillments/update", order, fulfillment);
}

/** The carrier reports. Sends fulfillment_events/create, and fulfillments/update with the new shipment status. */
export function addShipmentEvent(sim: Sim, order: Order, fulfillment: Fulfillment, status: ShipmentStatus): void {
  const now = sim.clock.now();
  const isOnTheWay = status !== "delivered" && status !== "failure";
  const event = {
    id: newId(sim.state),
    status,
    happenedAt: now,
    estimatedDeliveryAt: isOnTheWay ? new Date(now.getTime() + 2 * 86_400_000) : null,
    message: null,
  };
  fulfillment.events.push(event);
  fulfillment.shipmentStatus = status;
  fulfillment.updatedAt = now;
  const payload = fulfillmentEventPayload(sim.state, order, fulfillment, event);
  sim.webhooks.send("fulfillment_events/create", payload, laneOfOrder(order));
  sendFulfillment(sim, "fulfillments/update", order, fulfillment);
}

/** The parcel is called back. Sends fulfillments/update. */
export function cancelFulfillment(sim: Sim, order: Order, fulfillment: Fulfillment): void {
  fulfillment.status = "cancelled";
  fulfillment.updatedAt = sim.clock.now();
  for (const shipped of fulfillment.lines) {
    const line = order.lines.find((candidate) => candidate.id === shipped.orderLineId);
    if (line) line.fulfilledQuantity -= shipped.quantity;
  }
  sendFulfillment(sim, "fulfillments/update", order, fulfillment);
}

function applyTracking(fulfillment: Fulfillment, tracking: Tracking): void {
  if (tracking.number !== undefined) fulfillment.trackingNumber = tracking.number;
  if (fulfillment.trackingNumber === null) return;
  fulfillment.trackingCompany = tracking.company ?? fulfillment.trackingCompany ?? "Parcel Post";
  fulfillment.trackingUrl =
    tracking.url ?? `https://track.example.com/${encodeURIComponent(fulfillment.trackingNumber)}`;
}

function sendFulfillment(sim: Sim, topic: string, order: Order, fulfillment: Fulfillment): void {
  sim.webhooks.send(topic, fulfillmentPayload(sim.state, order, fulfillment), laneOfOrder(order));
}
