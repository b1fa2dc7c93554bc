import type { ShopStore } from "../shopify/shop-store.ts";
import type { AttributionStore } from "./attribution-store.ts";
import { chooseCredit, discountCost } from "./choose-credit.ts";

/**
 * Credits an order to the last click in the shop's window, or takes over what became of it. Runs after every state of the
 * order and after every click that may have brought it: the outcome is the same whichever was heard of first.
 */
export async function attributeOrder(
  store: { shops: ShopStore; attribution: AttributionStore },
  shop: string,
  orderId: string,
): Promise<"credited" | "not credited" | "unknown"> {
  const row = await store.shops.get(shop);
  const windowHours = row?.settings.attributionWindowHours ?? 24;
  const question = await store.attribution.question(shop, orderId, windowHours);
  if (!question) return "unknown";
  const { order, ourCodes, candidates } = question;
  const chosen = chooseCredit(order, candidates);
  if (!chosen) {
    // A credit given earlier stands: the person may have been forgotten since.
    await store.attribution.followOrder(shop, orderId);
    return "not credited";
  }
  await store.attribution.credit({
    shop,
    orderId,
    notificationId: chosen.notificationId,
    kind: chosen.kind,
    linkedBy: chosen.linkedBy,
    clickedAt: chosen.clickedAt,
    orderedAt: order.createdAt,
    amount: order.total,
    currency: order.currency,
    discountCost: discountCost(order, ourCodes),
    refunded: order.refunded,
    cancelledAt: order.cancelledAt,
  });
  return "credited";
}
