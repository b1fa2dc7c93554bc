import type { RecallStore, ShownOn } from "../../journeys/recall-store.ts";
import type { Database } from "./database.server.ts";
import { ledgerStatements } from "./ledger-store.server.ts";
import { deliveries } from "./schema.server.ts";

/** The notification `n` stands in somebody's view. A tap that opened nothing is noted with the delivery alone. */
const IN_VIEW = `n.run_id is not null and n.is_transactional = 0
  and n.shown_at is not null and n.clicked_at is null and n.dismissed_at is null
  and not exists (select 1 from deliveries t where t.notification_id = n.id
    and (t.recall is not null or t.clicked_at is not null))`;

/** Carts that hold a product which changes are looked at up to this many, the newest first. */
const MOST_CARTS = 500;

export function recallStore({ drizzle, sqlite, jobs }: Database): RecallStore {
  const ledger = ledgerStatements({ sqlite });
  const ofVisitor = sqlite
    .prepare<[string, string, number], string>(
      `select n.id from notifications n where n.shop = ? and n.visitor_id = ? and n.created_at >= ? and ${IN_VIEW}`,
    )
    .pluck();
  const goods = sqlite.prepare<
    { shop: string; item: string | null; product: string | null },
    { productId: string; variantId: string }
  >(
    `select product_id as productId, variant_id as variantId from variants
     where shop = @shop and (inventory_item_id = @item or product_id = @product)`,
  );
  const ofSubject = sqlite
    .prepare<{ shop: string; subject: string; since: number }, string>(
      `select n.id from runs r join notifications n on n.run_id = r.id
       where r.shop = @shop and r.journey in (select kind from journeys where shop = @shop) and r.subject = @subject
         and n.created_at >= @since and ${IN_VIEW}`,
    )
    .pluck();
  const withCart = sqlite
    .prepare<[string, string, number], string>(
      `select visitor_id from interests where shop = ? and subject = ? and carted_at is not null
       order by updated_at desc limit ?`,
    )
    .pluck();
  const shownOn = sqlite.prepare<[string, string], ShownOn>(
    `select s.id as subscriptionId, s.visitor_id as visitorId, s.push_service as pushService
     from notifications n
     join deliveries d on d.notification_id = n.id and d.shop = n.shop
     join subscriptions s on s.id = d.subscription_id and s.shop = d.shop
     where n.shop = ? and n.id = ? and ${IN_VIEW} and d.shown_at is not null and s.state = 'active'
     order by d.shown_at desc limit 1`,
  );

  return {
    async ofVisitors(shop, visitorIds, since) {
      return visitorIds.flatMap((visitorId) => ofVisitor.all(shop, visitorId, since.getTime()));
    },

    async ofGoods(shop, { inventoryItemId, productId }, since) {
      const changed = goods.all({ shop, item: inventoryItemId, product: productId });
      const products = [...new Set([...changed.map((one) => one.productId), ...(productId ? [productId] : [])])];
      const subjects = [
        ...products.map((id) => `product:${id}`),
        ...changed.map(({ variantId }) => `variant:${variantId}`),
      ];
      const found = subjects.flatMap((subject) => ofSubject.all({ shop, subject, since: since.getTime() }));
      const visitorIds = products.flatMap((id) => withCart.all(shop, `product:${id}`, MOST_CARTS));
      return [
        ...new Set([...found, ...visitorIds.flatMap((visitorId) => ofVisitor.all(shop, visitorId, since.getTime()))]),
      ];
    },

    async record(shop, notificationId, plan, now) {
      return sqlite
        .transaction(() => {
          const device = shownOn.get(shop, notificationId);
          const planned = device && plan(device);
          if (!device || !planned) return false;
          const { words, deliveryId, pushTopic, ttlSeconds, deadlineAt } = planned;
          drizzle
            .insert(deliveries)
            .values({
              id: deliveryId,
              shop,
              notificationId,
              subscriptionId: device.subscriptionId,
              visitorId: device.visitorId,
              state: "queued",
              pushTopic,
              urgency: "low",
              ttlSeconds,
              deadlineAt,
              createdAt: now,
              recall: words,
            })
            .run();
          ledger.append(planned.ledger);
          jobs.schedule(planned.job);
          return true;
        })
        .immediate();
    },
  };
}
