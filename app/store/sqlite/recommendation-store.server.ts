import type { Beside, RecommendationStore, ShopProduct } from "../../recommendations/recommendation-store.ts";
import type { Database } from "./database.server.ts";

/** Orders and looks that are asked at most: the newest ones say what belongs together now. */
const NEWEST = 200;
/** What one visitor looked at, asked at most. */
const FROM_ONE_VISITOR = 20;

const COLUMNS = `variant_id as variantId, product_id as productId, product_title as title, handle, vendor,
  product_type as productType, image, price, compare_at_price as compareAtPrice`;
const CAN_BE_BOUGHT =
  "deleted_at is null and coalesce(is_available, 1) = 1 and price is not null and handle is not null";

export function recommendationStore({ sqlite }: Database): RecommendationStore {
  const boughtWith = sqlite.prepare<[{ shop: string; productId: string; limit: number }], Beside>(
    `select o.product_id as productId, count(*) as times
     from (select order_id from order_products where shop = @shop and product_id = @productId
           order by ordered_at desc limit ${NEWEST}) n
     cross join order_products o on o.shop = @shop and o.order_id = n.order_id
     where o.product_id <> @productId group by o.product_id order by times desc, o.product_id limit @limit`,
  );
  const viewers = sqlite
    .prepare<[string, string], string>(
      `select visitor_id from interests where shop = ? and subject = ? order by updated_at desc limit ${NEWEST}`,
    )
    .pluck();
  const looksOf = sqlite
    .prepare<[string, string], string>(
      `select subject from interests where shop = ? and visitor_id = ? order by updated_at desc limit ${FROM_ONE_VISITOR}`,
    )
    .pluck();
  const sameCollection = sqlite
    .prepare<[{ shop: string; productId: string; limit: number }], string>(
      `select o.product_id from product_collections c
       cross join product_collections o on o.shop = c.shop and o.handle = c.handle
       where c.shop = @shop and c.product_id = @productId and o.product_id <> @productId
       limit @limit`,
    )
    .pluck();
  const inCollection = sqlite
    .prepare<[string, string, number], string>(
      "select product_id from product_collections where shop = ? and handle = ? limit ?",
    )
    .pluck();
  const emptyCollection = sqlite.prepare("delete from product_collections where shop = ? and handle = ?");
  const addToCollection = sqlite.prepare(
    "insert into product_collections (shop, handle, product_id, updated_at) values (?, ?, ?, ?)",
  );
  const dropCollections = sqlite.prepare("delete from product_collections where shop = ? and updated_at < ?");
  const bestSellers = sqlite
    .prepare<[{ shop: string; limit: number }], string>(
      `select o.product_id
       from (select order_id from orders where shop = @shop order by created_at desc limit ${NEWEST}) n
       cross join order_products o on o.shop = @shop and o.order_id = n.order_id
       group by o.product_id order by count(*) desc, o.product_id limit @limit`,
    )
    .pluck();
  const dearer = sqlite.prepare<[string, string, number, number], ShopProduct>(
    `select ${COLUMNS} from variants where shop = ? and product_type = ? and price >= ? and ${CAN_BE_BOUGHT}
     order by price limit ?`,
  );
  const cheaper = sqlite.prepare<[string, string, number, number], ShopProduct>(
    `select ${COLUMNS} from variants where shop = ? and product_type = ? and price < ? and ${CAN_BE_BOUGHT}
     order by price desc limit ?`,
  );
  const variantOf = sqlite.prepare<[string, string], ShopProduct>(
    `select ${COLUMNS} from variants where shop = ? and product_id = ? and ${CAN_BE_BOUGHT}
     order by variant_id limit 1`,
  );

  return {
    async boughtWith(shop, productId, limit) {
      return boughtWith.all({ shop, productId, limit });
    },

    async viewedWith(shop, productId, limit) {
      const times = new Map<string, number>();
      for (const visitorId of viewers.all(shop, `product:${productId}`))
        for (const subject of looksOf.all(shop, visitorId)) {
          const other = subject.startsWith("product:") ? subject.slice("product:".length) : null;
          if (other !== null && other !== productId) times.set(other, (times.get(other) ?? 0) + 1);
        }
      return [...times]
        .map(([other, count]) => ({ productId: other, times: count }))
        .toSorted((a, b) => b.times - a.times || (a.productId < b.productId ? -1 : 1))
        .slice(0, limit);
    },

    async sameCollection(shop, productId, limit) {
      return sameCollection.all({ shop, productId, limit });
    },

    async inCollection(shop, handle, limit) {
      return inCollection.all(shop, handle, limit);
    },

    async saveCollection(shop, handle, productIds, now) {
      sqlite
        .transaction(() => {
          emptyCollection.run(shop, handle);
          for (const productId of new Set(productIds)) addToCollection.run(shop, handle, productId, now.getTime());
        })
        .immediate();
    },

    async dropCollectionsBefore(shop, before) {
      dropCollections.run(shop, before.getTime());
    },

    async sameType(shop, productType, price, limit) {
      const found = [...dearer.all(shop, productType, price, limit), ...cheaper.all(shop, productType, price, limit)];
      const byProduct = new Map<string, ShopProduct>();
      for (const one of found.toSorted((a, b) => Math.abs(a.price - price) - Math.abs(b.price - price)))
        if (!byProduct.has(one.productId)) byProduct.set(one.productId, one);
      return [...byProduct.values()].slice(0, limit);
    },

    async bestSellers(shop, limit) {
      return bestSellers.all({ shop, limit });
    },

    async products(shop, productIds) {
      return productIds.flatMap((productId) => variantOf.get(shop, productId) ?? []);
    },
  };
}
