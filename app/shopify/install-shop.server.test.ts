import { expect, test } from "vitest";
import { createEdgeApp, SHOP } from "../../tests/support/edge-app.ts";
import { decrypt } from "../encryption.server.ts";
import type { AdminApi, AdminResult } from "./admin-api.ts";
import type { StorefrontConfig } from "../storefront-config.ts";
import { installShop } from "./install-shop.server.ts";
import { CREATE_WEB_PIXEL, SET_APP_METAFIELDS, SHOP_INFO } from "./operations.ts";
import { scheduleShopSync, syncShop } from "./sync-shop.server.ts";

const NEW_SHOP = "fresh.myshopify.com";

const INFO = {
  shop: {
    name: "Fresh",
    myshopifyDomain: NEW_SHOP,
    currencyCode: "JPY",
    ianaTimezone: "Asia/Tokyo",
    primaryDomain: { host: "fresh.example", url: "https://fresh.example" },
  },
  shopLocales: [
    { locale: "en", primary: false, published: true },
    { locale: "ja", primary: true, published: true },
    { locale: "de", primary: false, published: false },
  ],
  currentAppInstallation: { id: "gid://shopify/AppInstallation/1", accessScopes: [] },
};

/** A Shopify that answers what the install asks; each operation may be made to fail. */
function shopify(failing: Record<string, AdminResult<never>> = {}) {
  const asked: { operation: string; variables: Record<string, unknown> | undefined }[] = [];
  const admin: AdminApi = {
    async query<T>(_shop: string, operation: string, variables?: Record<string, unknown>) {
      asked.push({ operation, variables });
      const failure = failing[operation];
      if (failure) return failure;
      const answers: Record<string, unknown> = {
        [SHOP_INFO]: INFO,
        [CREATE_WEB_PIXEL]: { webPixelCreate: { webPixel: { id: "gid://shopify/WebPixel/1" }, userErrors: [] } },
        [SET_APP_METAFIELDS]: { metafieldsSet: { metafields: [{ id: "1" }], userErrors: [] } },
      };
      return { ok: true, data: answers[operation] as T };
    },
  };
  /** The storefront's configuration as it was last written; undefined: never. */
  const metafield = () => {
    const last = asked.findLast(({ operation }) => operation === SET_APP_METAFIELDS);
    return (
      last?.variables?.["metafields"] as Record<"ownerId" | "namespace" | "key" | "type" | "value", string>[]
    )?.[0];
  };
  const written = () => JSON.parse(metafield()?.value ?? "null") as StorefrontConfig;
  return { admin, asked, metafield, written };
}

const LATER = { ok: false, reason: "later", message: "busy", retryAfterMs: 5_000 } as const;

test("a first install makes the row, the keys, the journeys, the pixel and the storefront's configuration", async () => {
  const { admin, asked, metafield, written } = shopify();
  const { services, store, keyring } = await createEdgeApp({ admin });

  await installShop(services, NEW_SHOP, ["read_orders"]);

  expect(await store.shops.get(NEW_SHOP)).toMatchObject({
    state: "installed",
    name: "Fresh",
    currency: "JPY",
    timezone: "Asia/Tokyo",
    primaryDomain: "fresh.example",
    primaryLocale: "ja",
    locales: ["ja", "en"],
    scopes: ["read_orders"],
    webPixelId: "gid://shopify/WebPixel/1",
  });
  const key = await store.vapidKeys.current(NEW_SHOP);
  expect(key?.privateKey).toMatch(/^v1\./);
  expect(Buffer.from(decrypt(keyring, key?.privateKey ?? "", `vapid:${NEW_SHOP}`), "base64url")).toHaveLength(32);
  const enabled = (await store.journeys.list(NEW_SHOP)).filter((journey) => journey.enabled).map(({ kind }) => kind);
  expect(enabled.toSorted()).toEqual(["back_in_stock", "cart_recovery", "checkout_recovery", "shipping", "welcome"]);
  expect(metafield()).toMatchObject({
    ownerId: "gid://shopify/AppInstallation/1",
    namespace: "beckon",
    key: "config",
    type: "json",
  });
  expect(written()).toMatchObject({
    v: 1,
    vapidPublicKey: key?.publicKey,
    proxyPath: "/apps/beckon",
    defaultLocale: "ja",
    messages: [],
  });
  expect(Object.keys(written().prompt.texts)).toEqual(["en", "tr", "ar"]);
  expect(asked.find(({ operation }) => operation === CREATE_WEB_PIXEL)?.variables).toEqual({
    webPixel: { settings: '{"app_url":"https://beckon.test"}' },
  });
});

test("two installs at once make one of everything", async () => {
  const { admin } = shopify();
  const { services, store } = await createEdgeApp({ admin });

  await Promise.all([installShop(services, NEW_SHOP, []), installShop(services, NEW_SHOP, [])]);

  expect(await store.vapidKeys.list(NEW_SHOP)).toHaveLength(1);
});

test("opening the app again asks Shopify for nothing", async () => {
  const { admin, asked } = shopify();
  const { services } = await createEdgeApp({ admin });
  await installShop(services, NEW_SHOP, []);
  const before = asked.length;

  await installShop(services, NEW_SHOP, []);

  expect(asked).toHaveLength(before);
});

test("a Shopify that is busy does not fail the install: the rest follows as a job", async () => {
  const { admin } = shopify({ [SHOP_INFO]: LATER });
  const { services, store, clock } = await createEdgeApp({ admin });

  await installShop(services, NEW_SHOP, []);

  expect((await store.shops.get(NEW_SHOP))?.state).toBe("installed");
  const [job] = await store.jobs.list({ kind: "sync-shop" });
  expect(job?.runAt).toEqual(new Date(clock.now().getTime() + 5_000));
});

test("a pixel that is refused is told and does not keep the configuration back", async () => {
  const { admin, metafield } = shopify({
    [CREATE_WEB_PIXEL]: { ok: false, reason: "invalid", message: "no scope", retryAfterMs: null },
  });
  const app = await createEdgeApp({ admin });

  await installShop(app.services, NEW_SHOP, []);

  expect(metafield()).toBeDefined();
  expect((await app.store.shops.get(NEW_SHOP))?.webPixelId).toBeNull();
  expect(app.logged()).toContain("the web pixel could not be switched on");
});

test("a shop that comes back keeps its keys, and gets a pixel again", async () => {
  const { admin, asked } = shopify();
  const { services, store, clock } = await createEdgeApp({ admin });
  await installShop(services, NEW_SHOP, []);
  const key = await store.vapidKeys.current(NEW_SHOP);
  clock.advance(1000);
  await store.events.append(
    [
      {
        event: {
          shop: NEW_SHOP,
          sourceId: "u",
          kind: "uninstalled",
          visitorId: null,
          customerId: null,
          cartToken: null,
          checkoutToken: null,
          orderId: null,
          occurredAt: clock.now(),
          data: {},
        },
        changes: [{ type: "uninstalled", at: clock.now() }],
      },
    ],
    clock.now(),
    () => ({ kind: "process-events", payload: {}, runAt: clock.now() }),
  );
  expect((await syncShop(services, NEW_SHOP)).type).toBe("gone");

  await installShop(services, NEW_SHOP, []);

  expect(await store.vapidKeys.current(NEW_SHOP)).toEqual(key);
  expect(asked.filter(({ operation }) => operation === CREATE_WEB_PIXEL)).toHaveLength(2);
});

test("what the merchant wrote reaches the pages, with our texts for the other languages", async () => {
  const { admin, written } = shopify();
  const { services, store, clock } = await createEdgeApp({ admin });
  const settings = (await store.shops.get(SHOP))?.settings;
  if (!settings) throw new Error("the shop is missing");
  const texts = { title: "Psst", body: "Deals", accept: "Ok", dismiss: "No" };
  await store.shops.saveSettings(SHOP, { ...settings, prompt: { ...settings.prompt, texts: { en: texts } } });

  await scheduleShopSync(store, SHOP, clock.now());
  await scheduleShopSync(store, SHOP, clock.now());
  expect(await store.jobs.list({ kind: "sync-shop" })).toHaveLength(1);
  expect(await syncShop(services, SHOP)).toEqual({ type: "done" });

  const { prompt } = written();
  expect(prompt.texts["en"]).toEqual(texts);
  expect(prompt.texts["tr"]).toMatchObject({ accept: "Evet, haber verin" });
});
