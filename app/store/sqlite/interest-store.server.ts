import type { CartChange, MirrorChange, ProductInterest } from "../../events/mirror-change.ts";
import type { Interest, Interested, InterestReason, InterestStore } from "../../events/interest-store.ts";
import { and, eq, inArray } from "drizzle-orm";
import type { Database } from "./database.server.ts";
import { priceStatements } from "./price-store.server.ts";
import { interests, variants } from "./schema.server.ts";
import { prepareRows } from "./typed-rows.server.ts";

const DAY_MS = 86_400_000;
const REMEMBERED_MS = 30 * DAY_MS;
const MOST_INTERESTS = 100;

type CollectionInterest = Extract<MirrorChange, { type: "collection_interest" }>;

/** Keeps what visitors look at. Synchronous, to be called inside the transaction of the event that brought it. */
export function interestStatements({ sqlite }: Pick<Database, "sqlite">) {
  // Looking goes on as long as there is no pause of a day; then the seconds start again.
  const upsert = sqlite.prepare(
    `insert into interests (shop, visitor_id, subject, variant_id, title, handle, image, collections, currency, seconds,
       viewed_at, wished_at, updated_at)
     values (@shop, @visitorId, @subject, @variantId, @title, @handle, @image, coalesce(@collections, '[]'), @currency,
       @seconds, iif(@viewed, @at, null), iif(@wished, @at, null), @at)
     on conflict (shop, visitor_id, subject) do update set
       variant_id = coalesce(@variantId, variant_id), title = coalesce(@title, title), handle = coalesce(@handle, handle),
       image = coalesce(@image, image), collections = coalesce(@collections, collections),
       currency = coalesce(@currency, currency),
       seconds = iif(abs(@at - updated_at) > ${DAY_MS}, @seconds, seconds + @seconds),
       viewed_at = iif(@viewed, max(coalesce(viewed_at, 0), @at), viewed_at),
       wished_at = iif(@wished, max(coalesce(wished_at, 0), @at), wished_at),
       updated_at = max(updated_at, @at)`,
  );
  const cartOf = sqlite.prepare<[string, string], { items: string; at: number }>(
    "select items, updated_at as at from carts where shop = ? and visitor_id = ?",
  );
  const carted = sqlite.prepare(
    `insert into interests (shop, visitor_id, subject, variant_id, title, image, currency, carted_at, updated_at)
     values (@shop, @visitorId, @subject, @variantId, @title, @image, @currency, @at, @at)
     on conflict (shop, visitor_id, subject) do update set carted_at = @at, variant_id = @variantId,
       title = coalesce(title, @title), image = coalesce(image, @image), currency = @currency,
       updated_at = max(updated_at, @at)`,
  );
  const takenOut = sqlite.prepare(
    "update interests set carted_at = null where shop = ? and visitor_id = ? and subject = ?",
  );

  return {
    product(shop: string, { visitorId, at, how, productId, collections, ...seen }: ProductInterest): void {
      const { variantId, title, handle, image, currency, seconds } = seen;
      upsert.run({
        shop,
        visitorId,
        subject: `product:${productId}`,
        variantId,
        title,
        handle,
        image,
        currency,
        seconds,
        collections: collections && JSON.stringify(collections),
        viewed: how === "viewed" ? 1 : 0,
        wished: how === "wished" ? 1 : 0,
        at: at.getTime(),
      });
    },

    collection(shop: string, { visitorId, at, handle, title, seconds }: CollectionInterest): void {
      upsert.run({
        shop,
        visitorId,
        subject: `collection:${handle}`,
        variantId: null,
        title,
        handle,
        image: null,
        currency: null,
        seconds,
        collections: null,
        viewed: 1,
        wished: 0,
        at: at.getTime(),
      });
    },

    /** To be called before the cart itself is written: only what came in or went out is noted. */
    cart(shop: string, { visitorId, items, currency, updatedAt }: CartChange): void {
      const before = cartOf.get(shop, visitorId);
      if (before && before.at > updatedAt.getTime()) return;
      const had = new Set((JSON.parse(before?.items ?? "[]") as { productId: string }[]).map((item) => item.productId));
      const at = updatedAt.getTime();
      for (const { productId, variantId, title, image } of items) {
        if (had.delete(productId)) continue;
        carted.run({ shop, visitorId, subject: `product:${productId}`, variantId, title, image, currency, at });
      }
      const still = new Set(items.map((item) => item.productId));
      for (const productId of had) if (!still.has(productId)) takenOut.run(shop, visitorId, `product:${productId}`);
    },
  };
}

const REASON_COLUMN: Partial<Record<InterestReason, string>> = {
  carted: "carted_at",
  wished: "wished_at",
  viewed: "viewed_at",
};

/** Comes after every "product:ID". */
const ASKED = "variant:";

export function interestStore({ drizzle, sqlite }: Database): InterestStore {
  const prices = priceStatements({ sqlite });
  const reachable = `exists (select 1 from subscriptions s
    where s.shop = x.shop and s.visitor_id = x.visitor_id and s.state = 'active')`;
  type Found = Omit<Interested, "reason"> & { at: number };
  const askers = sqlite.prepare<[string, string, string, number, number], Found>(
    `select x.visitor_id as visitorId, v.customer_id as customerId, x.id as alertId, x.id as at
     from stock_alerts x left join visitors v on v.shop = x.shop and v.visitor_id = x.visitor_id
     where x.shop = ? and x.variant_id = ? and x.kind = ? and x.state = 'waiting' and x.id > ? and ${reachable}
     order by x.id limit ?`,
  );
  const interestedBy = (column: string) =>
    sqlite.prepare<[string, string, number, string, number], Found>(
      `select x.visitor_id as visitorId, v.customer_id as customerId, null as alertId, x.updated_at as at
       from interests x left join visitors v on v.shop = x.shop and v.visitor_id = x.visitor_id
       where x.shop = ? and x.subject = ? and (x.updated_at, x.visitor_id) > (?, ?) and x.${column} is not null
         and ${reachable}
       order by x.updated_at, x.visitor_id limit ?`,
    );
  const ofVisitor = prepareRows(
    sqlite,
    interests,
    null,
    `where shop = ? and visitor_id = ? and updated_at >= ? order by updated_at desc limit ${MOST_INTERESTS}`,
  );
  const cares = sqlite
    .prepare<[string, string, number], 1>(
      `select 1 from interests x where x.shop = ? and x.subject = ? and x.updated_at >= ? and ${reachable} limit 1`,
    )
    .pluck();

  const nextProduct = sqlite
    .prepare<[string, string], string>(
      `select subject from interests where shop = ? and subject > ? and subject < 'product;' order by subject limit 1`,
    )
    .pluck();
  const placesOf = sqlite.prepare<[string, string, number], { variantId: string; country: string }>(
    `select distinct x.variant_id as variantId, s.country
     from (select shop, visitor_id, variant_id from interests
           where shop = ? and subject = ? and updated_at >= ? and variant_id is not null
           order by updated_at desc limit 200) x
     cross join subscriptions s on s.shop = x.shop and s.visitor_id = x.visitor_id and s.state = 'active'
     where s.country is not null`,
  );
  // Who only asked to be told has looked at nothing that is remembered for long.
  const nextAsked = sqlite
    .prepare<[string, string], string>(
      `select variant_id from stock_alerts
       where shop = ? and variant_id > ? and kind = 'price_drop' and state = 'waiting' order by variant_id limit 1`,
    )
    .pluck();
  const placesAskedFrom = sqlite.prepare<[string, string], { variantId: string; country: string }>(
    `select distinct x.variant_id as variantId, s.country
     from (select shop, visitor_id, variant_id from stock_alerts
           where shop = ? and variant_id = ? and kind = 'price_drop' and state = 'waiting' limit 200) x
     cross join subscriptions s on s.shop = x.shop and s.visitor_id = x.visitor_id and s.state = 'active'
     where s.country is not null`,
  );

  return {
    async ofVisitors(shop, visitorIds, now) {
      const since = now.getTime() - REMEMBERED_MS;
      const found: Interest[] = visitorIds.flatMap((visitorId) => ofVisitor.all(shop, visitorId, since));
      if (visitorIds.length < 2) return found;
      return found.toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime()).slice(0, MOST_INTERESTS);
    },

    async inVariant(shop, { variantId, productId }, reason, after, now, limit) {
      const column = REASON_COLUMN[reason];
      const oldest = now.getTime() - REMEMBERED_MS;
      const { at, visitorId } = after ?? { at: column ? oldest : 0, visitorId: "" };
      const rows = column
        ? interestedBy(column).all(shop, `product:${productId}`, at, visitorId, limit)
        : askers.all(shop, variantId, reason === "price_alert" ? "price_drop" : "back_in_stock", at, limit);
      const last = rows.at(-1);
      return {
        people: rows.map(({ visitorId: id, customerId, alertId }) => ({ visitorId: id, customerId, reason, alertId })),
        next: last && rows.length === limit ? { at: last.at, visitorId: last.visitorId } : null,
      };
    },

    async prices(shop, variantId, place) {
      return prices.of(shop, variantId, place);
    },

    async recordLocalPrices(shop, read, now) {
      sqlite
        .transaction(() => {
          for (const { variantId, price, ...place } of read) prices.record(shop, variantId, price, now, place);
        })
        .immediate();
    },

    async caredForAbroad(shop, after, products, now) {
      const since = now.getTime() - REMEMBERED_MS;
      const wanted: { variantId: string; country: string }[] = [];
      let subject = after;
      for (let count = 0; count < products; count += 1) {
        const product = subject < ASKED ? nextProduct.get(shop, subject) : undefined;
        const asked = product === undefined ? nextAsked.get(shop, subject.slice(ASKED.length)) : undefined;
        if (product !== undefined) wanted.push(...placesOf.all(shop, product, since));
        else if (asked !== undefined) wanted.push(...placesAskedFrom.all(shop, asked));
        else return count === 0 ? null : { after: subject, wanted };
        subject = product ?? `${ASKED}${asked}`;
      }
      return { after: subject, wanted };
    },

    async countriesOf(shop, { variantId, productId }, now) {
      const looked = placesOf.all(shop, `product:${productId}`, now.getTime() - REMEMBERED_MS);
      const places = [...looked.filter((one) => one.variantId === variantId), ...placesAskedFrom.all(shop, variantId)];
      return [...new Set(places.map(({ country }) => country))];
    },

    async caredFor(shop, { inventoryItemId, variantIds = [] }, now) {
      const since = now.getTime() - REMEMBERED_MS;
      const which =
        inventoryItemId === undefined
          ? inArray(variants.variantId, variantIds)
          : eq(variants.inventoryItemId, inventoryItemId);
      return drizzle
        .select({ variantId: variants.variantId, productId: variants.productId })
        .from(variants)
        .where(and(eq(variants.shop, shop), which))
        .all()
        .filter(
          ({ variantId, productId }) =>
            cares.get(shop, `product:${productId}`, since) !== undefined ||
            askers.get(shop, variantId, "price_drop", 0, 1) !== undefined,
        )
        .map(({ variantId }) => variantId);
    },
  };
}
