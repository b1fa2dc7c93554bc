import { expect, test } from "vitest";
import { createEdgeApp, pushSubscription, SHOP } from "../../tests/support/edge-app.ts";
import type { EdgeApp } from "../../tests/support/edge-app.ts";
import { tapEffect } from "../receipts/tap-effect.ts";
import * as events from "../routes/proxy.events.ts";
import * as subscriptions from "../routes/proxy.subscriptions.ts";
import * as webhooks from "../routes/webhooks.ts";
import { deliveries, discountCodes, notifications } from "../store/sqlite/schema.server.ts";
import { attributeOrder } from "./attribute-order.ts";
import { buildMessage } from "../../tests/support/report-rows.ts";

const VISITOR = "visitor-0001";
const LINK = "link-000000000001";
const HOUR = 3_600_000;

async function subscribe(app: EdgeApp, visitorId = VISITOR, linkId = LINK, customerId = "") {
  await app.proxy(subscriptions, "subscriptions", {
    query: { logged_in_customer_id: customerId },
    body: { v: 1, visitorId, linkId, subscription: pushSubscription(), consent: { marketing: true } },
  });
}

let made = 0;

/** A message that was sent to the visitor and clicked (or not) some hours ago. */
async function send(
  app: EdgeApp,
  visitorId: string,
  { clickedHoursAgo = null, code = null }: { clickedHoursAgo?: number | null; code?: string | null },
) {
  const id = `note-${++made}`;
  const { drizzle } = app.store.database;
  const common = { shop: SHOP, visitorId, createdAt: new Date(app.clock.now().getTime() - 48 * HOUR) };
  drizzle
    .insert(notifications)
    .values({
      ...common,
      id,
      kind: "cart_recovery",
      isTransactional: false,
      locale: "en",
      targetUrl: "/cart",
      discountCode: code,
      message: buildMessage({ title: "", body: "", tag: id }),
    })
    .run();
  drizzle
    .insert(deliveries)
    .values({
      ...common,
      id: `d-${id}`,
      notificationId: id,
      subscriptionId: "s",
      state: "accepted",
      pushTopic: "t",
      urgency: "normal",
      ttlSeconds: 1,
      deadlineAt: app.clock.now(),
    })
    .run();
  if (code)
    drizzle
      .insert(discountCodes)
      .values({ shop: SHOP, code, discountId: 1, state: "taken", notificationId: id, createdAt: app.clock.now() })
      .run();
  if (clickedHoursAgo !== null) await click(app, id, clickedHoursAgo);
  return id;
}

function click(app: EdgeApp, id: string, hoursAgo: number) {
  const at = new Date(app.clock.now().getTime() - hoursAgo * HOUR);
  return app.store.receipts.record(
    SHOP,
    { deliveryId: `d-${id}`, type: "clicked", action: null, at, linkId: `click-${id}` },
    app.clock.now(),
    tapEffect,
  );
}

async function order(app: EdgeApp, changes: Record<string, unknown> = {}, topic = "orders/create") {
  const now = app.clock.now().toISOString();
  await app.webhook(webhooks, topic, {
    id: 5001,
    name: "#1001",
    note_attributes: [],
    currency: "USD",
    total_price: "85.00",
    total_discounts: "15.00",
    discount_codes: [],
    source_name: "web",
    created_at: now,
    updated_at: now,
    line_items: [],
    ...changes,
  });
  await work(app);
}

/** Does what the scheduler would: credits the orders that wait for it. */
async function work(app: EdgeApp) {
  const waiting = await app.store.jobs.list({ kind: "attribute-order", state: "scheduled" });
  for (const { payload, key } of waiting) {
    await attributeOrder(app.store, SHOP, (payload as { orderId: string }).orderId);
    await app.store.jobs.cancelByKey(key ?? "");
  }
}

const credit = (app: EdgeApp) => app.store.attribution.ofOrder(SHOP, "5001");
const linked = { note_attributes: [{ name: "__beckon", value: LINK }] };

test("an order is credited to the last click in the window, with its amount", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  await send(app, VISITOR, { clickedHoursAgo: 20 });
  const last = await send(app, VISITOR, { clickedHoursAgo: 2 });
  await send(app, VISITOR, {});

  await order(app, linked);

  expect(await credit(app)).toMatchObject({
    notificationId: last,
    kind: "cart_recovery",
    linkedBy: "cart_attribute",
    amount: 8500,
    currency: "USD",
    discountCost: 0,
  });
});

test("no click, a click outside the window, or one after the order brings nothing", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  await send(app, VISITOR, {});
  await send(app, VISITOR, { clickedHoursAgo: 25 });
  await send(app, VISITOR, { clickedHoursAgo: -1 });

  await order(app, linked);

  expect(await credit(app)).toBeNull();
});

test("a click in the second an order is dated to came before the order: Shopify cuts dates to the second", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  const second = new Date(Math.floor(app.clock.now().getTime() / 1000) * 1000);
  const id = await send(app, VISITOR, {});
  await click(app, id, (app.clock.now().getTime() - second.getTime() - 700) / HOUR);

  await order(app, { ...linked, created_at: second.toISOString() });

  expect(await credit(app)).toMatchObject({ notificationId: id });
});

test("a click that is heard of after its order is credited all the same", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  const id = await send(app, VISITOR, {});
  await order(app, linked);
  expect(await credit(app)).toBeNull();

  await click(app, id, 1);
  await work(app);

  expect(await credit(app)).toMatchObject({ notificationId: id });
});

test("a cart opened by a click on another device is tied by the click's own link id", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  const id = await send(app, VISITOR, { clickedHoursAgo: 1 });

  await order(app, { note_attributes: [{ name: "__beckon", value: `click-${id}` }] });

  expect(await credit(app)).toMatchObject({ notificationId: id, linkedBy: "cart_attribute" });
});

test("our code ties an order nothing else ties, and its cost is what it took off", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  const id = await send(app, VISITOR, { clickedHoursAgo: 1, code: "BACK-1" });

  await order(app, {
    discount_codes: [
      { code: "back-1", amount: "12.00" },
      { code: "OTHER", amount: "3.00" },
    ],
  });

  expect(await credit(app)).toMatchObject({ notificationId: id, linkedBy: "code", discountCost: 1200 });
  expect(app.store.database.sqlite.prepare("select state, order_id from discount_codes").get()).toEqual({
    state: "used",
    order_id: "5001",
  });
});

test("an order tied by a code alone is shown to nobody", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  await send(app, VISITOR, { clickedHoursAgo: 1, code: "BACK-1" });

  await order(app, { discount_codes: [{ code: "BACK-1", amount: "15.00" }] });

  const row = app.store.database.sqlite
    .prepare("select visitor_id, data from events where kind = 'order_created'")
    .get() as { visitor_id: string | null; data: string };
  expect(row.visitor_id).toBeNull();
  expect(JSON.parse(row.data).stopVisitorIds).toEqual([VISITOR]);
});

test("clicks on any device of the customer count, and only the customer's", async () => {
  const app = await createEdgeApp();
  await subscribe(app, VISITOR, LINK, "900");
  await subscribe(app, "visitor-0002", "link-000000000002", "900");
  await subscribe(app, "visitor-0003", "link-000000000003");
  const id = await send(app, "visitor-0002", { clickedHoursAgo: 3 });
  await send(app, "visitor-0003", { clickedHoursAgo: 1 });

  await order(app, { customer: { id: 900 } });

  expect(await credit(app)).toMatchObject({ notificationId: id, linkedBy: "customer" });
});

test.each([
  ["test", { test: true }],
  ["POS", { source_name: "pos" }],
  ["draft", { source_name: "shopify_draft_order" }],
  ["renewed", { source_name: "subscription_contract_checkout_one" }],
])("a %s order is never credited", async (_name, changes) => {
  const app = await createEdgeApp();
  await subscribe(app);
  await send(app, VISITOR, { clickedHoursAgo: 1 });

  await order(app, { ...linked, ...changes });

  expect(await credit(app)).toBeNull();
});

test("refunds and cancellations take the credit back", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  await send(app, VISITOR, { clickedHoursAgo: 1 });
  await order(app, linked);

  await app.webhook(webhooks, "refunds/create", {
    id: 1,
    order_id: 5001,
    created_at: app.clock.now().toISOString(),
    transactions: [{ kind: "refund", status: "success", amount: "20.00" }],
  });
  expect((await credit(app))?.refunded).toBe(2000);

  app.clock.advance(HOUR);
  await order(
    app,
    { ...linked, created_at: "2026-11-02T12:00:00Z", cancelled_at: app.clock.now().toISOString() },
    "orders/cancelled",
  );
  expect(await credit(app)).toMatchObject({ refunded: 2000, cancelledAt: app.clock.now() });
});

test("a credit outlives the person it leads to", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  await send(app, VISITOR, { clickedHoursAgo: 1 });
  await order(app, linked);

  await app.store.privacy.forgetVisitor(SHOP, VISITOR);
  await order(app, linked, "orders/paid");

  expect((await credit(app))?.amount).toBe(8500);
});

test("the shop's own window counts", async () => {
  const app = await createEdgeApp();
  await subscribe(app);
  const row = await app.store.shops.get(SHOP);
  if (row) await app.store.shops.saveSettings(SHOP, { ...row.settings, attributionWindowHours: 1 });
  await send(app, VISITOR, { clickedHoursAgo: 2 });

  await order(app, linked);
  await app.proxy(events, "events", {
    body: { v: 1, visitorId: VISITOR, sentAt: app.clock.now().toISOString(), events: [] },
  });

  expect(await credit(app)).toBeNull();
});
