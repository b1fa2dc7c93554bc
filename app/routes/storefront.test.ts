import { expect, test } from "vitest";
import { createEdgeApp, FIREFOX, OTHER_SHOP, pushSubscription, SHOP } from "../../tests/support/edge-app.ts";
import type { EdgeApp } from "../../tests/support/edge-app.ts";
import { encrypt } from "../encryption.server.ts";
import { campaignDelays, checkouts, deliveries, notifications } from "../store/sqlite/schema.server.ts";
import { signToken } from "../signed-token.server.ts";
import * as pixel from "./pixel.events.ts";
import * as events from "./proxy.events.ts";
import * as go from "./proxy.go.$token.ts";
import * as preferences from "./proxy.preferences.ts";
import * as proxyReceipts from "./proxy.receipts.ts";
import * as stockAlerts from "./proxy.stock-alerts.ts";
import * as subscriptions from "./proxy.subscriptions.ts";
import * as endByPost from "./proxy.subscriptions_.delete.ts";
import * as directReceipts from "./receipts.ts";
import { buildMessage } from "../../tests/support/report-rows.ts";

const VISITOR = "visitor-0001";
const LINK = "link-000000000001";
const NOW = "2026-11-02T12:00:00.000Z";
const ago = (seconds: number) => new Date(Date.parse(NOW) - seconds * 1000).toISOString();

async function subscribe(
  app: EdgeApp,
  body: Record<string, unknown> = {},
  request: { query?: Record<string, string>; headers?: Record<string, string> } = {},
) {
  const response = await app.proxy(subscriptions, "subscriptions", {
    ...request,
    body: {
      v: 1,
      visitorId: VISITOR,
      subscription: pushSubscription(),
      consent: { marketing: true, text: "Yes, notify me", at: NOW },
      ...body,
    },
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

function track(app: EdgeApp, list: object[], more: Record<string, unknown> = {}, query: Record<string, string> = {}) {
  return app.proxy(events, "events", { query, body: { v: 1, visitorId: VISITOR, sentAt: NOW, events: list, ...more } });
}

const cartUpdated = (changes: Record<string, unknown> = {}) => ({
  id: "cart-event",
  type: "cart_updated",
  at: NOW,
  data: {
    cartToken: "cart-1?key=secret",
    currency: "USD",
    total: 5000,
    discounted: false,
    items: [
      {
        productId: "11",
        variantId: "111",
        title: "Mug",
        variantTitle: "Blue",
        quantity: 2,
        price: 2500,
        image: null,
        url: null,
        properties: { gift: "yes" },
        sellingPlanId: "77",
      },
    ],
    ...changes,
  },
});

function log(app: EdgeApp) {
  return app.store.database.sqlite.prepare("select * from events order by id").all() as {
    kind: string;
    visitor_id: string;
    occurred_at: number;
    data: string;
  }[];
}

/** A notification about the cart of VISITOR, delivered, with its tokens. */
async function deliver(app: EdgeApp, changes: Partial<typeof notifications.$inferInsert> = {}) {
  const subscribed = await subscribe(app);
  const common = { shop: SHOP, visitorId: VISITOR, createdAt: app.clock.now() };
  app.store.database.drizzle
    .insert(notifications)
    .values({
      ...common,
      id: "note-1",
      kind: "cart_recovery",
      isTransactional: false,
      locale: "en",
      targetUrl: "/cart?utm_source=beckon",
      discountCode: "BACK-1",
      cartToken: "cart-1",
      message: buildMessage({
        title: "t",
        body: "b",
        actions: [{ action: "help", title: "Help", url: "/pages/help" }],
        tag: "x",
      }),
      ...changes,
    })
    .run();
  app.store.database.drizzle
    .insert(deliveries)
    .values({
      ...common,
      id: "delivery-1",
      notificationId: "note-1",
      subscriptionId: subscribed.body["subscriptionId"] ?? "",
      state: "accepted",
      pushTopic: "t",
      urgency: "normal",
      ttlSeconds: 60,
      deadlineAt: app.clock.now(),
    })
    .run();
  const claims = { d: "delivery-1", s: SHOP };
  return {
    receipt: signToken(app.keyring, "receipt", claims),
    goToken: (action?: string) => signToken(app.keyring, "go", action ? { ...claims, a: action } : claims),
  };
}

function openLink(app: EdgeApp, token: string, headers: Record<string, string> = {}) {
  return app.proxy(go, `go/${token}`, { method: "GET", params: { token }, headers });
}

/** What the page's script was told. */
function planIn(page: string) {
  const json = /\)\((\{"url".*\})\)[;\s]*<\/script>/s.exec(page)?.[1];
  return JSON.parse(json ?? "null") as {
    url: string;
    items: unknown[];
    cartUrl: string;
    attributes: Record<string, string>;
    recovery: { url: string } | null;
  };
}

test("a subscription is stored with browser, place, source, consent and the page's origin, but no address", async () => {
  const app = await createEdgeApp();

  const { status, body } = await subscribe(
    app,
    {
      locale: "tr-TR",
      timezone: "Europe/Istanbul",
      country: "tr",
      page: "/products/mug?secret=1",
      referrer: "https://www.google.com/",
      utm: { source: "newsletter", medium: "email", campaign: "spring" },
      promptVariant: "prompt",
      linkId: LINK,
      sentAt: NOW,
      consent: { marketing: true, text: "Yes, notify me", at: ago(3) },
    },
    { headers: { "x-forwarded-for": "203.0.113.9" } },
  );

  expect(status).toBe(201);
  expect(body).toMatchObject({ visitorId: VISITOR });
  const stored = await app.store.subscriptions.byId(SHOP, body["subscriptionId"] ?? "");
  expect(stored).toMatchObject({
    state: "active",
    browser: "Firefox",
    os: "Linux",
    deviceType: "desktop",
    locale: "tr-TR",
    timezone: "Europe/Istanbul",
    country: "TR",
    page: "/products/mug",
    origin: "https://shop.example",
    proxyPath: "/apps/beckon",
    pushService: "updates.push.services.mozilla.com",
    firstSource: { class: "email", utm: { source: "newsletter" } },
    consentMarketing: true,
    consentText: "Yes, notify me",
    consentAt: new Date(ago(3)),
  });
  expect(await app.store.visitors.byLink(SHOP, LINK)).toBe(VISITOR);
  const { sqlite } = app.store.database;
  const everything = ["subscriptions", "visitors", "events"].map((table) =>
    sqlite.prepare(`select * from ${table}`).all(),
  );
  expect(JSON.stringify(everything)).not.toContain("203.0.113.9");
});

test("the same endpoint again is refreshed, and the server's visitor id is the one to keep", async () => {
  const app = await createEdgeApp();
  const subscription = pushSubscription();
  const first = await subscribe(app, { subscription });

  const again = await subscribe(app, { subscription, visitorId: "visitor-lost1", locale: "ar" });

  expect(again.status).toBe(200);
  expect(again.body).toMatchObject({ subscriptionId: first.body["subscriptionId"], visitorId: VISITOR });
  expect((await app.store.subscriptions.activeOfVisitor(SHOP, VISITOR))[0]?.locale).toBe("ar");
});

test("an opt-in is not lost to a timezone nobody knows", async () => {
  const app = await createEdgeApp();

  expect((await subscribe(app, { timezone: "Etc/Unknown" })).status).toBe(201);
  expect((await app.store.subscriptions.activeOfVisitor(SHOP, VISITOR))[0]?.timezone).toBeNull();
});

test("a browser that subscribes anew has one live subscription", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  const second = await subscribe(app);

  const live = await app.store.subscriptions.activeOfVisitor(SHOP, VISITOR);
  expect(live.map(({ id }) => id)).toEqual([second.body["subscriptionId"]]);
});

test("what is left of an ended subscription reaches nobody; the browser that comes back is known", async () => {
  const app = await createEdgeApp();
  const subscription = pushSubscription();
  const id = (await subscribe(app, { subscription })).body["subscriptionId"] ?? "";

  await app.proxy(endByPost, "subscriptions/delete", { body: { endpoint: subscription.endpoint } });
  expect(await app.store.subscriptions.byId(SHOP, id)).toMatchObject({ endpoint: "", p256dh: "", auth: "" });

  expect((await subscribe(app, { subscription })).body["subscriptionId"]).toBe(id);
  expect(await app.store.subscriptions.byId(SHOP, id)).toMatchObject({
    state: "active",
    endpoint: subscription.endpoint,
    ...subscription.keys,
  });
});

test("a quiet re-sync neither raises consent nor revives what the shopper ended; a tap does", async () => {
  const app = await createEdgeApp();
  const subscription = pushSubscription();
  const consent = (marketing: boolean) => ({ marketing, at: NOW });
  await subscribe(app, { subscription, consent: consent(false) });
  await subscribe(app, { subscription, quiet: true, consent: consent(true) });
  expect((await app.store.subscriptions.byEndpoint(SHOP, subscription.endpoint))?.consentMarketing).toBe(false);

  await app.proxy(endByPost, "subscriptions/delete", { body: { endpoint: subscription.endpoint } });
  const quiet = await subscribe(app, { subscription, quiet: true });
  expect(quiet).toMatchObject({ status: 200, body: { state: "ended" } });
  expect(await app.store.subscriptions.activeOfVisitor(SHOP, VISITOR)).toEqual([]);

  expect((await subscribe(app, { subscription })).status).toBe(201);
  expect(await app.store.subscriptions.activeOfVisitor(SHOP, VISITOR)).toHaveLength(1);
});

test.each([
  "http://fcm.googleapis.com/fcm/send/x",
  "https://127.0.0.1/x",
  "https://evil.example/push",
  "https://fcm.googleapis.com.evil.example/x",
  "https://fcm.googleapis.com:8443/x",
  "https://user@fcm.googleapis.com/x",
  `https://fcm.googleapis.com/${"x".repeat(3000)}`,
])("an endpoint that is no push service's is refused: %s", async (endpoint) => {
  const app = await createEdgeApp();
  const before = app.rows();

  expect((await subscribe(app, { subscription: pushSubscription(endpoint) })).status).toBe(400);
  expect(app.rows()).toEqual(before);
});

test.each([
  { p256dh: "short", auth: "AAAAAAAAAAAAAAAAAAAAAA" },
  { p256dh: Buffer.alloc(65, 5).toString("base64url"), auth: "AAAAAAAAAAAAAAAAAAAAAA" },
  { p256dh: pushSubscription().keys.p256dh, auth: "AAAA" },
  { p256dh: pushSubscription().keys.p256dh },
])("keys of a wrong length are refused: %#", async (keys) => {
  const app = await createEdgeApp();
  expect((await subscribe(app, { subscription: { ...pushSubscription(), keys } })).status).toBe(400);
});

test("ending a subscription says so once, and an unknown endpoint is as good as ended", async () => {
  const app = await createEdgeApp();
  const subscription = pushSubscription();
  await subscribe(app, { subscription });
  const end = (endpoint: string) => app.proxy(subscriptions, "subscriptions", { method: "DELETE", body: { endpoint } });

  expect((await end(subscription.endpoint)).status).toBe(204);
  expect((await end(subscription.endpoint)).status).toBe(204);
  expect((await end("https://fcm.googleapis.com/unknown")).status).toBe(204);

  expect(log(app).filter(({ kind }) => kind === "unsubscribed")).toHaveLength(1);
});

test("events buffered before there was a subscription come with it, dated by the shopper's own clock", async () => {
  const app = await createEdgeApp({ speed: 60 });
  // The shopper's clock is a year behind; only the time between its readings counts.
  const theirs = (seconds: number) => new Date(Date.parse("2025-11-02T12:00:00Z") - seconds * 1000).toISOString();

  await subscribe(app, {
    sentAt: theirs(0),
    events: [
      { id: "b", type: "product_viewed", at: theirs(10), data: { productId: "11" } },
      { id: "a", type: "page_viewed", at: theirs(20), data: {} },
    ],
  });

  const rows = log(app).filter(({ kind }) => kind !== "subscribed");
  expect(rows.map(({ kind }) => kind)).toEqual(["page_viewed", "product_viewed"]);
  // Ten seconds of the machine are ten minutes of the shop at speed 60.
  expect(rows.map(({ occurred_at }) => (Date.parse(NOW) - occurred_at) / 60_000)).toEqual([20, 10]);
});

test("an event is counted once per visitor, and nobody can use up another's id", async () => {
  const app = await createEdgeApp();
  const event = { id: "e1", type: "page_viewed", at: NOW, data: {} };
  await track(app, [event]);
  await track(app, [event]);
  await track(app, [event], { visitorId: "visitor-0002" });

  expect(log(app)).toHaveLength(2);
});

test("what claims to be of the future happened now, and nothing is older than a month", async () => {
  const app = await createEdgeApp();
  await track(app, [
    { id: "future", type: "page_viewed", at: "2030-01-01T00:00:00Z" },
    { id: "ancient", type: "page_viewed", at: "1990-01-01T00:00:00Z" },
  ]);

  const times = log(app).map(({ occurred_at }) => (Date.parse(NOW) - occurred_at) / 86_400_000);
  expect(times).toEqual([30, 0]);
});

test("one wrong event refuses the batch, and more than fifty are too many", async () => {
  const app = await createEdgeApp();
  const good = { id: "e1", type: "page_viewed", at: NOW, data: {} };
  for (const wrong of [
    { ...good, id: "e2", type: "order_created" },
    { ...good, id: "e2", type: "nonsense" },
    { ...good, id: "e2", at: "yesterday" },
    { id: "e2", type: "cart_updated", at: NOW, data: { cartToken: "c" } },
    { ...cartUpdated({ total: "5000" }), id: "e2" },
    { ...cartUpdated({ items: [{ variantId: "1" }] }), id: "e2" },
    { id: "e2", type: "custom", at: NOW, data: {} },
  ]) {
    const response = await track(app, [good, wrong]);
    expect(response.status).toBe(400);
    expect((await response.json()).issues[0].path).toMatch(/^events\.1/);
  }
  const many = Array.from({ length: 51 }, (_, i) => ({ ...good, id: `e${i}` }));
  expect((await track(app, many)).status).toBe(400);
  expect(log(app)).toEqual([]);
});

test("the cart is kept as last told, its token without the secret part, and an empty list empties it", async () => {
  const app = await createEdgeApp();
  await track(app, [cartUpdated()]);
  expect(await app.store.mirror.cart(SHOP, VISITOR)).toMatchObject({
    cartToken: "cart-1",
    total: 5000,
    items: [{ variantId: "111", sellingPlanId: "77" }],
  });
  expect(JSON.stringify(log(app))).not.toContain("key=secret");

  await track(app, [{ ...cartUpdated({ items: [], total: 0 }), id: "older", at: ago(60) }]);
  expect((await app.store.mirror.cart(SHOP, VISITOR))?.items).toHaveLength(1);

  app.clock.advance(1000);
  await track(app, [{ ...cartUpdated({ items: [], total: 0 }), id: "empty" }]);
  expect((await app.store.mirror.cart(SHOP, VISITOR))?.items).toEqual([]);
});

test("leaving is remembered until the visitor speaks again", async () => {
  const app = await createEdgeApp();
  await track(app, [
    { id: "1", type: "page_viewed", at: ago(20), data: {} },
    { id: "2", type: "left", at: ago(10), data: {} },
  ]);
  expect((await app.store.visitors.get(SHOP, VISITOR))?.leftAt).toEqual(new Date(ago(10)));

  await track(app, [{ id: "3", type: "returned", at: ago(5), data: {} }]);
  expect(await app.store.visitors.get(SHOP, VISITOR)).toMatchObject({ leftAt: null, lastSignalAt: new Date(ago(5)) });

  await track(app, [{ id: "4", type: "checkout_intent", at: NOW, data: { cartToken: "cart-1" } }]);
  expect((await app.store.visitors.get(SHOP, VISITOR))?.checkoutSignalAt).toEqual(new Date(NOW));
});

test("only the signature's customer id joins visitors, and a second customer moves the visitor", async () => {
  const app = await createEdgeApp();
  const view = (id: string) => [{ id, type: "page_viewed", at: NOW, data: { customerId: "666" } }];
  await track(app, view("1"), { customerId: "666" });
  expect((await app.store.visitors.get(SHOP, VISITOR))?.customerId).toBeNull();

  await track(app, view("2"), {}, { logged_in_customer_id: "900" });
  await track(app, view("3"), {}, { logged_in_customer_id: "901" });

  expect(await app.store.visitors.ofCustomer(SHOP, "900")).toEqual([]);
  expect(await app.store.visitors.ofCustomer(SHOP, "901")).toMatchObject([{ visitorId: VISITOR }]);
});

test("withdrawn consent ends marketing at once and forgets the cart, until it is given again", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  await track(app, [cartUpdated()]);
  await track(app, [{ id: "w", type: "consent_withdrawn", at: NOW, data: {} }]);

  expect((await app.store.subscriptions.activeOfVisitor(SHOP, VISITOR))[0]?.consentMarketing).toBe(false);
  expect((await app.store.visitors.get(SHOP, VISITOR))?.consentWithdrawnAt).not.toBeNull();
  expect(await app.store.mirror.cart(SHOP, VISITOR)).toBeNull();

  await subscribe(app);
  expect((await app.store.visitors.get(SHOP, VISITOR))?.consentWithdrawnAt).toBeNull();
});

test("asking twice to be told of a variant is asking once", async () => {
  const app = await createEdgeApp();
  const ask = (kind: string) =>
    app.proxy(stockAlerts, "stock-alerts", { body: { v: 1, visitorId: VISITOR, variantId: "111", kind } });

  expect((await ask("back_in_stock")).status).toBe(201);
  app.clock.advance(1000);
  expect((await ask("back_in_stock")).status).toBe(201);
  expect((await ask("price_drop")).status).toBe(201);
  expect((await ask("anything")).status).toBe(400);

  expect(app.rows()["stock_alerts"]).toBe(2);
});

test("a receipt is recorded once, on delivery and notification, when it happened", async () => {
  const app = await createEdgeApp({ speed: 60 });
  const { receipt } = await deliver(app);
  const send = (type: string, at: string) =>
    app.proxy(proxyReceipts, "receipts", { body: { v: 1, token: receipt, type, action: null, at, sentAt: NOW } });

  expect((await send("shown", ago(5))).status).toBe(204);
  expect((await send("shown", NOW)).status).toBe(204);
  expect((await send("clicked", ago(2))).status).toBe(204);

  const { sqlite } = app.store.database;
  const when = { shown_at: Date.parse(NOW) - 300_000, clicked_at: Date.parse(NOW) - 120_000 };
  expect(sqlite.prepare("select shown_at, clicked_at from deliveries").get()).toEqual(when);
  expect(sqlite.prepare("select shown_at, clicked_at from notifications").get()).toEqual(when);
  const told = log(app).filter(({ kind }) => kind.startsWith("notification_"));
  expect(told.map(({ kind }) => kind)).toEqual(["notification_shown", "notification_clicked"]);
  expect(JSON.parse(told[0]?.data ?? "")).toEqual({ notificationId: "note-1", deliveryId: "delivery-1", action: null });
  expect(told[0]?.visitor_id).toBe(VISITOR);
});

test("a receipt counts only with our token for it, in its own shop", async () => {
  const app = await createEdgeApp();
  const { receipt, goToken } = await deliver(app);
  const body = { v: 1, token: receipt, type: "shown", action: null, at: NOW, sentAt: NOW };
  const before = app.rows();

  expect((await app.proxy(proxyReceipts, "receipts", { body: { ...body, token: `${receipt}x` } })).status).toBe(400);
  expect((await app.proxy(proxyReceipts, "receipts", { body: { ...body, token: goToken() } })).status).toBe(400);
  expect((await app.proxy(proxyReceipts, "receipts", { body, query: { shop: OTHER_SHOP } })).status).toBe(400);
  expect((await app.proxy(proxyReceipts, "receipts", { body: { ...body, type: "bought" } })).status).toBe(400);
  expect(app.rows()).toEqual(before);

  // A delivery forgotten since: nothing to record, and nothing for the worker to send again.
  const gone = signToken(app.keyring, "receipt", { d: "forgotten", s: SHOP });
  expect((await app.proxy(proxyReceipts, "receipts", { body: { ...body, token: gone } })).status).toBe(204);
});

test("receipts come straight from the worker, too, from any origin", async () => {
  const app = await createEdgeApp();
  const { receipt } = await deliver(app);
  const post = (body: string) =>
    app.send(directReceipts, new Request("https://beckon.test/receipts", { method: "POST", body }));

  const response = await post(
    JSON.stringify({ v: 1, token: receipt, type: "dismissed", action: null, at: NOW, sentAt: NOW }),
  );
  expect(response.status).toBe(204);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect((await post("{")).status).toBe(400);
  expect((await post("x".repeat(70_000))).status).toBe(413);
  expect((await app.send(directReceipts, new Request("https://beckon.test/receipts"))).status).toBe(405);
});

test("the pixel moves timers of known visitors, and creates nothing", async () => {
  const app = await createEdgeApp();
  const post = (body: object) =>
    app.send(pixel, new Request("https://beckon.test/pixel/events", { method: "POST", body: JSON.stringify(body) }));
  const body = {
    v: 1,
    shop: SHOP,
    linkId: LINK,
    events: [
      { id: "p1", type: "checkout_started", at: NOW, checkoutToken: "checkout-1", orderId: "5001", stage: "contact" },
    ],
  };
  const before = app.rows();
  const unknown = await post(body);
  expect(unknown.status).toBe(204);
  expect(unknown.headers.get("access-control-allow-origin")).toBe("*");
  expect(app.rows()).toEqual(before);

  await subscribe(app, { linkId: LINK });
  const known = app.rows();
  app.clock.advance(5000);
  await post(body);
  await post(body);

  expect(app.rows()).toEqual({ ...known, events: (known["events"] ?? 0) + 1 });
  expect((await app.store.visitors.get(SHOP, VISITOR))?.checkoutSignalAt).toEqual(app.clock.now());
  expect(await app.store.mirror.order(SHOP, "5001")).toBeNull();

  const preflight = await app.send(pixel, new Request("https://beckon.test/pixel/events", { method: "OPTIONS" }));
  expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
  expect((await post({ ...body, shop: "evil.example" })).status).toBe(400);
  expect((await post({ ...body, events: "all" })).status).toBe(400);
});

test("a click's page records the click once and carries the cart, the code and the link id", async () => {
  const app = await createEdgeApp();
  const { goToken } = await deliver(app);
  await track(app, [cartUpdated()]);

  const response = await openLink(app, goToken(), { "sec-fetch-dest": "document" });
  await openLink(app, goToken());

  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/html/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  const page = await response.text();
  const plan = planIn(page);
  expect(plan).toMatchObject({
    url: "/discount/BACK-1?redirect=%2Fcart%3Futm_source%3Dbeckon",
    cartUrl: "/discount/BACK-1?redirect=%2Fcart%3Futm_source%3Dbeckon",
    items: [{ id: 111, quantity: 2, properties: { gift: "yes" }, selling_plan: "77" }],
    recovery: null,
  });
  expect(page).toContain('http-equiv="refresh"');
  expect(log(app).filter(({ kind }) => kind === "notification_clicked")).toHaveLength(1);
  expect(await app.store.visitors.byLink(SHOP, plan.attributes["__beckon"] ?? "")).toBe(VISITOR);
});

test.each<[string, Record<string, string>]>([
  ["a link preview", { "user-agent": "facebookexternalhit/1.1" }],
  ["a crawler", { "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)" }],
  ["a prefetch", { "sec-purpose": "prefetch", "user-agent": FIREFOX }],
  ["an image", { "sec-fetch-dest": "image" }],
])("%s is no click", async (_name, headers) => {
  const app = await createEdgeApp();
  const { goToken } = await deliver(app);

  expect((await openLink(app, goToken(), headers)).status).toBe(200);
  expect(log(app).map(({ kind }) => kind)).not.toContain("notification_clicked");
});

test("a button leads where it says, and a carrier's page only over https", async () => {
  const app = await createEdgeApp();
  const { goToken } = await deliver(app, { targetUrl: "https://post.example/1Z9", discountCode: null });

  expect(planIn(await (await openLink(app, goToken("help"))).text()).url).toBe("/pages/help");
  expect(planIn(await (await openLink(app, goToken())).text()).url).toBe("https://post.example/1Z9");
});

test("what was bought in the meantime is not put back", async () => {
  const app = await createEdgeApp();
  const { goToken } = await deliver(app);
  await track(app, [cartUpdated()]);
  app.store.database.sqlite.prepare("insert into cart_tokens values (?, 'cart-1', '[]', 0, '5001')").run(SHOP);

  expect(planIn(await (await openLink(app, goToken())).text())).toMatchObject({
    url: "/?utm_source=beckon",
    items: [],
  });
});

test("an unfinished checkout's own link is opened on the click, on the shop's domain alone", async () => {
  const app = await createEdgeApp();
  const { goToken } = await deliver(app, { checkoutToken: "checkout-1", discountCode: null });
  const put = (url: string) => {
    app.store.database.drizzle.delete(checkouts).run();
    app.store.database.drizzle
      .insert(checkouts)
      .values({
        shop: SHOP,
        checkoutToken: "checkout-1",
        cartToken: "cart-1",
        stage: "payment",
        currency: "USD",
        total: 1,
        discounted: false,
        items: [],
        recoveryUrl: encrypt(app.keyring, url, `recovery:${SHOP}`),
        createdAt: app.clock.now(),
        updatedAt: app.clock.now(),
      })
      .run();
  };
  put(`https://${SHOP}/1/checkouts/a/recover?key=k`);
  expect(planIn(await (await openLink(app, goToken())).text()).recovery?.url).toBe(
    `https://${SHOP}/1/checkouts/a/recover?key=k`,
  );

  put("https://evil.example/recover?key=k");
  expect(planIn(await (await openLink(app, goToken())).text()).recovery).toBeNull();
});

test("a title in the cart cannot become markup or end the script", async () => {
  const app = await createEdgeApp();
  const { goToken } = await deliver(app);
  const title = `</script><img src=x onerror="alert(1)">`;
  await track(app, [cartUpdated({ items: [{ productId: "1", variantId: "2", title, quantity: 1, price: 1 }] })]);

  const page = await (await openLink(app, goToken())).text();

  expect(page.match(/<\/script>/g)).toHaveLength(1);
  expect(page).not.toContain("<img");
});

test("a link's token of another purpose, shop or nobody's is a page for people and a problem for programs", async () => {
  const app = await createEdgeApp();
  const { receipt } = await deliver(app);
  const foreign = signToken(app.keyring, "go", { d: "delivery-1", s: OTHER_SHOP });
  for (const token of ["nonsense", receipt, foreign]) {
    const forPrograms = await openLink(app, token);
    expect(forPrograms.status).toBe(404);
    expect(forPrograms.headers.get("content-type")).toBe("application/problem+json");
    const forPeople = await openLink(app, token, { accept: "text/html", "accept-language": "ar" });
    expect(forPeople.status).toBe(404);
    expect(await forPeople.text()).toContain('dir="rtl"');
  }
  expect(log(app).map(({ kind }) => kind)).not.toContain("notification_clicked");
});

test.each([
  ["its own cart", VISITOR],
  ["another browser's of the same customer", "visitor-other"],
])("no table names a visitor who had its data deleted, and a message about %s", async (_what, visitorId) => {
  const app = await createEdgeApp();
  await deliver(app);
  app.store.database.drizzle.update(notifications).set({ visitorId }).run();
  await track(app, [cartUpdated(), { id: "v", type: "product_viewed", at: NOW, data: { productId: "9" } }]);
  await app.proxy(stockAlerts, "stock-alerts", {
    body: { v: 1, visitorId: VISITOR, variantId: "111", kind: "back_in_stock" },
  });
  const later = { shop: SHOP, campaignId: "c", visitorId: VISITOR, subscriptionId: "s", dueAt: app.clock.now() };
  app.store.database.drizzle.insert(campaignDelays).values(later).run();

  await app.store.privacy.forgetVisitor(SHOP, VISITOR);

  const { sqlite } = app.store.database;
  const tables = sqlite.prepare<[], string>("select name from sqlite_master where type = 'table'").pluck().all();
  const naming = tables.filter((table) =>
    JSON.stringify(sqlite.prepare(`select * from "${table}"`).all()).includes(VISITOR),
  );
  expect(naming).toEqual([]);
});

test("preferences open only with a token we signed for that subscription", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  for (const token of ["", "nonsense", signToken(app.keyring, "preferences", { u: "x", s: OTHER_SHOP })]) {
    expect((await app.proxy(preferences, "preferences", { method: "GET", query: { token } })).status).toBe(403);
    const body = new URLSearchParams({ do: "unsubscribe" }).toString();
    expect((await app.proxy(preferences, "preferences", { body, query: { token } })).status).toBe(403);
  }
});

test("a shopper pauses, chooses, ends, downloads and deletes on one page", async () => {
  const app = await createEdgeApp();
  const { body } = await subscribe(app, { locale: "tr" });
  const id = body["subscriptionId"] ?? "";
  const token = signToken(app.keyring, "preferences", { u: id, s: SHOP });
  expect(body["preferencesUrl"]).toBe(`/apps/beckon/preferences?token=${token}`);
  const post = async (fields: [string, string][]) => {
    const response = await app.proxy(preferences, "preferences", {
      body: new URLSearchParams(fields).toString(),
      query: { token },
    });
    expect(response.status).toBe(200);
    return response.text();
  };
  const stored = () => app.store.subscriptions.byId(SHOP, id);

  const page = await (await app.proxy(preferences, "preferences", { method: "GET", query: { token } })).text();
  expect(page).toContain('lang="tr"');
  expect(page).toContain('<button class="danger wide" name="do" value="unsubscribe"');

  await post([["do", "pause-7"]]);
  expect((await stored())?.pausedUntil).toEqual(new Date("2026-11-09T12:00:00Z"));
  await post([["do", "resume"]]);
  expect((await stored())?.pausedUntil).toBeNull();

  await post([
    ["do", "save"],
    ["offered", "campaign"],
    ["offered", "shipping"],
    ["kind", "shipping"],
  ]);
  expect(await stored()).toMatchObject({ mutedKinds: ["campaign"], consentMarketing: false });
  expect((await app.store.visitors.get(SHOP, VISITOR))?.consentWithdrawnAt).toEqual(new Date(NOW));
  await post([
    ["do", "save"],
    ["marketing", "yes"],
    ["offered", "campaign"],
    ["kind", "campaign"],
  ]);
  expect(await stored()).toMatchObject({ mutedKinds: [], consentMarketing: true });
  expect((await app.store.visitors.get(SHOP, VISITOR))?.consentWithdrawnAt).toBeNull();

  const data = JSON.parse(await post([["do", "download"]]));
  expect(data.profile.visitorId).toBe(VISITOR);
  expect(JSON.stringify(data)).not.toMatch(/wpush|p256dh/);

  await post([["do", "unsubscribe"]]);
  expect(await stored()).toMatchObject({ state: "ended", endedCause: "unsubscribed" });
  await post([["do", "remove"]]);
  expect(await stored()).toBeNull();
  expect(await app.store.visitors.get(SHOP, VISITOR)).toBeNull();

  expect((await app.proxy(preferences, "preferences", { body: "do=everything", query: { token } })).status).toBe(400);
});
