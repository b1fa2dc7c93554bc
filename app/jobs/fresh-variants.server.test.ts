import { expect, test } from "vitest";
import { createTestStore } from "../../tests/support/test-store.ts";
import { manualClock } from "../../tests/support/manual-clock.ts";
import type { AdminApi } from "../shopify/admin-api.ts";
import type { VariantNow } from "../shopify/operations.ts";
import { freshVariants } from "./fresh-variants.server.ts";

const SHOP = "harbour.myshopify.com";

function variant(id: string, changes: Partial<VariantNow> = {}): VariantNow {
  return {
    id,
    title: "Default Title",
    price: "19.99",
    compareAtPrice: "25.00",
    availableForSale: true,
    sellableOnlineQuantity: 4,
    inventoryPolicy: "DENY",
    inventoryItem: { id: "gid://shopify/InventoryItem/7", tracked: true },
    media: { nodes: [] },
    product: {
      id: "gid://shopify/Product/9",
      title: "Mug",
      handle: "mug",
      status: "ACTIVE",
      vendor: "",
      productType: "",
      featuredMedia: { preview: { image: { url: "https://cdn.example/mug.png" } } },
    },
    ...changes,
  };
}

async function createReader(answer: (id: string) => VariantNow | null = variant) {
  const store = await createTestStore();
  const clock = manualClock();
  const calls: string[][] = [];
  const admin: AdminApi = {
    async query<T>(_shop: string, _operation: string, variables?: Record<string, unknown>) {
      const ids = (variables?.ids ?? []) as string[];
      calls.push(ids);
      return { ok: true, data: { nodes: ids.map(answer) } as T };
    },
  };
  return { store, clock, calls, fresh: freshVariants({ store, admin, clock }) };
}

test("reads what falls due together in one call, each variant once", async () => {
  const { fresh, calls } = await createReader();
  const answers = await Promise.all([
    fresh.refresh(SHOP, ["1", "2"]),
    fresh.refresh(SHOP, ["2", "3"]),
    fresh.refresh(SHOP, ["1"]),
  ]);

  expect(answers).toEqual(["shopify", "shopify", "shopify"]);
  expect(calls).toEqual([["1", "2", "3"].map((id) => `gid://shopify/ProductVariant/${id}`)]);
});

test("does not read again within a minute", async () => {
  const { fresh, calls, clock } = await createReader();
  await fresh.refresh(SHOP, ["1"]);
  clock.advance(59_999);
  await fresh.refresh(SHOP, ["1"]);
  expect(calls).toHaveLength(1);
  clock.advance(1);
  await fresh.refresh(SHOP, ["1"]);
  expect(calls).toHaveLength(2);
});

test("reads again when the shop's clock was moved back", async () => {
  const { fresh, calls, clock } = await createReader();
  await fresh.refresh(SHOP, ["1"]);
  clock.jump(-3_600_000);
  await fresh.refresh(SHOP, ["1"]);
  expect(calls).toHaveLength(2);
});

test("writes down stock, price and names", async () => {
  const { fresh, store } = await createReader();
  await fresh.refresh(SHOP, ["1"]);
  expect(await store.mirror.variants(SHOP, ["1"])).toMatchObject([
    {
      variantId: "1",
      productId: "9",
      inventoryItemId: "7",
      productTitle: "Mug",
      variantTitle: null,
      price: 1_999,
      compareAtPrice: 2_500,
      image: "https://cdn.example/mug.png",
      isAvailable: true,
      sellableQuantity: 4,
    },
  ]);
});

test.each<[string, Partial<VariantNow>, boolean, number | null]>([
  ["pieces at a place that does not sell online", { sellableOnlineQuantity: 0 }, false, 0],
  ["sold on when out of stock", { sellableOnlineQuantity: 0, inventoryPolicy: "CONTINUE" }, true, null],
  [
    "not counted",
    { sellableOnlineQuantity: 0, inventoryItem: { id: "gid://shopify/InventoryItem/7", tracked: false } },
    true,
    null,
  ],
  ["not for sale", { availableForSale: false }, false, 4],
  ["a draft", { product: { ...variant("1").product, status: "DRAFT" } }, false, 4],
])("decides on what can really be bought: %s", async (_, changes, isAvailable, sellableQuantity) => {
  const { fresh, store } = await createReader((id) => variant(id, changes));
  await fresh.refresh(SHOP, ["1"]);
  expect(await store.mirror.variants(SHOP, ["1"])).toMatchObject([{ isAvailable, sellableQuantity }]);
});

test("takes a variant that Shopify no longer has for sold out", async () => {
  const { fresh, store } = await createReader(() => null);
  await fresh.refresh(SHOP, ["1"]);
  expect(await store.mirror.variants(SHOP, ["1"])).toMatchObject([{ isAvailable: false, deletedAt: expect.any(Date) }]);
});
