import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { signToken } from "../../app/signed-token.server.ts";
import type { TokenPurpose } from "../../app/signed-token.server.ts";
import { createAdminWorld } from "../support/admin-world.ts";
import { API_SECRET, createEdgeApp, pushSubscription } from "../support/edge-app.ts";
import type { RouteModule } from "../support/edge-app.ts";
import { SHOP } from "../support/report-rows.ts";
import { tell } from "./support/summary.ts";
import { ID, NUMBER, SECRET, twoShops, VICTIM } from "./support/two-shops.ts";

// Thousands of calls: long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

// Every route there is, asked by one shop with the ids of another. A new route is tried by itself, or has to say here why
// it need not be.

const ROUTES = path.join(import.meta.dirname, "..", "..", "app", "routes");

/** Routes that know no shop, or are tried elsewhere. */
const NOT_HERE: Record<string, string> = {
  "api.v1.$": "every endpoint: cross-shop.test.ts",
  "auth.$": "Shopify's library: shopify.server.test.ts",
  "auth.login": "names no shop's data",
  healthz: "no shop",
  metrics: "no shop",
  readyz: "no shop",
};

const names = readdirSync(ROUTES).flatMap((file) => (file.includes(".test.") ? [] : [file.replace(/\.tsx?$/, "")]));

async function route(name: string): Promise<RouteModule & { loader?: unknown; action?: unknown }> {
  const file = readdirSync(ROUTES).find((one) => one.replace(/\.tsx?$/, "") === name);
  return (await import(path.join(ROUTES, file ?? ""))) as RouteModule;
}

const PARAMS = { kind: "cart_recovery", visitorId: ID, customerId: ID, id: ID, campaignId: ID, token: ID, "*": ID };
const QUERY = new URLSearchParams({
  visitorId: ID,
  customerId: ID,
  id: ID,
  journey: ID,
  campaign: ID,
  cursor: ID,
  edit: ID,
});

/** Words that stand in a route's source: some of them are what its forms intend. */
function intents(name: string): string[] {
  const file = readdirSync(ROUTES).find((one) => one.replace(/\.tsx?$/, "") === name) ?? "";
  const source = readFileSync(path.join(ROUTES, file), "utf8");
  return [...new Set([...source.matchAll(/"([a-z][a-zA-Z_-]{2,24})"/g)].map(([, word]) => word ?? ""))];
}

async function textOf(work: () => unknown): Promise<{ status: number; text: string }> {
  try {
    const given = await work();
    if (given instanceof Response) return { status: given.status, text: await given.text() };
    return { status: 200, text: JSON.stringify(given) ?? "" };
  } catch (thrown) {
    if (thrown instanceof Response) return { status: thrown.status, text: await thrown.text() };
    return { status: 500, text: String(thrown) };
  }
}

test("every page and form of the admin, asked with another shop's ids, gives out and changes nothing of it", async () => {
  const world = await createAdminWorld();
  const { rows } = await twoShops(world.store);
  const before = rows();
  const leaks: string[] = [];
  let calls = 0;

  const pages = names.filter((name) => (name === "app" || name.startsWith("app.")) && !(name in NOT_HERE));
  for (const name of pages) {
    const { loader, action } = (await route(name)) as { loader?: CallableFunction; action?: CallableFunction };
    const address = `/${name.replaceAll(".", "/").replace("/_index", "")}?${QUERY}`;
    const forms = intents(name).flatMap((intent) => {
      const fields = { intent, id: ID, campaignId: ID, visitorId: ID, deliveryId: ID, subscriptionId: ID, keyId: ID };
      const form = { method: "POST", body: new URLSearchParams({ ...fields, key: ID, version: String(NUMBER) }) };
      const json = { method: "POST", body: JSON.stringify(fields), headers: { "content-type": "application/json" } };
      return [form, json];
    });
    const asked: [CallableFunction | undefined, RequestInit][] = [
      [loader, {}],
      ...forms.map((form): [CallableFunction | undefined, RequestInit] => [action, form]),
    ];
    for (const [call, init] of asked) {
      if (!call) continue;
      calls++;
      const request = await world.request(address, { ...init, shop: SHOP });
      const { text } = await textOf(() => call({ request, params: PARAMS, context: {} }) as unknown);
      if (text.includes(SECRET) || text.includes(VICTIM)) leaks.push(`${name} gave ${text.slice(0, 300)}`);
      if (rows() !== before) throw new Error(`${name} changed rows of another shop: ${JSON.stringify(init)}`);
    }
  }
  tell("admin routes asked with another shop's ids", { routes: pages.length, calls, leaks });

  expect(leaks).toEqual([]);
  expect(pages.length).toBeGreaterThan(10);
});

const PURPOSES: TokenPurpose[] = ["receipt", "go", "preferences", "recommended", "session"];

test("every path of the storefront, signed for one shop with another's ids and tokens, gives out and changes nothing", async () => {
  const app = await createEdgeApp();
  const { rows } = await twoShops(app.store);
  const before = rows();
  const leaks: string[] = [];
  let calls = 0;
  const claims = { d: ID, u: ID, v: ID, s: VICTIM };
  const tokens = [ID, `${ID}.${ID}`, ...PURPOSES.map((purpose) => signToken(app.keyring, purpose, claims))];
  const at = app.clock.now().toISOString();
  const event = (type: string) => ({
    id: randomUUID(),
    type,
    at,
    data: { cartToken: ID, productId: ID, variantId: ID },
  });
  const told = ["cart_updated", "left", "consent_withdrawn", "prompt_accepted", "product_viewed"];

  const paths = names.filter((name) => name.startsWith("proxy.") && !(name in NOT_HERE));
  for (const name of paths) {
    const module = await route(name);
    const address = name
      .replace(/^proxy\./, "")
      .replaceAll("_.", "/")
      .replaceAll(/[[\]]/g, "");
    for (const token of tokens) {
      const bodies = [
        { v: 1, visitorId: ID, sentAt: at, events: told.map(event) },
        {
          v: 1,
          visitorId: ID,
          subscription: pushSubscription(`https://updates.push.services.mozilla.com/${ID}`),
          consent: { marketing: true },
          linkId: ID,
          cartToken: ID,
        },
        { endpoint: ID },
        { v: 1, visitorId: ID, variantId: ID, kind: "back_in_stock" },
        { v: 1, token, type: "shown", action: null, at, sentAt: at },
        { v: 1, token, type: "clicked", action: null, at, sentAt: at },
        ...["pause", "resume", "unsubscribe", "delete"].map((action) => ({ v: 1, token, action })),
      ];
      const query = { token, visitorId: ID, endpoint: ID };
      const params = { token, "*": ID };
      const asked = [
        ...(module.loader ? [{ method: "GET", query, params }] : []),
        ...(module.action ? bodies.map((body) => ({ method: "POST", body, query, params })) : []),
        ...(module.action ? bodies.map((body) => ({ method: "DELETE", body, query, params })) : []),
      ];
      for (const options of asked) {
        // With a receipt's own token whoever holds it may report: it is the shopper's, whatever page it comes from.
        const isReceipt = name === "proxy.receipts" && token === tokens[2];
        if (isReceipt) continue;
        calls++;
        const { text } = await textOf(() => app.proxy(module, address.replace("$token", token), options));
        if (text.includes(SECRET) || text.includes(VICTIM)) leaks.push(`${name} gave ${text.slice(0, 300)}`);
        if (rows() !== before) throw new Error(`${name} changed rows of another shop: ${JSON.stringify(options)}`);
      }
    }
  }
  tell("storefront paths asked with another shop's ids", { paths: paths.length, calls, leaks });

  expect(leaks).toEqual([]);
  expect(paths.length).toBeGreaterThan(10);
});

test("webhooks and pixel events that name another shop's orders, customers and links change nothing of it", async () => {
  const app = await createEdgeApp();
  const { rows } = await twoShops(app.store);
  const webhooks = await route("webhooks");
  const pixel = await route("pixel.events");
  const receipts = await route("receipts");
  const before = rows();
  const payload = {
    ...{ id: ID, admin_graphql_api_id: ID, token: ID, cart_token: ID, checkout_token: ID, order_id: ID, email: SECRET },
    ...{ customer: { id: ID, email: SECRET }, shop_domain: VICTIM, myshopify_domain: VICTIM, domain: VICTIM },
    ...{
      note_attributes: [{ name: "__beckon", value: ID }],
      line_items: [{ variant_id: ID, product_id: ID, quantity: 1 }],
    },
    ...{ inventory_item_id: ID, available: 1, orders_to_redact: [ID], discount_codes: [{ code: ID }], current: [] },
  };
  const topics =
    readFileSync(path.join(ROUTES, "..", "..", "shopify.app.toml"), "utf8").match(/[a-z_]+\/[a-z_]+/g) ?? [];
  for (const topic of new Set([
    ...topics,
    "customers/redact",
    "customers/data_request",
    "shop/redact",
    "app/uninstalled",
  ])) {
    const { text } = await textOf(() => app.webhook(webhooks, topic, payload));
    expect(text, topic).not.toContain(SECRET);
    expect(rows() === before, topic).toBe(true);
    const forged = await app.webhook(webhooks, topic, payload, { shop: VICTIM, secret: `${API_SECRET}x` });
    expect(forged.status, topic).toBe(401);
    expect(rows() === before, topic).toBe(true);
  }
  const post = (url: string, body: object) =>
    new Request(url, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  const events = [
    { id: "1", type: "checkout_started", at: app.clock.now().toISOString(), checkoutToken: ID, orderId: ID },
  ];
  await textOf(() =>
    app.send(
      pixel,
      post("https://beckon.test/pixel/events", { v: 1, shop: "elsewhere.myshopify.com", linkId: ID, events }),
    ),
  );
  const forged = signToken(app.keyring, "go", { d: ID, s: VICTIM });
  await textOf(() =>
    app.send(
      receipts,
      post("https://beckon.test/receipts", {
        v: 1,
        token: forged,
        type: "clicked",
        action: null,
        at: events[0]?.at,
        sentAt: events[0]?.at,
      }),
    ),
  );

  expect(rows() === before).toBe(true);
});

test("every route is tried above, or says why not", () => {
  const tried = (name: string) =>
    name === "app" || /^(app|proxy)\./.test(name) || ["webhooks", "pixel.events", "receipts"].includes(name);

  expect(names.filter((name) => !tried(name) && !(name in NOT_HERE))).toEqual([]);
  expect(Object.keys(NOT_HERE).filter((name) => !names.includes(name))).toEqual([]);
});
