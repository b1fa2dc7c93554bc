import { and, eq } from "drizzle-orm";
import type { ClickStore } from "../../receipts/click-store.ts";
import type { Database } from "./database.server.ts";
import { carts, cartTokens, checkouts, deliveries, notifications, subscriptions } from "./schema.server.ts";

export function clickStore({ drizzle: d, sqlite }: Database): ClickStore {
  function find(shop: string, deliveryId: string) {
    const row = d
      .select({ notification: notifications, page: subscriptions.page })
      .from(deliveries)
      .innerJoin(notifications, eq(notifications.id, deliveries.notificationId))
      .leftJoin(subscriptions, eq(subscriptions.id, deliveries.subscriptionId))
      .where(and(eq(deliveries.id, deliveryId), eq(deliveries.shop, shop)))
      .get();
    if (!row) return null;
    const { notification } = row;
    const { cartToken, checkoutToken } = notification;

    const checkout = checkoutToken
      ? d
          .select()
          .from(checkouts)
          .where(and(eq(checkouts.shop, shop), eq(checkouts.checkoutToken, checkoutToken)))
          .get()
      : undefined;
    const cart = cartToken
      ? d
          .select()
          .from(carts)
          .where(and(eq(carts.shop, shop), eq(carts.visitorId, notification.visitorId), eq(carts.cartToken, cartToken)))
          .get()
      : undefined;
    const boughtCart = cartToken
      ? d
          .select({ orderId: cartTokens.orderId })
          .from(cartTokens)
          .where(and(eq(cartTokens.shop, shop), eq(cartTokens.cartToken, cartToken)))
          .get()?.orderId
      : null;
    const isBought = Boolean(boughtCart ?? checkout?.orderId ?? checkout?.completedAt);
    // A checkout may be known where the visitor's own cart is not: another device, a cart emptied since.
    const items = cart && cart.items.length > 0 ? cart.items : (checkout?.items ?? []);
    return {
      deliveryId,
      visitorId: notification.visitorId,
      kind: notification.kind,
      locale: notification.locale,
      page: row.page,
      targetUrl: notification.targetUrl,
      discountCode: notification.discountCode,
      actions: notification.message.actions,
      cart: !isBought && items.length > 0 ? { items } : null,
      checkout:
        checkout && !isBought && !checkout.deletedAt
          ? { cartToken: checkout.cartToken, recoveryUrl: checkout.recoveryUrl }
          : null,
      isBought,
    };
  }

  return {
    async load(shop, deliveryId) {
      return sqlite.transaction(() => find(shop, deliveryId)).deferred();
    },
  };
}
