import { describe, expect, test } from "vitest";
import type { EventEntry } from "../../events/event-store.ts";
import type { MirrorChange } from "../../events/mirror-change.ts";
import { PROCESS_EVENTS_JOB, recordEvents } from "../../events/record-events.ts";
import type { ShopEvent } from "../../events/shop-event.ts";
import type { CreateStore } from "../conformance.ts";

const SHOP = "one.myshopify.com";
const OTHER = "two.myshopify.com";
const VISITOR = "visitor-0001";
const NOON = new Date("2026-11-02T12:00:00Z");

function later(seconds: number): Date {
  return new Date(NOON.getTime() + seconds * 1_000);
}

let made = 0;

function entry(changes: MirrorChange[] = [], event: Partial<ShopEvent> = {}): EventEntry {
  return {
    event: {
      shop: SHOP,
      sourceId: `source-${++made}`,
      kind: "page_viewed",
      visitorId: VISITOR,
      customerId: null,
      cartToken: null,
      checkoutToken: null,
      orderId: null,
      occurredAt: NOON,
      data: {},
      ...event,
    },
    changes,
  };
}

function cart(total: number, updatedAt: Date): MirrorChange {
  return {
    type: "cart",
    visitorId: VISITOR,
    cartToken: "cart-1",
    currency: "USD",
    total,
    discounted: false,
    items: [],
    updatedAt,
  };
}

function order(changes: Partial<Extract<MirrorChange, { type: "order" }>> = {}): MirrorChange {
  return {
    type: "order",
    orderId: "5001",
    name: "#1001",
    cartToken: "cart-1",
    checkoutToken: null,
    linkId: null,
    customerId: null,
    currency: "USD",
    total: 8500,
    presentmentCurrency: "USD",
    presentmentTotal: 8500,
    discountTotal: 0,
    discountCodes: [],
    discountAmounts: {},
    items: [],
    locale: null,
    sourceName: "web",
    test: false,
    isShopping: true,
    createdAt: NOON,
    updatedAt: NOON,
    paidAt: null,
    cancelledAt: null,
    ...changes,
  };
}

export function eventStoreConformance(createStore: CreateStore): void {
  const createInstalled: CreateStore = async () => {
    const store = await createStore();
    for (const shop of [SHOP, OTHER]) await store.shops.install(shop, [], NOON);
    return store;
  };

  describe("events and the mirror", () => {
    test("an event is recorded once, with its changes, and journeys are told", async () => {
      const store = await createInstalled();
      const first = entry([cart(100, NOON)], { sourceId: "same" });

      const [id] = await recordEvents(store, [first], NOON);
      const [again] = await recordEvents(store, [entry([cart(999, later(60))], { sourceId: "same" })], later(60));

      expect(id).toBeGreaterThan(0);
      expect(again).toBeNull();
      expect((await store.mirror.cart(SHOP, VISITOR))?.total).toBe(100);
      expect(await store.jobs.list({ kind: PROCESS_EVENTS_JOB })).toMatchObject([
        { key: `events:${SHOP}`, payload: { shop: SHOP }, runAt: NOON },
      ]);
    });

    test("the same source id in another shop is another event", async () => {
      const store = await createInstalled();
      await recordEvents(store, [entry([], { sourceId: "same" })], NOON);

      const [id] = await recordEvents(store, [entry([], { sourceId: "same", shop: OTHER })], NOON);

      expect(id).not.toBeNull();
      expect(await store.events.unprocessed(OTHER, 10)).toHaveLength(1);
    });

    test("a batch is written as a whole or not at all", async () => {
      const store = await createInstalled();
      const broken = entry([
        { type: "visitor_customer", visitorId: VISITOR, customerId: undefined as never, at: null as never },
      ]);

      await expect(recordEvents(store, [entry([cart(1, NOON)]), broken], NOON)).rejects.toThrow();

      expect(await store.events.unprocessed(SHOP, 10)).toEqual([]);
      expect(await store.mirror.cart(SHOP, VISITOR)).toBeNull();
    });

    test("events come back in the order they arrived, as they were told", async () => {
      const store = await createInstalled();
      const told = entry([], { kind: "search_submitted", data: { query: "mug" }, occurredAt: later(-30) });
      await recordEvents(store, [told, entry()], NOON);

      const events = await store.events.unprocessed(SHOP, 1);

      expect(events).toEqual([{ ...told.event, id: expect.any(Number), receivedAt: NOON }]);
      expect(await store.events.byId(SHOP, events[0]?.id ?? 0)).toEqual(events[0]);
      expect(await store.events.byId(OTHER, events[0]?.id ?? 0)).toBeNull();
      expect(await store.events.ofVisitor(SHOP, VISITOR, 10)).toHaveLength(2);
    });

    test("a shop that is not installed is remembered and waits for nobody", async () => {
      const store = await createInstalled();
      await recordEvents(store, [entry([], { shop: "stranger.myshopify.com" })], NOON);

      expect(await store.events.unprocessed("stranger.myshopify.com", 10)).toEqual([]);
      expect(await store.jobs.list({ kind: PROCESS_EVENTS_JOB })).toEqual([]);
    });

    test("the newer state wins, whichever arrives first", async () => {
      const store = await createInstalled();
      await recordEvents(store, [entry([cart(200, later(10))]), entry([cart(100, NOON)])], later(20));

      expect((await store.mirror.cart(SHOP, VISITOR))?.total).toBe(200);
    });

    test("signals move a visitor's times forward only, and leaving is void when it speaks again", async () => {
      const store = await createInstalled();
      const signal = (at: Date, kind: "storefront" | "checkout" | "left", mayCreate = true): MirrorChange => ({
        type: "visitor_signal",
        visitorId: VISITOR,
        at,
        signal: kind,
        mayCreate,
      });
      await recordEvents(store, [entry([signal(NOON, "checkout", false)])], NOON);
      expect(await store.visitors.get(SHOP, VISITOR)).toBeNull();

      await recordEvents(store, [entry([signal(later(10), "storefront"), signal(later(20), "left")])], later(20));
      expect(await store.visitors.get(SHOP, VISITOR)).toMatchObject({ lastSignalAt: later(20), leftAt: later(20) });
      await recordEvents(store, [entry([signal(later(5), "storefront")])], later(21));
      expect(await store.visitors.get(SHOP, VISITOR)).toMatchObject({ firstSeenAt: later(5), leftAt: later(20) });
      await recordEvents(store, [entry([signal(later(30), "checkout", false)])], later(30));
      expect(await store.visitors.get(SHOP, VISITOR)).toMatchObject({
        leftAt: null,
        checkoutSignalAt: later(30),
        lastSignalAt: later(30),
      });
    });

    test("a link belongs to the visitor that told it first", async () => {
      const store = await createInstalled();
      const link = (visitorId: string): MirrorChange => ({ type: "link", linkId: "link-0001", visitorId, at: NOON });
      await recordEvents(store, [entry([link(VISITOR)]), entry([link("thief-0001")])], NOON);

      expect(await store.visitors.byLink(SHOP, "link-0001")).toBe(VISITOR);
      expect(await store.visitors.byLink(OTHER, "link-0001")).toBeNull();
    });

    test("an order ties itself to its link's visitor, and marks its cart bought for good", async () => {
      const store = await createInstalled();
      await recordEvents(store, [entry([{ type: "link", linkId: "link-0001", visitorId: VISITOR, at: NOON }])], NOON);

      const [id] = await recordEvents(
        store,
        [entry([order({ linkId: "link-0001" })], { kind: "order_created", visitorId: null, orderId: "5001" })],
        NOON,
      );
      await recordEvents(
        store,
        [entry([{ type: "cart_token", cartToken: "cart-1", variantIds: ["1"], updatedAt: later(60) }])],
        later(60),
      );

      expect((await store.events.byId(SHOP, id ?? 0))?.visitorId).toBe(VISITOR);
      expect(await store.mirror.order(SHOP, "5001")).toMatchObject({ visitorId: VISITOR, linkedBy: "cart_attribute" });
      expect(await store.mirror.cartToken(SHOP, "cart-1")).toMatchObject({ orderId: "5001", variantIds: ["1"] });
    });

    test("a cart is empty when Shopify says so later than the page spoke, in any order of arrival", async () => {
      const carts = (at: Date): MirrorChange => ({
        type: "cart",
        visitorId: VISITOR,
        cartToken: "cart-9",
        currency: "USD",
        total: 100,
        discounted: false,
        items: [
          {
            productId: "1",
            variantId: "2",
            title: "Kettle",
            variantTitle: null,
            quantity: 1,
            price: 100,
            image: null,
            url: null,
            properties: null,
            sellingPlanId: null,
          },
        ],
        updatedAt: at,
      });
      const emptied = (at: Date): MirrorChange => ({
        type: "cart_token",
        cartToken: "cart-9",
        variantIds: [],
        updatedAt: at,
      });
      const itemsAfter = async (...changes: MirrorChange[]) => {
        const store = await createInstalled();
        for (const change of changes) await recordEvents(store, [entry([change])], later(60));
        return (await store.mirror.cart(SHOP, VISITOR))?.items.length;
      };

      expect(await itemsAfter(carts(NOON), emptied(later(10)))).toBe(0);
      expect(await itemsAfter(emptied(later(10)), carts(NOON))).toBe(0);
      expect(await itemsAfter(emptied(NOON), carts(later(10)))).toBe(1);
      expect(await itemsAfter(carts(later(10)), emptied(NOON))).toBe(1);
    });

    test("an uninstall ends what waits, and only then is a shop forgotten as a whole", async () => {
      const store = await createInstalled();
      await recordEvents(store, [entry([order()], { kind: "order_created" })], NOON);
      await recordEvents(store, [entry([{ type: "shop_redacted", at: NOON }])], NOON);
      expect(await store.jobs.list({ kind: "forget-shop" })).toEqual([]);
      expect(await store.privacy.forgetShopPart(SHOP, 100)).toBe(false);
      expect(await store.mirror.order(SHOP, "5001")).not.toBeNull();

      await recordEvents(store, [entry([{ type: "uninstalled", at: later(60) }])], later(60));
      expect((await store.shops.get(SHOP))?.state).toBe("uninstalled");
      expect(await store.jobs.list({ state: "scheduled" })).toEqual([]);
      await recordEvents(store, [entry([{ type: "shop_redacted", at: later(120) }])], later(120));
      expect(await store.jobs.list({ kind: "forget-shop" })).toMatchObject([{ payload: { shop: SHOP } }]);
      expect(await store.privacy.forgetShopPart(SHOP, 1)).toBe(true);
      while (await store.privacy.forgetShopPart(SHOP, 1));

      expect(await store.shops.get(SHOP)).toBeNull();
      expect(await store.mirror.order(SHOP, "5001")).toBeNull();
      expect(await store.shops.get(OTHER)).not.toBeNull();
    });
  });

  describe("shops and their keys", () => {
    test("a shop is new once, and resumes with what it had", async () => {
      const store = await createStore();
      expect(await store.shops.install(SHOP, ["read_orders"], NOON)).toBe("new");
      expect(await store.shops.install(SHOP, ["read_products"], later(10))).toBe("unchanged");
      await store.shops.saveInfo(
        SHOP,
        {
          name: "One",
          currency: "KWD",
          timezone: "Asia/Kuwait",
          primaryLocale: "ar",
          locales: ["ar", "en"],
          origin: "https://one.example",
          appInstallationId: "gid://shopify/AppInstallation/1",
        },
        NOON,
      );
      await recordEvents(store, [entry([{ type: "uninstalled", at: later(60) }])], later(60));

      expect(await store.shops.install(SHOP, ["read_orders"], later(120))).toBe("resumed");
      expect(await store.shops.get(SHOP)).toMatchObject({
        state: "installed",
        name: "One",
        primaryDomain: "one.example",
        locales: ["ar", "en"],
        uninstalledAt: null,
      });
      expect(await store.shops.listInstalled(10)).toHaveLength(1);
      expect(await store.shops.listInstalled(10, SHOP)).toEqual([]);
    });

    test("settings come back whole, with defaults for what was never set", async () => {
      const store = await createStore();
      await store.shops.install(SHOP, [], NOON);
      const settings = (await store.shops.get(SHOP))?.settings;
      if (!settings) throw new Error("the shop is missing");

      await store.shops.saveSettings(SHOP, { ...settings, attributionWindowHours: 72 });

      expect((await store.shops.get(SHOP))?.settings).toEqual({ ...settings, attributionWindowHours: 72 });
    });

    test("one process at a time refreshes a token", async () => {
      const store = await createStore();
      await store.shops.install(SHOP, [], NOON);

      expect(await store.shops.lockTokenRefresh(SHOP, NOON, later(20))).toBe(true);
      expect(await store.shops.lockTokenRefresh(SHOP, later(1), later(21))).toBe(false);
      expect(await store.shops.lockTokenRefresh(SHOP, later(20), later(40))).toBe(true);
      await store.shops.unlockTokenRefresh(SHOP);
      expect(await store.shops.lockTokenRefresh(SHOP, later(21), later(40))).toBe(true);
    });

    test("two installs at once make one key; a new one leaves the old ones in place", async () => {
      const store = await createStore();
      const pair = (name: string) => ({ publicKey: name, privateKey: `sealed-${name}` });
      const first = await store.vapidKeys.ensure(SHOP, pair("a"), NOON);
      expect(await store.vapidKeys.ensure(SHOP, pair("b"), NOON)).toEqual(first);

      const second = await store.vapidKeys.add(SHOP, pair("b"), later(10));

      expect(await store.vapidKeys.current(SHOP)).toEqual(second);
      expect(await store.vapidKeys.byId(SHOP, first.id)).toMatchObject({ publicKey: "a", isCurrent: false });
      expect(await store.vapidKeys.list(SHOP)).toHaveLength(2);
      expect(await store.vapidKeys.byId(OTHER, first.id)).toBeNull();
    });
  });
}
