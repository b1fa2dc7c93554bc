import { expect, test } from "vitest";
import { createTestStore } from "../../tests/support/test-store.ts";
import { manualClock } from "../../tests/support/manual-clock.ts";
import type { AdminApi } from "../shopify/admin-api.ts";
import { CATALOGUE_JOB, catalogueJob } from "../shopify/catalogue.ts";
import { CATALOGUE_COLLECTIONS, CATALOGUE_VARIANTS, LOCAL_VARIANTS } from "../shopify/operations.ts";
import type { VariantNow } from "../shopify/operations.ts";
import { interests, subscriptions } from "../store/sqlite/schema.server.ts";
import { ensureDefaultJourneys, setEnabled } from "../journeys/journeys.server.ts";
import { catalogueHandler } from "./catalogue.server.ts";
import { localVariants } from "./local-variants.server.ts";

const SHOP = "harbour.myshopify.com";
const DAY = 86_400_000;

function variant(number: number): VariantNow {
  return {
    id: `gid://shopify/ProductVariant/${number}`,
    title: "Default Title",
    price: "19.99",
    compareAtPrice: null,
    availableForSale: true,
    sellableOnlineQuantity: 4,
    inventoryPolicy: "DENY",
    inventoryItem: { id: "gid://shopify/InventoryItem/7", tracked: true },
    media: { nodes: [] },
    product: {
      id: `gid://shopify/Product/p${number}`,
      title: `Mug ${number}`,
      handle: `mug-${number}`,
      status: "ACTIVE",
      vendor: "Kiln",
      productType: "Mugs",
      featuredMedia: null,
    },
  };
}

const COLLECTIONS = [
  { handle: "mugs", ids: ["p1", "p2"] },
  { handle: "new", ids: ["p120"] },
];

/** A shop with 120 variants and two collections, of which each page is asked as Shopify is. */
async function shopToRead() {
  const store = await createTestStore();
  const clock = manualClock();
  const asked: Record<string, unknown>[] = [];
  let isUp = true;
  const admin: AdminApi = {
    async query<T>(_shop: string, operation: string, variables: Record<string, unknown> = {}) {
      if (!isUp) return { ok: false, reason: "later", message: "throttled", retryAfterMs: 5_000 };
      asked.push(variables);
      const from = Number(variables.after ?? 0);
      if (operation === CATALOGUE_VARIANTS) {
        const nodes = Array.from({ length: Math.min(50, 120 - from) }, (_, index) => variant(from + index + 1));
        const pageInfo = { hasNextPage: from + 50 < 120, endCursor: String(from + 50) };
        return { ok: true, data: { productVariants: { nodes, pageInfo } } as T };
      }
      if (operation === CATALOGUE_COLLECTIONS) {
        const { handle = "", ids = [] } = COLLECTIONS[from] ?? {};
        const products = { nodes: ids.map((id) => ({ id: `gid://shopify/Product/${id}` })) };
        const pageInfo = { hasNextPage: from + 1 < COLLECTIONS.length, endCursor: String(from + 1) };
        return { ok: true, data: { collections: { nodes: [{ handle, products }], pageInfo } } as T };
      }
      if (operation !== LOCAL_VARIANTS) throw new Error("Not asked for here");
      const price = { amount: "2900", currencyCode: "JPY" };
      const nodes = (variables.ids as string[]).map((id) => ({
        id,
        contextualPricing: { price, compareAtPrice: null },
      }));
      return { ok: true, data: { nodes } as T };
    },
  };
  await store.shops.install(SHOP, [], clock.now());
  const handler = catalogueHandler({ store, clock, admin, local: localVariants({ admin, clock }) });
  return {
    store,
    clock,
    asked,
    setUp(up: boolean) {
      isUp = up;
    },
    /** Does the jobs that fall due until there is none for an hour; says when the next one is. */
    async read(most = 100) {
      for (let count = 0; count < most; count += 1) {
        const due = await store.jobs.nextDueAt([CATALOGUE_JOB]);
        if (!due || due.getTime() - clock.now().getTime() > DAY / 24) return due;
        clock.advance(Math.max(0, due.getTime() - clock.now().getTime()));
        const lease = { owner: "test", now: clock.now(), leaseUntil: new Date(clock.machineNow().getTime() + 60_000) };
        const [job] = await store.jobs.claim({ kinds: [{ kind: CATALOGUE_JOB, limit: 1 }], ...lease });
        if (!job) return null;
        const result = await handler(job, new AbortController().signal);
        const { id } = job;
        const outcome =
          result.type === "snooze"
            ? { id, type: "snooze" as const, runAt: result.until }
            : { id, type: "done" as const };
        await store.jobs.finish("test", [outcome], clock.machineNow());
      }
      return null;
    },
  };
}

test("reads page by page all that a shop sells and what its collections hold", async () => {
  const { store, clock, read } = await shopToRead();
  await store.recommendations.saveCollection(SHOP, "gone", ["p1"], new Date(clock.now().getTime() - DAY));
  await store.jobs.schedule(catalogueJob(SHOP, clock.now(), null));
  const next = await read();

  const [last] = await store.mirror.variants(SHOP, ["120"]);
  expect(last).toMatchObject({ productId: "p120", handle: "mug-120", vendor: "Kiln", price: 1_999, isAvailable: true });
  expect(await store.recommendations.inCollection(SHOP, "mugs", 10)).toEqual(["p1", "p2"]);
  expect(await store.recommendations.inCollection(SHOP, "gone", 10)).toEqual([]);
  expect(next?.getTime()).toBeGreaterThan(clock.now().getTime() + DAY - 3_600_000);
});

test("goes on with the page it was at when Shopify has no more to give for a while", async () => {
  const { store, clock, asked, read, setUp } = await shopToRead();
  await store.jobs.schedule(catalogueJob(SHOP, clock.now(), null));
  await read(1);
  setUp(false);
  await read(3);
  setUp(true);
  await read();

  expect(asked.slice(0, 3).map(({ after }) => after)).toEqual([null, "50", "100"]);
  expect(await store.mirror.variants(SHOP, ["1", "60", "120"])).toHaveLength(3);
});

test("reads a day later only what has changed since", async () => {
  const { store, clock, asked, read } = await shopToRead();
  const began = clock.now();
  await store.jobs.schedule(catalogueJob(SHOP, began, null));
  await read();
  asked.length = 0;
  clock.advance(DAY);
  await read();

  const hourBefore = new Date(began.getTime() - 3_600_000).toISOString();
  expect(asked[0]).toMatchObject({ after: null, changed: `updated_at:>='${hourBefore}'` });
});

test("records what things cost in the countries of those who care for them, once a journey looks at prices", async () => {
  const { store, clock, read } = await shopToRead();
  const { drizzle } = store.database;
  await ensureDefaultJourneys(store, SHOP, clock.now());
  await setEnabled(store, SHOP, "price_drop", true, clock.now());
  const at = clock.now();
  drizzle
    .insert(interests)
    .values({ shop: SHOP, visitorId: "visitor-ada", subject: "product:p1", variantId: "1", updatedAt: at })
    .run();
  drizzle
    .insert(subscriptions)
    .values({
      id: "s1",
      shop: SHOP,
      visitorId: "visitor-ada",
      endpoint: "https://fcm.googleapis.com/fcm/send/1",
      endpointHash: "hash",
      p256dh: "key",
      auth: "auth",
      vapidKeyId: 1,
      state: "active",
      pushService: "fcm",
      country: "JP",
      origin: "https://shop.example",
      proxyPath: "/apps/beckon",
      consentMarketing: true,
      mutedKinds: [],
      createdAt: at,
      lastSeenAt: at,
    })
    .run();
  await store.jobs.schedule(catalogueJob(SHOP, at, null));
  await read();

  const place = { country: "JP", currency: "JPY" };
  expect(await store.interests.prices(SHOP, "1", place)).toEqual([{ price: 2_900, at: expect.any(Date) }]);
});
