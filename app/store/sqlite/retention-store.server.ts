import type { Perishable, RetentionStore } from "../retention-store.ts";
import type { Database } from "./database.server.ts";

// Each picks the oldest rows through an index by age and stops at the limit, so that a batch is short whatever the size.
const OLD_ROWS: Record<Exclude<Perishable, "givenCodes" | "notifications" | "visitors">, string> = {
  events: `delete from events where id in (
    select id from events where received_at < $before and processed_at is not null order by received_at limit $limit)`,
  ledger: "delete from ledger where id in (select id from ledger where at < $before order by at limit $limit)",
  runs: `delete from runs where id in (
    select id from runs where ended_at < $before and state <> 'active' order by ended_at limit $limit)`,
  checkouts: `delete from checkouts where rowid in (
    select rowid from checkouts where updated_at < $before order by updated_at limit $limit)`,
  cartTokens: `delete from cart_tokens where rowid in (
    select rowid from cart_tokens where updated_at < $before order by updated_at limit $limit)`,
  stockAlerts: `delete from stock_alerts where id in (
    select id from stock_alerts where created_at < $before and state <> 'waiting' order by id limit $limit)`,
  interests: `delete from interests where rowid in (
    select rowid from interests where updated_at < $before order by updated_at limit $limit)`,
  prices: `delete from price_history where id in (
    select p.id from price_history p where p.at < $before and exists (
      select 1 from price_history n where n.shop = p.shop and n.variant_id = p.variant_id and n.country is p.country
        and n.currency is p.currency and n.at > p.at and n.at < $before)
    order by p.at limit $limit)`,
  directMessages: `delete from direct_messages where id in (
    select id from direct_messages where created_at < $before and state in ('left', 'stopped') order by created_at limit $limit)`,
  campaigns: `delete from campaigns where id in (
    select id from campaigns where created_at < $before and (state = 'stopped' or planned_at is not null)
    order by created_at limit $limit)`,
  sweeps: `delete from audience_sweeps where rowid in (
    select rowid from audience_sweeps where created_at < $before and ended_at is not null order by created_at limit $limit)`,
  idempotencyKeys: `delete from idempotency_keys where rowid in (
    select rowid from idempotency_keys where created_at < $before order by created_at limit $limit)`,
};

export function retentionStore({ sqlite }: Database): RetentionStore {
  const oldNotifications = sqlite
    .prepare<[{ before: number; limit: number }], string>(
      // Shop by shop, because that is how their index begins.
      `select n.id from shops as s cross join notifications as n on n.shop = s.shop where n.created_at < $before
       and not exists (select 1 from attributions as a where a.shop = n.shop and a.notification_id = n.id)
       and not exists (select 1 from deliveries as d where d.notification_id = n.id and d.state in ('queued', 'sending'))
       limit $limit`,
    )
    .pluck();
  const deleteDeliveries = sqlite.prepare<[string]>("delete from deliveries where notification_id = ?");
  const deleteNotification = sqlite.prepare<[string]>("delete from notifications where id = ?");
  const deleteNotifications = sqlite.transaction((before: number, limit: number) => {
    const ids = oldNotifications.all({ before, limit });
    for (const id of ids) {
      deleteDeliveries.run(id);
      deleteNotification.run(id);
    }
    return ids.length;
  });

  const oldGivenCodes = sqlite.prepare<[{ before: number; limit: number }], { id: number; shop: string; code: string }>(
    `select g.id, g.shop, g.code from shops as s cross join given_codes as g on g.shop = s.shop
     where g.given_at < $before and g.used_at is null and (g.ends_at is null or g.ends_at < $before) limit $limit`,
  );
  const deletePoolCode = sqlite.prepare<[string, string]>(
    "delete from discount_codes where shop = ? and code = ? and state = 'taken' and order_id is null",
  );
  const deleteGivenCode = sqlite.prepare<[number]>("delete from given_codes where id = ?");
  const deleteGivenCodes = sqlite.transaction((before: number, limit: number) => {
    const old = oldGivenCodes.all({ before, limit });
    for (const { id, shop, code } of old) {
      deletePoolCode.run(shop, code);
      deleteGivenCode.run(id);
    }
    return old.length;
  });

  const oldVisitors = sqlite.prepare<[{ before: number; limit: number }], { shop: string; visitorId: string }>(
    `select v.shop, v.visitor_id as visitorId from visitors as v where v.last_signal_at < $before
     and not exists (select 1 from subscriptions as s where s.shop = v.shop and s.visitor_id = v.visitor_id)
     and not exists (select 1 from stock_alerts as a
       where a.shop = v.shop and a.visitor_id = v.visitor_id and a.state = 'waiting')
     order by v.last_signal_at limit $limit`,
  );
  const deleteOfVisitor = ["carts", "links", "visitors"].map((table) =>
    sqlite.prepare<[string, string]>(`delete from ${table} where shop = ? and visitor_id = ?`),
  );
  const deleteVisitors = sqlite.transaction((before: number, limit: number) => {
    const old = oldVisitors.all({ before, limit });
    for (const { shop, visitorId } of old) for (const statement of deleteOfVisitor) statement.run(shop, visitorId);
    return old.length;
  });

  return {
    async deleteOld(what, before, limit) {
      if (what === "visitors") return deleteVisitors.immediate(before.getTime(), limit);
      if (what === "givenCodes") return deleteGivenCodes.immediate(before.getTime(), limit);
      if (what === "notifications") return deleteNotifications.immediate(before.getTime(), limit);
      return sqlite.prepare(OLD_ROWS[what]).run({ before: before.getTime(), limit }).changes;
    },

    async shrink(pages) {
      sqlite.pragma(`incremental_vacuum(${Math.max(1, Math.trunc(pages))})`);
      return Number(sqlite.pragma("freelist_count", { simple: true }));
    },
  };
}
