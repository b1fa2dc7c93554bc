import { expect, test } from "vitest";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { shops } from "../../app/store/sqlite/schema.server.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World, WorldOptions } from "../support/journey-world.ts";

const SHIRT = { productId: "11", variantId: "101", title: "Linen shirt", currency: "USD", seconds: 20 };
const YEN = { ...SHIRT, currency: "JPY" };

async function worldWith(
  kind: string,
  { country = "JP", locale = "en", ...options }: WorldOptions & { country?: string | null; locale?: string } = {},
) {
  const world = await createWorld(options);
  for (const other of ["welcome", "cart_recovery", "checkout_recovery", "back_in_stock", "shipping"])
    await setEnabled(world.store, SHOP, other, false, world.clock.now());
  await setEnabled(world.store, SHOP, kind, true, world.clock.now());
  world.store.database.drizzle
    .update(shops)
    .set({ country: "US", locales: ["en", "ar"] })
    .run();
  world.products.set("101", { id: "11", title: "Linen shirt", handle: "linen-shirt" });
  await world.subscribe("visitor-ada", { isNew: false, locale, country });
  await world.pass(MINUTE);
  return world;
}

async function lookAndLeave(world: World, product: Record<string, unknown>) {
  await world.tell("visitor-ada", [{ type: "product_viewed", data: product }]);
  await world.pass(1_000);
  await world.leave("visitor-ada");
}

test("names the price of the shopper's country in the currency they shop in", async () => {
  const world = await worldWith("browse_abandonment");
  await lookAndLeave(world, YEN);
  world.localPrices.set("JP 101", { amount: "7200.0", currencyCode: "JPY" });
  await world.pass(HOUR);

  expect(world.pushes[0]?.notification.body).toContain("It is yours for ¥7,200.");
});

test("names no price when the shopper's page speaks another currency than Shopify's answer", async () => {
  const world = await worldWith("browse_abandonment");
  await lookAndLeave(world, SHIRT);
  world.localPrices.set("JP 101", { amount: "7200", currencyCode: "JPY" });
  await world.pass(HOUR);

  expect(world.pushes[0]?.notification.body).toBe("Take another look whenever it suits you.");
});

test("names the shop's own price at home when Shopify cannot be asked, and none abroad", async () => {
  const home = await worldWith("browse_abandonment", { country: "US" });
  const abroad = await worldWith("browse_abandonment", { country: "DE" });
  for (const world of [home, abroad]) {
    await lookAndLeave(world, SHIRT);
    await world.pass(DAY);
    await lookAndLeave(world, SHIRT);
    world.setShopifyUp(false);
    await world.pass(DAY);
  }

  expect(home.pushes[1]?.notification.body).toContain("$49.00");
  expect(abroad.pushes[1]?.notification.body).toBe("Take another look whenever it suits you.");
});

test("names a product as the shop does in the shopper's language, else as they saw it", async () => {
  const world = await worldWith("browse_abandonment", { country: "US", locale: "ar-EG" });
  await lookAndLeave(world, SHIRT);
  world.translations.set("ar 101", "قميص كتان");
  await world.pass(DAY);
  await lookAndLeave(world, { ...SHIRT, productId: "12", variantId: "102", title: "وشاح صوف" });
  await world.pass(DAY);

  expect(world.titles()[0]).toContain("قميص كتان");
  expect(world.pushes[0]?.notification).toMatchObject({ lang: "ar", dir: "rtl" });
  expect(world.titles()[1]).toContain("وشاح صوف");
});

test("claims a reduction abroad only against 30 days of that country's own prices", async () => {
  const world = await worldWith("price_drop");
  await world.changePrice("49.00");
  await world.alert("visitor-bob", "101", "price_drop");
  await world.pass(15 * DAY);
  await lookAndLeave(world, YEN);
  world.localPrices.set("JP 101", { amount: "7200", currencyCode: "JPY" });
  await world.alert("visitor-ada", "101", "price_drop");
  await world.pass(20 * DAY);
  world.localPrices.set("JP 101", { amount: "5800", currencyCode: "JPY" });
  await world.changePrice("39.00");
  await world.pass(HOUR);
  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toContain("price_drop 0 dropped no_longer_true");

  const known = await worldWith("price_drop");
  await lookAndLeave(known, YEN);
  await known.changePrice("49.00");
  const before = { variantId: "101", country: "JP", currency: "JPY", price: 7_200 };
  await known.store.interests.recordLocalPrices(SHOP, [before], known.clock.now());
  await known.pass(35 * DAY);
  await lookAndLeave(known, YEN);
  known.localPrices.set("JP 101", { amount: "5800", currencyCode: "JPY" });
  await known.changePrice("39.00");
  await known.pass(HOUR);
  expect(known.pushes[0]?.notification.body).toBe("¥5,800 instead of ¥7,200: its lowest price in 30 days.");
});

test("tells of no reduction in a country whose market kept its price", async () => {
  const world = await worldWith("price_drop");
  await lookAndLeave(world, YEN);
  await world.changePrice("49.00");
  const before = { variantId: "101", country: "JP", currency: "JPY", price: 7_200 };
  await world.store.interests.recordLocalPrices(SHOP, [before], world.clock.now());
  await world.pass(35 * DAY);
  await lookAndLeave(world, YEN);
  world.localPrices.set("JP 101", { amount: "7200", currencyCode: "JPY" });
  await world.changePrice("39.00");
  await world.pass(HOUR);

  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toContain("price_drop 0 dropped no_longer_true");
});

test("reckons what a cart lacks for free shipping at the prices of this moment, in yen", async () => {
  const world = await worldWith("free_shipping_gap", { settings: { freeShippingThresholds: { JPY: 10_000 } } });
  const item = { productId: "11", variantId: "101", title: "Linen shirt", quantity: 1, price: 7_200 };
  world.localPrices.set("JP 101", { amount: "7800", currencyCode: "JPY" });
  await world.tell("visitor-ada", [
    {
      type: "cart_updated",
      data: { cartToken: "c1", currency: "JPY", total: 7_200, discounted: false, items: [item] },
    },
  ]);
  await world.leave("visitor-ada");
  await world.pass(HOUR);

  expect(world.titles()).toEqual(["Only ¥2,200 more for free shipping"]);
});
