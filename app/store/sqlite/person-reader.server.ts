import { and, desc, eq, gte, isNotNull, isNull, sql } from "drizzle-orm";
import type { Checkout, Order } from "../../events/mirror-store.ts";
import type { KnownOrder, PersonView, ShopFacts } from "../../journeys/person-view.ts";
import { parseShopSettings } from "../../shop-settings.ts";
import type { Database } from "./database.server.ts";
import {
  carts,
  cartTokens,
  checkouts,
  customers,
  discountCodes,
  journeys,
  orders,
  runs,
  shops,
  subscriptions,
  visitors,
} from "./schema.server.ts";

// One person's state in a handful of indexed look-ups, all prepared: every signal of every shopper runs them.

const WEEK_MS = 7 * 86_400_000;
const { placeholder } = sql;

export type PersonReader = {
  /** Synchronous, for use inside a transaction. */
  read(shop: string, visitorId: string, now: Date): PersonView | null;
  shopFacts(shop: string): ShopFacts | null;
  /** The visitors of the person a visitor belongs to, that one first. */
  visitorIdsOf(shop: string, visitorId: string): string[];
  /** Newest first. */
  orders(
    shop: string,
    visitorIds: string[],
    customerId: string | null,
    cartToken: string | null,
    now: Date,
  ): KnownOrder[];
};

export function personReader({ drizzle }: Pick<Database, "drizzle">): PersonReader {
  const selectShop = drizzle
    .select()
    .from(shops)
    .where(eq(shops.shop, placeholder("shop")))
    .prepare();
  const selectVisitor = drizzle
    .select()
    .from(visitors)
    .where(and(eq(visitors.shop, placeholder("shop")), eq(visitors.visitorId, placeholder("visitorId"))))
    .prepare();
  const selectVisitorsOfCustomer = drizzle
    .select()
    .from(visitors)
    .where(and(eq(visitors.shop, placeholder("shop")), eq(visitors.customerId, placeholder("customerId"))))
    .limit(50)
    .prepare();
  const selectCustomer = drizzle
    .select({ createdAt: customers.createdAt, dates: customers.dates })
    .from(customers)
    .where(and(eq(customers.shop, placeholder("shop")), eq(customers.customerId, placeholder("customerId"))))
    .prepare();
  const selectCart = drizzle
    .select()
    .from(carts)
    .where(and(eq(carts.shop, placeholder("shop")), eq(carts.visitorId, placeholder("visitorId"))))
    .prepare();
  const selectCartToken = drizzle
    .select()
    .from(cartTokens)
    .where(and(eq(cartTokens.shop, placeholder("shop")), eq(cartTokens.cartToken, placeholder("cartToken"))))
    .prepare();
  const selectCheckoutsOfCart = drizzle
    .select()
    .from(checkouts)
    .where(and(eq(checkouts.shop, placeholder("shop")), eq(checkouts.cartToken, placeholder("cartToken"))))
    .orderBy(desc(checkouts.updatedAt))
    .limit(10)
    .prepare();
  const selectCheckoutsOfVisitor = drizzle
    .select()
    .from(checkouts)
    .where(
      and(
        eq(checkouts.shop, placeholder("shop")),
        eq(checkouts.visitorId, placeholder("visitorId")),
        isNull(checkouts.completedAt),
        isNull(checkouts.deletedAt),
        isNull(checkouts.orderId),
        gte(checkouts.updatedAt, placeholder("since")),
      ),
    )
    .orderBy(desc(checkouts.updatedAt))
    .limit(10)
    .prepare();
  const orderColumns = {
    orderId: orders.orderId,
    createdAt: orders.createdAt,
    paidAt: orders.paidAt,
    cancelledAt: orders.cancelledAt,
    isShopping: orders.isShopping,
    linkedBy: orders.linkedBy,
    visitorId: orders.visitorId,
    customerId: orders.customerId,
    items: orders.items,
  };
  const selectOrdersOfVisitor = drizzle
    .select(orderColumns)
    .from(orders)
    .where(
      and(
        eq(orders.shop, placeholder("shop")),
        eq(orders.visitorId, placeholder("visitorId")),
        gte(orders.createdAt, placeholder("since")),
      ),
    )
    .orderBy(desc(orders.createdAt))
    .limit(20)
    .prepare();
  const selectOrdersOfCustomer = drizzle
    .select(orderColumns)
    .from(orders)
    .where(
      and(
        eq(orders.shop, placeholder("shop")),
        eq(orders.customerId, placeholder("customerId")),
        gte(orders.createdAt, placeholder("since")),
      ),
    )
    .orderBy(desc(orders.createdAt))
    .limit(20)
    .prepare();
  const selectOrdersOfCart = drizzle
    .select(orderColumns)
    .from(orders)
    .where(and(eq(orders.shop, placeholder("shop")), eq(orders.cartToken, placeholder("cartToken"))))
    .limit(5)
    .prepare();
  // A code used by somebody else stops its owner too: stopping is allowed on a mere claim.
  const selectOrdersOfCodes = drizzle
    .select(orderColumns)
    .from(discountCodes)
    .innerJoin(orders, and(eq(orders.shop, discountCodes.shop), eq(orders.orderId, discountCodes.orderId)))
    .where(
      and(
        eq(discountCodes.shop, placeholder("shop")),
        eq(discountCodes.personKey, placeholder("personKey")),
        isNotNull(discountCodes.orderId),
      ),
    )
    .limit(20)
    .prepare();
  const selectSubscriptions = drizzle
    .select()
    .from(subscriptions)
    .where(and(eq(subscriptions.shop, placeholder("shop")), eq(subscriptions.visitorId, placeholder("visitorId"))))
    // Sorted by time by who needs it: asked to sort, SQLite walks every subscription of the shop in that order instead.
    .limit(100)
    .prepare();
  const selectActiveRuns = drizzle
    .select()
    .from(runs)
    // The state as a literal: the index of runs under way is used only when it can be seen that they are.
    .where(
      and(
        eq(runs.shop, placeholder("shop")),
        eq(runs.visitorId, placeholder("visitorId")),
        sql`${runs.state} = 'active'`,
      ),
    )
    .prepare();
  const selectEnabled = drizzle
    .select({ kind: journeys.kind })
    .from(journeys)
    .where(and(eq(journeys.shop, placeholder("shop")), eq(journeys.enabled, true)))
    .prepare();

  function ordersOf(
    shop: string,
    visitorIds: string[],
    customerId: string | null,
    cartToken: string | null,
    now: Date,
  ): KnownOrder[] {
    const since = now.getTime() - WEEK_MS;
    const found = visitorIds.flatMap((visitorId) => selectOrdersOfVisitor.all({ shop, visitorId, since }));
    if (customerId) found.push(...selectOrdersOfCustomer.all({ shop, customerId, since }));
    if (cartToken) found.push(...selectOrdersOfCart.all({ shop, cartToken }));
    const personKeys = [...visitorIds.map((id) => `visitor:${id}`), ...(customerId ? [`customer:${customerId}`] : [])];
    for (const personKey of personKeys) found.push(...selectOrdersOfCodes.all({ shop, personKey }));
    const byId = new Map(found.map((order) => [order.orderId, order]));
    return [...byId.values()]
      .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
      .map(({ items, ...order }) => ({ ...order, variantIds: variantsOf(items) }));
  }

  function shopFacts(shop: string): ShopFacts | null {
    const row = selectShop.get({ shop });
    if (!row) return null;
    const { state, name, currency, timezone, country, primaryLocale, locales, settings } = row;
    return {
      shop,
      isInstalled: state === "installed",
      name,
      currency,
      timezone,
      country,
      primaryLocale,
      locales,
      settings: parseShopSettings(settings),
    };
  }

  return {
    shopFacts,
    orders: ordersOf,

    visitorIdsOf(shop, visitorId) {
      const visitor = selectVisitor.get({ shop, visitorId });
      if (!visitor?.customerId) return [visitorId];
      const all = selectVisitorsOfCustomer.all({ shop, customerId: visitor.customerId }).map((one) => one.visitorId);
      return [visitorId, ...all.filter((other) => other !== visitorId)];
    },

    read(shop, visitorId, now) {
      const facts = shopFacts(shop);
      const visitor = selectVisitor.get({ shop, visitorId });
      if (!facts || !visitor) return null;
      const { customerId } = visitor;
      const people = customerId ? selectVisitorsOfCustomer.all({ shop, customerId }) : [visitor];
      const visitorIds = people.map((one) => one.visitorId);
      const newest = people.reduce((a, b) => (b.lastSignalAt > a.lastSignalAt ? b : a), visitor);
      const checkoutSignals = people.flatMap(({ checkoutSignalAt }) => checkoutSignalAt?.getTime() ?? []);

      const customer = customerId ? selectCustomer.get({ shop, customerId }) : undefined;
      const cart = selectCart.get({ shop, visitorId }) ?? null;
      const token = cart ? selectCartToken.get({ shop, cartToken: cart.cartToken }) : undefined;
      const ofCart: Checkout[] = cart ? selectCheckoutsOfCart.all({ shop, cartToken: cart.cartToken }) : [];
      const open = selectCheckoutsOfVisitor
        .all({ shop, visitorId, since: now.getTime() - WEEK_MS })
        .filter(({ cartToken }) => !cartToken || !selectCartToken.get({ shop, cartToken })?.orderId);

      return {
        shop: facts,
        visitor,
        visitorIds,
        signals: new Map(people.map((one) => [one.visitorId, one.lastSignalAt])),
        lastSignalAt: newest.lastSignalAt,
        leftAt: newest.leftAt,
        checkoutSignalAt: checkoutSignals.length > 0 ? new Date(Math.max(...checkoutSignals)) : null,
        cart,
        cartIsBought: Boolean(token?.orderId) || ofCart.some(({ orderId, completedAt }) => orderId || completedAt),
        cartCheckouts: ofCart.filter(
          (checkout) => !checkout.deletedAt && (checkout.visitorId === null || visitorIds.includes(checkout.visitorId)),
        ),
        openCheckouts: open,
        customerSince: customer?.createdAt ?? null,
        dates: { ...visitor.dates, ...customer?.dates },
        orders: ordersOf(shop, visitorIds, customerId, cart?.cartToken ?? null, now),
        subscriptions: visitorIds.flatMap((id) => selectSubscriptions.all({ shop, visitorId: id })),
        runs: selectActiveRuns.all({ shop, visitorId }),
        enabledKinds: new Set(selectEnabled.all({ shop }).map(({ kind }) => kind)),
      };
    },
  };
}

export function variantsOf(items: Order["items"]): string[] {
  return items.flatMap(({ variantId }) => variantId ?? []);
}
