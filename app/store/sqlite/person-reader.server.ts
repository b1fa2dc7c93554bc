import type { Checkout, Order } from "../../events/mirror-store.ts";
import type { KnownOrder, PersonView, ShopFacts } from "../../journeys/person-view.ts";
import { parseShopSettings } from "../../shop-settings.ts";
import type { ShopSettings } from "../../shop-settings.ts";
import type { Database } from "./database.server.ts";
import { carts, checkouts, customers, orders, runs, subscriptions, visitors } from "./schema.server.ts";
import { prepareRows } from "./typed-rows.server.ts";

// One person's state in a handful of indexed look-ups, all prepared: every signal of every shopper runs them.

const WEEK_MS = 7 * 86_400_000;

const ORDER_COLUMNS = [
  "orderId",
  "createdAt",
  "paidAt",
  "cancelledAt",
  "isShopping",
  "linkedBy",
  "visitorId",
  "customerId",
  "items",
] as const;

type ShopRow = Omit<ShopFacts, "shop" | "isInstalled" | "locales" | "settings"> & {
  state: string;
  locales: string;
  settings: string;
};

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

export function personReader({ sqlite }: Pick<Database, "sqlite">): PersonReader {
  const selectShop = sqlite.prepare<[string], ShopRow>(
    `select state, name, currency, timezone, country, primary_locale as primaryLocale, locales, settings
     from shops where shop = ?`,
  );
  const ofVisitor = "where shop = ? and visitor_id = ?";
  const selectVisitor = prepareRows(sqlite, visitors, null, ofVisitor);
  const selectVisitorsOfCustomer = prepareRows(sqlite, visitors, null, "where shop = ? and customer_id = ? limit 50");
  const selectCustomer = prepareRows(sqlite, customers, ["createdAt", "dates"], "where shop = ? and customer_id = ?");
  const selectCart = prepareRows(sqlite, carts, null, ofVisitor);
  const selectOrderOfToken = sqlite
    .prepare<[string, string], string | null>("select order_id from cart_tokens where shop = ? and cart_token = ?")
    .pluck();
  const selectCheckoutsOfCart = prepareRows(
    sqlite,
    checkouts,
    null,
    "where shop = ? and cart_token = ? order by updated_at desc limit 10",
  );
  const selectCheckoutsOfVisitor = prepareRows(
    sqlite,
    checkouts,
    null,
    `where shop = ? and visitor_id = ? and completed_at is null and deleted_at is null and order_id is null
     and updated_at >= ? order by updated_at desc limit 10`,
  );
  const selectOrdersOfVisitor = prepareRows(
    sqlite,
    orders,
    ORDER_COLUMNS,
    "where shop = ? and visitor_id = ? and created_at >= ? order by created_at desc limit 20",
  );
  const selectOrdersOfCustomer = prepareRows(
    sqlite,
    orders,
    ORDER_COLUMNS,
    "where shop = ? and customer_id = ? and created_at >= ? order by created_at desc limit 20",
  );
  const selectOrdersOfCart = prepareRows(sqlite, orders, ORDER_COLUMNS, "where shop = ? and cart_token = ? limit 5");
  // A code used by somebody else stops its owner too: stopping is allowed on a mere claim.
  const selectOrdersOfCodes = prepareRows(
    sqlite,
    orders,
    ORDER_COLUMNS,
    `join discount_codes c on c.shop = orders.shop and c.order_id = orders.order_id
     where c.shop = ? and c.person_key = ? and c.order_id is not null limit 20`,
  );
  const selectSubscriptions = prepareRows(
    sqlite,
    subscriptions,
    null,
    // Sorted by time by who needs it: asked to sort, SQLite walks every subscription of the shop in that order instead.
    `${ofVisitor} limit 100`,
  );
  const selectActiveRuns = prepareRows(
    sqlite,
    runs,
    null,
    // The state as a literal: the index of runs under way is used only when it can be seen that they are.
    `${ofVisitor} and state = 'active'`,
  );
  const selectEnabled = sqlite
    .prepare<[string], string>("select kind from journeys where shop = ? and enabled = 1")
    .pluck();
  /** The settings read last: nearly always the same text again. */
  let lastSettings: { text: string; parsed: ShopSettings } | null = null;

  function ordersOf(
    shop: string,
    visitorIds: string[],
    customerId: string | null,
    cartToken: string | null,
    now: Date,
  ): KnownOrder[] {
    const since = now.getTime() - WEEK_MS;
    const found = visitorIds.flatMap((visitorId) => selectOrdersOfVisitor.all(shop, visitorId, since));
    if (customerId) found.push(...selectOrdersOfCustomer.all(shop, customerId, since));
    if (cartToken) found.push(...selectOrdersOfCart.all(shop, cartToken));
    const personKeys = [...visitorIds.map((id) => `visitor:${id}`), ...(customerId ? [`customer:${customerId}`] : [])];
    for (const personKey of personKeys) found.push(...selectOrdersOfCodes.all(shop, personKey));
    const byId = new Map(found.map((order) => [order.orderId, order]));
    return [...byId.values()]
      .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
      .map(({ items, ...order }) => ({ ...order, variantIds: variantsOf(items), productId: firstProduct(items) }));
  }

  function shopFacts(shop: string): ShopFacts | null {
    const row = selectShop.get(shop);
    if (!row) return null;
    const { state, locales, settings, ...facts } = row;
    if (lastSettings?.text !== settings)
      lastSettings = { text: settings, parsed: parseShopSettings(JSON.parse(settings)) };
    return {
      shop,
      isInstalled: state === "installed",
      ...facts,
      locales: JSON.parse(locales) as string[],
      settings: lastSettings.parsed,
    };
  }

  return {
    shopFacts,
    orders: ordersOf,

    visitorIdsOf(shop, visitorId) {
      const visitor = selectVisitor.get(shop, visitorId);
      if (!visitor?.customerId) return [visitorId];
      const all = selectVisitorsOfCustomer.all(shop, visitor.customerId).map((one) => one.visitorId);
      return [visitorId, ...all.filter((other) => other !== visitorId)];
    },

    read(shop, visitorId, now) {
      const facts = shopFacts(shop);
      const visitor = selectVisitor.get(shop, visitorId);
      if (!facts || !visitor) return null;
      const { customerId } = visitor;
      const people = customerId ? selectVisitorsOfCustomer.all(shop, customerId) : [visitor];
      const visitorIds = people.map((one) => one.visitorId);
      const newest = people.reduce((a, b) => (b.lastSignalAt > a.lastSignalAt ? b : a), visitor);
      const checkoutSignals = people.flatMap(({ checkoutSignalAt }) => checkoutSignalAt?.getTime() ?? []);

      const customer = customerId ? selectCustomer.get(shop, customerId) : undefined;
      const cart = selectCart.get(shop, visitorId) ?? null;
      const boughtAs = cart ? selectOrderOfToken.get(shop, cart.cartToken) : null;
      const ofCart: Checkout[] = cart ? selectCheckoutsOfCart.all(shop, cart.cartToken) : [];
      const open = selectCheckoutsOfVisitor
        .all(shop, visitorId, now.getTime() - WEEK_MS)
        .filter(({ cartToken }) => !cartToken || !selectOrderOfToken.get(shop, cartToken));

      return {
        shop: facts,
        visitor,
        visitorIds,
        signals: new Map(people.map((one) => [one.visitorId, one.lastSignalAt])),
        lastSignalAt: newest.lastSignalAt,
        leftAt: newest.leftAt,
        checkoutSignalAt: checkoutSignals.length > 0 ? new Date(Math.max(...checkoutSignals)) : null,
        cart,
        cartIsBought: Boolean(boughtAs) || ofCart.some(({ orderId, completedAt }) => orderId || completedAt),
        cartCheckouts: ofCart.filter(
          (checkout) => !checkout.deletedAt && (checkout.visitorId === null || visitorIds.includes(checkout.visitorId)),
        ),
        openCheckouts: open,
        customerSince: customer?.createdAt ?? null,
        dates: { ...visitor.dates, ...customer?.dates },
        orders: ordersOf(shop, visitorIds, customerId, cart?.cartToken ?? null, now),
        subscriptions: visitorIds.flatMap((id) => selectSubscriptions.all(shop, id)),
        runs: selectActiveRuns.all(shop, visitorId),
        enabledKinds: new Set(selectEnabled.all(shop)),
      };
    },
  };
}

function firstProduct(items: Order["items"]): string | null {
  return items.find(({ variantId }) => variantId)?.productId ?? null;
}

export function variantsOf(items: Order["items"]): string[] {
  return items.flatMap(({ variantId }) => variantId ?? []);
}
