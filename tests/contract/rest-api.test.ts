import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, cartOf, meetDemo, token } from "./stranger.ts";
import type { Answer, Push, Stranger } from "./stranger.ts";

// The REST API as a merchant's program uses it, and what it changes for shoppers: definitions are saved, their messages
// really received, and the money is read back.

type Journey = { kind: string; enabled: boolean; version: number; definition: Definition };
type Definition = { trigger: { type: string }; filter: unknown; exits: string[]; steps: Record<string, unknown>[] };
type Summary = {
  subscribers: number;
  sent: number;
  accepted: number;
  shown: number;
  clicked: number;
  orders: number;
  revenue: { currency: string; amount: number }[];
  discountCost: { currency: string; amount: number }[];
};

let stranger: Stranger;
let variantIds: string[];

beforeAll(async () => {
  stranger = await meetDemo();
  const { json } = await ask(`${stranger.demo.store}/products.json?limit=250`, {});
  const { products } = json as { products: { variants: { id: number; available: boolean }[] }[] };
  variantIds = products.flatMap(({ variants }) => {
    const variant = variants.find(({ available }) => available);
    return variant ? [String(variant.id)] : [];
  });
}, 120_000);

afterAll(() => stranger?.leave());

function nextVariant(): string {
  const id = variantIds.shift();
  if (!id) throw new Error("no variant is left");
  return id;
}

function expectProblem(answer: Answer, status: number): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.json).toMatchObject({ status, title: expect.any(String) });
}

async function journey(kind: string): Promise<Journey> {
  const { json } = await stranger.api("GET", "journeys");
  const found = (json as { data: Journey[] }).data.find((one) => one.kind === kind);
  if (!found) throw new Error(`no journey ${kind}`);
  return found;
}

/** All of a list, page by page. */
async function pages(path: string): Promise<object[]> {
  const all: object[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { json } = await stranger.api("GET", `${path}${more}`);
    const page = json as { data: object[]; next: string | null };
    all.push(...page.data);
    cursor = page.next;
  }
  return all;
}

async function receipt(push: Push, type: "shown" | "clicked"): Promise<void> {
  const at = new Date().toISOString();
  const body = { v: 1, token: push.payload.notification.data.token, type, action: null, at, sentAt: at };
  const { status } = await stranger.proxy("POST", "receipts", body);
  expect(status).toBe(204);
}

describe("keys, lists and problems", () => {
  test("401 without a key or with a wrong one, on every path", async () => {
    for (const path of ["journeys", "subscribers", "subscribers/x", "ledger", "reports/summary"]) {
      expectProblem(await ask(`${stranger.demo.app}/api/v1/${path}`, {}), 401);
      expectProblem(await stranger.api("GET", path, undefined, { authorization: "Bearer nonsense" }), 401);
      expectProblem(await stranger.api("GET", path, undefined, { authorization: stranger.demo.apiToken }), 401);
    }
  });

  test("404 for what is not there, and for what later issues bring", async () => {
    for (const path of [
      "journeys/nonsense",
      "subscribers/nobody",
      "ledger?subscriberId=nobody",
      "segments",
      "imports",
      "webhooks",
    ]) {
      expectProblem(await stranger.api("GET", path), 404);
    }
    expectProblem(await stranger.api("POST", "journeys/nonsense/enable"), 404);
    expectProblem(await stranger.api("PUT", "journeys/nonsense", {}), 404);
  });

  test("OpenAPI 3.1 describes every operation and no later one", async () => {
    const document = (await stranger.api("GET", "openapi.json")).json as { openapi: string; paths: object };

    expect(document.openapi).toMatch(/^3\.1/);
    for (const path of [
      "/journeys",
      "/journeys/{kind}",
      "/subscribers",
      "/subscribers/{id}",
      "/ledger",
      "/reports/summary",
    ]) {
      expect(Object.keys(document.paths)).toContain(path);
    }
    expect(JSON.stringify(document)).not.toMatch(/segments|imports/i);
  });

  test("subscribers are listed page by page, each once, and shown without their endpoint and keys", async () => {
    const made = [];
    for (let i = 0; i < 3; i++) made.push(await stranger.subscribe({ marketing: false }));
    const ids = made.map(({ subscriptionId }) => subscriptionId);

    const listed = (await pages("subscribers?limit=2")).map((one) => (one as { id: string }).id);

    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining(ids));
    const one = await stranger.api("GET", `subscribers/${ids[0]}`);
    expect(one.json).toMatchObject({ id: ids[0], visitorId: made[0]?.visitorId, state: "active", locale: "en" });
    expect(one.text).not.toContain(made[0]?.subscription.toJSON().endpoint);
    expect(one.text).not.toContain(made[0]?.subscription.toJSON().keys.auth);
    expectProblem(await stranger.api("GET", "subscribers?cursor=nonsense"), 400);
    expectProblem(await stranger.api("GET", "subscribers?limit=0"), 400);
    expectProblem(await stranger.api("GET", "subscribers?surprise=1"), 400);
  });

  test("an Idempotency-Key does a POST once, and is refused for another", async () => {
    const { subscriptionId } = await stranger.subscribe({ marketing: false });
    const key = { "idempotency-key": token() };
    const add = (tag: string) => stranger.api("POST", `subscribers/${subscriptionId}/tags`, { add: [tag] }, key);

    const first = await add("a");
    await stranger.api("POST", `subscribers/${subscriptionId}/tags`, { remove: ["a"], add: [] });
    const again = await add("a");

    expect(again.json).toEqual(first.json);
    expect((await stranger.api("GET", `subscribers/${subscriptionId}`)).json).toMatchObject({ tags: [] });
    expectProblem(await add("b"), 422);
  });

  test("a subscriber can be deleted, and is then 404", async () => {
    const { subscriptionId } = await stranger.subscribe({ marketing: false });

    expect((await stranger.api("DELETE", `subscribers/${subscriptionId}`)).status).toBe(204);
    expectProblem(await stranger.api("GET", `subscribers/${subscriptionId}`), 404);
  });
});

describe("journeys", () => {
  test("the five that are on after install, with texts in three languages", async () => {
    for (const kind of ["welcome", "cart_recovery", "checkout_recovery", "back_in_stock", "shipping"]) {
      const found = await journey(kind);
      expect(found).toMatchObject({ enabled: true, version: 1 });
      expect(Object.keys(found.definition)).toEqual(expect.arrayContaining(["exits", "filter", "steps", "trigger"]));
      for (const step of found.definition.steps) {
        if (step["type"] === "message") expect(Object.keys(step["message"] as object)).toEqual(["en", "tr", "ar"]);
      }
    }
  });

  test("a definition goes back as it came, as a new version", async () => {
    const before = await journey("checkout_recovery");
    const saved = await stranger.api("PUT", "journeys/checkout_recovery", before.definition);

    expect(saved.status).toBe(200);
    expect(saved.json).toMatchObject({ version: before.version + 1, definition: before.definition });
  });

  test("400 names each place that is wrong, and nothing is saved", async () => {
    const before = await journey("cart_recovery");
    const { definition } = before;
    const message = definition.steps.find((step) => step["type"] === "message") as Record<string, unknown>;
    const wrong: [unknown, string][] = [
      [{ ...definition, surprise: 1 }, "surprise"],
      [{ ...definition, steps: [{ ...message, discont: null }] }, "steps.0"],
      [{ ...definition, steps: [{ type: "wait", delay: "3 minutes" }, message] }, "steps.0.delay"],
      [{ ...definition, steps: [{ type: "wait", delay: "-PT3M" }, message] }, "steps.0.delay"],
      [{ ...definition, steps: [{ type: "dance" }] }, "steps.0.type"],
      [{ ...definition, steps: [] }, "steps"],
      [{ ...definition, steps: undefined }, "steps"],
      [{ ...definition, trigger: { type: "elsewhere" } }, "trigger"],
      [{ ...definition, steps: [{ type: "message", message: { en: { title: "x" } } }] }, "steps.0.message.en.body"],
      [
        { ...definition, steps: [{ type: "message", message: { en: { title: "{{ x", body: "b" } } }] },
        "steps.0.message.en.title",
      ],
      [{ ...definition, steps: [{ ...message, discount: { percent: 150 } }] }, "steps.0.discount"],
    ];

    for (const [body, place] of wrong) {
      const answer = await stranger.api("PUT", "journeys/cart_recovery", body);
      expectProblem(answer, 400);
      const { errors } = answer.json as { errors: { path: string; message: string }[] };
      expect(errors.map(({ path }) => path).join(" ")).toContain(place);
    }
    expectProblem(await stranger.api("PUT", "journeys/cart_recovery"), 400);
    expect((await journey("cart_recovery")).version).toBe(before.version);
  });

  test("switched off it sends nothing, also to who is under way; switched on again it does", async () => {
    const shopper = await stranger.subscribe();
    await shopper.tell(cartOf(token(), [{ variantId: nextVariant() }]));
    await shopper.leave();
    await stranger.untilProcessed();
    expect((await stranger.api("POST", "journeys/cart_recovery/disable")).json).toMatchObject({ enabled: false });
    await stranger.advance("PT4M");
    expect(await shopper.waiting()).toEqual([]);

    expect((await stranger.api("POST", "journeys/cart_recovery/enable")).json).toMatchObject({ enabled: true });
    const other = await stranger.subscribe();
    await other.tell(cartOf(token(), [{ variantId: nextVariant() }]));
    const left = await other.leave();
    await stranger.advanceTo(left, 3.05);
    await other.next();
  });

  test("a definition of one's own: other delays, languages with their fallbacks, buttons and a discount, as received", async () => {
    const text = (language: string, more: object = {}) => ({
      title: `${language}: {{ product_title }}`,
      body: `${language} body`,
      ...more,
    });
    const saved = await stranger.api("PUT", "journeys/cart_recovery", {
      ...(await journey("cart_recovery")).definition,
      steps: [
        { type: "wait", delay: "PT7M" },
        {
          type: "message",
          message: {
            en: text("en", {
              url: "/collections/all",
              image: "https://cdn.example.com/i.png",
              actions: [
                { action: "cart", title: "Open {{ product_title }}" },
                { action: "look", title: "Look", url: "/collections/new" },
              ],
            }),
            pt: text("pt"),
            ar: text("ar"),
          },
          discount: null,
        },
        { type: "wait", delay: "PT2H" },
        {
          type: "message",
          message: { en: { title: "{{ discount_percent }} percent", body: "{{ code }}" } },
          discount: { percent: 20 },
        },
      ],
    });
    expect(saved.status, saved.text).toBe(200);

    const shoppers = {
      en: await stranger.subscribe({ locale: "en-GB" }),
      pt: await stranger.subscribe({ locale: "pt-BR" }),
      de: await stranger.subscribe({ locale: "de" }),
      ar: await stranger.subscribe({ locale: "ar" }),
    };
    for (const shopper of Object.values(shoppers)) {
      await shopper.tell(cartOf(token(), [{ variantId: nextVariant(), title: "Kettle" }]), { type: "left" });
    }
    const left = await stranger.shopNow();
    await stranger.advanceTo(left, 6.5);
    expect(await shoppers.en.waiting()).toEqual([]);
    await stranger.advanceTo(left, 7.05);

    const first = (await shoppers.en.next()).payload.notification;
    const origin = `${stranger.demo.store}/apps/beckon/go/`;
    expect(first).toMatchObject({
      title: "en: Kettle",
      body: "en body",
      lang: "en",
      dir: "ltr",
      image: "https://cdn.example.com/i.png",
    });
    expect(first.data.url).toContain("/collections/all");
    expect(first.actions).toEqual([
      { action: "cart", title: "Open Kettle", navigate: expect.stringContaining(origin) },
      { action: "look", title: "Look", navigate: expect.stringContaining(origin) },
    ]);
    expect(new Set([first.navigate, ...(first.actions ?? []).map(({ navigate }) => navigate)]).size).toBe(3);
    expect((await shoppers.pt.next()).payload.notification).toMatchObject({ title: "pt: Kettle", lang: "pt" });
    expect((await shoppers.de.next()).payload.notification).toMatchObject({ title: "en: Kettle", lang: "en" });
    expect((await shoppers.ar.next()).payload.notification).toMatchObject({
      // Isolated, so that the Latin name does not turn the Arabic around.
      title: "ar: \u2068Kettle\u2069",
      lang: "ar",
      dir: "rtl",
    });

    await stranger.advanceTo(left, 127.2);
    const second = (await shoppers.en.next()).payload.notification;
    const code = second.data.code ?? "";
    expect(second).toMatchObject({ title: "20 percent", body: code });
    const others = await Promise.all([shoppers.pt, shoppers.de].map((shopper) => shopper.next()));
    expect(new Set([code, ...others.map(({ payload }) => payload.notification.data.code)]).size).toBe(3);

    // A button leads where it says. (Only now: a click is a visit, and moves what is still to come.)
    expect((await ask(first.actions?.[1]?.navigate ?? "", { headers: { accept: "text/html" } })).text).toContain(
      "/collections/new",
    );

    // The code is a real one of the shop's, takes 20 % off, and works once.
    const order = () =>
      stranger.demo.sim("orders", { items: [{ variantId: nextVariant(), quantity: 1 }], discountCodes: [code] });
    const [bought, again] = [await order(), await order()];
    const subtotal = Number(bought["subtotal_price"]) + Number(bought["total_discounts"]);
    expect(Number(bought["total_discounts"]) / subtotal).toBeCloseTo(0.2, 2);
    expect(Number(again["total_discounts"])).toBe(0);
  });
});

describe("push requests", () => {
  test("carry TTL, Urgency and Topic, and a payload of exactly the contract's fields", async () => {
    const shopper = await stranger.subscribe({ welcome: false });
    const { headers, payload, text } = await shopper.next();

    expect(Number(headers["ttl"])).toBeGreaterThan(0);
    expect(Number(headers["ttl"])).toBeLessThan(7 * 86_400);
    expect(["very-low", "low", "normal", "high"]).toContain(headers["urgency"]);
    expect(headers["topic"]).toMatch(/^[A-Za-z0-9_-]{1,32}$/);
    expect(headers["content-encoding"]).toBe("aes128gcm");
    expect(headers["authorization"]).toMatch(/^vapid t=[\w.-]+, ?k=[\w-]+$/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3_993);

    const known = [
      "title",
      "body",
      "navigate",
      "lang",
      "dir",
      "tag",
      "renotify",
      "data",
      "icon",
      "image",
      "badge",
      "actions",
      "requireInteraction",
      "silent",
    ];
    expect(Object.keys(payload)).toEqual(["notification"]);
    expect(Object.keys(payload.notification).filter((name) => !known.includes(name))).toEqual([]);
    for (const name of known.slice(0, 8)) expect(payload.notification).toHaveProperty(name);
    expect(Object.keys(payload.notification.data).toSorted()).toEqual(["code", "id", "kind", "token", "url"]);
    expect(payload.notification.navigate).toMatch(/\/apps\/beckon\/go\/[\w.-]+$/);
    expect(new URL(payload.notification.data.url).origin).toBe(stranger.demo.store);
  });

  test("a delivery that the push service put off, by 503 or by losing its answer, is sent again under its Topic", async () => {
    const { pushService } = stranger;
    for (const fault of [{ status: 503, retryAfter: "1" }, { lostAnswer: true }]) {
      const shopper = await stranger.subscribe({ marketing: false });
      const { endpoint } = shopper.subscription.toJSON();
      pushService.addFault({ endpoint, ...fault });
      const made = await stranger.demo.sim("orders", {
        items: [{ variantId: nextVariant(), quantity: 1 }],
        noteAttributes: [{ name: "__beckon", value: shopper.linkId }],
      });
      await stranger.demo.sim("fulfillments", { orderId: made["id"], status: "success", trackingNumber: token() });
      await expect.poll(() => sentTo(endpoint).length, { timeout: 15_000 }).toBe(2);

      const [first, second] = sentTo(endpoint);
      expect(second?.headers["topic"]).toBe(first?.headers["topic"]);
      expect(Number(second?.headers["ttl"])).toBeLessThanOrEqual(Number(first?.headers["ttl"]));
    }
  });

  test("410 and 404 end the subscription, 400 keeps it", async () => {
    for (const [status, state] of [
      [410, "ended"],
      [404, "ended"],
      [400, "active"],
    ] as const) {
      const shopper = await stranger.subscribe({ marketing: false });
      const { endpoint } = shopper.subscription.toJSON();
      stranger.pushService.addFault({ endpoint, status });
      const made = await stranger.demo.sim("orders", {
        items: [{ variantId: nextVariant(), quantity: 1 }],
        noteAttributes: [{ name: "__beckon", value: shopper.linkId }],
      });
      await stranger.demo.sim("fulfillments", { orderId: made["id"], status: "success", trackingNumber: token() });
      await expect.poll(() => sentTo(endpoint).length, { timeout: 15_000 }).toBe(1);
      await expect
        .poll(
          async () =>
            ((await stranger.api("GET", `subscribers/${shopper.subscriptionId}`)).json as { state: string }).state,
        )
        .toBe(state);
    }
  });

  function sentTo(endpoint: string) {
    const { pathname } = new URL(endpoint);
    return stranger.pushService.requests.filter(({ path }) => path === pathname);
  }
});

describe("the ledger", () => {
  test("says newest first what was decided, by visitor, by subscriber and by journey", async () => {
    const shopper = await stranger.subscribe();
    const of = (query: string) => stranger.ledger(query);

    const byVisitor = await of(`visitorId=${shopper.visitorId}`);
    expect(byVisitor[0]).toMatchObject({
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      journey: "welcome",
      step: expect.any(String),
      verdict: "sent",
      reason: expect.any(String),
      values: expect.any(Object),
      notificationId: expect.any(String),
    });
    expect(await of(`subscriberId=${shopper.subscriptionId}`)).toEqual(byVisitor);
    expect(await of(`visitorId=${shopper.visitorId}&journey=shipping`)).toEqual([]);
    const all = (await pages("ledger?limit=7")) as { at: string; id: number }[];
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    expect(await of("journey=welcome")).not.toEqual([]);
  });
});

describe("the report", () => {
  async function summary(): Promise<Summary> {
    // Shop time is moved back and forth by no more than days here.
    const day = (offset: number, now: Date) => new Date(now.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
    const now = await stranger.shopNow();
    return (await stranger.api("GET", `reports/summary?from=${day(-20, now)}&to=${day(1, now)}`)).json as Summary;
  }
  const amount = (list: { currency: string; amount: number }[], currency: string) =>
    list.find((one) => one.currency === currency)?.amount ?? 0;

  /** A shopper who clicked its welcome message. */
  async function clicker() {
    const shopper = await stranger.subscribe({ welcome: false });
    const push = await shopper.next();
    await receipt(push, "shown");
    await receipt(push, "shown");
    await receipt(push, "clicked");
    return shopper;
  }
  const buy = (shopper: { linkId: string }, more: object = {}) =>
    stranger.demo.sim("orders", {
      items: [{ variantId: nextVariant(), quantity: 1 }],
      noteAttributes: [{ name: "__beckon", value: shopper.linkId }],
      ...more,
    });
  /** Polls: credit is a job of its own. */
  const settled = (read: (found: Summary) => unknown) =>
    expect.poll(async () => read(await summary()), { timeout: 8_000 });

  test("counts what was sent, accepted, shown and clicked, each once", async () => {
    const before = await summary();
    await clicker();
    await settled(({ sent, accepted, shown, clicked }) => [sent, accepted, shown, clicked]).toEqual([
      before.sent + 1,
      before.accepted + 1,
      before.shown + 1,
      before.clicked + 1,
    ]);
    expect((await summary()).subscribers).toBe(before.subscribers + 1);
  });

  test("credits an order in minor units of its currency, takes refunds off it and cancellations back", async () => {
    const before = await summary();
    const [dollars, refunded, cancelled] = [await clicker(), await clicker(), await clicker()];
    const kept = await buy(dollars);
    const keptCents = Math.round(Number(kept["total_price"]) * 100);
    const toRefund = await buy(refunded);
    const toCancel = await buy(cancelled);
    await settled(({ orders }) => orders).toBe(before.orders + 3);

    await stranger.demo.sim("refunds", { orderId: toRefund["id"] });
    await stranger.demo.sim("orders/cancel", { orderId: toCancel["id"] });
    await settled(({ revenue }) => amount(revenue, "USD")).toBe(amount(before.revenue, "USD") + keptCents);
  });

  test("keeps yen whole", async () => {
    const shopper = await clicker();
    const before = await summary();
    const made = await buy(shopper, { currency: "JPY" });
    const presented = (made["total_price_set"] as { presentment_money: { amount: string; currency_code: string } })
      .presentment_money;
    expect(presented).toMatchObject({ currency_code: "JPY", amount: expect.stringMatching(/^\d+(\.0+)?$/) });

    await settled(({ orders }) => orders).toBe(before.orders + 1);
    const { revenue } = await summary();
    const added = ["USD", "JPY"].map(
      (currency) => [currency, amount(revenue, currency) - amount(before.revenue, currency)] as const,
    );
    const shopCents = Math.round(Number(made["total_price"]) * 100);
    expect([Object.fromEntries(added)]).toEqual([{ USD: shopCents, JPY: 0 }]);
  });

  test("knows how many decimals a currency has, from Shopify's own words, and takes an order that says little", async () => {
    for (const [currency, total, minorUnits] of [
      ["JPY", "5000", 5_000],
      ["KWD", "1.234", 1_234],
      ["EUR", "12.3", 1_230],
    ] as const) {
      const shopper = await clicker();
      const before = await summary();
      await stranger.webhook("orders/create", {
        id: Math.floor(Math.random() * 1e12),
        currency,
        total_price: total,
        created_at: (await stranger.shopNow()).toISOString(),
        source_name: "web",
        note_attributes: [{ name: "__beckon", value: shopper.linkId }],
      });
      await settled(({ revenue }) => amount(revenue, currency)).toBe(amount(before.revenue, currency) + minorUnits);
    }
  });

  test("credits no order of nobody's click, no test order, none from the till and none without a click", async () => {
    const before = await summary();
    const silent = await stranger.subscribe();
    await buy(silent);
    await buy(await clicker(), { test: true });
    await buy(await clicker(), { sourceName: "pos" });
    await stranger.demo.sim("orders", { items: [{ variantId: nextVariant(), quantity: 1 }] });
    await stranger.untilProcessed();

    await settled(({ orders }) => orders).toBe(before.orders);
  });

  test("400 for dates that are none or the wrong way round", async () => {
    for (const query of [
      "from=yesterday",
      "from=2026-13-01&to=2026-13-02",
      "from=2026-02-02&to=2026-02-01",
      "to=2026-02-30",
    ]) {
      expectProblem(await stranger.api("GET", `reports/summary?${query}`), 400);
    }
    expect((await stranger.api("GET", "reports/summary")).status).toBe(200);
  });
});
