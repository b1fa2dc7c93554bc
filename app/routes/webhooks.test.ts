import { expect, test } from "vitest";
import { API_SECRET, createEdgeApp, OTHER_SHOP, pushSubscription, SHOP } from "../../tests/support/edge-app.ts";
import type { EdgeApp } from "../../tests/support/edge-app.ts";
import { WEBHOOK_TOPICS } from "../events/webhooks/topics.ts";
import { decrypt } from "../encryption.server.ts";
import * as events from "./proxy.events.ts";
import * as subscriptions from "./proxy.subscriptions.ts";
import * as webhooks from "./webhooks.ts";
import { campaigns, directMessages } from "../store/sqlite/schema.server.ts";

const VISITOR = "visitor-0001";
const LINK = "link-000000000001";
const NOW = "2026-11-02T12:00:00Z";
const money = (amount: string, currency = "USD") => ({
  shop_money: { amount, currency_code: currency },
  presentment_money: { amount, currency_code: currency },
});

const order = (changes: Record<string, unknown> = {}) => ({
  id: 5001,
  name: "#1001",
  cart_token: "cart-1",
  checkout_token: "checkout-1",
  note_attributes: [],
  currency: "USD",
  presentment_currency: "USD",
  total_price: "85.00",
  total_price_set: money("85.00"),
  total_discounts: "15.00",
  total_discounts_set: money("15.00"),
  discount_codes: [],
  financial_status: "pending",
  cancelled_at: null,
  source_name: "web",
  test: false,
  created_at: NOW,
  updated_at: NOW,
  processed_at: NOW,
  email: "hidden@example.com",
  customer: { id: 900, first_name: "Ada", last_name: "Secretlastname", email: "hidden@example.com" },
  line_items: [
    { product_id: 11, variant_id: 111, title: "Mug", quantity: 2, price: "50.00", price_set: money("50.00") },
  ],
  ...changes,
});
const checkout = (changes: Record<string, unknown> = {}) => ({
  token: "checkout-1",
  cart_token: "cart-1",
  email: null,
  phone: null,
  created_at: NOW,
  updated_at: NOW,
  completed_at: null,
  note_attributes: [{ name: "__beckon", value: LINK }],
  currency: "USD",
  presentment_currency: "USD",
  total_price: "100.00",
  total_discounts: "0.00",
  discount_codes: [],
  shipping_lines: [],
  abandoned_checkout_url: "https://shop.example/1/checkouts/checkout-1/recover?key=topsecret",
  line_items: [
    {
      product_id: 11,
      variant_id: 111,
      title: "Mug",
      variant_title: null,
      quantity: 2,
      price: "50.00",
      properties: null,
    },
  ],
  ...changes,
});
const fulfillment = (changes: Record<string, unknown> = {}) => ({
  id: 7001,
  order_id: 5001,
  status: "success",
  shipment_status: null,
  created_at: NOW,
  updated_at: NOW,
  tracking_company: "Post",
  tracking_number: "1Z9",
  tracking_url: "https://post.example/1Z9",
  destination: { name: "Secret Name" },
  ...changes,
});

const MUG = {
  id: 11,
  title: "Mug",
  handle: "mug",
  status: "active",
  published_at: NOW,
  updated_at: NOW,
  variants: [{ id: 111, title: "Default Title", price: "50.00", compare_at_price: null, inventory_item_id: 3001 }],
};

/** One believable payload for each topic, and the kind of event it becomes. */
const SAMPLES: Record<string, { payload: unknown; kind: string }> = {
  "carts/create": {
    payload: { id: "cart-1", token: "cart-1", updated_at: NOW, line_items: [{ variant_id: 111, quantity: 1 }] },
    kind: "cart_webhook",
  },
  "carts/update": { payload: { id: "cart-1", token: "cart-1", updated_at: NOW, line_items: [] }, kind: "cart_webhook" },
  "checkouts/create": { payload: checkout(), kind: "checkout_updated" },
  "checkouts/update": { payload: checkout(), kind: "checkout_updated" },
  "checkouts/delete": { payload: { id: 1, cart_token: "cart-1" }, kind: "checkout_deleted" },
  "orders/create": { payload: order(), kind: "order_created" },
  "orders/paid": { payload: order({ financial_status: "paid" }), kind: "order_paid" },
  "orders/cancelled": { payload: order({ cancelled_at: NOW }), kind: "order_cancelled" },
  "refunds/create": {
    payload: {
      id: 1,
      order_id: 5001,
      created_at: NOW,
      transactions: [{ kind: "refund", status: "success", amount: "10.00", currency: "USD" }],
    },
    kind: "order_refunded",
  },
  "fulfillments/create": { payload: fulfillment(), kind: "fulfillment_updated" },
  "fulfillments/update": { payload: fulfillment({ shipment_status: "in_transit" }), kind: "fulfillment_updated" },
  "fulfillment_events/create": {
    payload: { id: 1, fulfillment_id: 7001, order_id: 5001, status: "delivered", happened_at: NOW, created_at: NOW },
    kind: "fulfillment_updated",
  },
  "inventory_levels/update": {
    payload: { inventory_item_id: 3001, location_id: 1, available: 4, updated_at: NOW },
    kind: "inventory_changed",
  },
  "products/create": { payload: MUG, kind: "product_updated" },
  "products/update": { payload: MUG, kind: "product_updated" },
  "products/delete": { payload: { id: 11 }, kind: "product_deleted" },
  "shop/update": {
    payload: { id: 1, name: "Harbour Goods", currency: "USD", iana_timezone: "Europe/Istanbul", country_code: "TR" },
    kind: "shop_updated",
  },
  "domains/update": { payload: { id: 1, host: "shop.example" }, kind: "shop_updated" },
  "customers/create": {
    payload: { id: 900, first_name: "Ada", email: "hidden@example.com", created_at: NOW, updated_at: NOW },
    kind: "customer_updated",
  },
  "customers/update": { payload: { id: 900, first_name: "Ada", updated_at: NOW }, kind: "customer_updated" },
  "customers/data_request": {
    payload: {
      shop_id: 1,
      customer: { id: 900, email: "hidden@example.com" },
      orders_requested: [5001],
      data_request: { id: 1 },
    },
    kind: "data_requested",
  },
  "customers/redact": {
    payload: { shop_id: 1, customer: { id: 900 }, orders_to_redact: [5001] },
    kind: "customer_updated",
  },
  "app/scopes_update": {
    payload: { id: 1, previous: [], current: ["read_orders", "write_discounts"] },
    kind: "scopes_updated",
  },
  "app/uninstalled": { payload: { id: 1, domain: null }, kind: "uninstalled" },
};

function log(app: EdgeApp) {
  return app.store.database.sqlite.prepare("select * from events order by id").all() as {
    shop: string;
    kind: string;
    visitor_id: string | null;
    order_id: string | null;
    data: string;
  }[];
}

async function subscribe(app: EdgeApp, changes: Record<string, unknown> = {}, query: Record<string, string> = {}) {
  const response = await app.proxy(subscriptions, "subscriptions", {
    query,
    body: {
      v: 1,
      visitorId: VISITOR,
      subscription: pushSubscription(),
      consent: { marketing: true, text: "Yes", at: NOW },
      linkId: LINK,
      ...changes,
    },
  });
  expect(response.status).toBe(201);
  return (await response.json()) as { subscriptionId: string; visitorId: string };
}

test("every topic of shopify.app.toml has a sample here, but shop/redact", () => {
  expect(Object.keys(SAMPLES).toSorted()).toEqual(
    Object.keys(WEBHOOK_TOPICS)
      .filter((topic) => topic !== "shop/redact")
      .toSorted(),
  );
});

test.each(Object.entries(SAMPLES))(
  "%s is stored once, however often it is delivered",
  async (topic, { payload, kind }) => {
    const app = await createEdgeApp();
    const id = "webhook-1";

    expect((await app.webhook(webhooks, topic, payload, { id })).status).toBe(200);
    const after = app.rows();
    expect((await app.webhook(webhooks, topic, payload, { id })).status).toBe(200);

    expect(app.rows()).toEqual(after);
    expect(log(app)).toMatchObject([{ shop: SHOP, kind }]);
  },
);

test.each(Object.entries(SAMPLES))("%s keeps nothing of a person that no journey needs", async (topic, { payload }) => {
  const app = await createEdgeApp();

  await app.webhook(webhooks, topic, payload);

  const tables = ["events", "orders", "checkouts", "customers", "fulfillments", "carts"];
  const stored = JSON.stringify(
    tables.map((table) => app.store.database.sqlite.prepare(`select * from ${table}`).all()),
  );
  expect(stored).not.toMatch(/hidden@example|Secretlastname|Secret Name|topsecret/);
  expect(app.logged()).not.toMatch(/hidden@example|Secretlastname|Secret Name|topsecret/);
});

test.each(Object.keys(SAMPLES))("%s of a shape we do not know is recorded and answered with 200", async (topic) => {
  const app = await createEdgeApp();
  const wrong = topic === "app/uninstalled" ? "app/nonsense" : topic;

  expect((await app.webhook(webhooks, wrong, { token: 17, id: {}, line_items: "none" })).status).toBe(200);
  expect((await app.webhook(webhooks, wrong, [])).status).toBe(200);

  const kinds = log(app).map(({ kind }) => kind);
  expect(kinds).toHaveLength(2);
  expect(kinds).toContain(topic === "shop/update" ? "shop_updated" : "unknown_webhook");
});

test("what is no webhook of Shopify's is refused, and nothing stored", async () => {
  const app = await createEdgeApp();
  const post = (body: string, headers: Record<string, string>) =>
    app.send(webhooks, new Request("https://beckon.test/webhooks", { method: "POST", body, headers }));

  expect((await post("{}", {})).status).toBe(400);
  expect((await post("{}", { "x-shopify-hmac-sha256": "bm9wZQ==" })).status).toBe(401);
  expect((await post("", { "x-shopify-hmac-sha256": "" })).status).toBe(400);
  expect((await app.webhook(webhooks, "orders/create", "not json")).status).toBe(400);
  expect((await app.webhook(webhooks, "orders/create", order(), { secret: "another" })).status).toBe(401);
  expect((await app.send(webhooks, new Request("https://beckon.test/webhooks"))).status).toBe(405);
  const tooLarge = JSON.stringify({ padding: "x".repeat(10 * 1024 * 1024) });
  expect((await app.webhook(webhooks, "orders/create", tooLarge)).status).toBe(413);
  expect(log(app)).toEqual([]);
});

test("the former secret counts while it is being rotated, and no longer", async () => {
  const rotating = await createEdgeApp({ apiSecretOld: "former" });
  expect((await rotating.webhook(webhooks, "products/delete", { id: 1 }, { secret: "former" })).status).toBe(200);
  expect((await rotating.webhook(webhooks, "products/delete", { id: 1 }, { secret: API_SECRET })).status).toBe(200);

  const done = await createEdgeApp();
  expect((await done.webhook(webhooks, "products/delete", { id: 1 }, { secret: "former" })).status).toBe(401);
});

test("unknown topics and shops are recorded and wait for nobody", async () => {
  const app = await createEdgeApp();

  expect((await app.webhook(webhooks, "themes/publish", { id: 1, secret: "x" })).status).toBe(200);
  expect((await app.webhook(webhooks, "orders/create", order(), { shop: "stranger.myshopify.com" })).status).toBe(200);
  expect((await app.webhook(webhooks, "orders/create", order(), { shop: "not a shop" })).status).toBe(200);

  expect(log(app).map(({ shop, kind }) => [shop, kind])).toEqual([
    [SHOP, "unknown_webhook"],
    ["stranger.myshopify.com", "order_created"],
    ["unknown", "order_created"],
  ]);
  expect(log(app)[0]?.data).not.toContain("secret");
  expect(await app.store.events.unprocessed("stranger.myshopify.com", 10)).toEqual([]);
});

test("a webhook that cannot be stored is 503, so that Shopify sends it again", async () => {
  const app = await createEdgeApp();
  app.store.database.sqlite.close();

  const response = await app.webhook(webhooks, "orders/create", order());

  expect(response.status).toBe(503);
});

test("ids beyond 2^53 keep every digit", async () => {
  const app = await createEdgeApp();
  const text = JSON.stringify(order()).replace('"id":5001', '"id":820982911946154508');

  await app.webhook(webhooks, "orders/create", text);

  expect(log(app)[0]?.order_id).toBe("820982911946154508");
});

test("an order is tied by the cart attribute, and the event says to whom", async () => {
  const app = await createEdgeApp();
  await subscribe(app);

  await app.webhook(webhooks, "orders/create", order({ note_attributes: [{ name: "__beckon", value: LINK }] }));

  expect(await app.store.mirror.order(SHOP, "5001")).toMatchObject({
    visitorId: VISITOR,
    linkedBy: "cart_attribute",
    total: 8500,
  });
  expect(log(app).at(-1)).toMatchObject({ kind: "order_created", visitor_id: VISITOR });
});

test("without the attribute an order is tied by its checkout, by our code, by its customer, in that order", async () => {
  const app = await createEdgeApp();
  await subscribe(app, {}, { logged_in_customer_id: "900" });
  await subscribe(app, { visitorId: "visitor-0002", linkId: "link-000000000002" });
  await app.webhook(
    webhooks,
    "checkouts/create",
    checkout({ note_attributes: [{ name: "__beckon", value: "link-000000000002" }] }),
  );

  await app.webhook(webhooks, "orders/create", order());
  await app.webhook(webhooks, "orders/create", order({ id: 5002, checkout_token: "checkout-2", cart_token: "cart-2" }));
  await app.webhook(
    webhooks,
    "orders/create",
    order({ id: 5003, checkout_token: null, cart_token: null, customer: null }),
  );

  expect(await app.store.mirror.order(SHOP, "5001")).toMatchObject({
    visitorId: "visitor-0002",
    linkedBy: "checkout_token",
  });
  expect(await app.store.mirror.order(SHOP, "5002")).toMatchObject({ visitorId: VISITOR, linkedBy: "customer" });
  expect(await app.store.mirror.order(SHOP, "5003")).toMatchObject({ visitorId: null, linkedBy: null });
});

test("a link that is heard of after its order still ties it", async () => {
  const app = await createEdgeApp();
  await app.webhook(webhooks, "orders/create", order({ note_attributes: [{ name: "__beckon", value: LINK }] }));

  await subscribe(app);

  expect(await app.store.mirror.order(SHOP, "5001")).toMatchObject({ visitorId: VISITOR, linkedBy: "cart_attribute" });
});

test("a link id cannot be taken over by who has seen it in a shared cart", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  await subscribe(app, { visitorId: "thief-00001" });

  await app.webhook(webhooks, "orders/create", order({ note_attributes: [{ name: "__beckon", value: LINK }] }));

  expect((await app.store.mirror.order(SHOP, "5001"))?.visitorId).toBe(VISITOR);
});

test("another shop's link, token and customer tie nothing", async () => {
  const app = await createEdgeApp();
  await subscribe(app, {}, { logged_in_customer_id: "900" });

  await app.webhook(webhooks, "orders/create", order({ note_attributes: [{ name: "__beckon", value: LINK }] }), {
    shop: OTHER_SHOP,
  });

  expect(await app.store.mirror.order(OTHER_SHOP, "5001")).toMatchObject({ visitorId: null, linkedBy: null });
  expect(await app.store.mirror.order(SHOP, "5001")).toBeNull();
});

test("a cart or checkout with an order stays bought, whatever comes later", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  await app.webhook(webhooks, "checkouts/create", checkout());
  await app.webhook(webhooks, "orders/create", order());

  await app.webhook(webhooks, "carts/update", {
    token: "cart-1",
    updated_at: "2026-11-02T12:05:00Z",
    line_items: [{ variant_id: 111, quantity: 1 }],
  });
  await app.webhook(webhooks, "checkouts/update", checkout({ updated_at: "2026-11-02T12:05:00Z" }));

  expect((await app.store.mirror.cartToken(SHOP, "cart-1"))?.orderId).toBe("5001");
  expect(await app.store.mirror.checkout(SHOP, "checkout-1")).toMatchObject({ orderId: "5001", visitorId: VISITOR });
});

test("a checkout heard of after its order is bought from the start", async () => {
  const app = await createEdgeApp();
  await app.webhook(webhooks, "orders/create", order());
  await app.webhook(webhooks, "checkouts/update", checkout());

  expect((await app.store.mirror.checkout(SHOP, "checkout-1"))?.orderId).toBe("5001");
});

test("states that arrive out of order end as the newest", async () => {
  const app = await createEdgeApp();
  const later = "2026-11-02T12:10:00Z";
  await app.webhook(
    webhooks,
    "checkouts/update",
    checkout({ updated_at: later, email: "a@b.c", total_price: "70.00" }),
  );
  await app.webhook(webhooks, "checkouts/create", checkout());
  await app.webhook(webhooks, "carts/update", { token: "cart-9", updated_at: later, line_items: [] });
  await app.webhook(webhooks, "carts/create", {
    token: "cart-9",
    updated_at: NOW,
    line_items: [{ variant_id: 111, quantity: 1 }],
  });
  await app.webhook(webhooks, "orders/cancelled", order({ cancelled_at: later, updated_at: later }));
  await app.webhook(webhooks, "orders/create", order());
  await app.webhook(webhooks, "fulfillments/update", fulfillment({ shipment_status: "delivered", updated_at: later }));
  await app.webhook(webhooks, "fulfillments/create", fulfillment({ tracking_number: "old" }));

  expect(await app.store.mirror.checkout(SHOP, "checkout-1")).toMatchObject({ stage: "shipping", total: 7000 });
  expect((await app.store.mirror.cartToken(SHOP, "cart-9"))?.variantIds).toEqual([]);
  expect((await app.store.mirror.order(SHOP, "5001"))?.cancelledAt).toEqual(new Date(later));
  expect(await app.store.mirror.fulfillment(SHOP, "7001")).toMatchObject({
    shipmentStatus: "delivered",
    trackingNumber: "1Z9",
  });
});

test("the stage of a checkout is what is missing", async () => {
  const app = await createEdgeApp();
  const stageOf = async (token: string, changes: Record<string, unknown>) => {
    await app.webhook(webhooks, "checkouts/update", checkout({ token, ...changes }));
    return (await app.store.mirror.checkout(SHOP, token))?.stage;
  };

  expect(await stageOf("a", {})).toBe("contact");
  expect(await stageOf("b", { email: "a@b.c" })).toBe("shipping");
  expect(await stageOf("c", { phone: "+15550100" })).toBe("shipping");
  expect(await stageOf("d", { email: "a@b.c", shipping_lines: [{ title: "Post" }] })).toBe("payment");
});

test("the recovery link is kept encrypted and tied to its shop", async () => {
  const app = await createEdgeApp();
  await app.webhook(webhooks, "checkouts/create", checkout());

  const sealed = (await app.store.mirror.checkout(SHOP, "checkout-1"))?.recoveryUrl ?? "";

  expect(sealed).not.toContain("topsecret");
  expect(decrypt(app.keyring, sealed, `recovery:${SHOP}`)).toContain("key=topsecret");
});

test.each([
  ["a web order made just now", {}, true],
  ["a test order", { test: true }, false],
  ["a draft order", { source_name: "shopify_draft_order" }, false],
  ["a till's order", { source_name: "pos" }, false],
  ["a subscription renewal", { source_name: "subscription_contract" }, false],
  ["another channel's order", { source_name: "580111" }, false],
  ["an order of two hours ago", { created_at: "2026-11-02T10:00:00Z" }, false],
])("%s is shopping: %#", async (_name, changes, isShopping) => {
  const app = await createEdgeApp();

  await app.webhook(webhooks, "orders/create", order(changes));

  expect((await app.store.mirror.order(SHOP, "5001"))?.isShopping).toBe(isShopping);
  expect(JSON.parse(log(app)[0]?.data ?? "{}")).toMatchObject({
    isShopping,
    variantIds: ["111"],
    customerId: "900",
    name: "#1001",
  });
});

test("money is kept in minor units of its own currency", async () => {
  const app = await createEdgeApp();
  await app.webhook(
    webhooks,
    "orders/create",
    order({
      currency: "KWD",
      presentment_currency: "JPY",
      total_price: "12.345",
      total_price_set: {
        shop_money: { amount: "12.345", currency_code: "KWD" },
        presentment_money: { amount: "6010.0", currency_code: "JPY" },
      },
      total_discounts_set: money("0.005", "KWD"),
      line_items: [{ product_id: 11, variant_id: 111, title: "Mug", quantity: 1, price: "12.345" }],
    }),
  );

  expect(await app.store.mirror.order(SHOP, "5001")).toMatchObject({
    currency: "KWD",
    total: 12345,
    presentmentCurrency: "JPY",
    presentmentTotal: 6010,
    discountTotal: 5,
  });
});

test("refunds add up once each, before or after their order, and count tax and shipping", async () => {
  const app = await createEdgeApp();
  const refund = {
    id: 1,
    order_id: 5001,
    created_at: NOW,
    refund_line_items: [{ subtotal: 20, total_tax: 1.5, subtotal_set: money("20.00"), total_tax_set: money("1.50") }],
    order_adjustments: [{ amount: "-5.00", amount_set: money("-5.00") }],
  };
  await app.webhook(webhooks, "refunds/create", refund);
  await app.webhook(webhooks, "orders/create", order());
  await app.webhook(webhooks, "refunds/create", refund);
  expect((await app.store.mirror.order(SHOP, "5001"))?.refunded).toBe(2650);

  await app.webhook(webhooks, "refunds/create", {
    id: 2,
    order_id: 5001,
    created_at: NOW,
    transactions: [{ kind: "refund", status: "success", amount: "10.00" }],
  });
  expect((await app.store.mirror.order(SHOP, "5001"))?.refunded).toBe(3650);
});

test("a carrier's word moves a fulfillment on, and keeps its tracking", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  await app.webhook(webhooks, "orders/create", order({ note_attributes: [{ name: "__beckon", value: LINK }] }));
  await app.webhook(webhooks, "fulfillments/create", fulfillment());
  await app.webhook(webhooks, "fulfillment_events/create", {
    id: 1,
    fulfillment_id: 7001,
    order_id: 5001,
    status: "out_for_delivery",
    happened_at: NOW,
    created_at: "2026-11-02T12:01:00Z",
  });

  const last = log(app).at(-1);
  expect(last).toMatchObject({ kind: "fulfillment_updated", visitor_id: VISITOR, order_id: "5001" });
  expect(JSON.parse(last?.data ?? "{}")).toMatchObject({
    shipmentStatus: "out_for_delivery",
    trackingNumber: "1Z9",
    trackingCompany: "Post",
  });
});

test("after an uninstall tokens are gone, nothing waits, and a late notice does not undo a re-install", async () => {
  const app = await createEdgeApp();
  await app.store.sessions.store({ id: `offline_${SHOP}`, shop: SHOP, payload: "x" }, app.clock.now());
  await app.webhook(webhooks, "orders/create", order());
  expect(await app.store.jobs.list({ kind: "process-events", state: "scheduled" })).toHaveLength(1);
  const { drizzle } = app.store.database;
  const message = { shop: SHOP, request: {}, dueAt: app.clock.now(), createdAt: app.clock.now() };
  drizzle
    .insert(campaigns)
    .values({ ...message, id: "c1", state: "sending", audience: { all: true } })
    .run();
  drizzle
    .insert(directMessages)
    .values({ ...message, id: "d1", state: "waiting", visitorId: VISITOR })
    .run();
  app.clock.advance(60_000);

  await app.webhook(webhooks, "app/uninstalled", { id: 1 });

  expect((await app.store.shops.get(SHOP))?.state).toBe("uninstalled");
  expect(await app.store.sessions.load(`offline_${SHOP}`)).toBeNull();
  expect(await app.store.jobs.list({ state: "scheduled" })).toEqual([]);
  expect(await app.store.campaigns.get(SHOP, "c1")).toMatchObject({ state: "stopped" });
  expect(await app.store.directMessages.get(SHOP, "d1")).toMatchObject({ state: "stopped", reason: "uninstalled" });

  app.clock.advance(60_000);
  expect(await app.store.shops.install(SHOP, [], app.clock.now())).toBe("resumed");
  await app.webhook(
    webhooks,
    "app/uninstalled",
    { id: 1 },
    { triggeredAt: new Date(app.clock.now().getTime() - 90_000) },
  );
  await app.webhook(webhooks, "shop/redact", { shop_id: 1, shop_domain: SHOP });
  expect((await app.store.shops.get(SHOP))?.state).toBe("installed");
  expect(await app.store.mirror.order(SHOP, "5001")).not.toBeNull();
});

test("shop/redact leaves nothing of the shop, and everything of the others", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  await app.webhook(webhooks, "orders/create", order());
  await app.webhook(webhooks, "orders/create", order(), { shop: OTHER_SHOP });
  app.clock.advance(1000);
  await app.webhook(webhooks, "app/uninstalled", { id: 1 });

  expect((await app.webhook(webhooks, "shop/redact", { shop_id: 1, shop_domain: SHOP })).status).toBe(200);
  expect(await app.store.jobs.list({ kind: "forget-shop" })).toHaveLength(1);
  while (await app.store.privacy.forgetShopPart(SHOP, 2));

  const { sqlite } = app.store.database;
  const tables = sqlite
    .prepare(
      "select m.name from sqlite_master m join pragma_table_info(m.name) c on c.name = 'shop' where m.type = 'table'",
    )
    .pluck()
    .all() as string[];
  const left = tables.filter(
    (table) => sqlite.prepare(`select count(*) from "${table}" where shop = ?`).pluck().get(SHOP) !== 0,
  );
  expect(left).toEqual([]);
  expect(await app.store.mirror.order(OTHER_SHOP, "5001")).not.toBeNull();
});

test("customers/redact forgets the customer, its browsers and what points from its orders to a person", async () => {
  const app = await createEdgeApp();
  await subscribe(app, {}, { logged_in_customer_id: "900" });
  await app.webhook(webhooks, "orders/create", order({ note_attributes: [{ name: "__beckon", value: LINK }] }));
  await app.webhook(webhooks, "checkouts/create", checkout({ token: "checkout-2", customer: { id: 900 } }));
  await app.webhook(webhooks, "fulfillments/create", fulfillment({ tracking_url: "https://carrier.example/t/9" }));

  await app.webhook(webhooks, "customers/redact", { customer: { id: 900 }, orders_to_redact: [5001] });

  expect(await app.store.visitors.ofCustomer(SHOP, "900")).toEqual([]);
  expect(await app.store.subscriptions.activeOfVisitor(SHOP, VISITOR)).toEqual([]);
  expect(await app.store.mirror.customer(SHOP, "900")).toBeNull();
  expect(await app.store.mirror.checkout(SHOP, "checkout-2")).toBeNull();
  expect(await app.store.mirror.order(SHOP, "5001")).toMatchObject({
    customerId: null,
    visitorId: null,
    name: "",
    total: 8500,
  });
  expect(JSON.stringify(log(app))).not.toMatch(/"900"|visitor-0001/);
  const parcels = app.store.database.sqlite.prepare("select * from fulfillments").all();
  expect(parcels).toHaveLength(1);
  expect(JSON.stringify(parcels)).not.toContain("carrier.example");
});

test("a data request is kept for the merchant with what the answer needs", async () => {
  const app = await createEdgeApp();
  await subscribe(app, {}, { logged_in_customer_id: "900" });
  await app.webhook(webhooks, "orders/create", order());
  await app.webhook(webhooks, "checkouts/create", checkout({ token: "checkout-2", customer: { id: 900 } }));
  await app.webhook(webhooks, "fulfillments/create", fulfillment());
  await app.webhook(webhooks, "customers/data_request", { customer: { id: 900 }, orders_requested: [5001] });

  expect(await app.store.privacy.dataRequests(SHOP, 10)).toMatchObject([{ customerId: "900" }]);
  const data = await app.store.privacy.exportCustomer(SHOP, "900");
  expect(data).toMatchObject({
    customer: { firstName: "Ada" },
    orders: [{ name: "#1001" }],
    parcels: [{ orderId: "5001" }],
    unfinishedCheckouts: [{ currency: "USD" }],
    browsers: [{ profile: { visitorId: VISITOR } }],
  });
  expect(JSON.stringify(data)).not.toMatch(/wpush|p256dh/);
});

test("a product's deleted variants, drafts and prices are known", async () => {
  const app = await createEdgeApp();
  const product = SAMPLES["products/update"]?.payload as Record<string, unknown>;
  const variant = { title: "Blue", price: "12.50", compare_at_price: "15.00", inventory_item_id: 3002 };
  await app.webhook(webhooks, "products/update", {
    ...product,
    variants: [
      { id: 111, ...variant },
      { id: 112, ...variant },
    ],
  });
  await app.webhook(webhooks, "products/update", {
    ...product,
    status: "draft",
    updated_at: "2026-11-02T12:10:00Z",
    variants: [{ id: 111, ...variant }],
  });

  const known = await app.store.mirror.variants(SHOP, ["111", "112"]);
  expect(known.find(({ variantId }) => variantId === "111")).toMatchObject({
    price: 1250,
    compareAtPrice: 1500,
    isAvailable: false,
    deletedAt: null,
  });
  expect(known.find(({ variantId }) => variantId === "112")?.deletedAt).toEqual(new Date("2026-11-02T12:10:00Z"));
});

test("a shop's changes are taken over and the rest is read again", async () => {
  const app = await createEdgeApp();
  await app.webhook(webhooks, "shop/update", SAMPLES["shop/update"]?.payload);

  expect(await app.store.shops.get(SHOP)).toMatchObject({
    name: "Harbour Goods",
    timezone: "Europe/Istanbul",
    country: "TR",
  });
  expect(await app.store.jobs.list({ key: `sync:${SHOP}` })).toHaveLength(1);
});

test("an event of a visitor stays the visitor's when the order comes first", async () => {
  const app = await createEdgeApp();
  await app.proxy(events, "events", {
    body: { v: 1, visitorId: VISITOR, sentAt: NOW, linkId: LINK, events: [{ id: "1", type: "returned", at: NOW }] },
  });

  await app.webhook(webhooks, "orders/create", order({ note_attributes: [{ name: "__beckon", value: LINK }] }));

  expect((await app.store.mirror.order(SHOP, "5001"))?.visitorId).toBe(VISITOR);
});
