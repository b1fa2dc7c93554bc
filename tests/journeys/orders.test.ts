import { expect, test } from "vitest";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World, WorldOptions } from "../support/journey-world.ts";

async function worldWith(kind: string, options?: WorldOptions) {
  const world = await createWorld(options);
  await setEnabled(world.store, SHOP, kind, true, world.clock.now());
  await world.subscribe("ada", { isNew: false });
  await world.link("ada", "link-1");
  await world.pass(MINUTE);
  return world;
}

const kinds = (world: World) => world.pushes.map(({ notification }) => notification.data.kind);

test("is off after install", async () => {
  const world = await createWorld();
  await world.subscribe("ada", { isNew: false });
  await world.link("ada", "link-1");
  await world.order("1001", { linkId: "link-1" });
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
});

test("thanks for an order after a quarter of an hour, with a code for the next one", async () => {
  const world = await worldWith("thank_you");
  const [code] = world.giveCodes(1, 10, new Date(world.clock.now().getTime() + 40 * DAY));
  await world.order("1001", { linkId: "link-1", paidAt: null });

  await world.pass(15 * MINUTE - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes[0]?.notification).toMatchObject({
    title: "Thank you for your order #1001",
    data: { kind: "thank_you", code },
  });
  expect(world.pushes[0]?.notification.body).toContain(`10% off with the code ${code}`);
  expect(world.pushes[0]?.notification.data.url).toContain(`https://shop.example/discount/${code}?redirect=`);
  await world.pass(DAY);
  expect(world.pushes).toHaveLength(1);
});

test("thanks in Arabic, without a code when none can be had", async () => {
  const world = await createWorld();
  await setEnabled(world.store, SHOP, "thank_you", true, world.clock.now());
  await world.subscribe("ada", { isNew: false, locale: "ar" });
  await world.link("ada", "link-1");
  await world.order("1001", { linkId: "link-1" });
  await world.pass(HOUR);

  expect(world.pushes[0]?.notification).toMatchObject({ lang: "ar", dir: "rtl", data: { code: null } });
  expect(world.pushes[0]?.notification.title).toContain("شكرًا على طلبك");
  expect(world.pushes[0]?.notification.body).not.toContain("خصم");
});

test("does not thank for an order that was cancelled, however its events arrive", async () => {
  for (const isCancelledFirst of [true, false]) {
    const world = await worldWith("thank_you");
    const createdAt = world.clock.now();
    const cancelledAt = new Date(createdAt.getTime() + MINUTE);
    const made = () => world.order("1001", { linkId: "link-1", createdAt });
    const taken = () => world.order("1001", { linkId: "link-1", createdAt, cancelledAt, updatedAt: cancelledAt });
    await (isCancelledFirst ? taken() : made());
    await world.pass(2 * MINUTE);
    await (isCancelledFirst ? made() : taken());
    await world.pass(DAY);

    expect(world.pushes).toEqual([]);
  }
});

test("thanks once for an order told twice, and once for two orders within minutes", async () => {
  const world = await worldWith("thank_you");
  await world.order("1001", { linkId: "link-1", sourceId: "webhook-1" });
  await world.order("1001", { linkId: "link-1", sourceId: "webhook-1" });
  await world.order("1001", { linkId: "link-1", sourceId: "webhook-2" });
  await world.pass(5 * MINUTE);
  await world.order("1002", { linkId: "link-1" });
  await world.pass(HOUR);
  await world.order("1002", { linkId: "link-1", sourceId: "late" });
  await world.pass(DAY);

  expect(world.titles()).toEqual(["Thank you for your order #1002"]);
});

test("thanks a customer once, whichever browsers are signed in", async () => {
  const world = await worldWith("thank_you");
  await world.signIn("ada", "c1");
  await world.subscribe("phone", { isNew: false });
  await world.signIn("phone", "c1");
  await world.pass(MINUTE);
  await world.order("1001", { customerId: "c1" });
  await world.pass(5 * MINUTE);
  for (const browser of ["phone", "ada"]) await world.view(browser);
  await world.order("1001", { customerId: "c1", sourceId: "paid" });
  await world.pass(DAY);

  expect(kinds(world)).toEqual(["thank_you"]);
});

test("thanks nobody for an order that is a stranger's, no shopping, or old", async () => {
  const world = await worldWith("thank_you");
  await world.cart("ada", []);
  await world.order("1001", { cartToken: "cart-ada" });
  await world.order("1002", { linkId: "link-1", isShopping: false });
  await world.order("1003", { linkId: "link-1", createdAt: new Date(world.clock.now().getTime() - 2 * HOUR) });
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
});

test("thanks nobody who withdrew, and nobody once the app is gone", async () => {
  const world = await worldWith("thank_you");
  await world.subscribe("bob", { isNew: false });
  await world.link("bob", "link-2");
  await world.order("1001", { linkId: "link-1" });
  await world.order("1002", { linkId: "link-2" });
  await world.pass(MINUTE);
  const at = world.clock.now();
  const changes = [{ type: "consent_withdrawn", visitorId: "ada", at } as const];
  await world.record({ kind: "consent_withdrawn", visitorId: "ada", changes });
  await world.pass(MINUTE);
  await world.record({ kind: "uninstalled", changes: [{ type: "uninstalled", at: world.clock.now() }] });
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
});
