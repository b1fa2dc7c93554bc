import type { Order } from "../events/mirror-store.ts";
import type { CreditCandidate, LinkedBy } from "./attribution-store.ts";

/** The surest link first. */
const BY_CERTAINTY: LinkedBy[] = ["cart_attribute", "checkout_token", "code", "customer"];

/** Sources of orders nobody made by shopping: they are never credited. */
const NO_SHOPPING = /^(pos|shopify_draft_order|subscription_contract.*|iphone|android)$/;

/**
 * The one click an order is credited to: of the surest link that leads to any click in the window, the last one before the
 * order. Null for orders that are never credited, and for those no click led to.
 */
export function chooseCredit(order: Order, candidates: CreditCandidate[]): CreditCandidate | null {
  if (order.test || NO_SHOPPING.test(order.sourceName ?? "web")) return null;
  for (const linkedBy of BY_CERTAINTY) {
    const last = candidates
      .filter((candidate) => candidate.linkedBy === linkedBy && candidate.clickedAt <= latestMomentOf(order))
      .toSorted((a, b) => b.clickedAt.getTime() - a.clickedAt.getTime())[0];
    if (last) return last;
  }
  return null;
}

/** Shopify dates orders to the second, and cuts: the order was made at some moment until then. */
function latestMomentOf({ createdAt }: Pick<Order, "createdAt">): Date {
  return createdAt.getMilliseconds() === 0 ? new Date(createdAt.getTime() + 999) : createdAt;
}

/** What our codes took off the order, in the shop's currency. */
export function discountCost(order: Order, ourCodes: string[]): number {
  if (ourCodes.length === 0) return 0;
  const told = ourCodes.map((code) => order.discountAmounts[code.toUpperCase()]);
  if (told.every((amount) => amount !== undefined && amount > 0))
    return told.reduce<number>((sum, amount) => sum + (amount ?? 0), 0);
  // Shopify tells no amount per code: it is the whole discount when there is no other code.
  return order.discountCodes.length === ourCodes.length ? order.discountTotal : 0;
}
