import { expect, test } from "vitest";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { apiOf } from "../support/api-call.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World, WorldOptions } from "../support/journey-world.ts";

async function orderedWorld(kind: string, options?: WorldOptions & { locale?: string }) {
  const world = await createWorld(options);
  await setEnabled(world.store, SHOP, "shipping", false, world.clock.now());
  await setEnabled(world.store, SHOP, kind, true, world.clock.now());
  await world.subscribe("ada-browser", {
    isNew: false,
    locale: options?.locale ?? "en",
    timezone: options?.timezone ?? "UTC",
  });
  await world.link("ada-browser", "link-1");
  const items = [{ productId: "p-v1", variantId: "v1", title: "Linen shirt", quantity: 1, price: 4_900 }];
  await world.order("1001", { linkId: "link-1", items });
  await world.pass(2 * DAY);
  return world;
}

const delivered = (world: World, id = "f1", orderId = "1001") =>
  world.fulfill(id, orderId, { shipmentStatus: "delivered" });

test("asks for a review a week after the delivery, on the product's own page", async () => {
  const world = await orderedWorld("review_request");
  await world.fulfill("f1", "1001", { shipmentStatus: "out_for_delivery" });
  await world.pass(HOUR);
  await delivered(world);

  await world.pass(7 * DAY - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes[0]?.notification).toMatchObject({
    title: "How do you like Linen shirt?",
    data: { kind: "review_request" },
  });
  expect(world.pushes[0]?.notification.data.url).toContain("https://shop.example/products/linen-shirt?");
  await world.pass(30 * DAY);
  expect(world.pushes).toHaveLength(1);
});

test("asks once for an order in two parcels, a week after the last, however often it is told", async () => {
  const world = await orderedWorld("review_request");
  await delivered(world, "f1");
  await world.pass(3 * DAY);
  await delivered(world, "f2");
  await world.pass(HOUR);
  await delivered(world, "f2");
  await world.pass(7 * DAY - HOUR - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes).toHaveLength(1);
  await delivered(world, "f1");
  await world.pass(30 * DAY);
  expect(world.pushes).toHaveLength(1);
});

test("keeps the shopper's quiet hours across a change to winter time", async () => {
  const world = await orderedWorld("review_request", {
    start: new Date("2026-10-21T21:30:00Z"),
    timezone: "Europe/Berlin",
    settings: { quietHours: { enabled: true } },
  });
  await delivered(world);
  await world.pass(8 * DAY);

  // Due at 22:30 in Berlin after the clocks went back: it waits for the morning.
  expect(world.pushes.map(({ at }) => at.toISOString())).toEqual(["2026-10-31T07:00:00.000Z"]);
});

test("asks nobody who returned or cancelled the order, or is a stranger to it", async () => {
  for (const spoil of [
    async (world: World) => {
      const cancelledAt = world.clock.now();
      await world.order("1001", { linkId: "link-1", cancelledAt, updatedAt: cancelledAt });
    },
    async (world: World) => {
      const createdAt = world.clock.now();
      await world.record({
        kind: "order_refunded",
        orderId: "1001",
        changes: [{ type: "refund", refundId: "r1", orderId: "1001", amount: 1_000, createdAt }],
      });
    },
  ]) {
    const world = await orderedWorld("review_request");
    await delivered(world);
    await world.pass(DAY);
    await spoil(world);
    await world.pass(30 * DAY);
    expect(world.pushes).toEqual([]);
  }

  const world = await orderedWorld("review_request");
  await world.order("2002", { cartToken: "somebody-elses" });
  await delivered(world, "f9", "2002");
  await world.pass(30 * DAY);
  expect(world.pushes).toEqual([]);
});

test("does not ask who has written one already, and thanks for it instead", async () => {
  const world = await orderedWorld("review_request");
  await setEnabled(world.store, SHOP, "review_thanks", true, world.clock.now());
  await delivered(world);
  await world.pass(DAY);
  const api = await apiOf(world);
  const data = { reviewId: "r-1", productTitle: "Linen shirt", rating: 5 };
  await api("POST", "events", { visitorId: "ada-browser", type: "review_created", data });
  await world.pass(MINUTE);
  await api("POST", "events", { visitorId: "ada-browser", type: "review_created", data });
  await world.pass(30 * DAY);

  expect(world.titles()).toEqual(["Thank you for your review"]);
  expect(world.pushes[0]?.notification.body).toBe(
    "What you wrote about Linen shirt helps others choose, and us to do better.",
  );
  expect(world.ledger()).toContain("review_request 1 dropped reviewed");
});

test("thanks a customer for a review once, on the browser used last, in its language", async () => {
  const world = await orderedWorld("review_thanks");
  await world.signIn("ada-browser", "77");
  await world.pass(MINUTE);
  await world.subscribe("phone-browser", { isNew: false, locale: "ar" });
  await world.signIn("phone-browser", "77");
  await world.pass(MINUTE);
  const api = await apiOf(world);
  await api("POST", "events", { customerId: "77", type: "review_created", data: { rating: 4 } });
  await world.pass(DAY);

  expect(world.titles()).toEqual(["شكرًا على تقييمك"]);
});

test("thanks nobody late, and nobody the merchant's filter leaves out", async () => {
  const world = await orderedWorld("review_thanks");
  const api = await apiOf(world);
  const told = { visitorId: "ada-browser", type: "review_created" };
  const at = new Date(world.clock.now().getTime() - HOUR).toISOString();
  await api("POST", "events", { ...told, at, data: { reviewId: "old" } });
  const journey = (await api("GET", "journeys/review_thanks")).json;
  const filter = { all: [{ field: "rating", op: "gte", value: 4 }] };
  await api("PUT", "journeys/review_thanks", { ...(journey.definition as object), filter });
  await api("POST", "events", { ...told, data: { reviewId: "bad", rating: 1 } });
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
});

test("tells at once of points that were credited, each credit once", async () => {
  const world = await orderedWorld("points");
  const api = await apiOf(world);
  const told = { visitorId: "ada-browser", type: "points_credited", id: "credit-1" };
  await api("POST", "events", { ...told, data: { points: 120, balance: 480 } });
  await api("POST", "events", { ...told, data: { points: 120, balance: 480 } });
  await world.pass(DAY);

  expect(world.pushes.map(({ notification }) => [notification.title, notification.body])).toEqual([
    ["120 points are yours", "That makes 480 in all. Use them for your next order at Harbour Goods."],
  ]);
  expect(world.pushes[0]?.notification.data.url).toContain("https://shop.example/account?");
});

test("tells of points in Arabic without a hole where no balance is known", async () => {
  const world = await orderedWorld("points", { locale: "ar" });
  const api = await apiOf(world);
  await api("POST", "events", { visitorId: "ada-browser", type: "points_credited", data: { points: 30 } });
  await world.pass(MINUTE);

  expect(world.pushes[0]?.notification).toMatchObject({ title: "نقاط جديدة في رصيدك: 30", dir: "rtl" });
  expect(world.pushes[0]?.notification.body).toContain("استخدمها في طلبك القادم من");
});
