import { and, asc, avg, count, eq, gt, gte, inArray, isNotNull, lt, ne, sql } from "drizzle-orm";
import type { EventKind, LoggedEvent } from "../../events/shop-event.ts";
import type { HistoryStore } from "../../replay/history-store.ts";
import type { Database } from "./database.server.ts";
import { personReader } from "./person-reader.server.ts";
import { priceStatements } from "./price-store.server.ts";
import {
  customers,
  discountCodes,
  fulfillments,
  journeys,
  notifications,
  orders,
  runs,
  subscriptions,
  variants,
  visitors,
} from "./schema.server.ts";

/** What pages and pushes report for the reports alone changes nothing for a journey. */
const NOT_LOOKED_AT: EventKind[] = [
  "prompt_shown",
  "prompt_accepted",
  "prompt_dismissed",
  "permission_denied",
  "notification_shown",
  "notification_clicked",
  "notification_dismissed",
  "notification_suppressed",
  "shop_updated",
  "scopes_updated",
  "data_requested",
  "unknown_webhook",
  "product_deleted",
];

export function historyStore({ drizzle, sqlite }: Database): HistoryStore {
  const people = personReader({ sqlite });
  const prices = priceStatements({ sqlite });
  // From one kind to the next through the index: the events themselves are not read.
  const kindsOf = sqlite
    .prepare<{ shop: string }, string>(
      `with recursive known(kind) as (
         select min(kind) from events where shop = @shop
         union all
         select (select min(kind) from events where shop = @shop and kind > known.kind) from known
         where known.kind is not null)
       select kind from known where kind is not null`,
    )
    .pluck();

  // Prepared: a replay asks for each hour of a quarter.
  const eventsBetween = sqlite.prepare<
    { shop: string; kinds: string; from: number; until: number },
    Omit<LoggedEvent, "occurredAt" | "receivedAt" | "data"> & { occurredAt: number; receivedAt: number; data: string }
  >(
    `select id, shop, source_id as sourceId, kind, visitor_id as visitorId, customer_id as customerId,
       cart_token as cartToken, checkout_token as checkoutToken, order_id as orderId, occurred_at as occurredAt,
       received_at as receivedAt, data
     from events
     where shop = @shop and kind in (select value from json_each(@kinds)) and occurred_at >= @from and occurred_at < @until
     order by received_at, id`,
  );

  function kindsIn(shop: string): string[] {
    return kindsOf.all({ shop }).filter((kind) => !(NOT_LOOKED_AT as string[]).includes(kind));
  }

  /** Parts of a list short enough for one statement. */
  function inParts<T, R>(list: T[], read: (part: T[]) => R[]): R[] {
    const found: R[] = [];
    for (let from = 0; from < list.length; from += 500) found.push(...read(list.slice(from, from + 500)));
    return found;
  }

  return {
    async shop(shop) {
      const facts = people.shopFacts(shop);
      if (!facts) return null;
      const enabled = drizzle
        .select({ kind: journeys.kind })
        .from(journeys)
        .where(and(eq(journeys.shop, shop), eq(journeys.enabled, true)))
        .all();
      return { facts, enabledKinds: enabled.map(({ kind }) => kind) };
    },

    async events(shop, from, until) {
      return eventsBetween
        .all({ shop, kinds: JSON.stringify(kindsIn(shop)), from: from.getTime(), until: until.getTime() })
        .map(({ kind, occurredAt, receivedAt, data, ...row }) => ({
          ...row,
          kind: kind as EventKind,
          occurredAt: new Date(occurredAt),
          receivedAt: new Date(receivedAt),
          data: JSON.parse(data) as Record<string, unknown>,
        }));
    },

    async visitors(shop, visitorIds, exceptKind, since) {
      const rows = inParts(visitorIds, (ids) =>
        drizzle
          .select()
          .from(visitors)
          .where(and(eq(visitors.shop, shop), inArray(visitors.visitorId, ids)))
          .all(),
      );
      const known = new Map(
        rows.map((visitor) => [visitor.visitorId, { visitor, subscriptions: [], otherMessages: [] } as PastOne]),
      );
      const ids = [...known.keys()];
      for (const row of inParts(ids, (part) =>
        drizzle
          .select()
          .from(subscriptions)
          .where(and(eq(subscriptions.shop, shop), inArray(subscriptions.visitorId, part)))
          .all(),
      ))
        known.get(row.visitorId)?.subscriptions.push({ ...row, endpoint: "", p256dh: "", auth: "" });
      for (const { visitorId, ...message } of inParts(ids, (part) =>
        drizzle
          .select({
            visitorId: notifications.visitorId,
            kind: notifications.kind,
            step: notifications.step,
            at: notifications.createdAt,
          })
          .from(notifications)
          .where(
            and(
              eq(notifications.shop, shop),
              inArray(notifications.visitorId, part),
              gte(notifications.createdAt, since),
              eq(notifications.isTransactional, false),
              ne(notifications.kind, exceptKind),
              sql`exists (select 1 from deliveries d where d.notification_id = ${notifications.id}
                and d.suppressed_at is null and d.state not in ('dropped', 'failed', 'expired'))`,
            ),
          )
          .orderBy(asc(notifications.createdAt))
          .all(),
      ))
        known.get(visitorId)?.otherMessages.push(message);
      return [...known.values()];
    },

    async orders(shop, orderIds) {
      return inParts(orderIds, (ids) =>
        drizzle
          .select()
          .from(orders)
          .where(and(eq(orders.shop, shop), inArray(orders.orderId, ids)))
          .all(),
      );
    },

    async fulfillments(shop, fulfillmentIds) {
      return inParts(fulfillmentIds, (ids) =>
        drizzle
          .select()
          .from(fulfillments)
          .where(and(eq(fulfillments.shop, shop), inArray(fulfillments.fulfillmentId, ids)))
          .all(),
      );
    },

    async customer(shop, customerId) {
      const where = and(eq(customers.shop, shop), eq(customers.customerId, customerId));
      return drizzle.select().from(customers).where(where).get() ?? null;
    },

    async variant(shop, variantId) {
      const where = and(eq(variants.shop, shop), eq(variants.variantId, variantId));
      const variant = drizzle.select().from(variants).where(where).get();
      return variant ? { variant, prices: prices.of(shop, variantId) } : null;
    },

    async runsBegun(shop, kind, from, until) {
      return drizzle
        .select()
        .from(runs)
        .where(and(eq(runs.shop, shop), eq(runs.journey, kind), gte(runs.startedAt, from), lt(runs.startedAt, until)))
        .orderBy(asc(runs.startedAt), asc(runs.id))
        .all();
    },

    async messagesSent(shop, kind, from, until) {
      return drizzle.$count(
        notifications,
        and(
          eq(notifications.shop, shop),
          eq(notifications.kind, kind),
          gte(notifications.createdAt, from),
          lt(notifications.createdAt, until),
        ),
      );
    },

    async codes(shop, kind, from, until) {
      const row = drizzle
        .select({ taken: count(), used: sql<number>`count(${discountCodes.usedAt})` })
        .from(notifications)
        .innerJoin(
          discountCodes,
          and(eq(discountCodes.shop, notifications.shop), eq(discountCodes.code, notifications.discountCode)),
        )
        .where(
          and(
            eq(notifications.shop, shop),
            isNotNull(notifications.discountCode),
            eq(notifications.kind, kind),
            gte(notifications.createdAt, from),
            lt(notifications.createdAt, until),
          ),
        )
        .get();
      return row ?? { taken: 0, used: 0 };
    },

    async averageOrder(shop, from, until) {
      const row = drizzle
        .select({ average: avg(orders.total) })
        .from(orders)
        .where(
          and(eq(orders.shop, shop), gt(orders.total, 0), gte(orders.createdAt, from), lt(orders.createdAt, until)),
        )
        .get();
      return row?.average ? Math.round(Number(row.average)) : null;
    },
  };
}

type PastOne = Awaited<ReturnType<HistoryStore["visitors"]>>[number];
