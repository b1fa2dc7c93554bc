import { expect, test } from "vitest";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World, WorldOptions } from "../support/journey-world.ts";

const COFFEE = { productId: "p1", variantId: "v1", title: "Coffee", quantity: 1, price: 1_200 };

async function worldWith(kind: string, options?: WorldOptions) {
  const world = await createWorld(options);
  await setEnabled(world.store, SHOP, kind, true, world.clock.now());
  await world.signIn("ada", "c1");
  await world.subscribe("ada", { isNew: false });
  await world.link("ada", "link-1");
  await world.pass(MINUTE);
  return world;
}

/** Other customers who ordered coffee and again after so many days. */
async function teach(world: World, gaps: number[]) {
  const now = world.clock.now().getTime();
  for (const [index, days] of gaps.entries()) {
    for (const [part, at] of [now - 100 * DAY, now - 100 * DAY + days * DAY].entries()) {
      await world.order(`old-${index}-${part}`, {
        customerId: `other-${index}`,
        items: [COFFEE],
        createdAt: new Date(at),
        isShopping: false,
      });
    }
  }
}

test("reminds of what was bought a week after it was paid", async () => {
  const world = await worldWith("repurchase");
  await world.order("1001", { linkId: "link-1", items: [COFFEE], paidAt: null });
  await world.pass(HOUR);
  const paidAt = world.clock.now();
  await world.order("1001", { linkId: "link-1", items: [COFFEE], paidAt, updatedAt: paidAt });

  await world.pass(7 * DAY - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes[0]?.notification).toMatchObject({
    title: "Time for more Coffee?",
    data: { kind: "repurchase" },
  });
  expect(world.pushes[0]?.notification.data.url).toContain("https://shop.example/products/linen-shirt?variant=v1&");
  await world.pass(60 * DAY);
  expect(world.pushes).toHaveLength(1);
});

test("waits as long as half of the shop's own customers do before they order the product again", async () => {
  const world = await worldWith("repurchase");
  await teach(world, [10, 20, 30, 40, 50]);
  await world.order("1001", { linkId: "link-1", items: [COFFEE] });

  await world.pass(30 * DAY - 1);
  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toEqual(["repurchase 1 delayed not_used_up"]);
  await world.pass(1);
  expect(world.titles()).toEqual(["Time for more Coffee?"]);
});

test.each([
  [5, 5],
  [1, 3],
])("reminds sooner when customers order the product again after %d days: after %d", async (usual, waited) => {
  const world = await worldWith("repurchase");
  await teach(world, [usual, usual, usual, usual, usual]);
  await world.order("1001", { linkId: "link-1", items: [COFFEE] });

  await world.pass(waited * DAY - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.titles()).toEqual(["Time for more Coffee?"]);
  await world.pass(30 * DAY);
  expect(world.pushes).toHaveLength(1);
});

test("learns nothing from too few", async () => {
  const world = await worldWith("repurchase");
  await teach(world, [30, 30, 30, 30]);
  await world.order("1001", { linkId: "link-1", items: [COFFEE] });
  await world.pass(7 * DAY);

  expect(world.pushes).toHaveLength(1);
});

test("counts anew from an order of the same, and reminds of nothing unpaid, cancelled, refunded or sold out", async () => {
  const again = await worldWith("repurchase");
  await again.order("1001", { linkId: "link-1", items: [COFFEE] });
  await again.pass(5 * DAY);
  await again.order("1002", { customerId: "c1", items: [COFFEE] });
  await again.pass(7 * DAY - 1);
  expect(again.pushes).toEqual([]);
  await again.pass(1);
  expect(again.pushes).toHaveLength(1);

  const none = await worldWith("repurchase");
  const cancelledAt = none.clock.now();
  await none.order("1001", { linkId: "link-1", items: [COFFEE], paidAt: null });
  await none.order("1002", { linkId: "link-1", items: [{ ...COFFEE, variantId: "v2" }], cancelledAt });
  await none.order("1003", { linkId: "link-1", items: [{ ...COFFEE, variantId: "v3" }] });
  await none.order("1004", { linkId: "link-1", items: [{ ...COFFEE, variantId: "v4" }] });
  none.stock.set("v3", 0);
  const refund = { type: "refund", refundId: "r", orderId: "1004", amount: 1_000, createdAt: cancelledAt } as const;
  await none.record({ kind: "order_refunded", orderId: "1004", changes: [refund] });
  await none.pass(30 * DAY);
  expect(none.pushes).toEqual([]);
});

test("offers a code to a customer who has not ordered for 60 days", async () => {
  const world = await worldWith("win_back");
  await world.order("1001", { customerId: "c1" });
  await world.pass(50 * DAY);
  const [code] = world.giveCodes(1, 15, new Date(world.clock.now().getTime() + 30 * DAY));
  await world.pass(10 * DAY - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);

  expect(world.pushes[0]?.notification).toMatchObject({
    title: "15% off, because we miss you",
    data: { kind: "win_back", code },
  });
  await world.pass(60 * DAY);
  expect(world.pushes).toHaveLength(1);
});

test("thanks instead who ordered within that time, on whichever device, and counts from that order", async () => {
  const world = await worldWith("win_back");
  await world.signIn("phone", "c1");
  await world.order("1001", { customerId: "c1" });
  await world.pass(30 * DAY);
  await world.order("1002", { customerId: "c1" });
  await world.order("1002", { customerId: "c1", sourceId: "paid" });
  await world.pass(HOUR);
  expect(world.titles()).toEqual(["Good to have you back"]);

  await world.pass(60 * DAY - HOUR - 1);
  expect(world.pushes).toHaveLength(1);
  await world.pass(1 + 2 * HOUR);
  expect(world.titles().at(-1)).toBe("It has been a while");
  await world.pass(60 * DAY);
  expect(world.pushes).toHaveLength(2);
});

test("leaves the thanks to the thank-you journey when that is on", async () => {
  const world = await worldWith("win_back");
  await setEnabled(world.store, SHOP, "thank_you", true, world.clock.now());
  await world.order("1001", { customerId: "c1" });
  await world.pass(30 * DAY);
  await world.order("1002", { customerId: "c1" });
  await world.pass(DAY);

  expect(world.pushes.map(({ notification }) => notification.data.kind)).toEqual(["thank_you", "thank_you"]);
});

test("wins back nobody who is not signed in, and nobody whose order was cancelled", async () => {
  const world = await worldWith("win_back");
  await world.subscribe("bob", { isNew: false });
  await world.link("bob", "link-2");
  await world.order("1001", { linkId: "link-2" });
  await world.order("1002", { customerId: "c1" });
  await world.pass(DAY);
  const cancelledAt = world.clock.now();
  await world.order("1002", {
    customerId: "c1",
    createdAt: new Date(cancelledAt.getTime() - DAY),
    cancelledAt,
    updatedAt: cancelledAt,
  });
  await world.pass(90 * DAY);

  expect(world.pushes).toEqual([]);
});

test("wins back who ordered before it was switched on, when their time has come, and nobody who ordered since", async () => {
  const world = await createWorld({ start: new Date("2026-09-01T12:00:00Z") });
  for (const [visitorId, customerId] of [
    ["ann", "c1"],
    ["bob", "c2"],
  ] as const) {
    await world.signIn(visitorId, customerId);
    await world.subscribe(visitorId, { isNew: false });
    await world.order(`first-${customerId}`, { customerId });
  }
  await world.pass(20 * DAY);
  await world.order("second-c2", { customerId: "c2" });
  await world.pass(10 * DAY);
  await setEnabled(world.store, SHOP, "win_back", true, world.clock.now());
  await world.pass(29 * DAY);
  expect(world.pushes).toEqual([]);
  await world.pass(2 * DAY);
  expect(world.titles()).toEqual(["It has been a while"]);
  await world.pass(60 * DAY);
  expect(world.pushes).toHaveLength(2);
});
