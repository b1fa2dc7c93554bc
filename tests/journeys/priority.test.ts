import { expect, test } from "vitest";
import { saveDefinition, setEnabled } from "../../app/journeys/journeys.server.ts";
import { ledger } from "../../app/store/sqlite/schema.server.ts";
import { apiOf } from "../support/api-call.ts";
import { buildItem, createWorld, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World } from "../support/journey-world.ts";

const CAPS = { enabled: true, perDay: 10, perWeek: 20, minimumGapMinutes: 60 };

/** Ada left a cart half an hour before its second message, of weight 70, is due. */
async function waitingForTheCart() {
  const world = await createWorld({ settings: { caps: CAPS } });
  await setEnabled(world.store, SHOP, "points", true, world.clock.now());
  await world.subscribe("ada", { isNew: false });
  await world.pass(2 * HOUR);
  world.giveCodes(2);
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(65 * MINUTE);
  expect(sent(world)).toEqual(["cart_recovery"]);
  return world;
}

const sent = ({ pushes }: World) => pushes.map(({ notification }) => notification.data.kind);
const credit = (world: World) => world.record({ kind: "points_credited", visitorId: "ada", data: { points: 50 } });

async function change(world: World, kind: string, part: Record<string, unknown>) {
  const journey = await world.store.journeys.get(SHOP, kind);
  await saveDefinition(world.store, SHOP, kind, { ...journey?.definition, ...part }, world.clock.now());
}

test("a message makes room for a more important one that would find none after it, and the ledger says which", async () => {
  const world = await waitingForTheCart();

  await credit(world);
  await world.pass(4 * HOUR);

  expect(sent(world)).toEqual(["cart_recovery", "cart_recovery", "points"]);
  const [, , points] = world.pushes;
  const [, cart] = world.pushes;
  expect(points && cart && points.at.getTime() - cart.at.getTime()).toBe(HOUR);
  const rows = ledgerOf(world);
  expect(rows.filter(({ journey }) => journey === "points").map(({ reason }) => reason)).toEqual([
    "outranked",
    "minimum_gap",
    "due",
  ]);
  expect(rows.find(({ reason }) => reason === "outranked")?.values).toMatchObject({
    by: "cart_recovery",
    itsPriority: 70,
    priority: 50,
  });
  expect(rows.find(({ reason }) => reason === "minimum_gap")?.values).toMatchObject({ by: "cart_recovery" });
});

test("the merchant's own order counts: then the cart's message waits", async () => {
  const world = await waitingForTheCart();
  await change(world, "points", { priority: 95 });

  await credit(world);
  await world.pass(4 * HOUR);

  expect(sent(world)).toEqual(["cart_recovery", "points", "cart_recovery"]);
});

test("what loses is dropped where its journey says so", async () => {
  const world = await waitingForTheCart();
  await change(world, "points", { whenHeld: "drop" });

  await credit(world);
  await world.pass(4 * HOUR);

  expect(sent(world)).toEqual(["cart_recovery", "cart_recovery"]);
  expect(world.ledger().filter((row) => row.startsWith("points"))).toEqual([
    expect.stringContaining("dropped outranked"),
  ]);
});

test("when the more important one does not leave after all, the other does", async () => {
  const world = await waitingForTheCart();

  await credit(world);
  await world.pass(5 * MINUTE);
  await world.cart("ada", []);
  await world.pass(2 * HOUR);

  expect(sent(world)).toEqual(["cart_recovery", "points"]);
});

test("a campaign makes room, too, and where nothing is in the way nobody waits", async () => {
  const world = await waitingForTheCart();
  await world.subscribe("ben", { isNew: false });
  await world.pass(MINUTE);
  const api = await apiOf(world);

  await api("POST", "notifications", { to: { all: true }, message: { title: "Sale", body: "Everything" } });
  await world.pass(4 * HOUR);

  const ofAda = world.pushes.filter(({ endpoint }) => endpoint.endsWith("ada"));
  expect(ofAda.map(({ notification }) => notification.data.kind)).toEqual([
    "cart_recovery",
    "cart_recovery",
    "campaign",
  ]);
  expect(world.ledger()).toContain("campaign null delayed outranked");
  const [, ofBen] = world.pushes;
  expect(ofBen?.endpoint.endsWith("ben")).toBe(true);
});

test.each([{ priority: 0 }, { priority: 101 }, { priority: 1.5 }, { whenHeld: "later" }])(
  "%j is refused",
  async (part) => {
    const world = await createWorld();

    await expect(change(world, "points", part)).rejects.toThrow(Object.keys(part)[0]);
  },
);

function ledgerOf({ store }: World) {
  return store.database.drizzle.select().from(ledger).all();
}
