import { and, eq, gte, inArray, isNull, or } from "drizzle-orm";
import type { ReceiptStore } from "../../receipts/receipt-store.ts";
import type { Database } from "./database.server.ts";
import { eventAppender } from "./event-store.server.ts";
import { attributeOrderJob } from "./mirror.server.ts";
import { deliveries, notifications, orders, visitors } from "./schema.server.ts";

export function receiptStore(db: Database): ReceiptStore {
  const { drizzle: d, sqlite, jobs } = db;
  const append = eventAppender(db);

  return {
    async record(shop, { deliveryId, type, action, at, linkId }, receivedAt, effectOf) {
      return sqlite
        .transaction(() => {
          const delivery = d
            .select()
            .from(deliveries)
            .where(and(eq(deliveries.id, deliveryId), eq(deliveries.shop, shop)))
            .get();
          if (!delivery) return false;
          const ofNotification = and(eq(notifications.shop, shop), eq(notifications.id, delivery.notificationId));
          const tapped =
            type === "clicked" && action ? d.select().from(notifications).where(ofNotification).get() : null;
          const does = tapped?.message.actions.find((button) => button.action === action)?.does ?? null;
          const { isVisit, changes } =
            type === "clicked"
              ? effectOf(does, { visitorId: delivery.visitorId, linkId, at })
              : { isVisit: false, changes: [] };

          const [id] = append(
            [
              {
                event: {
                  shop,
                  sourceId: `receipt:${deliveryId}:${type}`,
                  kind: `notification_${type}`,
                  visitorId: delivery.visitorId,
                  customerId: null,
                  cartToken: null,
                  checkoutToken: null,
                  orderId: null,
                  occurredAt: at,
                  data: {
                    notificationId: delivery.notificationId,
                    deliveryId,
                    action,
                    ...(does && { does, of: tapped?.kind }),
                  },
                },
                changes,
              },
            ],
            receivedAt,
          );
          if (id === null) return false;

          const byId = eq(deliveries.id, deliveryId);
          switch (type) {
            case "shown":
              d.update(deliveries).set({ shownAt: at }).where(byId).run();
              d.update(notifications)
                .set({ shownAt: at })
                .where(and(ofNotification, isNull(notifications.shownAt)))
                .run();
              break;
            case "dismissed":
              d.update(deliveries).set({ dismissedAt: at }).where(byId).run();
              d.update(notifications).set({ dismissedAt: at }).where(ofNotification).run();
              break;
            case "suppressed":
              d.update(deliveries).set({ suppressedAt: at }).where(byId).run();
              break;
            case "clicked":
              // Who clicks has seen it, also where the browser does not say what it has shown.
              d.update(deliveries)
                .set({ clickedAt: at, clickedAction: action, shownAt: delivery.shownAt ?? at })
                .where(byId)
                .run();
              d.update(notifications)
                .set({ shownAt: at })
                .where(and(ofNotification, isNull(notifications.shownAt)))
                .run();
              // A tap that asks for peace brought nobody to the shop.
              if (!isVisit) break;
              d.update(notifications)
                .set({ clickedAt: at })
                .where(and(ofNotification, isNull(notifications.clickedAt)))
                .run();
              creditOrdersAgain(shop, delivery.visitorId, at, receivedAt);
          }
          return true;
        })
        .immediate();
    },
  };

  /** A click may be heard of after the order it brought: the worker had no network, or the webhook was quicker. */
  function creditOrdersAgain(shop: string, visitorId: string, clickedAt: Date, now: Date): void {
    const customerId = d
      .select({ customerId: visitors.customerId })
      .from(visitors)
      .where(and(eq(visitors.shop, shop), eq(visitors.visitorId, visitorId)))
      .get()?.customerId;
    const person = customerId
      ? or(
          eq(orders.customerId, customerId),
          inArray(
            orders.visitorId,
            d
              .select({ visitorId: visitors.visitorId })
              .from(visitors)
              .where(and(eq(visitors.shop, shop), eq(visitors.customerId, customerId))),
          ),
        )
      : eq(orders.visitorId, visitorId);
    const later = d
      .select({ orderId: orders.orderId })
      .from(orders)
      // Shopify cuts the dates of orders to the second.
      .where(and(eq(orders.shop, shop), gte(orders.createdAt, new Date(clickedAt.getTime() - 999)), person))
      .limit(50)
      .all();
    for (const { orderId } of later) jobs.schedule(attributeOrderJob(shop, orderId, now));
  }
}
