import { and, desc, eq, isNotNull, isNull } from "drizzle-orm";
import type { PersonalData, PrivacyStore } from "../../subscriptions/privacy-store.ts";
import type { Database } from "./database.server.ts";
import { forgetVisitor, shopForgetter } from "./forget.server.ts";
import {
  carts,
  checkouts,
  customers,
  events,
  fulfillments,
  givenCodes,
  notifications,
  orders,
  stockAlerts,
  subscriptions,
  visitors,
} from "./schema.server.ts";

/** More than anybody reads; keeps one export from growing with years of browsing. */
const ROWS = 5000;

export function privacyStore(db: Database): PrivacyStore {
  const { drizzle: d, sqlite } = db;
  const forgetPart = sqlite.transaction(shopForgetter(db));

  /** @param personKey "visitor:ID" or "customer:ID" */
  function codesOf(shop: string, personKey: string) {
    return d
      .select({
        code: givenCodes.code,
        terms: givenCodes.offer,
        givenAt: givenCodes.givenAt,
        endsAt: givenCodes.endsAt,
        usedAt: givenCodes.usedAt,
      })
      .from(givenCodes)
      .where(and(eq(givenCodes.shop, shop), eq(givenCodes.personKey, personKey)))
      .orderBy(desc(givenCodes.givenAt))
      .limit(ROWS)
      .all();
  }

  function visitorData(shop: string, visitorId: string): PersonalData | null {
    const visitor = d
      .select()
      .from(visitors)
      .where(and(eq(visitors.shop, shop), eq(visitors.visitorId, visitorId)))
      .get();
    if (!visitor) return null;
    const { shop: _, ...profile } = visitor;
    return {
      profile,
      subscriptions: d
        .select({
          createdAt: subscriptions.createdAt,
          state: subscriptions.state,
          endedAt: subscriptions.endedAt,
          endedCause: subscriptions.endedCause,
          pushService: subscriptions.pushService,
          browser: subscriptions.browser,
          os: subscriptions.os,
          deviceType: subscriptions.deviceType,
          locale: subscriptions.locale,
          timezone: subscriptions.timezone,
          country: subscriptions.country,
          city: subscriptions.city,
          firstSource: subscriptions.firstSource,
          lastSource: subscriptions.lastSource,
          page: subscriptions.page,
          promptVariant: subscriptions.promptVariant,
          consentMarketing: subscriptions.consentMarketing,
          consentText: subscriptions.consentText,
          consentAt: subscriptions.consentAt,
          pausedUntil: subscriptions.pausedUntil,
          mutedKinds: subscriptions.mutedKinds,
          lastSeenAt: subscriptions.lastSeenAt,
        })
        .from(subscriptions)
        .where(and(eq(subscriptions.shop, shop), eq(subscriptions.visitorId, visitorId)))
        .all(),
      cart:
        d
          .select({ items: carts.items, currency: carts.currency, total: carts.total, updatedAt: carts.updatedAt })
          .from(carts)
          .where(and(eq(carts.shop, shop), eq(carts.visitorId, visitorId)))
          .get() ?? null,
      stockAlerts: d
        .select({
          variantId: stockAlerts.variantId,
          kind: stockAlerts.kind,
          state: stockAlerts.state,
          createdAt: stockAlerts.createdAt,
        })
        .from(stockAlerts)
        .where(and(eq(stockAlerts.shop, shop), eq(stockAlerts.visitorId, visitorId)))
        .all(),
      discountCodes: codesOf(shop, `visitor:${visitorId}`),
      messages: d
        .select({
          kind: notifications.kind,
          message: notifications.message,
          createdAt: notifications.createdAt,
          shownAt: notifications.shownAt,
          clickedAt: notifications.clickedAt,
          dismissedAt: notifications.dismissedAt,
        })
        .from(notifications)
        .where(and(eq(notifications.shop, shop), eq(notifications.visitorId, visitorId)))
        .orderBy(desc(notifications.createdAt))
        .limit(ROWS)
        .all()
        .map(({ message, ...row }) => ({ ...row, title: message.title, body: message.body })),
      events: d
        .select({ kind: events.kind, occurredAt: events.occurredAt, data: events.data })
        .from(events)
        .where(and(eq(events.shop, shop), eq(events.visitorId, visitorId)))
        .orderBy(desc(events.occurredAt))
        .limit(ROWS)
        .all()
        // Orders and checkouts are the account's, not the browser's: they are in the customer's export.
        .filter(({ kind }) => !/^(order_|checkout_updated|fulfillment_)/.test(kind)),
    };
  }

  return {
    async exportVisitor(shop, visitorId) {
      return sqlite.transaction(() => visitorData(shop, visitorId)).deferred();
    },

    async exportCustomer(shop, customerId) {
      return sqlite
        .transaction(() => {
          const theirs = d
            .select({ visitorId: visitors.visitorId })
            .from(visitors)
            .where(and(eq(visitors.shop, shop), eq(visitors.customerId, customerId)))
            .all();
          return {
            customerId,
            customer:
              d
                .select()
                .from(customers)
                .where(and(eq(customers.shop, shop), eq(customers.customerId, customerId)))
                .get() ?? null,
            orders: d
              .select({
                orderId: orders.orderId,
                name: orders.name,
                createdAt: orders.createdAt,
                currency: orders.currency,
                total: orders.total,
                items: orders.items,
              })
              .from(orders)
              .where(and(eq(orders.shop, shop), eq(orders.customerId, customerId)))
              .orderBy(desc(orders.createdAt))
              .limit(ROWS)
              .all(),
            discountCodes: codesOf(shop, `customer:${customerId}`),
            parcels: d
              .select({
                orderId: fulfillments.orderId,
                createdAt: fulfillments.createdAt,
                shipmentStatus: fulfillments.shipmentStatus,
                trackingCompany: fulfillments.trackingCompany,
                trackingNumber: fulfillments.trackingNumber,
                trackingUrl: fulfillments.trackingUrl,
              })
              .from(orders)
              .innerJoin(
                fulfillments,
                and(eq(fulfillments.shop, orders.shop), eq(fulfillments.orderId, orders.orderId)),
              )
              .where(and(eq(orders.shop, shop), eq(orders.customerId, customerId)))
              .orderBy(desc(fulfillments.createdAt))
              .limit(ROWS)
              .all(),
            unfinishedCheckouts: d
              .select({
                updatedAt: checkouts.updatedAt,
                stage: checkouts.stage,
                currency: checkouts.currency,
                total: checkouts.total,
                items: checkouts.items,
              })
              .from(checkouts)
              .where(and(eq(checkouts.shop, shop), eq(checkouts.customerId, customerId), isNull(checkouts.completedAt)))
              .orderBy(desc(checkouts.updatedAt))
              .limit(ROWS)
              .all(),
            browsers: theirs.map(({ visitorId }) => visitorData(shop, visitorId)),
          };
        })
        .deferred();
    },

    async dataRequests(shop, limit) {
      return d
        .select({ customerId: events.customerId, requestedAt: events.occurredAt })
        .from(events)
        .where(and(eq(events.shop, shop), eq(events.kind, "data_requested"), isNotNull(events.customerId)))
        .orderBy(desc(events.occurredAt))
        .limit(limit)
        .all()
        .flatMap(({ customerId, requestedAt }) => (customerId ? [{ customerId, requestedAt }] : []));
    },

    async forgetShopPart(shop, limit) {
      return forgetPart.immediate(shop, limit);
    },

    async forgetVisitor(shop, visitorId) {
      sqlite.transaction(() => forgetVisitor(db, shop, visitorId)).immediate();
    },
  };
}
