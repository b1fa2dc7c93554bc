import { expect, test } from "vitest";
import { runPlaces } from "./run-places.ts";
import { saveDefinition } from "./journeys.server.ts";
import { cartRecovery } from "./kinds/cart-recovery.server.ts";
import { buildItem, createWorld, DAY, MINUTE, SHOP } from "../../tests/support/journey-world.ts";

test("counts who waits at which message, who left and why, each in the version they began with", async () => {
  const world = await createWorld();
  for (const visitorId of ["visitor-ada", "visitor-bob", "visitor-cyd"]) {
    await world.subscribe(visitorId, { isNew: false });
    await world.cart(visitorId, [buildItem()]);
    await world.leave(visitorId);
  }
  await world.pass(MINUTE);
  await world.cart("visitor-bob", []);
  await world.pass(4 * MINUTE);
  const changed = { ...cartRecovery.defaultDefinition, priority: 61 };
  await saveDefinition(world.store, SHOP, "cart_recovery", changed, world.clock.now());
  await world.subscribe("visitor-dee", { isNew: false });
  await world.cart("visitor-dee", [buildItem()]);
  await world.leave("visitor-dee");
  await world.pass(MINUTE);

  const [newest, before] = await runPlaces(world.store, SHOP, "cart_recovery", "en");
  expect(newest).toMatchObject({ version: 2, underWay: [{ step: "1", count: 1 }], finished: 0, ended: [] });
  expect(newest?.underWay[0]?.title).toBe(
    cartRecovery.defaultDefinition.steps.find((step) => step.type === "message")?.message["en"]?.title,
  );
  expect(before).toMatchObject({
    version: 1,
    underWay: [{ step: "3", count: 2 }],
    ended: [{ reason: "emptied", count: 1 }],
  });
  await world.pass(DAY);
  expect(await runPlaces(world.store, "another.myshopify.com", "cart_recovery", "en")).toEqual([]);
});

test("counts from an index alone", async () => {
  const { store } = await createWorld();
  const plan = store.database.sqlite
    .prepare(
      "explain query plan select version, state, step, exit_reason, count(*) from runs where shop = ? and journey = ? group by 1, 2, 3, 4",
    )
    .all(SHOP, "cart_recovery") as { detail: string }[];

  expect(plan.map(({ detail }) => detail)).toEqual([
    "SEARCH runs USING COVERING INDEX runs_by_place (shop=? AND journey=?)",
  ]);
});
