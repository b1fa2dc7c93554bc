import { expect, test } from "vitest";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World, WorldOptions } from "../support/journey-world.ts";

// Shopify's ids are digits; p-ID is what the faked shop answers for a variant's product.
const SHIRT = {
  productId: "11",
  variantId: "101",
  handle: "linen-shirt",
  title: "Linen shirt",
  price: 4_900,
  currency: "USD",
  image: "https://cdn.example/shirt.png",
  url: "/products/linen-shirt",
  collections: ["shirts"],
  seconds: 20,
};

type Options = WorldOptions & { locale?: string; country?: string };

async function worldWith(kind: string, { locale = "en", country, ...options }: Options = {}) {
  const world = await createWorld(options);
  for (const other of ["welcome", "cart_recovery", "checkout_recovery", "back_in_stock", "shipping"])
    await setEnabled(world.store, SHOP, other, false, world.clock.now());
  await setEnabled(world.store, SHOP, kind, true, world.clock.now());
  world.products.set("101", { id: "11", title: "Linen shirt", handle: "linen-shirt" });
  await world.subscribe("visitor-ada", { isNew: false, locale, ...(country && { country }) });
  await world.pass(MINUTE);
  return world;
}

async function lookAndLeave(world: World, product: Record<string, unknown> = SHIRT, visitorId = "visitor-ada") {
  await world.tell(visitorId, [{ type: "product_viewed", data: product }]);
  await world.pass(1_000);
  await world.leave(visitorId);
}

test("reminds of what was looked at an hour after the shopper left, with its price as Shopify says now", async () => {
  const world = await worldWith("browse_abandonment");
  await lookAndLeave(world);
  world.prices.set("101", "39.00");

  await world.pass(HOUR - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes[0]?.notification).toMatchObject({
    title: "Linen shirt is worth a second look",
    body: "It is yours for $39.00. Take another look whenever it suits you.",
    data: { kind: "browse_abandonment", code: null },
  });
  expect(world.pushes[0]?.notification.data.url).toContain("https://shop.example/products/linen-shirt?variant=101&");
});

test("counts the hour anew from each return, and names what was looked at last", async () => {
  const world = await worldWith("browse_abandonment");
  await lookAndLeave(world);
  await world.pass(50 * MINUTE);
  await lookAndLeave(world, { ...SHIRT, productId: "12", variantId: "102", title: "Wool scarf" });
  await world.pass(HOUR - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.titles()).toEqual(["Wool scarf is worth a second look"]);
});

test("is sent once in 24 hours, and again for another look after that", async () => {
  const world = await worldWith("browse_abandonment");
  await lookAndLeave(world);
  await world.pass(3 * HOUR);
  await lookAndLeave(world);
  await world.pass(3 * HOUR);
  expect(world.pushes).toHaveLength(1);
  expect(world.ledger().at(-1)).toBe("browse_abandonment 1 dropped minimum_gap");
  await world.pass(20 * HOUR);
  await lookAndLeave(world);
  await world.pass(3 * HOUR);
  expect(world.pushes).toHaveLength(2);
});

test("leaves what was put into the cart to the cart's own journey", async () => {
  const world = await worldWith("browse_abandonment");
  await lookAndLeave(world);
  await world.pass(10 * MINUTE);
  await world.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(1) }]);
  await world.leave("visitor-ada");
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toEqual(["browse_abandonment 1 dropped added_to_cart"]);
});

test("stays silent when the shopper bought on another device, when it sold out, and after an uninstall", async () => {
  const bought = await worldWith("browse_abandonment");
  await bought.signIn("visitor-ada", "c1");
  await lookAndLeave(bought);
  await bought.signIn("phone-of-ada", "c1");
  await bought.order("1001", { customerId: "c1" });
  await bought.pass(DAY);
  expect(bought.pushes).toEqual([]);

  const soldOut = await worldWith("browse_abandonment");
  await lookAndLeave(soldOut);
  soldOut.stock.set("101", 0);
  await soldOut.pass(DAY);
  expect(soldOut.pushes).toEqual([]);
  expect(soldOut.ledger()).toEqual(["browse_abandonment 1 dropped out_of_stock"]);

  const uninstalled = await worldWith("browse_abandonment");
  await lookAndLeave(uninstalled);
  await uninstalled.record({ kind: "uninstalled", changes: [{ type: "uninstalled", at: uninstalled.clock.now() }] });
  await uninstalled.pass(DAY);
  expect(uninstalled.pushes).toEqual([]);
});

test("sends one message for events that came twice or in the wrong order", async () => {
  const world = await worldWith("browse_abandonment");
  const at = world.clock.now();
  const look = { type: "product_viewed" as const, data: SHIRT, at, id: "look" };
  const leave = { type: "left" as const, at: new Date(at.getTime() + 1_000), id: "leave" };
  await world.pass(2_000);
  await world.tell("visitor-ada", [leave]);
  await world.tell("visitor-ada", [look]);
  await world.tell("visitor-ada", [look, leave]);
  await world.pass(DAY);

  expect(world.titles()).toEqual(["Linen shirt is worth a second look"]);
});

test("writes Arabic from right to left, prices in yen, and no price in a currency the shop does not set", async () => {
  const arabic = await worldWith("browse_abandonment", { locale: "ar" });
  await lookAndLeave(arabic);
  await arabic.pass(2 * HOUR);
  expect(arabic.pushes[0]?.notification).toMatchObject({ lang: "ar", dir: "rtl" });

  const yen = await worldWith("browse_abandonment", { currency: "JPY" });
  yen.prices.set("101", "4900");
  await lookAndLeave(yen, { ...SHIRT, currency: "JPY" });
  await yen.pass(2 * HOUR);
  expect(yen.pushes[0]?.notification.body).toContain("¥4,900");

  const abroad = await worldWith("browse_abandonment");
  await lookAndLeave(abroad, { ...SHIRT, currency: "EUR" });
  await abroad.pass(2 * HOUR);
  expect(abroad.pushes[0]?.notification.body).toBe("Take another look whenever it suits you.");
});

test("waits for the end of quiet hours by the shopper's clock, also in the night it is put back", async () => {
  const world = await worldWith("browse_abandonment", {
    start: new Date("2026-10-31T20:30:00Z"),
    timezone: "Europe/Berlin",
    settings: { quietHours: { enabled: true, start: "22:00", end: "08:00" } },
  });
  world.store.database.sqlite.exec("update subscriptions set timezone = 'America/New_York'");
  world.clock.advance(new Date("2026-11-01T03:00:00Z").getTime() - world.clock.now().getTime());
  await lookAndLeave(world);
  await world.pass(DAY);

  // 23:00 in New York; the clocks go back at 2:00, so that 8:00 is 13:00 UTC and not 12:00.
  expect(world.pushes[0]?.at.toISOString()).toBe("2026-11-01T13:00:00.000Z");
});

/** Products of one collection, as the shop tells of them. */
async function addCollection(world: World, count: number) {
  const updatedAt = world.clock.now();
  for (let index = 0; index < count; index += 1) {
    const productId = String(21 + index);
    world.products.set(String(201 + index), { id: productId, title: `Shirt ${index}`, handle: `shirt-${index}` });
    const variant = { inventoryItemId: null, title: null, image: null, price: 2_000 + index, compareAtPrice: null };
    await world.record({
      kind: "product_updated",
      changes: [
        {
          type: "product",
          productId,
          title: `Shirt ${index}`,
          handle: `shirt-${index}`,
          vendor: "Harbour",
          productType: "Shirts",
          isPublished: true,
          updatedAt,
          variants: [{ ...variant, variantId: String(201 + index) }],
          isComplete: true,
        },
      ],
    });
  }
  const productIds = Array.from({ length: count }, (_, index) => shirt(index).productId);
  await world.store.recommendations.saveCollection(SHOP, "shirts", productIds, updatedAt);
  await world.pass(1_000);
}

const shirt = (index: number) => ({
  ...SHIRT,
  productId: String(21 + index),
  variantId: String(201 + index),
  title: `Shirt ${index}`,
  handle: `shirt-${index}`,
});

test("shows a day later what else there is in a collection that was looked around in", async () => {
  const world = await worldWith("category_interest");
  await addCollection(world, 5);
  for (const index of [0, 1, 2]) await world.tell("visitor-ada", [{ type: "product_viewed", data: shirt(index) }]);
  await world.tell("visitor-ada", [
    { type: "collection_viewed", data: { handle: "shirts", title: "Summer shirts", seconds: 5 } },
  ]);
  await world.leave("visitor-ada");

  await world.pass(DAY - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes[0]?.notification).toMatchObject({
    title: "More from Summer shirts",
    body: "Shirt 3 and 1 more you have not seen yet: have a look.",
    data: { kind: "category_interest" },
  });
  expect(world.pushes[0]?.notification.data.url).toContain("https://shop.example/collections/shirts?");
});

test("takes long looking for interest too, and two products for none", async () => {
  const long = await worldWith("category_interest", { locale: "ar" });
  await addCollection(long, 2);
  await long.tell("visitor-ada", [{ type: "collection_viewed", data: { handle: "shirts", seconds: 150 } }]);
  await long.leave("visitor-ada");
  await long.pass(2 * DAY);
  expect(long.pushes[0]?.notification).toMatchObject({ title: "المزيد من \u2068shirts\u2069", dir: "rtl" });
  expect(long.pushes).toHaveLength(1);

  const short = await worldWith("category_interest");
  await addCollection(short, 5);
  for (const index of [0, 1]) await short.tell("visitor-ada", [{ type: "product_viewed", data: shirt(index) }]);
  await short.leave("visitor-ada");
  await short.pass(2 * DAY);
  expect(short.pushes).toEqual([]);
});

test("shows no collection of which everything was seen or sold, nor to who bought or filled a cart", async () => {
  const seen = await worldWith("category_interest");
  await addCollection(seen, 4);
  for (const index of [0, 1, 2]) await seen.tell("visitor-ada", [{ type: "product_viewed", data: shirt(index) }]);
  await seen.leave("visitor-ada");
  seen.stock.set("204", 0);
  await seen.pass(2 * DAY);
  expect(seen.pushes).toEqual([]);
  expect(seen.ledger()).toEqual(["category_interest 1 dropped no_longer_true"]);

  const bought = await worldWith("category_interest");
  await addCollection(bought, 5);
  await bought.link("visitor-ada", "link-1");
  for (const index of [0, 1, 2]) await bought.tell("visitor-ada", [{ type: "product_viewed", data: shirt(index) }]);
  await bought.leave("visitor-ada");
  await bought.pass(HOUR);
  await bought.order("1001", { linkId: "link-1" });
  await bought.pass(2 * DAY);
  expect(bought.pushes).toEqual([]);
});

const SAVED = { productId: "11", variantId: "101" };

test("reminds of what was saved after three days", async () => {
  const world = await worldWith("wishlist");
  await world.tell("visitor-ada", [
    { type: "product_viewed", data: SHIRT },
    { type: "wishlist_added", data: SAVED },
  ]);
  await world.leave("visitor-ada");
  await world.pass(3 * DAY - 2_000);
  expect(world.pushes).toEqual([]);
  await world.pass(5_000);

  expect(world.pushes[0]?.notification).toMatchObject({
    title: "You saved Linen shirt",
    body: "It costs $49.00 and is in stock. Your wishlist keeps it for you.",
    data: { kind: "wishlist" },
  });
  await world.pass(10 * DAY);
  expect(world.pushes).toHaveLength(1);
});

test("tells at once when the price of what was saved is cut, and only while it is", async () => {
  const world = await worldWith("wishlist");
  await world.tell("visitor-ada", [{ type: "wishlist_added", data: SAVED }]);
  await world.pass(10 * MINUTE);
  await world.changePrice("39.00");
  await world.pass(MINUTE - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes[0]?.notification).toMatchObject({
    title: "Linen shirt from your wishlist costs less now",
    body: "Now $39.00. You saved it: it is a good moment.",
  });

  // Cut, told in the morning, and put up again before.
  const night = await worldWith("wishlist", {
    start: new Date("2026-11-02T21:50:00Z"),
    settings: { quietHours: { enabled: true } },
  });
  await night.tell("visitor-ada", [{ type: "wishlist_added", data: SAVED }]);
  await night.pass(20 * MINUTE);
  await night.changePrice("39.00");
  await night.pass(HOUR);
  night.prices.set("101", "49.00");
  await night.pass(12 * HOUR);
  expect(night.pushes).toEqual([]);
  expect(night.ledger()).toContain("wishlist 0 dropped no_longer_true");
});

test("says nothing of a wish that was bought, put into the cart or sold out", async () => {
  const bought = await worldWith("wishlist");
  await bought.link("visitor-ada", "link-1");
  await bought.tell("visitor-ada", [{ type: "wishlist_added", data: SAVED }]);
  await bought.pass(HOUR);
  const item = { productId: "11", variantId: "101", title: "Linen shirt", quantity: 1, price: 4_900 };
  await bought.order("1001", { linkId: "link-1", items: [item] });
  await bought.pass(5 * DAY);
  expect(bought.pushes).toEqual([]);

  const carted = await worldWith("wishlist");
  await carted.tell("visitor-ada", [{ type: "wishlist_added", data: SAVED }]);
  await carted.pass(HOUR);
  await carted.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await carted.pass(5 * DAY);
  expect(carted.ledger()).toEqual(["wishlist 0 dropped added_to_cart"].map(anyStep));
  expect(carted.pushes).toEqual([]);

  const gone = await worldWith("wishlist");
  await gone.tell("visitor-ada", [{ type: "wishlist_added", data: SAVED }]);
  await gone.pass(HOUR);
  gone.stock.set("101", 0);
  await gone.pass(5 * DAY);
  expect(gone.pushes).toEqual([]);
});

test("tells of a price that is the lowest of 30 days: who asked, who has it in the cart, who looked", async () => {
  const world = await worldWith("price_drop");
  await world.subscribe("visitor-asker", { isNew: false, marketing: false });
  await world.subscribe("visitor-bob", { isNew: false });
  await world.subscribe("visitor-eve", { isNew: false, marketing: false });
  await world.alert("visitor-asker", "101", "price_drop");
  await world.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await world.tell("visitor-bob", [{ type: "wishlist_added", data: { productId: "99" } }]);
  await world.pass(31 * DAY);
  // Looks count for a month; who wants no marketing is told only of what was asked for.
  for (const visitor of ["visitor-bob", "visitor-eve"])
    await world.tell(visitor, [{ type: "product_viewed", data: SHIRT }]);
  await world.tell("visitor-ada", [{ type: "product_viewed", data: SHIRT }]);
  await world.changePrice("39.00");
  await world.pass(MINUTE);

  expect(world.pushes.map(({ endpoint }) => endpoint.split("-").at(-1)).toSorted()).toEqual(["ada", "asker", "bob"]);
  expect(world.pushes[0]?.notification).toMatchObject({
    body: "$39.00 instead of $49.00: its lowest price in 30 days.",
    data: { kind: "price_drop" },
  });
  await world.changePrice("39.00");
  await world.pass(DAY);
  expect(world.pushes).toHaveLength(3);
});

test("claims no reduction before 30 days are recorded, nor for a price put up to be cut", async () => {
  const young = await worldWith("price_drop");
  await young.alert("visitor-ada", "101", "price_drop");
  await young.pass(10 * DAY);
  await young.changePrice("39.00");
  await young.pass(DAY);
  expect(young.pushes).toEqual([]);

  const trick = await worldWith("price_drop");
  await trick.alert("visitor-ada", "101", "price_drop");
  await trick.pass(40 * DAY);
  await trick.changePrice("69.00");
  await trick.pass(DAY);
  await trick.changePrice("49.00");
  await trick.pass(DAY);
  expect(trick.pushes).toEqual([]);
  await trick.changePrice("45.00");
  await trick.pass(DAY);
  expect(trick.titles()).toEqual(["Linen shirt costs less now"]);
});

test("lets a price alert wait on when the price was put up again before it could leave", async () => {
  const world = await worldWith("price_drop", { settings: { quietHours: { enabled: true } } });
  await world.alert("visitor-ada", "101", "price_drop");
  await world.pass(40 * DAY + 11 * HOUR);
  await world.changePrice("39.00");
  await world.pass(2 * MINUTE);
  world.prices.set("101", "49.00");
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toEqual(["price_drop 0 delayed quiet_hours", "price_drop 0 dropped no_longer_true"]);
  await world.changePrice("35.00");
  await world.pass(DAY);
  expect(world.titles()).toEqual(["Linen shirt costs less now"]);
});

async function sellDownTo(world: World, quantity: number) {
  world.stock.set("101", quantity);
  await world.record({ kind: "inventory_changed", data: { inventoryItemId: "i-101" } });
  await world.pass(MINUTE);
}

test("tells who has it in the cart or saved it that one piece is left, once a week", async () => {
  const world = await worldWith("last_piece");
  for (const name of ["visitor-bob", "visitor-eve"]) await world.subscribe(name, { isNew: false });
  await world.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await world.tell("visitor-bob", [{ type: "wishlist_added", data: SAVED }]);
  await world.tell("visitor-eve", [{ type: "product_viewed", data: SHIRT }]);
  await world.pass(HOUR);
  await sellDownTo(world, 2);
  expect(world.pushes).toEqual([]);
  await sellDownTo(world, 1);

  expect(world.pushes.map(({ endpoint }) => endpoint.split("-").at(-1)).toSorted()).toEqual(["ada", "bob"]);
  expect(world.pushes[0]?.notification).toMatchObject({
    title: "Only one left: Linen shirt",
    data: { kind: "last_piece" },
  });
  await sellDownTo(world, 5);
  await sellDownTo(world, 1);
  expect(world.pushes).toHaveLength(2);
});

test("does not speak of a last piece that is sold, restocked, or of a size that is not in the cart", async () => {
  const night = {
    start: new Date("2026-11-02T20:50:00Z"),
    settings: { quietHours: { enabled: true, start: "22:00", end: "23:30" } },
  };
  for (const [quantity, reason] of [
    [0, "out_of_stock"],
    [3, "no_longer_true"],
  ] as const) {
    const world = await worldWith("last_piece", night);
    await world.tell("visitor-ada", [{ type: "wishlist_added", data: SAVED }]);
    await world.pass(80 * MINUTE);
    await sellDownTo(world, 1);
    expect(world.ledger()).toEqual(["last_piece 0 delayed quiet_hours"]);
    world.stock.set("101", quantity);
    await world.pass(DAY);
    expect(world.pushes).toEqual([]);
    expect(world.ledger().at(-1)).toBe(`last_piece 0 dropped ${reason}`);
  }

  const other = await worldWith("last_piece");
  await other.tell("visitor-bob", [{ type: "product_viewed", data: SHIRT }]);
  await other.pass(HOUR);
  const cart = cartOf(4_900);
  await other.tell("visitor-ada", [
    { type: "cart_updated", data: { ...cart, items: cart.items.map((item) => ({ ...item, variantId: "102" })) } },
  ]);
  await sellDownTo(other, 1);
  expect(other.pushes).toEqual([]);
});

test("offers free shipping to who turns away with a full cart, at that moment and not later", async () => {
  const world = await worldWith("exit_offer");
  const [code] = world.giveCodes(1, "free_shipping");
  await world.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await world.pass(MINUTE);
  await world.tell("visitor-ada", [{ type: "checkout_intent", data: { cartToken: "cart-ada" } }]);
  await world.pass(3 * MINUTE);
  await world.view("visitor-ada");
  await world.pass(10_000);
  await world.leave("visitor-ada");
  await world.pass(30_000 - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);

  expect(world.pushes[0]?.notification).toMatchObject({
    title: "Before you go: free shipping",
    data: { kind: "exit_offer", code },
  });
  expect(world.pushes[0]?.request.ttlSeconds).toBe(600);
  await world.tell("visitor-ada", [{ type: "custom", data: { name: "exit_intent" } }]);
  await world.pass(DAY);
  expect(world.pushes).toHaveLength(1);
});

test("takes something off for who turns away from a cart that is shipped for free already", async () => {
  const world = await worldWith("exit_offer", { settings: { freeShippingThresholds: { USD: 4_000 } } });
  world.giveCodes(1, "free_shipping");
  const [code] = world.giveCodes(1, 10);
  await world.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await world.tell("visitor-ada", [{ type: "custom", data: { name: "exit_intent" } }]);
  await world.pass(DAY);

  expect(world.pushes.map(({ notification }) => [notification.title, notification.data.code])).toEqual([
    ["Before you go: 10% off", code],
  ]);
});

test("makes the same offer when what was turned away from is heard of only afterwards", async () => {
  const cartLast = await worldWith("exit_offer");
  const filledAt = cartLast.clock.now();
  await cartLast.pass(5_000);
  await cartLast.tell("visitor-ada", [{ type: "custom", data: { name: "exit_intent" } }]);
  await cartLast.pass(2_000);
  await cartLast.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900), at: filledAt }]);
  await cartLast.pass(28_000);
  expect(cartLast.pushes).toHaveLength(1);

  const checkoutLast = await worldWith("exit_offer");
  await checkoutLast.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await checkoutLast.pass(MINUTE);
  const wentAt = checkoutLast.clock.now();
  await checkoutLast.pass(MINUTE);
  await checkoutLast.leave("visitor-ada");
  await checkoutLast.pass(2_000);
  await checkoutLast.tell("visitor-ada", [{ type: "checkout_intent", data: { cartToken: "cart-ada" }, at: wentAt }]);
  await checkoutLast.pass(28_000);
  expect(checkoutLast.pushes).toHaveLength(1);

  const stayed = await worldWith("exit_offer");
  await stayed.tell("visitor-ada", [{ type: "custom", data: { name: "exit_intent" } }]);
  await stayed.pass(5_000);
  await stayed.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await stayed.pass(DAY);
  expect(stayed.pushes).toEqual([]);
});

test("makes no offer to who comes back within half a minute, has an empty cart, or left from elsewhere", async () => {
  const back = await worldWith("exit_offer");
  await back.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await back.pass(MINUTE);
  await back.tell("visitor-ada", [{ type: "custom", data: { name: "exit_intent" } }]);
  await back.pass(10_000);
  await back.view("visitor-ada");
  await back.pass(DAY);
  expect(back.pushes).toEqual([]);

  const empty = await worldWith("exit_offer");
  await empty.tell("visitor-ada", [{ type: "cart_updated", data: cartOf() }]);
  await empty.tell("visitor-ada", [{ type: "custom", data: { name: "exit_intent" } }]);
  await empty.pass(DAY);
  expect(empty.pushes).toEqual([]);

  const elsewhere = await worldWith("exit_offer");
  await elsewhere.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await elsewhere.leave("visitor-ada");
  await elsewhere.pass(DAY);
  expect(elsewhere.pushes).toEqual([]);
});

test("drops an offer for now that quiet hours would delay", async () => {
  const world = await worldWith("exit_offer", {
    settings: { quietHours: { enabled: true, start: "10:00", end: "20:00" } },
  });
  await world.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await world.tell("visitor-ada", [{ type: "custom", data: { name: "exit_intent" } }]);
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
  expect(world.ledger().at(-1)).toBe("exit_offer 1 dropped too_late");
});

const THRESHOLDS = { freeShippingThresholds: { USD: 6_000, JPY: 8_000 } };

test("names the exact amount a cart lacks for free shipping, in the currency it is in", async () => {
  const world = await worldWith("free_shipping_gap", { settings: THRESHOLDS });
  await world.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await world.leave("visitor-ada");
  await world.pass(20 * MINUTE);
  expect(world.pushes[0]?.notification).toMatchObject({
    title: "Only $11.00 more for free shipping",
    body: "Add something for $11.00 to your cart of $49.00 and we ship it for free.",
    data: { kind: "free_shipping_gap", code: null },
  });

  const yen = await worldWith("free_shipping_gap", { settings: THRESHOLDS, locale: "ar" });
  await yen.tell("visitor-ada", [{ type: "cart_updated", data: { ...cartOf(4_900), currency: "JPY" } }]);
  await yen.leave("visitor-ada");
  await yen.pass(HOUR);
  expect(yen.pushes[0]?.notification).toMatchObject({ dir: "rtl", lang: "ar" });
  expect(yen.pushes[0]?.notification.title).toMatch(/3[,٬]100|٣٬١٠٠/);
});

test("takes the threshold of the shopper's country before that of the currency", async () => {
  const settings = { freeShippingThresholds: { USD: 6_000, "CA:USD": 9_000, "CA:EUR": 1_000 } };
  for (const [country, amount] of [
    ["CA", "$41.00"],
    ["US", "$11.00"],
  ] as const) {
    const world = await worldWith("free_shipping_gap", { settings, country });
    await world.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
    await world.leave("visitor-ada");
    await world.pass(HOUR);
    expect(world.pushes.map(({ notification }) => notification.title)).toEqual([
      `Only ${amount} more for free shipping`,
    ]);
  }
});

test("is silent without a threshold in the cart's currency, at or above it, and once a checkout began", async () => {
  const none = await worldWith("free_shipping_gap");
  const euro = await worldWith("free_shipping_gap", { settings: THRESHOLDS });
  const reached = await worldWith("free_shipping_gap", { settings: THRESHOLDS });
  await none.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await euro.tell("visitor-ada", [{ type: "cart_updated", data: { ...cartOf(4_900), currency: "EUR" } }]);
  await reached.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await reached.leave("visitor-ada");
  await reached.pass(10 * MINUTE);
  await reached.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900, 1_100) }]);
  for (const world of [none, euro, reached]) {
    await world.leave("visitor-ada");
    await world.pass(DAY);
    expect(world.pushes).toEqual([]);
  }
  expect(reached.ledger()).toEqual(["free_shipping_gap 1 dropped no_longer_true"]);
});

test("takes turning away and leaving in one batch for one leaving", async () => {
  const world = await worldWith("exit_offer");
  await world.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
  await world.pass(5 * MINUTE);
  const now = world.clock.now().getTime();
  await world.tell("visitor-ada", [
    { type: "custom", data: { name: "exit_intent" }, at: new Date(now - 3_000) },
    { type: "left", at: new Date(now - 1_000) },
  ]);
  await world.pass(DAY);

  expect(world.titles()).toEqual(["Your cart is kept for you"]);
});

/** What begins each journey, for a world in which it is switched on. */
const BEGINNINGS: Record<string, (world: World) => Promise<void>> = {
  browse_abandonment: (world) => lookAndLeave(world),
  async category_interest(world) {
    await addCollection(world, 5);
    for (const index of [0, 1, 2]) await world.tell("visitor-ada", [{ type: "product_viewed", data: shirt(index) }]);
    await world.leave("visitor-ada");
  },
  wishlist: (world) => world.tell("visitor-ada", [{ type: "wishlist_added", data: SAVED }]),
  async price_drop(world) {
    await world.alert("visitor-ada", "101", "price_drop");
    await world.pass(35 * DAY);
    await world.changePrice("29.00");
  },
  async last_piece(world) {
    await world.tell("visitor-ada", [{ type: "wishlist_added", data: SAVED }]);
    await world.pass(HOUR);
    world.stock.set("101", 1);
    await world.record({ kind: "inventory_changed", data: { inventoryItemId: "i-101" } });
  },
  async exit_offer(world) {
    await world.tell("visitor-ada", [
      { type: "cart_updated", data: cartOf(4_900) },
      { type: "custom", data: { name: "exit_intent" } },
    ]);
  },
  async free_shipping_gap(world) {
    await world.tell("visitor-ada", [{ type: "cart_updated", data: cartOf(4_900) }]);
    await world.leave("visitor-ada");
  },
};

const eachKind = test.each(Object.entries(BEGINNINGS));
const bought = { productId: "11", variantId: "101", title: "Linen shirt", quantity: 1, price: 4_900 };

eachKind("%s: is off after install", async (kind, begin) => {
  const world = await worldWith(kind, { settings: THRESHOLDS });
  await setEnabled(world.store, SHOP, kind, false, world.clock.now());
  await begin(world);
  await world.pass(10 * DAY);

  expect(world.pushes).toEqual([]);
});

eachKind("%s: one message to one person, in the shopper's language", async (kind, begin) => {
  const world = await worldWith(kind, { settings: THRESHOLDS, locale: "ar" });
  await world.subscribe("visitor-else", { isNew: false });
  await begin(world);
  await world.pass(10 * DAY);

  expect(world.pushes.map(({ notification }) => [notification.data.kind, notification.lang, notification.dir])).toEqual(
    [[kind, "ar", "rtl"]],
  );
});

eachKind("%s: nothing after a purchase on another device", async (kind, begin) => {
  const world = await worldWith(kind, { settings: THRESHOLDS });
  await world.signIn("visitor-ada", "c1");
  await begin(world);
  await world.signIn("phone-of-ada", "c1");
  await world.order("1001", { customerId: "c1", items: [bought] });
  await world.pass(10 * DAY);

  expect(world.pushes).toEqual([]);
});

eachKind("%s: nothing after an uninstall, nor once the consent is withdrawn", async (kind, begin) => {
  const uninstalled = await worldWith(kind, { settings: THRESHOLDS });
  await begin(uninstalled);
  await uninstalled.record({ kind: "uninstalled", changes: [{ type: "uninstalled", at: uninstalled.clock.now() }] });
  await uninstalled.pass(10 * DAY);
  expect(uninstalled.pushes).toEqual([]);

  if (kind === "price_drop") return; // Asked for by a tap, which is consent of its own.
  const withdrawn = await worldWith(kind, { settings: THRESHOLDS });
  await begin(withdrawn);
  await withdrawn.tell("visitor-ada", [{ type: "consent_withdrawn" }]);
  await withdrawn.pass(10 * DAY);
  expect(withdrawn.pushes).toEqual([]);
});

/** Ledger rows name the message the run stood at. */
const anyStep = (row: string) => expect.stringMatching(new RegExp(row.replace(" 0 ", " \\d ")));

function cartOf(...prices: number[]) {
  return {
    cartToken: "cart-ada",
    currency: "USD",
    total: prices.reduce((sum, price) => sum + price, 0),
    items: prices.map((price, index) => ({
      productId: String(11 + index),
      variantId: String(101 + index),
      title: index === 0 ? "Linen shirt" : `Product ${index}`,
      quantity: 1,
      price,
    })),
  };
}
