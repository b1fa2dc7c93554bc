import { expect, test } from "vitest";
import { createEdgeApp, OTHER_SHOP, pushSubscription, SHOP } from "../../tests/support/edge-app.ts";
import type { RouteModule } from "../../tests/support/edge-app.ts";
import { LIMITS } from "../shopify/rate-limits.server.ts";
import * as config from "./proxy.config.ts";
import * as events from "./proxy.events.ts";
import * as preferences from "./proxy.preferences.ts";
import * as receipts from "./proxy.receipts.ts";
import * as stockAlerts from "./proxy.stock-alerts.ts";
import * as subscriptions from "./proxy.subscriptions.ts";
import * as endByPost from "./proxy.subscriptions_.delete.ts";
import * as worker from "./proxy.sw[.]js.ts";

const VISITOR = "visitor-0001";
const at = "2026-11-02T11:59:58.000Z";
const sentAt = "2026-11-02T12:00:00.000Z";

type Case = { name: string; route: RouteModule; path: string; method: string; body: unknown };
const eventsBody = { v: 1, visitorId: VISITOR, sentAt, events: [{ id: "e1", type: "page_viewed", at, data: {} }] };
const subscribeBody = () => ({
  v: 1,
  visitorId: VISITOR,
  subscription: pushSubscription(),
  consent: { marketing: true, text: "Yes, notify me", at },
});
const posts: Case[] = [
  { name: "events", route: events, path: "events", method: "POST", body: eventsBody },
  { name: "subscriptions", route: subscriptions, path: "subscriptions", method: "POST", body: subscribeBody() },
  {
    name: "ending by DELETE",
    route: subscriptions,
    path: "subscriptions",
    method: "DELETE",
    body: { endpoint: "https://fcm.googleapis.com/x" },
  },
  {
    name: "ending by POST",
    route: endByPost,
    path: "subscriptions/delete",
    method: "POST",
    body: { endpoint: "https://fcm.googleapis.com/x" },
  },
  {
    name: "stock alerts",
    route: stockAlerts,
    path: "stock-alerts",
    method: "POST",
    body: { v: 1, visitorId: VISITOR, variantId: "41", kind: "back_in_stock" },
  },
  {
    name: "receipts",
    route: receipts,
    path: "receipts",
    method: "POST",
    body: { v: 1, token: "x", type: "shown", at, sentAt },
  },
];
const gets: Case[] = [
  { name: "config", route: config, path: "config", method: "GET", body: undefined },
  { name: "worker", route: worker, path: "sw.js", method: "GET", body: undefined },
  { name: "preferences", route: preferences, path: "preferences", method: "GET", body: undefined },
];

async function expectProblem(response: Response, status: number) {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
}

test.each([...posts, ...gets])(
  "$name: refuses a signature that is missing, wrong or older than 90 s",
  async (given) => {
    const app = await createEdgeApp();
    const before = app.rows();
    const body = given.body === undefined ? {} : { body: JSON.stringify(given.body) };
    const unsigned = new Request(`https://beckon.test/proxy/${given.path}?shop=${SHOP}`, {
      method: given.method,
      ...body,
    });
    await expectProblem(await app.send(given.route, unsigned), 400);

    const forged = app.proxyUrl(given.path).replace(SHOP, OTHER_SHOP);
    await expectProblem(await app.send(given.route, new Request(forged, { method: given.method, ...body })), 400);

    const stale = app.proxyUrl(given.path);
    app.clock.advance(91_000);
    await expectProblem(await app.send(given.route, new Request(stale, { method: given.method, ...body })), 400);
    expect(app.rows()).toEqual(before);
  },
);

test.each(posts)("$name: refuses other methods before anything else", async (given) => {
  const app = await createEdgeApp();
  const unsigned = `https://beckon.test/proxy/${given.path}`;
  await expectProblem(await app.send(given.route, new Request(unsigned)), 405);
  const response = await app.send(given.route, new Request(unsigned, { method: "PUT", body: "x" }));
  await expectProblem(response, 405);
});

test.each(posts)(
  "$name: broken JSON, a wrong shape, a coded body and 64 KB and more are clear and store nothing",
  async (given) => {
    const app = await createEdgeApp();
    const before = app.rows();
    const send = (body: string, headers = {}) =>
      app.proxy(given.route, given.path, { method: given.method, body, headers });

    await expectProblem(await send("{broken"), 400);
    await expectProblem(await send("[]"), 400);
    await expectProblem(await send("null"), 400);
    await expectProblem(await send(""), 400);
    await expectProblem(await send('{"v":"one","visitorId":7,"endpoint":{},"events":"none","variantId":{}}'), 400);
    await expectProblem(await send(JSON.stringify(given.body), { "content-encoding": "gzip" }), 415);
    await expectProblem(await send(JSON.stringify({ ...Object(given.body), padding: "x".repeat(65_536) })), 413);
    expect(app.rows()).toEqual(before);
  },
);

test.each(posts)("$name: every field that is missing or null where it must not be is refused", async (given) => {
  const app = await createEdgeApp();
  const before = app.rows();
  for (const field of Object.keys(Object(given.body)).filter((name) => name !== "sentAt" || given.name === "events")) {
    const { [field]: _, ...without } = given.body as Record<string, unknown>;
    await expectProblem(await app.proxy(given.route, given.path, { method: given.method, body: without }), 400);
    await expectProblem(
      await app.proxy(given.route, given.path, { method: given.method, body: { ...without, [field]: null } }),
      400,
    );
  }
  expect(app.rows()).toEqual(before);
});

test("a body is read as JSON whatever its Content-Type says", async () => {
  const app = await createEdgeApp();

  const response = await app.proxy(events, "events", {
    body: JSON.stringify(eventsBody),
    headers: { "content-type": "text/plain;charset=UTF-8" },
  });

  expect(response.status).toBe(202);
});

test("a shop where the app is not installed gets 404", async () => {
  const app = await createEdgeApp();
  await expectProblem(
    await app.proxy(events, "events", { body: eventsBody, query: { shop: "nobody.myshopify.com" } }),
    404,
  );
});

test("the shop's name is normalised before it is used", async () => {
  const app = await createEdgeApp();

  const response = await app.proxy(events, "events", { body: eventsBody, query: { shop: "Harbour.MyShopify.com" } });

  expect(response.status).toBe(202);
  expect(await app.store.visitors.get(SHOP, VISITOR)).not.toBeNull();
});

test("while a secret is being rotated the former one is accepted too", async () => {
  const app = await createEdgeApp({ apiSecretOld: "former" });
  const { signProxyQuery } = await import("../shopify/proxy-signature.server.ts");
  const url = new URL(app.proxyUrl("config"));
  url.searchParams.set("signature", signProxyQuery(url.searchParams, "former"));

  expect((await app.send(config, new Request(url))).status).toBe(200);
});

test("a visitor, an address and a shop may ask so often a minute, and are told when to come back", async () => {
  const app = await createEdgeApp({ rateLimit: true });
  const ask = (visitorId: string, forwarded: string) =>
    app.proxy(events, "events", {
      body: { ...eventsBody, visitorId, events: [] },
      headers: { "x-forwarded-for": forwarded },
    });
  for (let i = 0; i < LIMITS.visitor; i++) expect((await ask(VISITOR, "203.0.113.9")).status).toBe(202);

  const refused = await ask(VISITOR, "203.0.113.9");
  await expectProblem(refused, 429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await ask("visitor-0002", "203.0.113.9")).status).toBe(202);

  // Private addresses in front of the public one are a proxy's.
  for (let i = 0; i < LIMITS.address; i++) await ask(`v-address-${i}`, "10.0.0.1, 198.51.100.7");
  expect((await ask("visitor-0003", "198.51.100.7")).status).toBe(429);
  expect((await ask("visitor-0003", "10.0.0.1")).status).toBe(202);

  app.clock.advance(60_000);
  expect((await ask(VISITOR, "198.51.100.7")).status).toBe(202);
});

test("too many requests are refused before their shape is looked at", async () => {
  const app = await createEdgeApp({ rateLimit: true });
  const broken = { visitorId: VISITOR };
  for (let i = 0; i < LIMITS.visitor; i++) await app.proxy(events, "events", { body: broken });

  await expectProblem(await app.proxy(events, "events", { body: broken }), 429);
});

test("the proxy's path is learnt from signed requests, and pages are told", async () => {
  const app = await createEdgeApp();

  await app.proxy(events, "events", { body: eventsBody, query: { path_prefix: "/community/news" } });

  expect((await app.store.shops.get(SHOP))?.proxyPath).toBe("/community/news");
  expect(await app.store.jobs.list({ kind: "sync-shop" })).toMatchObject([{ key: `sync:${SHOP}` }]);
});

test("configuration comes in the language asked for, without anything secret, and may be kept", async () => {
  const app = await createEdgeApp();

  const response = await app.proxy(config, "config", { method: "GET", query: { locale: "tr-TR" } });

  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toMatch(/max-age=\d+/);
  const body = await response.json();
  expect(body).toMatchObject({ vapidPublicKey: `B${SHOP}`, locale: "tr", messages: [], proxyPath: "/apps/beckon" });
  expect(Object.keys(body.prompt.texts)).toEqual(["tr"]);
  expect(JSON.stringify(body)).not.toContain("v1.");
});

test("the worker is JavaScript that browsers look for anew", async () => {
  const app = await createEdgeApp();

  const response = await app.proxy(worker, "sw.js", { method: "GET" });

  expect(response.headers.get("content-type")).toMatch(/^text\/javascript/);
  expect(response.headers.get("cache-control")).toBe("no-cache");
  const script = await response.text();
  expect(script).toContain('"https://beckon.test"');
  expect(script).not.toMatch(/addEventListener\(["']fetch/);
  expect((await app.store.shops.get(SHOP))?.embedSeenAt).toEqual(app.clock.now());
});

test("a database that is away is 503 with a time to come back, and says nothing of itself", async () => {
  const app = await createEdgeApp();
  app.store.database.sqlite.close();

  const response = await app.proxy(events, "events", { body: eventsBody });

  await expectProblem(response.clone(), 503);
  expect(response.headers.get("retry-after")).toBe("30");
  expect(await response.text()).not.toMatch(/sqlite|database/i);
  expect(app.logged()).toContain("a storefront request failed");
});

test("nothing of a refused request's secrets is logged", async () => {
  const app = await createEdgeApp();
  const endpoint = "https://updates.push.services.mozilla.com/wpush/v2/gAAAAsecretendpoint";
  await app.proxy(subscriptions, "subscriptions", {
    body: { ...subscribeBody(), subscription: { endpoint, keys: {} } },
  });
  await app.proxy(receipts, "receipts", { body: { v: 1, token: "topsecrettoken", type: "shown", at, sentAt } });
  await app.proxy(events, "events", { body: '{"cartToken":"c1?key=hushhush"' });

  expect(app.logged()).not.toMatch(/gAAAAsecret|topsecrettoken|hushhush/);
});
