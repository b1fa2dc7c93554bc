import { expect, test } from "vitest";
import { orderProducts, productCollections, variants } from "../store/sqlite/schema.server.ts";
import { interests } from "../store/sqlite/schema.server.ts";
import { createTestStore } from "../../tests/support/test-store.ts";
import { recordEvents } from "../events/record-events.ts";
import { alternatives, moreOfCollection, relatedProducts } from "./recommend.ts";

const SHOP = "harbour.myshopify.com";
const NOON = new Date("2026-11-21T12:00:00Z");

type Product = Partial<typeof variants.$inferInsert> & { productId: string };

async function shopWith(products: Product[]) {
  const store = await createTestStore();
  const { drizzle, sqlite } = store.database;
  sqlite.transaction(() => {
    for (const product of products)
      drizzle
        .insert(variants)
        .values({
          shop: SHOP,
          variantId: `v-${product.productId}`,
          productTitle: `Product ${product.productId}`,
          handle: `product-${product.productId}`,
          price: 1_000,
          updatedAt: NOON,
          ...product,
        })
        .run();
  })();
  return {
    store,
    order(orderId: string, ...productIds: string[]) {
      for (const productId of new Set(productIds))
        drizzle.insert(orderProducts).values({ shop: SHOP, orderId, productId, orderedAt: NOON }).run();
    },
    looks(visitorId: string, ...productIds: string[]) {
      for (const productId of new Set(productIds))
        drizzle
          .insert(interests)
          .values({ shop: SHOP, visitorId, subject: `product:${productId}`, updatedAt: NOON })
          .run();
    },
    collection(handle: string, ...productIds: string[]) {
      for (const productId of productIds)
        drizzle.insert(productCollections).values({ shop: SHOP, handle, productId, updatedAt: NOON }).run();
    },
  };
}

const item = (productId: string) => ({ productId, variantId: null, title: "", quantity: 1, price: 1_000 });
/** SQL for the numbers from 0 as `n(i)`. */
const numbers = (count: number) =>
  `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})`;
const ids = (products: { productId: string }[]) => products.map(({ productId }) => productId);

test("puts what was bought together before what was looked at together, and that before the shelf", async () => {
  const { store, order, looks, collection } = await shopWith(
    ["1", "2", "3", "4", "5"].map((productId) => ({ productId, productType: productId === "5" ? "Shirts" : "Other" })),
  );
  order("o1", "1", "2");
  looks("ada", "1", "3");
  collection("summer", "1", "4");

  expect(ids(await relatedProducts(store, SHOP, ["1"], 10))).toEqual(["2", "3", "4"]);
});

test("recommends nothing that is sold out, deleted or asked about itself", async () => {
  const { store, order } = await shopWith([
    { productId: "1" },
    { productId: "2", isAvailable: false },
    { productId: "3", deletedAt: NOON },
    { productId: "4" },
  ]);
  order("o1", "1", "2", "3", "4");

  expect(ids(await relatedProducts(store, SHOP, ["1"], 10))).toEqual(["4"]);
});

test("finds another maker's product near the price, and the next better one that costs a little more", async () => {
  const shirt = { productType: "Shirts" };
  const { store } = await shopWith([
    { productId: "1", ...shirt, vendor: "Harbour", price: 4_000 },
    { productId: "2", ...shirt, vendor: "Harbour", price: 4_900 },
    { productId: "3", ...shirt, vendor: "Pier", price: 3_800 },
    { productId: "4", ...shirt, vendor: "Harbour", price: 9_900 },
    { productId: "5", productType: "Mugs", vendor: "Pier", price: 4_000 },
  ]);

  const found = await alternatives(store, SHOP, "1");
  expect([found.otherVendor?.productId, found.nextPriceUp?.productId]).toEqual(["3", "2"]);
});

test("shows of a collection what was not seen yet", async () => {
  const { store, collection, looks } = await shopWith(["1", "2", "3", "4"].map((productId) => ({ productId })));
  collection("summer", "1", "2", "3", "4");
  looks("bob", "1", "4");

  expect(ids(await moreOfCollection(store, SHOP, "summer", ["1", "2"], 10))).toEqual(["4", "3"]);
});

test("learns from an order what is bought together", async () => {
  const { store } = await shopWith([{ productId: "1" }, { productId: "2" }]);
  const order = {
    type: "order" as const,
    orderId: "1001",
    name: "#1001",
    cartToken: null,
    checkoutToken: null,
    linkId: null,
    customerId: null,
    currency: "USD",
    total: 2_000,
    presentmentCurrency: "USD",
    presentmentTotal: 2_000,
    discountTotal: 0,
    discountCodes: [],
    discountAmounts: {},
    items: [item("1"), item("2")],
    locale: null,
    sourceName: "web",
    test: false,
    isShopping: true,
    createdAt: NOON,
    updatedAt: NOON,
    paidAt: null,
    cancelledAt: null,
  };
  const event = {
    shop: SHOP,
    sourceId: "w1",
    kind: "order_created" as const,
    visitorId: null,
    customerId: null,
    cartToken: null,
    checkoutToken: null,
    orderId: "1001",
    occurredAt: NOON,
    data: {},
  };
  await recordEvents(store, [{ event, changes: [order] }], NOON);

  expect(ids(await relatedProducts(store, SHOP, ["1"], 10))).toEqual(["2"]);
});

test("answers for a shop with 20,000 products without walking its tables", async () => {
  const { store } = await shopWith([]);
  const { sqlite } = store.database;
  sqlite.exec(`
    ${numbers(20_000)}
    insert into variants (shop, variant_id, product_id, product_title, handle, vendor, product_type, price, updated_at)
    select '${SHOP}', 'v' || i, '' || i, 'Product ' || i, 'product-' || i, 'Vendor ' || (i % 90), 'Type ' || (i % 40),
      500 + (i % 700) * 10, 0 from n;
    ${numbers(20_000)}
    insert into product_collections (shop, handle, product_id, updated_at) select '${SHOP}', 'all', '' || i, 0 from n;
    ${numbers(8_000)}
    insert or ignore into order_products (shop, order_id, product_id, ordered_at)
    select '${SHOP}', 'o' || (i / 2), '' || iif(i % 2, i / 2 % 50, i * 7 % 20000), i from n;
    ${numbers(8_000)}
    insert or ignore into interests (shop, visitor_id, subject, updated_at)
    select '${SHOP}', 'visitor-' || (i / 2), 'product:' || iif(i % 2, i / 2 % 50, i * 11 % 20000), i from n;
  `);
  await relatedProducts(store, SHOP, ["1"], 12);

  const before = process.cpuUsage();
  for (let seed = 0; seed < 20; seed += 1) {
    expect(await relatedProducts(store, SHOP, [String(seed), String(seed + 20)], 12)).toHaveLength(12);
    await alternatives(store, SHOP, String(seed));
  }
  const { user, system } = process.cpuUsage(before);
  // Milliseconds of the processor for a page or a message, whatever else the machine does.
  expect((user + system) / 1_000 / 20).toBeLessThan(100);
});
