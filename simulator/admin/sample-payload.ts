import type { Sim } from "../sim.ts";
import { cartPayload, checkoutDeletedPayload, checkoutPayload } from "../webhooks/cart-payloads.ts";
import {
  fulfillmentEventPayload,
  fulfillmentPayload,
  orderPayload,
  refundPayload,
} from "../webhooks/order-payloads.ts";
import {
  customerPayload,
  inventoryLevelPayload,
  privacyPayload,
  productPayload,
  shopPayload,
  shopRedactPayload,
  variantPayload,
} from "../webhooks/shop-payloads.ts";

/**
 * A payload to begin with when a webhook is fired by hand: what `topic` would say of the newest cart, order … of the shop. Null
 * while the shop has nothing that the topic is about.
 */
export function samplePayload(sim: Sim, topic: string): object | null {
  const { state, origin } = sim;
  const now = sim.clock.now();
  const cart = [...state.carts.values()].findLast((one) => one.items.length > 0);
  const checkout = [...state.checkouts.values()].at(-1);
  const order = [...state.orders.values()].at(-1);
  const fulfillment = order?.fulfillments.at(-1);
  const refund = order?.refunds.at(-1);
  const [customer] = state.customers.values();
  const [product] = state.products.values();
  const [variant] = state.variants.values();
  const [resource = "", event = ""] = topic.split("/");

  switch (resource) {
    case "carts":
      return cart ? cartPayload(state, cart, now) : null;
    case "checkouts":
      if (!checkout) return null;
      return event === "delete"
        ? checkoutDeletedPayload(state, checkout, now)
        : checkoutPayload(state, origin, checkout, now);
    case "orders":
      return order ? orderPayload(state, origin, order) : null;
    case "fulfillments":
      return order && fulfillment ? fulfillmentPayload(state, order, fulfillment) : null;
    case "fulfillment_events": {
      const last = fulfillment?.events.at(-1);
      return order && fulfillment && last ? fulfillmentEventPayload(state, order, fulfillment, last) : null;
    }
    case "refunds":
      return order && refund ? refundPayload(state, order, refund) : null;
    case "customers":
      if (!customer) return null;
      if (event === "data_request") return privacyPayload(state, customer, "orders_requested");
      if (event === "redact") return privacyPayload(state, customer, "orders_to_redact");
      return event === "delete" ? { id: Number(customer.id) } : customerPayload(state, customer);
    case "products":
      if (!product) return null;
      return event === "delete" ? { id: Number(product.id) } : productPayload(state, origin, product);
    case "variants":
      return variant ? variantPayload(state, variant) : null;
    case "inventory_levels":
      return variant ? inventoryLevelPayload(state, variant, state.locations[0]?.id ?? "") : null;
    case "shop":
      return event === "redact" ? shopRedactPayload(state) : shopPayload(state.shop, now);
    default:
      return topic === "app/uninstalled" || resource === "domains" ? shopPayload(state.shop, now) : null;
  }
}
