import { gzipSync } from "node:zlib";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, cartOf, meetDemo, token } from "./stranger.ts";
import type { Answer, Stranger } from "./stranger.ts";

const DAY_MS = 86_400_000;

// Every public path, asked by a program that signs as Shopify does, rightly and wrongly.

let stranger: Stranger;

beforeAll(async () => {
  stranger = await meetDemo();
}, 120_000);

afterAll(() => stranger?.leave());

const now = () => new Date().toISOString();
const visitor = () => randomBytes(12).toString("base64url");

function batch(events: object[], more: object = {}): object {
  return { v: 1, visitorId: visitor(), sentAt: now(), events, ...more };
}

function event(type: string, data: unknown = {}, more: object = {}): object {
  return { id: token(), type, at: now(), data, ...more };
}

function expectProblem(answer: Answer, status: number): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.json).toMatchObject({ status, title: expect.any(String) });
}

describe("the order of answers", () => {
  const paths: [string, string][] = [
    ["GET", "sw.js"],
    ["GET", "config"],
    ["POST", "subscriptions"],
    ["POST", "subscriptions/delete"],
    ["POST", "events"],
    ["POST", "stock-alerts"],
    ["POST", "receipts"],
    ["GET", "go/nonsense"],
    ["GET", "preferences"],
  ];

  test.each(paths)("%s %s: 405 before everything else, naming what is allowed", async (method, path) => {
    const answer = await ask(`${stranger.demo.app}/proxy/${path}`, { method: "PUT", body: "x" });

    expectProblem(answer, 405);
    expect(answer.headers.get("allow")).toContain(method);
  });

  test.each(paths)("%s %s: 400 without, with a wrong and with a stale signature", async (method, path) => {
    const body = method === "POST" ? "{" : undefined;
    const unsigned = await ask(`${stranger.demo.app}/proxy/${path}`, { method, ...(body ? { body } : {}) });

    expectProblem(unsigned, 400);
    expectProblem(await stranger.proxy(method, path, body, { secret: "another" }), 400);
    expectProblem(await stranger.proxy(method, path, body, { ageSeconds: 95 }), 400);
    expectProblem(
      await stranger.proxy(method, path, body, { tamper: (query) => query.set("logged_in_customer_id", "1") }),
      400,
    );
    expectProblem(await stranger.proxy(method, path, body, { tamper: (query) => query.append("shop", "a") }), 400);
  });

  test("takes a signature of 80 seconds ago, and one with several values and odd characters", async () => {
    expect((await stranger.proxy("GET", "config", undefined, { ageSeconds: 80 })).status).toBe(200);
    const query = { b: "ä & 7=8", Z: "1,2", _: "" };
    expect((await stranger.proxy("GET", "config", undefined, { query })).status).toBe(200);
  });

  test("413 over 64 KB comes before what is wrong inside, and stands behind the signature", async () => {
    const large = "x".repeat(65_537);

    expectProblem(await stranger.proxy("POST", "events", large), 413);
    expectProblem(await stranger.proxy("POST", "events", large, { secret: "another" }), 400);
    expectProblem(await stranger.proxy("POST", "events", large, { headers: { "content-encoding": "gzip" } }), 413);
  });

  test("a body of exactly 64 KB is looked at", async () => {
    const body = JSON.stringify(batch([event("page_viewed")]));

    expect((await stranger.proxy("POST", "events", body.padEnd(65_536))).status).toBe(202);
  });

  test("415 for a compressed body", async () => {
    const answer = await fetch(stranger.proxyUrl("events"), {
      method: "POST",
      headers: { "content-encoding": "gzip" },
      body: new Uint8Array(gzipSync(JSON.stringify(batch([event("page_viewed")])))),
    });

    expect(answer.status).toBe(415);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
  });

  test("429 with Retry-After after 60 requests of a visitor in a minute, before the shape is looked at", async () => {
    const visitorId = visitor();
    const send = (events: unknown) => stranger.proxy("POST", "events", { v: 1, visitorId, sentAt: now(), events });

    const statuses = (await Promise.all(Array.from({ length: 60 }, () => send([])))).map(({ status }) => status);
    const refused = await send("not even a list");

    expect(new Set(statuses)).toEqual(new Set([202]));
    expectProblem(refused, 429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(60);
  });
});

describe("events", () => {
  const cart = cartOf("c-1").data as Record<string, unknown>;
  const right: [string, unknown][] = [
    ["page_viewed", {}],
    ["page_viewed", { path: "/", anything: { deeply: ["new"] } }],
    [
      "product_viewed",
      {
        productId: "1",
        variantId: "2",
        handle: "h",
        title: "T",
        price: 100,
        currency: "USD",
        image: "https://x.example/i.png",
        url: "/products/h",
        collections: ["a", "b"],
        seconds: 12,
      },
    ],
    ["product_viewed", { productId: "1", variantId: null, image: null, later: 1 }],
    ["collection_viewed", { handle: "h", title: "T", seconds: 3 }],
    ["search_submitted", { query: "linen", results: 0 }],
    ["reviews_viewed", { productId: "1", variantId: "2" }],
    ["wishlist_added", { productId: "1", variantId: "2" }],
    ["cart_updated", cart],
    ["cart_updated", { ...cart, items: [] }],
    ["cart_updated", { ...cart, cartToken: "hWN2abc?key=secret", surprise: true }],
    ["checkout_intent", { cartToken: "c-1" }],
    ["checkout_started", { checkoutToken: "k", cartToken: "c-1" }],
    ["left", {}],
    ["returned", {}],
    ["prompt_shown", {}],
    ["prompt_accepted", {}],
    ["prompt_dismissed", {}],
    ["permission_denied", {}],
    ["custom", { name: "spun_wheel", value: 5, properties: { prize: "x" } }],
    ["consent_withdrawn", {}],
  ];
  test.each(right)("takes %s %j", async (type, data) => {
    expect((await stranger.proxy("POST", "events", batch([event(type, data)]))).status).toBe(202);
  });

  test("takes a beacon: text/plain, without data, with fields of a later version", async () => {
    const body = batch([{ id: "1", type: "left", at: now(), later: {} }], { later: [1] });

    expect((await stranger.proxy("POST", "events", body, { headers: { "content-type": "text/plain" } })).status).toBe(
      202,
    );
  });

  const wrong: [string, unknown][] = [
    ["no JSON", "{"],
    ["a list", []],
    ["null", null],
    ["text", '"x"'],
    ["nothing", ""],
    ["no v", { ...batch([]), v: undefined }],
    ["an unknown v", batch([], { v: 99 })],
    ["no visitorId", batch([], { visitorId: undefined })],
    ["a short visitorId", batch([], { visitorId: "short" })],
    ["a long visitorId", batch([], { visitorId: "x".repeat(65) })],
    ["a strange visitorId", batch([], { visitorId: "abcdefgh/../" })],
    ["no sentAt", batch([], { sentAt: undefined })],
    ["a sentAt that is none", batch([], { sentAt: "yesterday" })],
    ["events that are no list", batch([], { events: {} })],
    ["51 events", batch(Array.from({ length: 51 }, () => event("page_viewed")))],
    ["an unknown type", batch([event("page_hacked")])],
    ["no id", batch([event("page_viewed", {}, { id: undefined })])],
    ["an at that is none", batch([event("page_viewed", {}, { at: 12 })])],
    ["data that is text", batch([event("product_viewed", "x")])],
    ["a price that is text", batch([event("product_viewed", { productId: "1", price: "12.00" })])],
    ["a price with a fraction", batch([event("cart_updated", { ...cart, total: 12.5 })])],
    ["no cartToken", batch([event("cart_updated", { ...cart, cartToken: undefined })])],
    ["items that are no list", batch([event("cart_updated", { ...cart, items: {} })])],
    ["a negative quantity", batch([event("cart_updated", { ...cart, items: [{ productId: "1", quantity: -1 }] })])],
    ["a currency that is none", batch([event("cart_updated", { ...cart, currency: "dollars" })])],
    ["one wrong event among right ones", batch([event("page_viewed"), event("custom", { name: 7 })])],
  ];
  test.each(wrong)("400 for %s, and nothing is stored", async (_, body) => {
    const before = stranger.demo.countEvents("page_viewed");

    expectProblem(await stranger.proxy("POST", "events", body), 400);
    expect(stranger.demo.countEvents("page_viewed")).toBe(before);
  });

  test("50 events are taken, an event sent twice counts once", async () => {
    const events = Array.from({ length: 50 }, () => event("search_submitted", { query: "x", results: 1 }));
    const body = batch(events);
    const before = stranger.demo.countEvents("search_submitted");

    expect((await stranger.proxy("POST", "events", body)).status).toBe(202);
    expect((await stranger.proxy("POST", "events", body)).status).toBe(202);
    expect(stranger.demo.countEvents("search_submitted")).toBe(before + 50);
  });

  test("no other shop's request, however well signed, reaches this shop", async () => {
    const answer = await stranger.proxy("POST", "events", batch([event("page_viewed")]), {
      shop: "other.myshopify.com",
    });

    expectProblem(answer, 404);
  });
});

describe("subscriptions", () => {
  async function body(more: object = {}) {
    const subscription = await stranger.subscribeInBrowser();
    return {
      v: 1,
      visitorId: visitor(),
      subscription: subscription.toJSON(),
      consent: { marketing: true, text: "Yes", at: now() },
      ...more,
    };
  }

  test("201 with the ids, 200 for the same endpoint, and the answer's visitorId is the first one", async () => {
    const asked = await body({
      locale: "pt-BR",
      timezone: "America/Sao_Paulo",
      page: "/products/x",
      referrer: "https://www.google.com/",
      utm: { source: "s", medium: "m", campaign: "c", gclid: "later" },
      cartToken: "abc?key=secret",
      linkId: visitor(),
      promptVariant: "a",
      events: [event("page_viewed"), event("product_viewed", { productId: "1" })],
      later: true,
    });
    const first = await stranger.proxy("POST", "subscriptions", asked);
    const again = await stranger.proxy("POST", "subscriptions", { ...asked, visitorId: visitor() });

    expect(first.status, first.text).toBe(201);
    expect(first.json).toMatchObject({ subscriptionId: expect.any(String), visitorId: asked.visitorId });
    expect(again.status).toBe(200);
    expect(again.json).toMatchObject({
      subscriptionId: (first.json as { subscriptionId: string }).subscriptionId,
      visitorId: asked.visitorId,
    });
  });

  test("works with the least there is, and as text/plain", async () => {
    const answer = await stranger.proxy(
      "POST",
      "subscriptions",
      JSON.stringify(await body({ consent: { marketing: false } })),
      {
        headers: { "content-type": "text/plain;charset=UTF-8" },
      },
    );

    expect(answer.status, answer.text).toBe(201);
  });

  test.each([
    ["http", "http://127.0.0.1:9/x"],
    ["a private address", "https://10.0.0.7/x"],
    ["loopback on a port nobody allowed", "https://127.0.0.1:1/x"],
    ["metadata", "https://169.254.169.254/latest"],
    ["a host that only ends alike", "https://evilfcm.googleapis.com/fcm/send/x"],
    ["a host that only begins alike", "https://fcm.googleapis.com.evil.example/x"],
    ["another port of an allowed host", "https://fcm.googleapis.com:8443/x"],
    ["a user", "https://user@fcm.googleapis.com/x"],
    ["no address", "nonsense"],
    ["a script", "javascript:alert(1)"],
  ])("400 for an endpoint that is %s", async (_, endpoint) => {
    const asked = await body();

    expectProblem(
      await stranger.proxy("POST", "subscriptions", { ...asked, subscription: { ...asked.subscription, endpoint } }),
      400,
    );
  });

  test.each([
    ["https://fcm.googleapis.com/fcm/send/x"],
    ["https://updates.push.services.mozilla.com/wpush/v2/x"],
    ["https://wns2-am3p.notify.windows.com/w/?token=x"],
    ["https://web.push.apple.com/QX"],
  ])("201 for %s", async (address) => {
    const asked = await body({ consent: { marketing: false } });
    const endpoint = `${address}${token()}`;

    const answer = await stranger.proxy("POST", "subscriptions", {
      ...asked,
      subscription: { ...asked.subscription, endpoint },
    });
    expect(answer.status, answer.text).toBe(201);
    expect((await stranger.proxy("DELETE", "subscriptions", { endpoint })).status).toBe(204);
  });

  test.each([
    ["no keys", { keys: undefined }],
    ["a short p256dh", { keys: { p256dh: "AAAA", auth: "A".repeat(22) } }],
    [
      "a point that is not on the curve",
      {
        keys: {
          p256dh: Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]).toString("base64url"),
          auth: "A".repeat(22),
        },
      },
    ],
    ["a short auth", { keys: { p256dh: "B".repeat(87), auth: "AAAA" } }],
    ["an endpoint that is a number", { endpoint: 7 }],
  ])("400 for a subscription with %s", async (_, change) => {
    const asked = await body();

    expectProblem(
      await stranger.proxy("POST", "subscriptions", { ...asked, subscription: { ...asked.subscription, ...change } }),
      400,
    );
  });

  test.each([
    ["no consent", { consent: undefined }],
    ["a consent without a word", { consent: {} }],
    ["no visitorId", { visitorId: undefined }],
    ["no v", { v: undefined }],
    ["a wrong event", { events: [{ type: "nonsense" }] }],
    ["a locale that is a number", { locale: 7 }],
  ])("400 with %s", async (_, change) => {
    expectProblem(await stranger.proxy("POST", "subscriptions", { ...(await body()), ...change }), 400);
  });

  test("ends by POST and by DELETE, whether it is known or not", async () => {
    for (const [method, path] of [
      ["POST", "subscriptions/delete"],
      ["DELETE", "subscriptions"],
    ] as const) {
      const asked = await body({ consent: { marketing: false } });
      const made = (await stranger.proxy("POST", "subscriptions", asked)).json as { subscriptionId: string };
      const { endpoint } = asked.subscription;

      expect((await stranger.proxy(method, path, { endpoint })).status).toBe(204);
      expect((await stranger.api("GET", `subscribers/${made.subscriptionId}`)).json).toMatchObject({ state: "ended" });
      expect((await stranger.proxy(method, path, { endpoint })).status).toBe(204);
      expectProblem(await stranger.proxy(method, path, {}), 400);
      expectProblem(await stranger.proxy(method, path, "nonsense"), 400);
    }
  });
});

describe("stock alerts", () => {
  test("201 for both kinds, 400 for others", async () => {
    const alert = { v: 1, visitorId: visitor(), variantId: "7000000000003", kind: "back_in_stock" };

    expect((await stranger.proxy("POST", "stock-alerts", alert)).status).toBe(201);
    expect((await stranger.proxy("POST", "stock-alerts", { ...alert, kind: "price_drop" })).status).toBe(201);
    expect((await stranger.proxy("POST", "stock-alerts", alert)).status).toBe(201);
    for (const change of [
      { kind: "sold" },
      { variantId: "x" },
      { variantId: undefined },
      { visitorId: "-" },
      { v: 0 },
    ]) {
      expectProblem(await stranger.proxy("POST", "stock-alerts", { ...alert, ...change }), 400);
    }
  });
});

describe("receipts", () => {
  const receipt = (type: string, token: string) => ({ v: 1, token, type, action: null, at: now(), sentAt: now() });

  test("204 through the proxy and straight from the worker; counted once; 400 for tokens that are not ours", async () => {
    const shopper = await stranger.subscribe({ welcome: false });
    const { payload } = await shopper.next();
    const { token: signed, id } = payload.notification.data;

    for (const type of ["shown", "clicked", "dismissed", "suppressed"]) {
      expect((await stranger.proxy("POST", "receipts", receipt(type, signed))).status).toBe(204);
      expect((await straight(receipt(type, signed))).status).toBe(204);
    }
    for (const bad of [`${signed}x`, "nonsense", "", signed.split(".").toReversed().join(".")]) {
      expectProblem(await stranger.proxy("POST", "receipts", receipt("shown", bad)), 400);
      expectProblem(await straight(receipt("shown", bad)), 400);
    }
    expectProblem(await stranger.proxy("POST", "receipts", receipt("eaten", signed)), 400);
    expectProblem(await stranger.proxy("POST", "receipts", { ...receipt("shown", signed), at: "?" }), 400);
    expectProblem(await straight("{"), 400);

    const row = (await stranger.ledger(`visitorId=${shopper.visitorId}`)).find(({ verdict }) => verdict === "sent");
    expect(row).toMatchObject({ journey: "welcome", notificationId: id });
    // West of Greenwich the shop may still be at yesterday.
    const today = await stranger.shopNow();
    const [from, to] = [DAY_MS, 0].map((ago) => new Date(today.getTime() - ago).toISOString().slice(0, 10));
    const summary = await stranger.api("GET", `reports/summary?from=${from}&to=${to}`);
    expect(summary.json).toMatchObject({ shown: expect.any(Number), clicked: 1 });
  });

  test("a go link: a page of 200 that leads on, 404 for one that is not ours, and no redirect", async () => {
    const shopper = await stranger.subscribe({ welcome: false });
    const { payload } = await shopper.next();
    const { navigate } = payload.notification;

    expect(navigate).toMatch(new RegExp(`^${stranger.demo.store}/apps/beckon/go/[\\w.-]+$`));
    const page = await ask(navigate, { headers: { accept: "text/html" } });
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
    expectProblem(await stranger.proxy("GET", "go/nonsense"), 404);
    expectProblem(await stranger.proxy("GET", `go/${payload.notification.data.token}`), 404);
  });

  function straight(body: unknown): Promise<Answer> {
    return ask(`${stranger.demo.app}/receipts`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "content-type": "text/plain" },
    });
  }
});

describe("the preferences page", () => {
  const form = (page: string, fields: string) =>
    ask(page, { method: "POST", body: fields, headers: { "content-type": "application/x-www-form-urlencoded" } });

  async function pageOfShopper() {
    const shopper = await stranger.subscribe();
    const { json } = await stranger.proxy("POST", "subscriptions", {
      v: 1,
      visitorId: shopper.visitorId,
      subscription: shopper.subscription.toJSON(),
      consent: { marketing: true },
    });
    const { preferencesUrl } = json as { preferencesUrl: string };
    return { shopper, page: `${stranger.demo.store}${preferencesUrl}` };
  }

  test("opens with the token that the bell is given, and with no other", async () => {
    const { page, shopper } = await pageOfShopper();
    const opened = await ask(page, { headers: { accept: "text/html" } });

    expect(opened.status).toBe(200);
    expect(opened.headers.get("content-type")).toContain("text/html");
    expect(opened.text).not.toContain(shopper.visitorId);
    for (const bad of ["", "x.y", "nonsense"]) {
      expect((await stranger.proxy("GET", "preferences", undefined, { query: { token: bad } })).status).toBe(403);
    }
    expectProblem(await form(page, "do=dance"), 400);
  });

  test("pauses, unsubscribes in one tap, gives the data out and deletes it", async () => {
    const { page, shopper } = await pageOfShopper();
    const subscriber = () => stranger.api("GET", `subscribers/${shopper.subscriptionId}`);

    expect((await form(page, "do=pause-7")).status).toBe(200);
    expect((await subscriber()).json).toMatchObject({ pausedUntil: expect.any(String) });
    expect((await form(page, "do=resume")).status).toBe(200);
    expect((await subscriber()).json).toMatchObject({ pausedUntil: null, state: "active" });
    const data = await form(page, "do=download");
    expect(data.headers.get("content-type")).toContain("application/json");
    expect(data.text).toContain(shopper.visitorId);
    expect(data.text).not.toContain(shopper.subscription.toJSON().keys.auth);
    expect((await form(page, "do=unsubscribe")).status).toBe(200);
    expect((await subscriber()).json).toMatchObject({ state: "ended", endedCause: "unsubscribed" });
    expect((await form(page, "do=remove")).status).toBe(200);
    expect((await subscriber()).status).toBe(404);
  });
});

describe("the pixel", () => {
  const post = (body: unknown) =>
    ask(`${stranger.demo.app}/pixel/events`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const pixel = (more: object = {}) => ({
    v: 1,
    shop: stranger.demo.shop,
    linkId: visitor(),
    events: [
      { id: token(), type: "checkout_started", at: now(), checkoutToken: token(), orderId: null, stage: "contact" },
    ],
    ...more,
  });

  test("204 with CORS for everybody, also when nobody is known by the link", async () => {
    const answer = await post(pixel());

    expect(answer.status, answer.text).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  });

  test("a preflight is answered", async () => {
    const answer = await ask(`${stranger.demo.app}/pixel/events`, {
      method: "OPTIONS",
      headers: { origin: "https://shop.example", "access-control-request-method": "POST" },
    });

    expect([200, 204]).toContain(answer.status);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-methods")).toContain("POST");
  });

  test("makes no people", async () => {
    const before = ((await stranger.api("GET", "subscribers")).json as { data: object[] }).data.length;
    const linkId = visitor();

    await post(pixel({ linkId }));

    expect(((await stranger.api("GET", "subscribers")).json as { data: object[] }).data).toHaveLength(before);
    expect((await stranger.api("GET", `ledger?visitorId=${linkId}`)).json).toEqual({ data: [], next: null });
  });

  test("400, with CORS, for what has a wrong shape", async () => {
    for (const body of [
      "{",
      pixel({ v: 2 }),
      pixel({ linkId: "x" }),
      pixel({ events: [{}] }),
      pixel({ shop: "https://evil.example" }),
    ]) {
      const answer = await post(body);
      expectProblem(answer, 400);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    }
    expectProblem(await post("x".repeat(70_000)), 413);
    expectProblem(await ask(`${stranger.demo.app}/pixel/events`, {}), 405);
  });
});

describe("webhooks", () => {
  test("401 for a wrong HMAC, 400 for a missing one or no JSON, 413 over 10 MB, 405 for GET", async () => {
    expect((await stranger.webhook("carts/update", {}, { secret: "another" })).status).toBe(401);
    expect((await stranger.webhook("carts/update", {}, { hmac: "" })).status).toBe(400);
    expect((await stranger.webhook("carts/update", {}, { hmac: null })).status).toBe(400);
    expect((await stranger.webhook("carts/update", {}, { hmac: "!!" })).status).toBe(401);
    expect((await stranger.webhook("carts/update", "{")).status).toBe(400);
    expect((await stranger.webhook("carts/update", "")).status).toBe(400);
    expect((await stranger.webhook("products/update", `"${"x".repeat(10 * 1024 * 1024)}"`)).status).toBe(413);
    expect((await ask(`${stranger.demo.app}/webhooks`, {})).status).toBe(405);
  });

  test.each([
    ["an unknown topic", "moons/rise", { a: 1 }, undefined],
    ["an unknown shape", "orders/create", { completely: ["different"] }, undefined],
    ["a list", "orders/create", [1, 2], undefined],
    ["null", "carts/update", null, undefined],
    ["a number", "checkouts/update", 7, undefined],
    ["text", "fulfillments/update", "text", undefined],
    ["an unknown shop", "orders/create", { id: 1 }, "nobody.myshopify.com"],
    ["no shop", "orders/create", { id: 1 }, ""],
    ["hostile types", "orders/create", { id: {}, line_items: "x", note_attributes: 7, total_price: [] }, undefined],
    [
      "numbers too large",
      "orders/create",
      { id: 1e300, total_price: "1e99", currency: "USD", line_items: [null] },
      undefined,
    ],
  ])("200 within a second for %s", async (_, topic, payload, shop) => {
    const startedAt = performance.now();
    const answer = await stranger.webhook(topic, JSON.stringify(payload), shop === undefined ? {} : { shop });

    expect(answer.status, answer.text).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test("what is unknown is recorded, and a repeat is not recorded again", async () => {
    const before = stranger.demo.countEvents("unknown_webhook");
    const id = token();

    expect((await stranger.webhook("moons/rise", { a: 1 }, { id })).status).toBe(200);
    expect((await stranger.webhook("moons/rise", { a: 1 }, { id })).status).toBe(200);
    expect(stranger.demo.countEvents("unknown_webhook")).toBe(before + 1);
  });
});

describe("what a stranger must not learn", () => {
  test("every path that does not exist is 404", async () => {
    for (const path of ["proxy", "proxy/nothing", "api", "api/v2/journeys", "_sim/clock", "nothing"]) {
      expect((await ask(`${stranger.demo.app}/${path}`, {})).status, path).toBe(404);
    }
  });

  test("health says ok and the shop's time; metrics name no shop", async () => {
    const health = (await ask(`${stranger.demo.app}/healthz`, {})).json as { status: string; time: string };
    const metrics = await ask(`${stranger.demo.app}/metrics`, {});

    expect(health.status).toBe("ok");
    expect(Math.abs(Date.parse(health.time) - (await stranger.shopNow()).getTime())).toBeLessThan(2_000);
    expect((await ask(`${stranger.demo.app}/readyz`, {})).status).toBe(200);
    expect(metrics.text).toMatch(/^# TYPE beckon_/m);
    expect(metrics.text).not.toContain("beckon-demo");
    expect(metrics.text).not.toContain("myshopify");
  });

  test("the log holds no secret: no endpoint's path, key, token or signature", async () => {
    const log = stranger.demo.log();

    expect(log).not.toContain(stranger.demo.apiSecret);
    expect(log).not.toContain(stranger.demo.apiToken);
    expect(log).not.toMatch(/shpat_|signature=[0-9a-f]{64}|\/wpush\/|\/push\/[\w-]{16}/);
  });
});
