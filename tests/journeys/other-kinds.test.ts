import { expect, test } from "vitest";
import { stockAlerts, subscriptions } from "../../app/store/sqlite/schema.server.ts";
import { buildItem, createWorld, DAY, HOUR, MINUTE } from "../support/journey-world.ts";
import type { World } from "../support/journey-world.ts";

const kinds = (world: World) => world.pushes.map(({ notification }) => notification.data.kind);

test("greets a newcomer at once", async () => {
  const world = await createWorld();
  await world.subscribe("ada");
  await world.pass(1);

  expect(world.titles()).toEqual(["Welcome to Harbour Goods"]);
  expect(world.pushes[0]?.notification.data.url).toBe(
    "https://shop.example/?utm_source=beckon&utm_medium=web_push&utm_campaign=welcome",
  );
});

test("greets nobody twice: not a re-sync, not a renewed endpoint, not a second device", async () => {
  const world = await createWorld();
  await world.subscribe("ada");
  await world.signIn("ada", "c1");
  await world.pass(MINUTE);
  await world.record({
    kind: "subscribed",
    visitorId: "ada",
    data: { subscriptionId: "subscription-ada", isNew: false, marketing: true },
  });
  await world.pass(MINUTE);
  await world.subscribe("ada", { id: "renewed" });
  await world.pass(MINUTE);
  await world.signIn("phone", "c1");
  await world.subscribe("phone");
  await world.pass(DAY);

  expect(kinds(world)).toEqual(["welcome"]);
});

test("does not greet who only asked for a stock alert", async () => {
  const world = await createWorld();
  await world.subscribe("ada", { marketing: false });
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
});

test("greets later when the shop was open, after the shopper has left", async () => {
  const world = await createWorld();
  await world.subscribe("ada");
  await world.pass(1_000);
  await world.record({
    kind: "notification_suppressed",
    visitorId: "ada",
    data: { notificationId: world.pushes[0]?.notification.data.id ?? "" },
  });
  for (let minute = 0; minute < 5; minute += 1) {
    await world.pass(MINUTE);
    await world.view("ada");
  }
  await world.leave("ada");
  expect(world.pushes).toHaveLength(1);
  await world.pass(1_000);
  expect(kinds(world)).toEqual(["welcome", "welcome"]);
});

test("recovers a checkout in other words when only the payment was missing", async () => {
  const world = await createWorld();
  await world.subscribe("ada");
  await world.link("ada", "link-1");
  await world.pass(MINUTE);
  const items = [buildItem(), buildItem({ productId: "p2", variantId: "v2", title: "Scarf" })];
  await world.checkout("ch-1", { linkId: "link-1", stage: "contact", items });
  await world.pass(10 * MINUTE);
  await world.checkout("ch-1", { linkId: "link-1", stage: "payment", items });

  await world.pass(15 * MINUTE - 1);
  expect(kinds(world)).toEqual(["welcome"]);
  await world.pass(1);
  expect(world.pushes.at(-1)?.notification).toMatchObject({
    title: "Only the payment is missing",
    body: "Linen shirt and 1 more: one last step and it is yours.",
    data: { kind: "checkout_recovery", url: world.pushes.at(-1)?.notification.navigate },
  });
});

test("recovers a checkout in words for each stage, and once more after a day", async () => {
  for (const [stage, title] of [
    ["contact", "Your checkout is waiting"],
    ["shipping", "Your order is half done"],
    ["payment", "Only the payment is missing"],
  ] as const) {
    const world = await createWorld();
    await world.subscribe("ada", { isNew: false });
    await world.link("ada", "link-1");
    await world.checkout("ch-1", { linkId: "link-1", stage, items: [buildItem()] });
    await world.pass(DAY - 1);
    expect(world.titles()).toEqual([title]);
    await world.pass(1);
    expect(world.titles()).toEqual([title, "Shall we finish your order together?"]);
    await world.pass(3 * DAY);
    expect(world.pushes).toHaveLength(2);
  }
});

test("stays silent about a checkout whose cart was emptied in the storefront", async () => {
  const world = await createWorld();
  await world.subscribe("ada", { isNew: false });
  await world.link("ada", "link-1");
  await world.cart("ada", [buildItem()]);
  await world.pass(MINUTE);
  await world.checkout("ch-1", { linkId: "link-1", cartToken: "cart-ada", items: [buildItem()] });
  await world.pass(MINUTE);
  await world.cart("ada", []);
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
});

test("never writes about a checkout that no private link ties to the visitor", async () => {
  const world = await createWorld();
  await world.subscribe("ada");
  await world.pass(MINUTE);
  await world.checkout("ch-1", { items: [buildItem()], customerId: "stranger" });
  await world.pass(DAY);

  expect(kinds(world)).toEqual(["welcome"]);
});

test("stays silent about a checkout that became an order, also when its update comes late", async () => {
  const world = await createWorld();
  await world.subscribe("ada");
  await world.link("ada", "link-1");
  await world.pass(MINUTE);
  await world.checkout("ch-1", { linkId: "link-1", items: [buildItem()] });
  await world.pass(5 * MINUTE);
  await world.order("1001", { checkoutToken: "ch-1", linkId: "link-1" });
  await world.pass(MINUTE);
  await world.checkout("ch-1", { linkId: "link-1", items: [buildItem()] });
  await world.pass(DAY);

  expect(kinds(world)).toEqual(["welcome"]);
});

test("tells of a variant that is back after a minute of calm, with its price and a link to it", async () => {
  const world = await createWorld();
  world.stock.set("v1", 0);
  await world.subscribe("ada", { marketing: false });
  await world.alert("ada", "v1");
  await world.pass(5 * MINUTE);
  expect(world.pushes).toEqual([]);

  world.stock.set("v1", 3);
  await world.record({ kind: "inventory_changed", data: { inventoryItemId: "i-v1" } });
  await world.pass(30_000);
  await world.record({ kind: "inventory_changed", data: { inventoryItemId: "i-v1" } });
  await world.pass(MINUTE - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);

  expect(world.pushes[0]?.notification).toMatchObject({
    title: "Linen shirt is back",
    body: "Blue / M: in stock again for $49.00. You asked to be told first.",
    data: { kind: "back_in_stock" },
  });
  expect(world.pushes[0]?.notification.data.url).toContain("https://shop.example/products/linen-shirt?variant=v1&");
  expect(world.pushes[0]?.request.urgency).toBe("high");
  await world.pass(DAY);
  expect(world.pushes).toHaveLength(1);
});

test("reads only what somebody waits for", async () => {
  const world = await createWorld();
  await world.subscribe("ada");
  await world.alert("ada", "v1");
  await world.pass(5 * MINUTE);
  const before = world.reads();
  await world.record({ kind: "inventory_changed", data: { inventoryItemId: "i-other" } });
  await world.record({ kind: "product_updated", data: { productId: "p9", variants: [{ variantId: "v9" }] } });
  await world.pass(5 * MINUTE);

  expect(world.reads()).toBe(before);
});

test("tells no more people than the pieces allow, oldest wish first, and the rest later while there are pieces", async () => {
  const world = await createWorld({ settings: { backInStockPerPiece: 2 } });
  world.stock.set("v1", 0);
  for (const name of ["a", "b", "c", "d", "e"]) {
    await world.subscribe(name, { marketing: false });
    await world.alert(name, "v1");
    await world.pass(1_000);
  }
  await world.pass(5 * MINUTE);
  world.stock.set("v1", 2);
  await world.record({ kind: "inventory_changed", data: { inventoryItemId: "i-v1" } });
  await world.pass(2 * MINUTE);
  expect(world.pushes.map(({ endpoint }) => endpoint.at(-1)).toSorted()).toEqual(["a", "b", "c", "d"]);

  // Somebody bought: the stock moved, which brings no wave forward.
  world.stock.set("v1", 1);
  await world.record({ kind: "inventory_changed", data: { inventoryItemId: "i-v1" } });
  await world.pass(10 * MINUTE);
  expect(world.pushes).toHaveLength(4);
  await world.pass(30 * MINUTE);
  expect(world.pushes.map(({ endpoint }) => endpoint.at(-1)).at(-1)).toBe("e");
});

test("tells nobody more when the pieces are gone before the next wave", async () => {
  const world = await createWorld({ settings: { backInStockPerPiece: 1 } });
  world.stock.set("v1", 1);
  for (const name of ["a", "b"]) {
    await world.subscribe(name, { marketing: false });
    await world.alert(name, "v1");
  }
  await world.pass(2 * MINUTE);
  expect(world.pushes).toHaveLength(1);
  world.stock.set("v1", 0);
  await world.pass(DAY);
  expect(world.pushes).toHaveLength(1);
});

test("lets an alert wait again when the variant sold out before its message could leave", async () => {
  const world = await createWorld({
    start: new Date("2026-11-02T23:00:00Z"),
    settings: { quietHours: { enabled: true } },
  });
  world.stock.set("v1", 3);
  await world.subscribe("ada", { marketing: false });
  await world.alert("ada", "v1");
  await world.pass(HOUR);
  world.stock.set("v1", 0);
  await world.pass(12 * HOUR);

  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toEqual(["back_in_stock 0 delayed quiet_hours", "back_in_stock 0 dropped out_of_stock"]);
  expect(world.store.database.drizzle.select({ state: stockAlerts.state }).from(stockAlerts).all()).toEqual([
    { state: "waiting" },
  ]);
});

test("asks Shopify again when it does not answer, before anybody is told", async () => {
  const world = await createWorld();
  world.setShopifyUp(false);
  await world.subscribe("ada", { marketing: false });
  await world.alert("ada", "v1");
  await world.pass(3 * MINUTE);
  expect(world.pushes).toEqual([]);
  world.setShopifyUp(true);
  await world.pass(2 * MINUTE);
  expect(world.pushes).toHaveLength(1);
});

/** An order tied to a subscriber by the private link in its cart. */
async function orderedWorld(settings: Record<string, unknown> = {}) {
  const world = await createWorld({ settings });
  await world.subscribe("ada", { isNew: false });
  await world.link("ada", "link-1");
  await world.order("1001", {
    linkId: "link-1",
    items: [{ productId: "p1", variantId: "v1", title: "Linen shirt", quantity: 1, price: 4_900 }],
  });
  await world.pass(HOUR);
  return world;
}

const TRACKED = {
  trackingCompany: "DHL",
  trackingNumber: "JD014600",
  trackingUrl: "https://carrier.example/JD014600",
};

test("tells at once what was shipped with a number, and names no product", async () => {
  const world = await orderedWorld({ quietHours: { enabled: true, start: "00:00", end: "23:59" } });
  await world.fulfill("f1", "1001", TRACKED);
  await world.pass(1_000);

  expect(world.pushes[0]?.notification).toMatchObject({
    title: "Order #1001 is on its way",
    body: "With DHL, number JD014600. Tap to follow it.",
    tag: "order-1001",
    renotify: false,
    data: { kind: "shipping", url: "https://carrier.example/JD014600" },
  });
  expect(world.pushes[0]?.request.pushTopic).toMatch(/^[A-Za-z0-9_-]{32}$/);
});

test("waits half an hour for the carrier's number and then goes without", async () => {
  const world = await orderedWorld();
  await world.fulfill("f1", "1001");
  await world.pass(30 * MINUTE - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes[0]?.notification.body).toBe("Your parcel has left our shop.");
});

test("leaves as soon as the number comes", async () => {
  const world = await orderedWorld();
  const createdAt = world.clock.now();
  await world.fulfill("f1", "1001");
  await world.pass(5 * MINUTE);
  await world.fulfill("f1", "1001", { ...TRACKED, createdAt });
  await world.pass(1_000);

  expect(world.pushes[0]?.notification.body).toContain("JD014600");
  await world.pass(DAY);
  expect(world.pushes).toHaveLength(1);
});

test("tells each change once, under one tag, and sounds again only for what matters", async () => {
  const world = await orderedWorld();
  const createdAt = world.clock.now();
  const told = [null, "in_transit", "in_transit", "out_for_delivery", "delayed", "out_for_delivery", "delivered"];
  for (const shipmentStatus of [...told, "delivered"]) {
    await world.fulfill("f1", "1001", { ...TRACKED, createdAt, shipmentStatus });
    await world.pass(HOUR);
  }

  expect(world.titles()).toEqual([
    "Order #1001 is on its way",
    "Order #1001 arrives today",
    "Order #1001 is running late",
    "Order #1001 was delivered",
  ]);
  expect(world.pushes.map(({ notification }) => [notification.tag, notification.renotify])).toEqual([
    ["order-1001", false],
    ["order-1001", true],
    ["order-1001", true],
    ["order-1001", true],
  ]);
  expect(new Set(world.pushes.map(({ request }) => request.pushTopic)).size).toBe(1);
});

test("says only the newest when changes come together or in the wrong order", async () => {
  const world = await orderedWorld();
  const createdAt = world.clock.now();
  const updatedAt = new Date(createdAt.getTime() + MINUTE);
  await world.fulfill("f1", "1001", { createdAt, shipmentStatus: "delivered", updatedAt });
  await world.fulfill("f1", "1001", { createdAt, shipmentStatus: "out_for_delivery", updatedAt: createdAt });
  await world.pass(DAY);

  expect(world.titles()).toEqual(["Order #1001 was delivered"]);
});

test.each(["label_printed", "label_purchased"])("does not call shipped what is %s", async (shipmentStatus) => {
  const world = await orderedWorld();
  await world.fulfill("f1", "1001", { ...TRACKED, shipmentStatus });
  await world.pass(HOUR);

  expect(world.pushes).toEqual([]);
});

test("calls to what is ready for pickup, and not shipped", async () => {
  const world = await orderedWorld();
  await world.fulfill("f1", "1001", { shipmentStatus: "ready_for_pickup" });
  await world.pass(HOUR);

  expect(world.titles()).toEqual(["Order #1001 is ready for you"]);
});

test("tells nothing that was taken back, and nothing older than a day", async () => {
  const world = await orderedWorld();
  await world.fulfill("f1", "1001");
  await world.pass(MINUTE);
  await world.fulfill("f1", "1001", { status: "cancelled" });
  const longAgo = new Date(world.clock.now().getTime() - 25 * HOUR);
  await world.fulfill("f2", "1001", { ...TRACKED, createdAt: longAgo, updatedAt: longAgo });
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toEqual(["shipping 0 dropped cancelled"]);
});

test("names what was bought only when the merchant wants it", async () => {
  const world = await orderedWorld({ shippingNamesProducts: true });
  await world.fulfill("f1", "1001", TRACKED);
  await world.pass(1_000);

  expect(world.pushes[0]?.notification.body).toBe("Linen shirt. With DHL, number JD014600. Tap to follow it.");
});

test("tells a shipment to nobody whom only a cart token ties to the order", async () => {
  const world = await createWorld();
  await world.subscribe("ada", { isNew: false });
  await world.cart("ada", [buildItem()]);
  await world.order("1001", { cartToken: "cart-ada", items: [] });
  await world.pass(HOUR);
  await world.fulfill("f1", "1001", TRACKED);
  await world.pass(HOUR);

  expect(world.pushes).toEqual([]);
});

test("respects a pause and a kind that was switched off", async () => {
  const world = await createWorld();
  await world.subscribe("ada", { isNew: false, mutedKinds: ["cart_recovery"] });
  await world.subscribe("bob", { isNew: false, pausedUntil: new Date(world.clock.now().getTime() + DAY) });
  for (const name of ["ada", "bob"]) {
    await world.cart(name, [buildItem()]);
    await world.leave(name);
  }
  await world.pass(HOUR);

  expect(world.pushes).toEqual([]);
  expect(world.ledger().toSorted()).toEqual(["cart_recovery 1 dropped muted", "cart_recovery 1 dropped paused"]);
});

test("sends nothing once the app is uninstalled", async () => {
  const world = await createWorld();
  await world.subscribe("ada", { isNew: false });
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(MINUTE);
  await world.record({ kind: "uninstalled", changes: [{ type: "uninstalled", at: world.clock.now() }] });
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
});

test("writes to nobody whose only subscription ended", async () => {
  const world = await createWorld();
  await world.subscribe("ada", { isNew: false });
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(MINUTE);
  world.store.database.drizzle.update(subscriptions).set({ state: "ended", endedCause: "endpoint_gone" }).run();
  await world.pass(HOUR);

  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toEqual(["cart_recovery 1 dropped unsubscribed"]);
});
