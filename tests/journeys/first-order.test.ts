import { expect, test } from "vitest";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { createWorld, DAY, HOUR, SHOP } from "../support/journey-world.ts";

async function offeringWorld() {
  const world = await createWorld();
  await setEnabled(world.store, SHOP, "welcome", false, world.clock.now());
  await setEnabled(world.store, SHOP, "first_order", true, world.clock.now());
  const codes = world.giveCodes(3, 10, new Date(world.clock.now().getTime() + 40 * DAY));
  return { world, codes };
}

test("gives a customer without an order a code of their own on the second day", async () => {
  const { world, codes } = await offeringWorld();
  await world.signIn("ada", "c1");
  await world.subscribe("ada");

  await world.pass(2 * DAY - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  const notification = world.pushes[0]?.notification;
  expect(notification).toMatchObject({ title: "10% off for your first order", data: { kind: "first_order" } });
  expect(codes).toContain(notification?.data.code);
  await world.pass(30 * DAY);
  expect(world.pushes).toHaveLength(1);
});

test("gives nothing to a customer for whom Shopify counts orders we never heard of", async () => {
  const { world } = await offeringWorld();
  world.countOrders("c1", 3);
  await world.signIn("ada", "c1");
  await world.subscribe("ada");
  await world.pass(30 * DAY);

  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toEqual(["first_order 1 dropped bought"]);
});

test("waits while Shopify cannot be asked", async () => {
  const { world } = await offeringWorld();
  await world.signIn("ada", "c1");
  await world.subscribe("ada");
  world.setShopifyUp(false);
  await world.pass(3 * DAY);
  expect(world.pushes).toEqual([]);
  world.setShopifyUp(true);
  await world.pass(HOUR);

  expect(world.pushes).toHaveLength(1);
});

test("gives an anonymous visitor a code only after 14 days without an order", async () => {
  const { world } = await offeringWorld();
  await world.subscribe("ada");
  await world.pass(14 * DAY - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.titles()).toEqual(["10% off for your first order"]);
});

test("gives nothing once an order is linked, also one made by another browser of the customer", async () => {
  const { world } = await offeringWorld();
  await world.subscribe("ada");
  await world.link("ada", "link-1");
  await world.signIn("bob", "c1");
  await world.subscribe("bob");
  await world.signIn("bobs-phone", "c1");
  await world.link("bobs-phone", "link-2");
  await world.pass(DAY);
  await world.order("1001", { linkId: "link-1" });
  await world.order("1002", { linkId: "link-2" });
  await world.pass(30 * DAY);

  expect(world.pushes).toEqual([]);
});

test("gives nothing to who bought long before subscribing", async () => {
  const { world } = await offeringWorld();
  await world.view("ada");
  await world.link("ada", "link-1");
  await world.order("1001", { linkId: "link-1" });
  await world.pass(20 * DAY);
  await world.subscribe("ada");
  await world.pass(30 * DAY);

  expect(world.pushes).toEqual([]);
});

test("gives it once to a customer with two browsers, and nothing without consent to marketing", async () => {
  const { world } = await offeringWorld();
  await world.signIn("ada", "c1");
  await world.subscribe("ada");
  await world.pass(HOUR);
  await world.signIn("phone", "c1");
  await world.subscribe("phone");
  await world.signIn("bob", "c2");
  await world.subscribe("bob", { marketing: false });
  await world.pass(30 * DAY);

  expect(world.pushes).toHaveLength(1);
});
