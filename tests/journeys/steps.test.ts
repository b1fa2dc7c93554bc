import { expect, test } from "vitest";
import { InvalidDefinitionError, saveDefinition, setEnabled } from "../../app/journeys/journeys.server.ts";
import { CALL_WEBHOOK_JOB } from "../../app/journeys/outgoing-webhook.ts";
import { visitors } from "../../app/store/sqlite/schema.server.ts";
import { buildItem, createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import { jobsOfKind } from "../support/test-store.ts";

const message = (title: string) => ({ type: "message", message: { en: { title, body: "b" } } });
const wait = (fields: object) => ({ type: "wait", ...fields });
const big = { all: [{ field: "cart_total", op: "gte", value: 10_000 }] };

/** A shop whose cart recovery has these steps, and a shopper who has just left a cart of 49.00. */
async function leftCart(
  steps: unknown[],
  { start, price = 4_900, ...more }: { start?: Date; price?: number } & Record<string, unknown> = {},
) {
  const world = await createWorld({ start });
  await setEnabled(world.store, SHOP, "welcome", false, world.clock.now());
  await saveDefinition(
    world.store,
    SHOP,
    "cart_recovery",
    { trigger: { type: "cart_left" }, steps, ...more },
    world.clock.now(),
  );
  await world.subscribe("ada", { timezone: "Europe/Berlin" });
  await world.cart("ada", [buildItem({ price })]);
  await world.leave("ada");
  return { world, leftAt: world.clock.now() };
}

test("a branch and a condition look at the cart as it is at that moment", async () => {
  const steps = [
    wait({ delay: "PT3M" }),
    { type: "branch", if: big, yes: [message("dear")], no: [message("cheap"), wait({ delay: "PT1H" })] },
    message("both"),
    { type: "condition", if: big },
    message("dear only"),
  ];
  const cheap = await leftCart(steps);
  await cheap.world.pass(DAY);
  expect(cheap.world.titles()).toEqual(["cheap", "both"]);
  expect(cheap.world.pushes.map(({ at }) => (at.getTime() - cheap.leftAt.getTime()) / MINUTE)).toEqual([3, 63]);
  expect(cheap.world.ledger()).toContain("cart_recovery 3 dropped filtered");

  const dear = await leftCart(steps, { price: 20_000 });
  await dear.world.pass(DAY);
  expect(dear.world.titles()).toEqual(["dear", "both", "dear only"]);
});

test("bands wait as long as the cart is worth", async () => {
  const steps = [wait({ delay: "PT10M", from: "trigger", bands: [{ if: big, delay: "PT2H" }] }), message("m")];
  const { world } = await leftCart(steps, { price: 20_000 });
  await world.pass(2 * HOUR - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes).toHaveLength(1);

  const cheap = await leftCart(steps);
  await cheap.world.pass(10 * MINUTE);
  expect(cheap.world.pushes).toHaveLength(1);
});

test("waits until a time of day where the shopper is, through the change of the clocks", async () => {
  // In Berlin the clocks go forward on 2026-03-29: the day has 23 hours.
  const { world } = await leftCart([wait({ delay: "PT1H", at: "19:00" }), message("m")], {
    start: new Date("2026-03-28T18:30:00Z"),
  });
  await world.pass(2 * DAY);
  expect(world.pushes.map(({ at }) => at.toISOString())).toEqual(["2026-03-29T17:00:00.000Z"]);
});

test("waits for an event, and goes the other way when it does not come", async () => {
  const steps = [
    wait({ for: { event: "custom", name: "downloaded" }, timeout: "PT2H" }),
    {
      type: "branch",
      if: { all: [{ field: "event_happened", op: "eq", value: true }] },
      yes: [message("thanks")],
      no: [message("come on")],
    },
  ];
  const { world, leftAt } = await leftCart(steps);
  await world.pass(30 * MINUTE);
  await world.record({ kind: "custom", visitorId: "ada", data: { name: "something else" } });
  await world.record({ kind: "custom", visitorId: "ada", data: { name: "downloaded" } });
  await world.pass(DAY);
  expect(world.titles()).toEqual(["thanks"]);
  expect(world.pushes[0]?.at.getTime()).toBe(leftAt.getTime() + 30 * MINUTE);

  const silent = await leftCart(steps);
  await silent.world.pass(2 * HOUR - 1);
  expect(silent.world.pushes).toEqual([]);
  await silent.world.pass(1);
  expect(silent.world.titles()).toEqual(["come on"]);
});

test("an event that was heard of hours late sends nothing that is overdue", async () => {
  const steps = [
    wait({ for: { event: "custom", name: "x" }, timeout: "P3D" }),
    message("now"),
    wait({ delay: "P1D" }),
    message("later"),
  ];
  const { world } = await leftCart(steps);
  const happenedAt = new Date(world.clock.now().getTime() + MINUTE);
  await world.pass(5 * HOUR);
  await world.record({ kind: "custom", visitorId: "ada", data: { name: "x" }, at: happenedAt });
  await world.pass(2 * DAY);
  expect(world.titles()).toEqual(["later"]);
  expect(world.ledger()).toContain("cart_recovery 1 dropped too_late");
});

test("counts from when the last message was seen, and not for ever", async () => {
  const steps = [message("first"), wait({ delay: "PT1H", from: "seen", fallback: "P1D" }), message("second")];
  const { world, leftAt } = await leftCart(steps);
  await world.pass(5 * HOUR);
  const id = world.pushes[0]?.notification.data.id;
  await world.record({ kind: "notification_shown", visitorId: "ada", data: { notificationId: id } });
  await world.pass(DAY);
  expect(world.pushes.map(({ at }) => (at.getTime() - leftAt.getTime()) / HOUR)).toEqual([0, 6]);

  const unseen = await leftCart(steps);
  await unseen.world.pass(2 * DAY);
  expect(unseen.world.pushes.map(({ at }) => (at.getTime() - unseen.leftAt.getTime()) / HOUR)).toEqual([0, 24]);
});

test("a message shown late pushes the next one back, so that two never come together", async () => {
  const { world, leftAt } = await leftCart([
    wait({ delay: "PT3M", from: "trigger" }),
    message("1"),
    wait({ delay: "PT90M", from: "trigger" }),
    message("2"),
  ]);
  await world.pass(83 * MINUTE);
  const id = world.pushes[0]?.notification.data.id;
  await world.record({ kind: "notification_shown", visitorId: "ada", data: { notificationId: id } });
  await world.pass(DAY);
  expect(world.pushes.map(({ at }) => (at.getTime() - leftAt.getTime()) / MINUTE)).toEqual([3, 170]);
});

test("tags the person, tells another system once and ends", async () => {
  const steps = [
    { type: "tag", add: ["cart left"], remove: [] },
    { type: "webhook", url: "https://hooks.example/left?key=1" },
    { type: "branch", if: { all: [{ field: "tag", op: "eq", value: "cart left" }] }, yes: [{ type: "end" }], no: [] },
    message("never"),
  ];
  const { world } = await leftCart(steps);
  await world.pass(HOUR);
  expect(world.store.database.drizzle.select({ tags: visitors.tags }).from(visitors).all()).toEqual([
    { tags: ["cart left"] },
  ]);
  const jobs = await jobsOfKind(world.store, CALL_WEBHOOK_JOB);
  expect(jobs.map(({ payload }) => payload)).toMatchObject([
    { shop: SHOP, body: { journey: "cart_recovery", step: "1", visitorId: "ada" } },
  ]);
  expect(world.pushes).toEqual([]);
});

test("takes the same way of a split however often it is asked, and both ways over many people", async () => {
  const world = await createWorld();
  await setEnabled(world.store, SHOP, "welcome", false, world.clock.now());
  const ways = [
    { name: "a", share: 50, steps: [message("a")] },
    { name: "b", share: 50, steps: [message("b")] },
  ];
  await saveDefinition(
    world.store,
    SHOP,
    "cart_recovery",
    { trigger: { type: "cart_left" }, steps: [wait({ delay: "PT3M" }), { type: "split", ways }] },
    world.clock.now(),
  );
  for (let person = 0; person < 40; person += 1) {
    await world.subscribe(`p${person}`);
    await world.cart(`p${person}`, [buildItem()]);
    await world.leave(`p${person}`);
  }
  await world.pass(HOUR);
  const titles = world.titles();
  expect(titles).toHaveLength(40);
  expect(titles.filter((title) => title === "a").length).toBeGreaterThan(8);
  expect(titles.filter((title) => title === "b").length).toBeGreaterThan(8);
});

test("a goal and a chosen exit end the run at once, whichever device they come from", async () => {
  const goal = await leftCart([wait({ delay: "PT3M" }), message("m")], { goal: { event: "wishlist_added" } });
  await goal.world.record({ kind: "wishlist_added", visitorId: "ada", data: {} });
  await goal.world.pass(HOUR);
  expect(goal.world.pushes).toEqual([]);
  expect(goal.world.ledger()).toContain("cart_recovery 1 dropped goal_reached");

  const exit = await leftCart([wait({ delay: "PT3M" }), message("m")], {
    exits: [{ event: "custom", name: "called us" }],
  });
  await exit.world.record({ kind: "custom", visitorId: "ada", data: { name: "called us" } });
  await exit.world.pass(HOUR);
  expect(exit.world.pushes).toEqual([]);
});

test("a run under way keeps the steps it started with", async () => {
  const { world } = await leftCart([wait({ delay: "PT3M" }), message("old")]);
  await world.pass(MINUTE);
  await saveDefinition(
    world.store,
    SHOP,
    "cart_recovery",
    { trigger: { type: "cart_left" }, steps: [message("new")] },
    world.clock.now(),
  );
  await world.pass(HOUR);
  expect(world.titles()).toEqual(["old"]);
});

test.each([
  ["a wait without an end", [wait({}), message("m")], "steps.0.delay"],
  ["a negative delay", [wait({ delay: "-PT1M" }), message("m")], "steps.0.delay"],
  ["an event without a timeout", [wait({ for: { event: "returned" } }), message("m")], "steps.0.timeout"],
  ["seen before any message", [wait({ delay: "PT1M", from: "seen", fallback: "PT2M" }), message("m")], "steps.0.from"],
  [
    "shares that are not the whole",
    [
      {
        type: "split",
        ways: [
          { name: "a", share: 50 },
          { name: "b", share: 40 },
        ],
      },
      message("m"),
    ],
    "steps.0.ways",
  ],
  ["steps after the end", [{ type: "end" }, message("m")], "steps.0"],
  ["a webhook to an address that is no name", [{ type: "webhook", url: "https://127.0.0.1/" }], "steps.0.url"],
  [
    "an unknown language inside a branch",
    [{ type: "branch", if: big, yes: [{ type: "message", message: { xx: { title: "t", body: "b" } } }] }],
    "steps.0.yes.0.message.xx",
  ],
  [
    "more waiting than a year",
    [wait({ delay: "P300D" }), message("m"), wait({ delay: "P300D" }), message("m")],
    "steps",
  ],
  ["a thousand branches inside one another", [deep(1_000)], "steps"],
])("refuses %s, names the place and saves nothing", async (_, steps, path) => {
  const world = await createWorld();
  const before = await world.store.journeys.get(SHOP, "cart_recovery");
  const saving = saveDefinition(
    world.store,
    SHOP,
    "cart_recovery",
    { trigger: { type: "cart_left" }, steps },
    world.clock.now(),
  );
  const error: unknown = await saving.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvalidDefinitionError);
  expect((error as InvalidDefinitionError).issues.map((issue) => issue.path)).toContain(path);
  expect(await world.store.journeys.get(SHOP, "cart_recovery")).toEqual(before);
});

function deep(levels: number): unknown {
  let step: unknown = message("m");
  for (let level = 0; level < levels; level += 1) step = { type: "branch", if: big, yes: [step] };
  return step;
}
