import { and, eq, inArray, or } from "drizzle-orm";
import type { Database } from "./database.server.ts";
import { WAITING } from "./job-statements.server.ts";
import {
  campaignDelays,
  carts,
  checkouts,
  customers,
  deliveries,
  directMessages,
  discountCodes,
  events,
  fulfillments,
  givenCodes,
  interests,
  ledger,
  links,
  notifications,
  orders,
  runs,
  stockAlerts,
  subscriptions,
  visitors,
} from "./schema.server.ts";

// What forgetting means for each table. All synchronous, to be called inside a transaction. Counts stay explainable: rows
// that reports add up (notifications, deliveries, orders, attributions) stay, without anything that points at a person.

const FORGOTTEN = "redacted";

const BROWSING = [
  "page_viewed",
  "product_viewed",
  "collection_viewed",
  "search_submitted",
  "reviews_viewed",
  "wishlist_added",
  "cart_updated",
  "checkout_intent",
  "checkout_started",
  "left",
  "returned",
  "custom",
];

/** Withdrawn consent: what the visitor looked at and had in its cart, whether journeys have seen it or not. */
export function forgetVisitorHistory({ drizzle: d }: Database, shop: string, visitorId: string): void {
  d.delete(events)
    .where(and(eq(events.shop, shop), eq(events.visitorId, visitorId), inArray(events.kind, BROWSING)))
    .run();
  for (const table of [carts, interests])
    d.delete(table)
      .where(and(eq(table.shop, shop), eq(table.visitorId, visitorId)))
      .run();
}

/** Everything of a browser profile. Its waiting messages are dropped. */
export function forgetVisitor(db: Database, shop: string, visitorId: string): void {
  const { drizzle: d, jobs } = db;
  const active = d
    .delete(runs)
    .where(and(eq(runs.shop, shop), eq(runs.visitorId, visitorId)))
    .returning({ id: runs.id })
    .all();
  for (const { id } of active) jobs.cancelByKey(`run:${id}`);
  const toTheirs = and(
    eq(deliveries.shop, shop),
    inArray(
      deliveries.subscriptionId,
      d
        .select({ id: subscriptions.id })
        .from(subscriptions)
        .where(and(eq(subscriptions.shop, shop), eq(subscriptions.visitorId, visitorId))),
    ),
  );
  const waiting = d
    .update(deliveries)
    .set({ state: "dropped", reason: FORGOTTEN })
    .where(and(toTheirs, inArray(deliveries.state, ["queued", "sending"])))
    .returning({ id: deliveries.id })
    .all();
  for (const { id } of waiting) jobs.cancelByKey(`delivery:${id}`);
  // A message about another browser of the same customer may have been handed over to this one.
  d.update(deliveries).set({ visitorId: FORGOTTEN }).where(toTheirs).run();
  d.update(deliveries)
    .set({ visitorId: FORGOTTEN })
    .where(
      and(
        eq(deliveries.shop, shop),
        inArray(
          deliveries.notificationId,
          d
            .select({ id: notifications.id })
            .from(notifications)
            .where(and(eq(notifications.shop, shop), eq(notifications.visitorId, visitorId))),
        ),
      ),
    )
    .run();
  d.update(discountCodes)
    .set({ personKey: null })
    .where(and(eq(discountCodes.shop, shop), eq(discountCodes.personKey, `visitor:${visitorId}`)))
    .run();
  d.update(givenCodes)
    .set({ personKey: null, orderId: null, runId: null })
    .where(and(eq(givenCodes.shop, shop), eq(givenCodes.personKey, `visitor:${visitorId}`)))
    .run();
  d.update(notifications)
    .set({
      visitorId: FORGOTTEN,
      customerId: null,
      targetUrl: "",
      discountCode: null,
      cartToken: null,
      checkoutToken: null,
      message: {
        title: "",
        body: "",
        lang: "",
        dir: "ltr",
        icon: null,
        image: null,
        badge: null,
        actions: [],
        tag: "",
        renotify: false,
        requireInteraction: false,
        silent: true,
      },
    })
    .where(and(eq(notifications.shop, shop), eq(notifications.visitorId, visitorId)))
    .run();
  const unsent = d
    .delete(directMessages)
    .where(and(eq(directMessages.shop, shop), eq(directMessages.visitorId, visitorId)))
    .returning({ id: directMessages.id })
    .all();
  for (const { id } of unsent) jobs.cancelByKey(`direct:${id}`);
  d.update(orders)
    .set({ visitorId: null, linkId: null })
    .where(and(eq(orders.shop, shop), eq(orders.visitorId, visitorId)))
    .run();
  d.update(checkouts)
    .set({ visitorId: null, linkId: null })
    .where(and(eq(checkouts.shop, shop), eq(checkouts.visitorId, visitorId)))
    .run();
  for (const table of [events, interests, ledger, links, carts, stockAlerts, campaignDelays, subscriptions, visitors])
    d.delete(table)
      .where(and(eq(table.shop, shop), eq(table.visitorId, visitorId)))
      .run();
}

/** customers/redact: the customer, the browsers signed in as it, and what points from its orders and parcels to a person. */
export function forgetCustomer(db: Database, shop: string, customerId: string, orderIds: string[]): void {
  const { drizzle: d } = db;
  const theirs = d
    .select({ visitorId: visitors.visitorId })
    .from(visitors)
    .where(and(eq(visitors.shop, shop), eq(visitors.customerId, customerId)))
    .all();
  for (const { visitorId } of theirs) forgetVisitor(db, shop, visitorId);
  d.delete(customers)
    .where(and(eq(customers.shop, shop), eq(customers.customerId, customerId)))
    .run();
  d.delete(checkouts)
    .where(and(eq(checkouts.shop, shop), eq(checkouts.customerId, customerId)))
    .run();
  const ofTheirs = and(
    eq(orders.shop, shop),
    or(eq(orders.customerId, customerId), orderIds.length > 0 ? inArray(orders.orderId, orderIds) : undefined),
  );
  // A carrier's page shows where somebody lives.
  d.update(fulfillments)
    .set({ trackingCompany: null, trackingNumber: null, trackingUrl: null })
    .where(
      and(
        eq(fulfillments.shop, shop),
        inArray(fulfillments.orderId, d.select({ orderId: orders.orderId }).from(orders).where(ofTheirs)),
      ),
    )
    .run();
  d.update(orders)
    .set({ customerId: null, visitorId: null, linkId: null, name: "", locale: null, items: [] })
    .where(ofTheirs)
    .run();
  d.update(notifications)
    .set({ customerId: null })
    .where(and(eq(notifications.shop, shop), eq(notifications.customerId, customerId)))
    .run();
  d.update(discountCodes)
    .set({ personKey: null })
    .where(and(eq(discountCodes.shop, shop), eq(discountCodes.personKey, `customer:${customerId}`)))
    .run();
  d.update(givenCodes)
    .set({ personKey: null, orderId: null, runId: null })
    .where(and(eq(givenCodes.shop, shop), eq(givenCodes.personKey, `customer:${customerId}`)))
    .run();
  d.delete(events)
    .where(and(eq(events.shop, shop), eq(events.customerId, customerId)))
    .run();
}

/**
 * Deletes rows of a shop, whichever tables there are, and the jobs that would use them: `limit` at most, the shop's own row
 * last. To be called in a transaction of its own, again and again.
 */
export function shopForgetter({ sqlite, jobs }: Database): (shop: string, limit: number) => boolean {
  const isInstalled = sqlite.prepare<[string], 1>("select 1 from shops where shop = ? and state = 'installed'").pluck();
  const withJobs = [
    { table: "runs", key: "run" },
    { table: "deliveries", key: "delivery" },
  ].map(({ table, key }) => ({
    key,
    rows: sqlite
      .prepare<[string, number], string | number>(
        `delete from ${table} where rowid in (select rowid from ${table} where shop = ? limit ?) returning id`,
      )
      .pluck(),
  }));
  // What the uninstall has left of them, and what came since.
  const deleteJobs = sqlite.prepare<[string]>(
    `delete from jobs where ${WAITING} and json_extract(payload, '$.shop') = ?`,
  );
  const tables = sqlite
    .prepare<[], string>(
      `select m.name from sqlite_master m join pragma_table_info(m.name) c on c.name = 'shop'
       where m.type = 'table' order by m.name = 'shops', m.name`,
    )
    .pluck()
    .all()
    .map((table) =>
      sqlite.prepare<[string, number]>(
        `delete from "${table}" where rowid in (select rowid from "${table}" where shop = ? limit ?)`,
      ),
    );

  return function forgetPart(shop, limit) {
    if (isInstalled.get(shop) !== undefined) return false;
    let left = limit;
    for (const { key, rows } of withJobs) {
      const ids = rows.all(shop, left);
      for (const id of ids) jobs.cancelByKey(`${key}:${id}`);
      left -= ids.length;
      if (left === 0) return true;
    }
    for (const table of tables) {
      left -= table.run(shop, left).changes;
      if (left === 0) return true;
    }
    deleteJobs.run(shop);
    return false;
  };
}
