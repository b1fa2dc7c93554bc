import { expect, test } from "vitest";
import { sql } from "drizzle-orm";
import { setEnabled } from "../journeys/journeys.server.ts";
import { interests, runs, subscriptions, visitors } from "../store/sqlite/schema.server.ts";
import { createWorld, SHOP } from "../../tests/support/journey-world.ts";
import { variantWatchHandler } from "./variant-watch.server.ts";

const JOB = { payload: { shop: SHOP, variantId: "101" } } as Parameters<ReturnType<typeof variantWatchHandler>>[0];

/** A shop in which so many people saved a product of which one piece is left. Every third is one of a customer's browsers. */
async function lastPieceFor(count: number) {
  const world = await createWorld();
  const { store, clock } = world;
  const { drizzle } = store.database;
  await setEnabled(store, SHOP, "last_piece", true, clock.now());
  await world.subscribe("visitor-0", { isNew: false });
  await world.tell("visitor-0", [{ type: "wishlist_added", data: { productId: "11", variantId: "101" } }]);
  const [subscription] = drizzle.select().from(subscriptions).all();
  const [visitor] = drizzle.select().from(visitors).all();
  const [interest] = drizzle.select().from(interests).all();
  if (!subscription || !visitor || !interest) throw new Error("nobody to copy");
  for (let index = 1; index < count; index += 1) {
    const visitorId = `visitor-${index}`;
    const customerId = index % 3 === 0 ? `customer-${index % 2}` : null;
    drizzle
      .insert(visitors)
      .values({ ...visitor, visitorId, customerId })
      .run();
    drizzle
      .insert(interests)
      .values({ ...interest, visitorId })
      .run();
    const id = `subscription-${index}`;
    drizzle
      .insert(subscriptions)
      .values({ ...subscription, id, visitorId, endpoint: id, endpointHash: id })
      .run();
  }
  await store.mirror.saveVariants(SHOP, [
    {
      variantId: "101",
      productId: "11",
      inventoryItemId: "i-101",
      productTitle: "Linen shirt",
      variantTitle: null,
      handle: "linen-shirt",
      vendor: null,
      productType: null,
      image: null,
      price: 4_900,
      compareAtPrice: null,
      isAvailable: true,
      sellableQuantity: 1,
      updatedAt: clock.now(),
      deletedAt: null,
    },
  ]);
  const fresh = { refresh: async () => "shopify" as const };
  const local = { read: async () => new Map() };
  const watch = (signal = new AbortController().signal) =>
    variantWatchHandler({ store, clock, fresh, local })(JOB, signal);
  const started = () =>
    drizzle
      .select({ visitorId: runs.visitorId })
      .from(runs)
      .where(sql`journey = 'last_piece'`)
      .all();
  return { watch, started, clock };
}

test("starts a run for everybody whom it concerns, page by page, one for a customer and nobody's twice", async () => {
  const { watch, started } = await lastPieceFor(650);
  expect(await watch()).toEqual({ type: "done" });

  // 216 of them are browsers of two customers.
  expect(started()).toHaveLength(650 - 216 + 2);
  await watch();
  expect(new Set(started().map(({ visitorId }) => visitorId)).size).toBe(650 - 216 + 2);
  expect(started()).toHaveLength(650 - 216 + 2);
});

test("goes on where it was stopped", async () => {
  const { watch, started, clock } = await lastPieceFor(450);
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  expect(await watch(stop.signal)).toEqual({ type: "snooze", until: clock.now() });
  expect(started().length).toBeLessThan(302);

  await watch();
  expect(started()).toHaveLength(450 - 149 + 2);
});
