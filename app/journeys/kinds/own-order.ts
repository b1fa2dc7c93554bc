import type { Order } from "../../events/mirror-store.ts";
import type { PersonView } from "../person-view.ts";

/**
 * Whether the order is tied to the person by what only its buyer has: the private attribute of the cart, or being signed in
 * as its customer. A code can be passed on, and a cart token is only a claim: neither shows anybody an order.
 */
export function isBuyer(
  order: Pick<Order, "customerId" | "linkedBy" | "visitorId">,
  { visitor, visitorIds }: Pick<PersonView, "visitor" | "visitorIds">,
): boolean {
  if (order.customerId !== null && order.customerId === visitor.customerId) return true;
  const isPrivateLink = order.linkedBy === "cart_attribute" || order.linkedBy === "checkout_token";
  return isPrivateLink && order.visitorId !== null && visitorIds.includes(order.visitorId);
}
