import { expect, test } from "vitest";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { orderProducts, orders, variants } from "../../app/store/sqlite/schema.server.ts";
import { buildItem, createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World } from "../support/journey-world.ts";

// The faked shop answers for every variant it is asked of: shirts of one maker, 49.00, not reduced.

function sell(world: World, variantId: string, row: Partial<typeof variants.$inferInsert> = {}) {
  const productId = `p-${variantId}`;
  const title = row.productTitle ?? `Product ${variantId}`;
  world.products.set(variantId, { id: productId, title, handle: `product-${variantId}` });
  world.store.database.drizzle
    .insert(variants)
    .values({
      shop: SHOP,
      variantId,
      productId,
      productTitle: title,
      handle: `product-${variantId}`,
      vendor: "Harbour",
      productType: "Shirts",
      price: 4_900,
      isAvailable: true,
      updatedAt: world.clock.now(),
      ...row,
    })
    .run();
}

async function shopWithCart() {
  const world = await createWorld();
  await setEnabled(world.store, SHOP, "welcome", false, world.clock.now());
  world.giveCodes(2);
  sell(world, "v1", { productTitle: "Linen shirt" });
  await world.subscribe("ada");
  await world.cart("ada", [buildItem({ productId: "p-v1" })]);
  await world.leave("ada");
  return world;
}

test("offers a day later another maker's product, and leads to it", async () => {
  const world = await shopWithCart();
  sell(world, "v2", { productTitle: "Flax shirt", vendor: "Pier" });
  world.prices.set("v2", "45.00");
  world.vendors.set("v2", "Pier");
  await world.pass(DAY + HOUR);

  expect(world.pushes).toHaveLength(3);
  const { at, notification } = world.pushes[2] ?? expect.unreachable();
  expect(Math.round((at.getTime() - (world.pushes[0]?.at.getTime() ?? 0)) / MINUTE)).toBe(24 * 60 - 3);
  expect(notification).toMatchObject({
    title: "Not quite right? Have a look at Flax shirt",
    body: "It is $45.00 and much like what you chose. Your cart stays as it is.",
  });
  expect(notification.data.url).toContain("https://shop.example/products/product-v2?variant=v2");
});

test("offers after two days something reduced of the same line, at the price of that moment", async () => {
  const world = await shopWithCart();
  sell(world, "v3", { productTitle: "Cotton shirt" });
  world.prices.set("v3", "35.00");
  world.compareAtPrices.set("v3", "55.00");
  world.store.database.drizzle.update(variants).set({ compareAtPrice: 5_500, price: 4_900 }).run();
  await world.pass(2 * DAY + HOUR);

  expect(world.titles().at(-1)).toBe("Cotton shirt is reduced");
  expect(world.pushes.at(-1)?.notification.body).toContain("costs $35.00 now");
});

test("passes both over when there is no such product, or it was sold meanwhile", async () => {
  const none = await shopWithCart();
  await none.pass(3 * DAY);
  expect(none.pushes).toHaveLength(2);
  expect(none.ledger().slice(-2)).toEqual([
    "cart_recovery 5 dropped nothing_to_offer",
    "cart_recovery 7 dropped nothing_to_offer",
  ]);

  const sold = await shopWithCart();
  sell(sold, "v2", { vendor: "Pier" });
  sold.stock.set("v2", 0);
  await sold.pass(3 * DAY);
  expect(sold.pushes).toHaveLength(2);
});

test("shows newcomers on the third day what is sold most, unless they bought", async () => {
  const world = await createWorld();
  sell(world, "v9", { productTitle: "Harbour mug" });
  const { drizzle } = world.store.database;
  const orderedAt = new Date(world.clock.now().getTime() - 30 * DAY);
  drizzle
    .insert(orders)
    .values({
      shop: SHOP,
      orderId: "o1",
      name: "#1",
      currency: "USD",
      total: 100,
      presentmentCurrency: "USD",
      presentmentTotal: 100,
      discountTotal: 0,
      discountCodes: [],
      items: [],
      test: false,
      isShopping: true,
      createdAt: orderedAt,
      updatedAt: orderedAt,
    })
    .run();
  drizzle.insert(orderProducts).values({ shop: SHOP, orderId: "o1", productId: "p-v9", orderedAt }).run();
  await world.subscribe("ada");
  await world.subscribe("buyer");
  await world.link("buyer", "link-1");
  await world.pass(DAY);
  await world.order("1001", { linkId: "link-1" });
  await world.pass(3 * DAY);

  const ofAda = world.pushes.filter(({ endpoint }) => endpoint.endsWith("ada"));
  expect(ofAda.map(({ notification }) => notification.title)).toEqual([
    "Welcome to Harbour Goods",
    "Most loved at Harbour Goods: Harbour mug",
  ]);
  expect(ofAda[1]?.notification.data.url).toContain("/collections/all?sort_by=best-selling");
  expect(world.pushes.filter(({ endpoint }) => endpoint.endsWith("buyer"))).toHaveLength(1);
});
