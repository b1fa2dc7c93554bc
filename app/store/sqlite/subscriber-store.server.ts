import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import type { SubscriberStore } from "../../subscriptions/subscriber-store.ts";
import type { Database } from "./database.server.ts";
import { subscriptions, visitors } from "./schema.server.ts";
import { tagStatements } from "./visitor-tags.server.ts";

/** Rows one page looks at when a filter is rare. */
const WINDOW = 20_000;

export function subscriberStore({ drizzle, sqlite }: Database): SubscriberStore {
  const {
    endpoint: _,
    endpointHash: _hash,
    p256dh: _p256dh,
    auth: _auth,
    vapidKeyId: _key,
    ...shown
  } = getTableColumns(subscriptions);
  const selection = { ...shown, customerId: visitors.customerId, tags: visitors.tags, aliases: visitors.aliases };
  const joined = () =>
    drizzle
      .select(selection)
      .from(subscriptions)
      .leftJoin(visitors, and(eq(visitors.shop, subscriptions.shop), eq(visitors.visitorId, subscriptions.visitorId)));

  const visitorOf = sqlite.prepare<[string, string], { visitorId: string; aliases: string }>(`
    select v.visitor_id as visitorId, v.aliases
    from subscriptions s join visitors v on v.shop = s.shop and v.visitor_id = s.visitor_id
    where s.shop = ? and s.id = ?`);
  const changeTagsOf = tagStatements({ sqlite });
  const setAliases = sqlite.prepare<[string, string, string]>(
    `update visitors set aliases = ? where shop = ? and visitor_id = ?`,
  );

  const changeTags = sqlite.transaction((shop: string, id: string, change: { add: string[]; remove: string[] }) => {
    const visitor = visitorOf.get(shop, id);
    if (!visitor) return null;

    return changeTagsOf(shop, visitor.visitorId, change);
  });
  const changeAliases = sqlite.transaction((shop: string, id: string, change: Record<string, string | null>) => {
    const visitor = visitorOf.get(shop, id);
    if (!visitor) return null;

    const aliases = new Map(Object.entries(JSON.parse(visitor.aliases) as Record<string, string>));
    for (const [label, value] of Object.entries(change)) {
      if (value === null) aliases.delete(label);
      else aliases.set(label, value);
    }
    setAliases.run(JSON.stringify(Object.fromEntries(aliases)), shop, visitor.visitorId);
    return Object.fromEntries(aliases);
  });

  return {
    async list(shop, filter, after, limit) {
      const position = after
        ? sql`(${subscriptions.createdAt}, ${subscriptions.id}) < (${after.createdAt}, ${after.id})`
        : undefined;
      const newest = () =>
        drizzle
          .select({ id: subscriptions.id, createdAt: subscriptions.createdAt })
          .from(subscriptions)
          .where(and(eq(subscriptions.shop, shop), position))
          .orderBy(desc(subscriptions.createdAt), desc(subscriptions.id));
      const inWindow = sql`${subscriptions.id} in (select id from (${newest().limit(WINDOW)}))`;
      const isFiltered = filter.state !== undefined || filter.tag !== undefined;

      const found = joined()
        .where(
          and(
            eq(subscriptions.shop, shop),
            position,
            isFiltered ? inWindow : undefined,
            filter.state ? eq(subscriptions.state, filter.state) : undefined,
            filter.tag
              ? sql`exists (select 1 from json_each(${visitors.tags}) where value = ${filter.tag})`
              : undefined,
          ),
        )
        .orderBy(desc(subscriptions.createdAt), desc(subscriptions.id))
        .limit(limit + 1)
        .all();
      const rows = found.slice(0, limit).map(subscriberOf);
      const last = rows.at(-1);
      if (found.length > limit && last) return { rows, next: { createdAt: last.createdAt.getTime(), id: last.id } };

      // The window may have ended before the subscribers did: say where to go on.
      const end = isFiltered
        ? newest()
            .limit(1)
            .offset(WINDOW - 1)
            .get()
        : undefined;
      return { rows, next: end ? { createdAt: end.createdAt.getTime(), id: end.id } : null };
    },

    async get(shop, subscriptionId) {
      const row = joined()
        .where(and(eq(subscriptions.shop, shop), eq(subscriptions.id, subscriptionId)))
        .get();
      return row ? subscriberOf(row) : null;
    },

    async changeTags(shop, subscriptionId, change) {
      return changeTags.immediate(shop, subscriptionId, change);
    },

    async changeAliases(shop, subscriptionId, change) {
      return changeAliases.immediate(shop, subscriptionId, change);
    },
  };
}

function subscriberOf<T extends { tags: string[] | null; aliases: Record<string, string> | null }>(row: T) {
  return { ...row, tags: row.tags ?? [], aliases: row.aliases ?? {} };
}
