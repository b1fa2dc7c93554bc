import { and, eq, gte, inArray, lte, sql } from "drizzle-orm";
import type { AttributionStore, CreditCandidate, LinkedBy } from "../../attribution/attribution-store.ts";
import type { Database } from "./database.server.ts";
import {
  attributions,
  checkouts,
  discountCodes,
  givenCodes,
  links,
  notifications,
  orders,
  visitors,
} from "./schema.server.ts";

export function attributionStore({ drizzle: d, sqlite }: Database): AttributionStore {
  function visitorsOfCustomer(shop: string, customerId: string): string[] {
    return d
      .select({ visitorId: visitors.visitorId })
      .from(visitors)
      .where(and(eq(visitors.shop, shop), eq(visitors.customerId, customerId)))
      .limit(50)
      .all()
      .map(({ visitorId }) => visitorId);
  }

  /** The visitor and, when it is signed in, the customer's other browsers: one person. */
  function person(shop: string, visitorId: string | null | undefined): string[] {
    if (!visitorId) return [];
    const customerId = d
      .select({ customerId: visitors.customerId })
      .from(visitors)
      .where(and(eq(visitors.shop, shop), eq(visitors.visitorId, visitorId)))
      .get()?.customerId;
    return customerId ? [...new Set([visitorId, ...visitorsOfCustomer(shop, customerId)])] : [visitorId];
  }

  function findQuestion(shop: string, orderId: string, windowHours: number) {
    const order = d
      .select()
      .from(orders)
      .where(and(eq(orders.shop, shop), eq(orders.orderId, orderId)))
      .get();
    if (!order) return null;

    const from = new Date(order.createdAt.getTime() - windowHours * 3_600_000);
    const inWindow = and(
      eq(notifications.shop, shop),
      gte(notifications.clickedAt, from),
      // Shopify dates orders to the second, and cuts: a click of that second came before. Who is credited is decided later.
      lte(notifications.clickedAt, new Date(order.createdAt.getTime() + 999)),
    );
    const columns = { notificationId: notifications.id, kind: notifications.kind, clickedAt: notifications.clickedAt };
    const candidates: CreditCandidate[] = [];
    const add = (linkedBy: LinkedBy, rows: { notificationId: string; kind: string; clickedAt: Date | null }[]) => {
      for (const { clickedAt, ...row } of rows) if (clickedAt) candidates.push({ linkedBy, ...row, clickedAt });
    };
    const clicksOf = (visitorIds: string[]) =>
      visitorIds.length === 0
        ? []
        : d
            .select(columns)
            .from(notifications)
            .where(and(inWindow, inArray(notifications.visitorId, visitorIds)))
            .all();

    const linked = order.linkId
      ? d
          .select({ visitorId: links.visitorId })
          .from(links)
          .where(and(eq(links.shop, shop), eq(links.linkId, order.linkId)))
          .get()?.visitorId
      : null;
    add("cart_attribute", clicksOf(person(shop, linked)));

    if (order.checkoutToken) {
      const checkout = d
        .select({ visitorId: checkouts.visitorId })
        .from(checkouts)
        .where(and(eq(checkouts.shop, shop), eq(checkouts.checkoutToken, order.checkoutToken)))
        .get();
      add("checkout_token", clicksOf(person(shop, checkout?.visitorId)));
    }

    const codes = [...new Set(order.discountCodes.flatMap((code) => [code, code.toUpperCase()]))];
    const ourCodes =
      codes.length === 0
        ? []
        : [
            ...d
              .select({ code: discountCodes.code })
              .from(discountCodes)
              .where(and(eq(discountCodes.shop, shop), inArray(discountCodes.code, codes)))
              .all(),
            // The merchant's own codes, where a message brought them.
            ...d
              .selectDistinct({ code: givenCodes.code })
              .from(givenCodes)
              .where(
                and(
                  eq(givenCodes.shop, shop),
                  inArray(givenCodes.code, codes),
                  eq(givenCodes.orderId, orderId),
                  eq(givenCodes.isUnique, false),
                ),
              )
              .all(),
          ].map(({ code }) => code);
    if (codes.length > 0)
      add(
        "code",
        d
          .select(columns)
          .from(notifications)
          .where(
            and(
              inWindow,
              inArray(notifications.discountCode, codes),
              sql`not exists (select 1 from given_codes g where g.shop = ${shop}
                    and g.code = ${notifications.discountCode} and g.is_unique = 0)`,
            ),
          )
          .all(),
      );

    if (order.customerId) add("customer", clicksOf(visitorsOfCustomer(shop, order.customerId)));
    return { order, ourCodes, candidates };
  }

  return {
    async question(shop, orderId, windowHours) {
      return sqlite.transaction(() => findQuestion(shop, orderId, windowHours)).deferred();
    },

    async credit(attribution) {
      d.insert(attributions)
        .values(attribution)
        .onConflictDoUpdate({ target: [attributions.shop, attributions.orderId], set: attribution })
        .run();
    },

    async followOrder(shop, orderId) {
      const order = d
        .select({ refunded: orders.refunded, cancelledAt: orders.cancelledAt })
        .from(orders)
        .where(and(eq(orders.shop, shop), eq(orders.orderId, orderId)))
        .get();
      if (!order) return;
      d.update(attributions)
        .set(order)
        .where(and(eq(attributions.shop, shop), eq(attributions.orderId, orderId)))
        .run();
    },

    async ofOrder(shop, orderId) {
      return (
        d
          .select()
          .from(attributions)
          .where(and(eq(attributions.shop, shop), eq(attributions.orderId, orderId)))
          .get() ?? null
      );
    },
  };
}
