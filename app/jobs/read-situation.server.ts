import type { JourneyKind } from "../journeys/kinds/kind.ts";
import type { Situation } from "../journeys/person-view.ts";
import type { Leaving } from "../journeys/run-store.ts";
import { messageAt } from "../journeys/step-paths.ts";
import { moreOfCollection, relatedProducts } from "../recommendations/recommend.ts";
import { offeredProduct } from "../recommendations/offered-product.ts";
import type { Store } from "../store/store.ts";
import type { OrderCount } from "./order-count.server.ts";

/** Products a message can name or count. */
const MOST_RELATED = 6;

/** What of the store a due step reads and writes; a replay keeps it in memory. */
export type AdvanceStore = Pick<Store, "recommendations"> & {
  articles: Pick<Store["articles"], "found">;
  events: Pick<Store["events"], "ofPerson">;
  discounts: Pick<Store["discounts"], "boughtWithoutCode" | "freeCode" | "heldCodes" | "schedulePool" | "spent">;
  interests: Pick<Store["interests"], "ofVisitors" | "prices" | "recordLocalPrices">;
  runs: Pick<Store["runs"], "commitDelay" | "commitEnd" | "commitMessage" | "leaving" | "orderCount" | "repeatDays">;
};

type Deps = { store: AdvanceStore; orderCount: OrderCount };

/** What only some kinds look at is read for those alone. */
export async function withWhatItReads(
  { store: { articles, events, interests, runs }, orderCount }: Deps,
  kind: JourneyKind,
  situation: Situation,
  now: Date,
): Promise<Situation> {
  const { shop, visitorId } = situation.run;
  const { variantId } = situation.context;
  const { visitor, visitorIds } = situation.person;
  const item = situation.order?.items.find((one) => one.variantId === variantId);
  const productId = kind.repeatInterval ? item?.productId : null;
  const historyMs = kind.readsHistory?.(situation.trigger, null) ?? null;
  const historySince = historyMs === null ? null : new Date(now.getTime() - historyMs);
  const { since, until } = situation.context.said ?? {};
  const known = kind.readsOrderCount ? await runs.orderCount(shop, visitorIds, visitor.customerId) : null;
  return {
    ...situation,
    interests: kind.readsInterests ? await interests.ofVisitors(shop, [visitorId], now) : [],
    prices: kind.variantMoment && variantId ? await pricesFor(interests, situation, variantId, now) : [],
    // One that we know of answers it; only of a customer does Shopify know more.
    orderCount: known === 0 && visitor.customerId ? await orderCount(shop, visitor.customerId) : known,
    history: historySince ? await events.ofPerson(shop, visitorIds, visitor.customerId, historySince) : [],
    articles: kind.readsArticles ? await articles.found(shop, new Date(Number(since)), new Date(Number(until))) : [],
    repeatDays: productId ? await runs.repeatDays(shop, productId, now) : null,
  };
}

/** Of the country where its market asks for another price than the shop, which is noted by the way. */
async function pricesFor(
  interests: AdvanceStore["interests"],
  { local, person, run, variants }: Situation,
  variantId: string,
  now: Date,
) {
  const here = local?.variants.get(variantId)?.price;
  const country = local?.place.country;
  const isOwn = here?.amount === variants.get(variantId)?.price && here?.currency === person.shop.currency;
  if (!here || !country || isOwn) return interests.prices(run.shop, variantId);
  const { amount: price, currency } = here;
  await interests.recordLocalPrices(run.shop, [{ variantId, country, currency, price }], now);
  return interests.prices(run.shop, variantId, { country, currency });
}

/** The other product that a step is about. */
export async function withOffered(
  store: AdvanceStore,
  kind: JourneyKind,
  { situation, definition }: Leaving,
): Promise<Situation> {
  const about = messageAt(definition, situation.run.step)?.about;
  if (!about) return situation;
  const instead = kind.offersFor?.(situation) ?? [];
  return { ...situation, offered: await offeredProduct(store, situation.run.shop, about, instead) };
}

export async function withRelated(store: AdvanceStore, kind: JourneyKind, situation: Situation): Promise<Situation> {
  const wish = kind.recommends?.(situation);
  if (!wish) return situation;
  const { shop } = situation.run;
  const related =
    "collection" in wish
      ? await moreOfCollection(store, shop, wish.collection, wish.seen, MOST_RELATED)
      : await relatedProducts(store, shop, wish.productIds, MOST_RELATED);
  return { ...situation, related };
}
