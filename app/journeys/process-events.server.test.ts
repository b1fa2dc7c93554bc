import { expect, test } from "vitest";
import { buildItem, createWorld, SHOP } from "../../tests/support/journey-world.ts";
import { processEvents } from "./process-events.server.ts";

/** A shop whose mirror has a row for one visitor that nobody can read. */
async function brokenWorld() {
  const world = await createWorld();
  await world.subscribe("ada", { isNew: false });
  await world.subscribe("bob", { isNew: false });
  await world.pass(1);
  await world.cart("ada", [buildItem()]);
  await world.cart("bob", [buildItem()]);
  world.store.database.sqlite.prepare("update carts set items = 'no json' where visitor_id = 'ada'").run();
  return world;
}

test("keeps an event that cannot be looked at first in line", async () => {
  const world = await brokenWorld();

  await expect(processEvents(world.store, SHOP, world.clock.now())).rejects.toThrow();
  expect(await world.store.events.unprocessed(SHOP, 10)).toHaveLength(2);
});

test("passes it over when told so, and looks at the others", async () => {
  const world = await brokenWorld();
  const broken: (string | null)[] = [];

  await processEvents(world.store, SHOP, world.clock.now(), (event) => broken.push(event.visitorId));

  expect(broken).toEqual(["ada"]);
  expect(await world.store.events.unprocessed(SHOP, 10)).toEqual([]);
  expect((await world.store.runs.person(SHOP, "bob", world.clock.now()))?.runs).toHaveLength(1);
});
