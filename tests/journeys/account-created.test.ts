import { expect, test } from "vitest";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World } from "../support/journey-world.ts";

async function greetingWorld(start: string, timezone = "UTC") {
  const world = await createWorld({ start: new Date(start) });
  await setEnabled(world.store, SHOP, "account_created", true, world.clock.now());
  await world.subscribe("ada", { isNew: false, timezone });
  await world.pass(MINUTE);
  return world;
}

async function makeAccount(world: World, customerId: string, createdAt = world.clock.now()) {
  const change = {
    type: "customer",
    customerId,
    firstName: "Ada",
    locale: null,
    createdAt,
    updatedAt: createdAt,
  } as const;
  await world.record({ kind: "customer_updated", customerId, changes: [change] });
}

test("greets who made an account at once when it is morning there, by name", async () => {
  const world = await greetingWorld("2026-11-02T09:30:00Z");
  await world.signIn("ada", "c1");
  await makeAccount(world, "c1");
  await world.pass(MINUTE);

  expect(world.titles()).toEqual(["Your account is ready, Ada"]);
});

test("waits for the morning where the shopper is, across a change to winter time", async () => {
  const world = await greetingWorld("2026-10-24T16:00:00Z", "Europe/Berlin");
  await makeAccount(world, "c1");
  await world.signIn("ada", "c1");
  for (let views = 0; views < 3; views += 1) {
    await world.pass(MINUTE);
    await world.view("ada");
  }
  await world.pass(2 * DAY);

  expect(world.ledger()).toEqual(["account_created 0 delayed local_morning", "account_created 0 sent due"]);
  expect(world.pushes.map(({ at }) => at.toISOString())).toEqual(["2026-10-25T08:00:00.000Z"]);
});

test("greets once, whatever is heard of the customer and on whichever browser", async () => {
  const world = await greetingWorld("2026-11-02T09:30:00Z");
  await makeAccount(world, "c1");
  await world.signIn("ada", "c1");
  await world.subscribe("phone", { isNew: false });
  await world.signIn("phone", "c1");
  await makeAccount(world, "c1");
  await world.pass(HOUR);
  await world.view("phone");
  await world.signIn("ada", "c1");
  await world.pass(2 * DAY);

  expect(world.pushes).toHaveLength(1);
});

test("greets neither a guest whose order made a customer, nor who signs in with an old account", async () => {
  const world = await greetingWorld("2026-11-02T09:30:00Z");
  await world.link("ada", "link-1");
  await makeAccount(world, "guest");
  await world.order("1001", { linkId: "link-1", customerId: "guest" });
  await world.subscribe("bob", { isNew: false });
  await makeAccount(world, "c2", new Date(world.clock.now().getTime() - 2 * DAY));
  await world.signIn("bob", "c2");
  await world.pass(2 * DAY);

  expect(world.pushes).toEqual([]);
});
