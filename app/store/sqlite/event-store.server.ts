import { and, asc, desc, eq, gte, isNull, lt, sql } from "drizzle-orm";
import type { EventEntry, EventStore } from "../../events/event-store.ts";
import type { EventKind, LoggedEvent } from "../../events/shop-event.ts";
import type { NewJob } from "../../scheduler/job.ts";
import type { Database } from "./database.server.ts";
import { createMirror } from "./mirror.server.ts";
import type { Resolution } from "./mirror.server.ts";
import { events } from "./schema.server.ts";

const { placeholder } = sql;
const MOST_OF_PERSON = 2_000;

/** Appends inside a transaction that the caller holds. */
export type EventAppender = (
  entries: EventEntry[],
  receivedAt: Date,
  job?: (shop: string) => NewJob,
) => (number | null)[];

/** The job that makes journeys look at new events: the same one recordEvents schedules. */
function processEventsJob(shop: string, runAt: Date): NewJob {
  return { kind: "process-events", key: `events:${shop}`, payload: { shop }, runAt };
}

export function eventAppender(db: Database): EventAppender {
  const { sqlite, jobs } = db;
  const mirror = createMirror(db);
  const isInstalled = sqlite.prepare<[string], 1>("select 1 from shops where shop = ? and state = 'installed'").pluck();
  const insert = sqlite
    .prepare<(string | number | null)[], number>(
      `insert into events (shop, source_id, kind, visitor_id, customer_id, cart_token, checkout_token, order_id,
         occurred_at, received_at, data, processed_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (shop, source_id) do nothing returning id`,
    )
    .pluck();
  const resolve = sqlite.prepare(
    `update events set visitor_id = coalesce(visitor_id, @visitorId), customer_id = coalesce(customer_id, @customerId),
       cart_token = coalesce(cart_token, @cartToken), checkout_token = coalesce(checkout_token, @checkoutToken),
       order_id = coalesce(order_id, @orderId), data = @data where id = @id`,
  );

  return (entries, receivedAt, job = (shop) => processEventsJob(shop, receivedAt)) => {
    const touched = new Set<string>();
    const ids = entries.map(({ event, changes }) => {
      const installed = isInstalled.get(event.shop) !== undefined;
      const id = insert.get(
        event.shop,
        event.sourceId,
        event.kind,
        event.visitorId,
        event.customerId,
        event.cartToken,
        event.checkoutToken,
        event.orderId,
        event.occurredAt.getTime(),
        receivedAt.getTime(),
        JSON.stringify(event.data),
        installed ? null : receivedAt.getTime(),
      );
      if (id === undefined) return null;
      if (installed) touched.add(event.shop);

      let found: Resolution | null = null;
      for (const change of changes) {
        const resolution = mirror.apply(event.shop, change);
        if (resolution) found = mergeResolutions(found, resolution);
      }
      if (found)
        resolve.run({
          id,
          visitorId: found.visitorId ?? null,
          customerId: found.customerId ?? null,
          cartToken: found.cartToken ?? null,
          checkoutToken: found.checkoutToken ?? null,
          orderId: found.orderId ?? null,
          data: JSON.stringify({ ...event.data, ...found.data }),
        });
      return id;
    });
    for (const shop of touched) if (isInstalled.get(shop) !== undefined) jobs.schedule(job(shop));
    return ids;
  };
}

export function eventStore(db: Database): EventStore {
  const { drizzle: d, commit } = db;
  const append = eventAppender(db);
  const sinceOf = { shop: placeholder("shop"), id: placeholder("id"), since: placeholder("since") };
  const eventsOfVisitor = d
    .select()
    .from(events)
    .where(and(eq(events.shop, sinceOf.shop), eq(events.visitorId, sinceOf.id), gte(events.occurredAt, sinceOf.since)))
    .orderBy(desc(events.occurredAt))
    .limit(MOST_OF_PERSON)
    .prepare();
  const eventsOfCustomer = d
    .select()
    .from(events)
    .where(and(eq(events.shop, sinceOf.shop), eq(events.customerId, sinceOf.id), gte(events.occurredAt, sinceOf.since)))
    .orderBy(desc(events.id))
    .limit(MOST_OF_PERSON)
    .prepare();

  return {
    async append(entries, receivedAt, job) {
      return commit(() => append(entries, receivedAt, job));
    },

    async unprocessed(shop, limit) {
      return d
        .select()
        .from(events)
        .where(and(eq(events.shop, shop), isNull(events.processedAt)))
        .orderBy(asc(events.id))
        .limit(limit)
        .all()
        .map(toLoggedEvent);
    },

    async byId(shop, id) {
      const row = d
        .select()
        .from(events)
        .where(and(eq(events.shop, shop), eq(events.id, id)))
        .get();
      return row ? toLoggedEvent(row) : null;
    },

    async ofPerson(shop, visitorIds, customerId, since) {
      const from = since.getTime();
      const found = visitorIds.flatMap((id) => eventsOfVisitor.all({ shop, id, since: from }));
      if (customerId) found.push(...eventsOfCustomer.all({ shop, id: customerId, since: from }));
      return [...new Map(found.map((row) => [row.id, row])).values()].map(toLoggedEvent);
    },

    async ofVisitor(shop, visitorId, limit, before) {
      return d
        .select()
        .from(events)
        .where(
          and(
            eq(events.shop, shop),
            eq(events.visitorId, visitorId),
            before === undefined ? undefined : lt(events.id, before),
          ),
        )
        .orderBy(desc(events.occurredAt), desc(events.id))
        .limit(limit)
        .all()
        .map(toLoggedEvent);
    },
  };
}

function mergeResolutions(a: Resolution | null, b: Resolution): Resolution {
  return {
    visitorId: a?.visitorId ?? b.visitorId,
    customerId: a?.customerId ?? b.customerId,
    cartToken: a?.cartToken ?? b.cartToken,
    checkoutToken: a?.checkoutToken ?? b.checkoutToken,
    orderId: a?.orderId ?? b.orderId,
    data: { ...a?.data, ...b.data },
  };
}

function toLoggedEvent({ processedAt: _, kind, ...row }: typeof events.$inferSelect): LoggedEvent {
  return { ...row, kind: kind as EventKind };
}
