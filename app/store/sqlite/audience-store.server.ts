import { and, desc, eq, inArray } from "drizzle-orm";
import type { Audience, AudienceMember, AudienceStore, SweepName } from "../../journeys/audience-store.ts";
import type { Database } from "./database.server.ts";
import { audienceSweeps, journeys, shops } from "./schema.server.ts";
import { runStarter } from "./start-run.server.ts";

/** What somebody did in the shop says when they are there; a click on a message says when they have time for one. */
const CLICK_WEIGHT = 5;
const MOST_SIGNS = 300;

type Page = { members: AudienceMember[]; next: string | null };

export function audienceStore(database: Database): AudienceStore {
  const { drizzle, sqlite, jobs } = database;
  const startRun = runStarter(database);
  const named = ({ shop, journey, occasion }: SweepName) =>
    and(eq(audienceSweeps.shop, shop), eq(audienceSweeps.journey, journey), eq(audienceSweeps.occasion, occasion));

  // Each page begins after the last key of the one before, in the order of an index.
  const subscribers = sqlite.prepare<[string, string, number], { key: string; visitorId: string }>(
    `select id as key, visitor_id as visitorId from subscriptions
     where shop = ? and state = 'active' and id > ? order by id limit ?`,
  );
  const datedVisitors = sqlite.prepare<[string, string, number], { key: string; visitorId: string }>(
    `select visitor_id as key, visitor_id as visitorId from visitors
     where shop = ? and dates is not null and visitor_id > ? order by visitor_id limit ?`,
  );
  const datedCustomers = sqlite.prepare<[string, string, number], { key: string; visitorId: string | null }>(
    `select c.customer_id as key, (select v.visitor_id from visitors v where v.shop = c.shop
       and v.customer_id = c.customer_id order by v.last_signal_at desc limit 1) as visitorId
     from customers c where c.shop = ? and c.dates is not null and c.customer_id > ? order by c.customer_id limit ?`,
  );
  const lastOrders = sqlite.prepare<
    [string, number, number, string, number, number],
    { orderId: string; createdAt: number; isLast: 0 | 1; visitorId: string | null }
  >(
    `select o.order_id as orderId, o.created_at as createdAt, 
       o.is_shopping = 1 and o.cancelled_at is null and not exists (select 1 from orders n where n.shop = o.shop and n.customer_id = o.customer_id
         and n.created_at > o.created_at) as isLast,
       (select v.visitor_id from visitors v where v.shop = o.shop and v.customer_id = o.customer_id
         order by v.last_signal_at desc limit 1) as visitorId
     from orders o where o.shop = ? and (o.created_at > ? or (o.created_at = ? and o.order_id > ?)) and o.created_at <= ?
     order by o.created_at, o.order_id limit ?`,
  );
  const activity = sqlite.prepare<Record<string, string | number>, { hour: number; weight: number }>(
    `select (at / 3600000) % 24 as hour, sum(weight) as weight from (
       select * from (select occurred_at as at, 1 as weight from events
         where shop = @shop and visitor_id = @visitorId and occurred_at >= @since
           and kind in ('page_viewed', 'product_viewed', 'collection_viewed', 'search_submitted', 'cart_updated', 'returned')
         order by occurred_at desc limit ${MOST_SIGNS})
       union all
       select * from (select clicked_at as at, ${CLICK_WEIGHT} as weight from notifications
         where shop = @shop and visitor_id = @visitorId and clicked_at is not null and clicked_at >= @since
         order by clicked_at desc limit ${MOST_SIGNS})
     ) group by hour`,
  );
  const moveOn = sqlite.prepare<[string, number, number, number | null, string, string, string, string]>(
    `update audience_sweeps set cursor = ?, looked = looked + ?, started = started + ?, ended_at = ?
     where shop = ? and journey = ? and occasion = ? and cursor = ? and ended_at is null`,
  );

  function dated(shop: string, cursor: string, limit: number): Page {
    const [part, after = ""] = cursor === "" ? ["visitors"] : cursor.split("/", 2);
    const rows = (part === "customers" ? datedCustomers : datedVisitors).all(shop, after, limit);
    const members = rows.flatMap(({ visitorId }) => (visitorId === null ? [] : [{ visitorId, order: null }]));
    const isFull = rows.length === limit;
    if (isFull) return { members, next: `${part}/${rows.at(-1)?.key}` };
    return { members, next: part === "customers" ? null : "customers/" };
  }

  function lastOrdered(shop: string, { from, until }: { from: number; until: number }, cursor: string, limit: number) {
    const [at, after = ""] = cursor === "" ? [String(from)] : cursor.split("/", 2);
    const rows = lastOrders.all(shop, Number(at), Number(at), after, until, limit);
    const last = rows.at(-1);
    return {
      members: rows.flatMap(({ orderId, createdAt, isLast, visitorId }) =>
        isLast && visitorId !== null ? [{ visitorId, order: { orderId, createdAt: new Date(createdAt) } }] : [],
      ),
      next: last && rows.length === limit ? `${last.createdAt}/${last.orderId}` : null,
    };
  }

  return {
    async open(name, { audience, said }, job, now) {
      return sqlite
        .transaction(() => {
          const { changes } = drizzle
            .insert(audienceSweeps)
            .values({ ...name, audience, said, createdAt: now })
            .onConflictDoNothing()
            .run();
          if (changes > 0) jobs.schedule(job);
          return changes > 0;
        })
        .immediate();
    },

    async sweep(name) {
      const row = drizzle.select().from(audienceSweeps).where(named(name)).get();
      return row ? { ...row, key: row.occasion } : null;
    },

    async last(shop, journey) {
      const row = drizzle
        .select({ key: audienceSweeps.occasion, createdAt: audienceSweeps.createdAt })
        .from(audienceSweeps)
        .where(and(eq(audienceSweeps.shop, shop), eq(audienceSweeps.journey, journey)))
        .orderBy(desc(audienceSweeps.createdAt))
        .limit(1)
        .get();
      return row ?? null;
    },

    async page(shop, audience: Audience, cursor, limit) {
      if (audience.of === "dated") return dated(shop, cursor, limit);
      if (audience.of === "last_ordered") return lastOrdered(shop, audience, cursor, limit);
      const rows = subscribers.all(shop, cursor, limit);
      return {
        members: rows.map(({ visitorId }) => ({ visitorId, order: null })),
        next: rows.length === limit ? (rows.at(-1)?.key ?? null) : null,
      };
    },

    async advance({ shop, journey, occasion }, { cursor, next, looked, runs }, now) {
      return sqlite
        .transaction(() => {
          const endedAt = next === null ? now.getTime() : null;
          const { changes } = moveOn.run(next ?? cursor, looked, runs.length, endedAt, shop, journey, occasion, cursor);
          if (changes === 0) return false;
          runs.forEach(startRun);
          return true;
        })
        .immediate();
    },

    async activity(shop, visitorIds, since) {
      const weights = Array.from({ length: 24 }, () => 0);
      for (const visitorId of visitorIds)
        for (const { hour, weight } of activity.all({ shop, visitorId, since: since.getTime() }))
          weights[hour] = (weights[hour] ?? 0) + weight;
      return weights;
    },

    async enabled(kinds) {
      return drizzle
        .select({ shop: journeys.shop, journey: journeys.kind })
        .from(journeys)
        .innerJoin(shops, eq(shops.shop, journeys.shop))
        .where(and(inArray(journeys.kind, kinds), eq(journeys.enabled, true), eq(shops.state, "installed")))
        .all();
    },
  };
}
