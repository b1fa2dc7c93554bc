import { createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changeCart, createCart } from "../commerce/carts.ts";
import { TEST_CONFIG, startSim, until, variantInStock } from "../testing/start-sim.ts";
import type { TestSim } from "../testing/start-sim.ts";

let run: TestSim;
let variantId: string;
beforeEach(async () => {
  run = await startSim({ speed: 60 });
  variantId = variantInStock(run.sim);
});
afterEach(() => run.close());

function topics(): string[] {
  return run.received.map((webhook) => webhook.topic);
}

test("a webhook carries every header, and an HMAC over its raw bytes", async () => {
  await run.post("/_sim/price", { variantId, price: "12.50" });

  const [webhook] = run.received;
  const hmac = createHmac("sha256", "test-secret")
    .update(webhook?.raw ?? "")
    .digest("base64");
  expect(webhook?.headers).toMatchObject({
    "content-type": "application/json",
    "x-shopify-topic": "products/update",
    "x-shopify-shop-domain": "test-shop.myshopify.com",
    "x-shopify-api-version": "2026-10",
    "x-shopify-hmac-sha256": hmac,
  });
  expect(webhook?.headers["x-shopify-webhook-id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(webhook?.headers["x-shopify-triggered-at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

test("a topic that is not declared, or whose scope is missing, is not sent", async () => {
  await run.close();
  run = await startSim({ config: TEST_CONFIG.replace('"products/update", ', "").replace("read_inventory,", "") });

  await run.post("/_sim/inventory", { variantId: variantInStock(run.sim), available: 1 });

  expect(topics()).toEqual([]);
});

test("nothing is sent while the app is not installed", async () => {
  await run.close();
  run = await startSim({ isInstalled: false });

  await run.post("/_sim/inventory", { variantId: variantInStock(run.sim), available: 1 });

  expect(run.received).toEqual([]);
});

test("webhooks of one action share the event id and differ in webhook id", async () => {
  await run.post("/_sim/inventory", { variantId, available: 1 });

  const eventIds = new Set(run.received.map(({ headers }) => headers["x-shopify-event-id"]));
  const webhookIds = new Set(run.received.map(({ headers }) => headers["x-shopify-webhook-id"]));
  expect(eventIds.size).toBe(1);
  expect(webhookIds.size).toBe(run.received.length);
});

test("a 5xx is tried again with the same body and id until it is taken", async () => {
  run.app.status = 503;
  const asked = run.post("/_sim/price", { variantId, price: "9.00" });
  await until(() => run.received.length === 1);
  run.app.status = 200;

  const { body } = await asked;

  expect(run.received).toHaveLength(2);
  expect(run.received[1]?.raw).toEqual(run.received[0]?.raw);
  expect(run.received[1]?.headers["x-shopify-webhook-id"]).toBe(run.received[0]?.headers["x-shopify-webhook-id"]);
  expect(body["webhooks"]).toMatchObject([{ topic: "products/update", state: "delivered" }]);
});

test("duplicates arrive under one webhook id", async () => {
  await run.post("/_sim/webhooks", { duplicate: 2 });

  await run.post("/_sim/price", { variantId, price: "9.00" });

  expect(run.received).toHaveLength(3);
  expect(new Set(run.received.map(({ headers }) => headers["x-shopify-webhook-id"])).size).toBe(1);
});

test("delayed webhooks are answered as queued and arrive later", async () => {
  await run.post("/_sim/webhooks", { delayMs: 150 });

  const { body } = await run.post("/_sim/price", { variantId, price: "9.00" });

  expect(body["webhooks"]).toMatchObject([{ state: "waiting" }]);
  expect(run.received).toHaveLength(0);
  await until(() => run.received.length === 1);
});

test("shuffled webhooks all arrive", async () => {
  await run.post("/_sim/webhooks", { shuffle: true });
  const cart = createCart(run.sim);

  const { deliveries } = run.sim.webhooks.collect(() => {
    for (let quantity = 1; quantity <= 5; quantity += 1)
      changeCart(run.sim, cart, { quantities: { [variantId]: quantity } });
  });
  await run.sim.webhooks.settle(deliveries);

  const quantities = run.received.map(({ payload }) => (payload["line_items"] as { quantity: number }[])[0]?.quantity);
  expect(quantities.toSorted()).toEqual([1, 2, 3, 4, 5]);
});

test("dropped webhooks never arrive, and the log says so", async () => {
  await run.post("/_sim/webhooks", { drop: 1 });

  const { body } = await run.post("/_sim/price", { variantId, price: "9.00" });

  expect(body["webhooks"]).toMatchObject([{ state: "dropped" }]);
  expect(run.received).toHaveLength(0);
});

test("what is not named goes back to undisturbed", async () => {
  await run.post("/_sim/webhooks", { duplicate: 3, drop: 0.5 });

  const { body } = await run.post("/_sim/webhooks", {});

  expect(body).toEqual({ duplicate: 0, delayMs: 0, shuffle: false, drop: 0 });
});

test("a logged webhook can be sent once more, and any declared topic fired by hand", async () => {
  await run.post("/_sim/price", { variantId, price: "9.00" });
  const id = run.received[0]?.headers["x-shopify-webhook-id"];

  await run.post("/_sim/webhooks/resend", { webhookId: id });
  await run.post("/_sim/webhooks/fire", { topic: "orders/create", payload: { hello: 1 } });

  expect(run.received[1]?.headers["x-shopify-webhook-id"]).toBe(id);
  expect(run.received[2]?.payload).toEqual({ hello: 1 });
  expect((await run.post("/_sim/webhooks/fire", { topic: "no/such", payload: {} })).status).toBe(404);
});

test("uninstalling says so first, and shop/redact comes 48 hours of shop time later", async () => {
  await run.post("/_sim/uninstall", {});
  const atOnce = topics();
  await run.post("/_sim/clock", { advance: "PT47H" });
  await run.post("/_sim/inventory", { variantId, available: 1 });
  const after47 = topics();
  await run.post("/_sim/clock", { advance: "PT2H" });
  await until(() => run.received.length > after47.length);

  expect(atOnce).toEqual(["app/uninstalled"]);
  expect(after47).toEqual(["app/uninstalled"]);
  expect(topics()).toEqual(["app/uninstalled", "shop/redact"]);
  expect(run.received[1]?.payload).toEqual({ shop_id: 62104330123, shop_domain: "test-shop.myshopify.com" });
});

test("a customer can be asked for and forgotten", async () => {
  const customerId = [...run.sim.state.customers.keys()][0] ?? "";
  const order = await run.post("/_sim/orders", { items: [{ variantId, quantity: 1 }], customerId });

  await run.post("/_sim/customers/data-request", { customerId });
  await run.post("/_sim/customers/redact", { customerId });

  const [asked, forgotten] = run.received.slice(-2);
  expect(asked).toMatchObject({ topic: "customers/data_request", payload: { orders_requested: [order.body["id"]] } });
  expect(forgotten).toMatchObject({ topic: "customers/redact", payload: { orders_to_redact: [order.body["id"]] } });
});

test("changed scopes are told", async () => {
  await run.post("/_sim/scopes", { scopes: ["read_products"] });

  expect(run.received[0]).toMatchObject({ topic: "app/scopes_update", payload: { current: ["read_products"] } });
});
