import { expect, test } from "vitest";
import { InvalidDefinitionError, saveDefinition, setEnabled } from "../../app/journeys/journeys.server.ts";
import { custom } from "../../app/journeys/kinds/custom.server.ts";
import { apiOf } from "../support/api-call.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";

const START = new Date("2026-11-02T12:00:00Z");
const event = (name: string, where: object[] = []) => ({ event: "custom", name, where });

async function chainWorld(changes: Record<string, unknown> = {}) {
  const world = await createWorld({ start: START });
  const save = (changed: Record<string, unknown>) =>
    saveDefinition(world.store, SHOP, "custom", { ...custom.defaultDefinition, ...changed }, world.clock.now());
  await save(changes);
  await setEnabled(world.store, SHOP, "custom", true, world.clock.now());
  await world.subscribe("ann", { isNew: false });
  const call = await apiOf(world);
  let serial = 0;
  const did = (name: string, more: { at?: Date; properties?: Record<string, unknown>; who?: object } = {}) =>
    call("POST", "events", {
      ...(more.who ?? { visitorId: "ann" }),
      type: "custom",
      id: `did-${(serial += 1)}`,
      at: (more.at ?? world.clock.now()).toISOString(),
      data: { name, ...(more.properties && { properties: more.properties }) },
    });
  return { world, save, did };
}

const chains = (...list: object[]) => ({ trigger: { type: "chain", chains: list } });

test("who took a trial and never downloaded is written to the day after", async () => {
  const { world, did } = await chainWorld();
  expect((await did("trial_taken")).status).toBe(202);
  await world.pass(DAY - MINUTE);
  expect(world.titles()).toEqual([]);
  await world.pass(5 * MINUTE);
  expect(world.titles()).toEqual(["You have not finished yet"]);
  expect(world.pushes[0]?.notification.data.kind).toBe("custom");
});

test("who did what was hoped for is left alone, and the ledger says so", async () => {
  const { world, did } = await chainWorld();
  await did("trial_taken");
  await world.pass(HOUR);
  await did("trial_downloaded");
  await world.pass(3 * DAY);

  expect(world.titles()).toEqual([]);
  expect(world.ledger()).toEqual(["custom 1 dropped done_meanwhile"]);
});

test("the order in which events are heard of changes nothing", async () => {
  const two = chains({ id: "two", did: [event("began"), event("paused")], within: "P2D", not: [event("finished")] });
  const { world, did } = await chainWorld(two);
  const at = (minutes: number) => new Date(START.getTime() + minutes * MINUTE);
  await world.pass(6 * MINUTE);
  await did("paused", { at: at(3) });
  await did("began", { at: at(1) });
  await world.pass(2 * DAY);
  expect(world.titles()).toHaveLength(1);

  const other = await chainWorld(two);
  await other.world.pass(6 * MINUTE);
  await other.did("finished", { at: at(4) });
  await other.did("paused", { at: at(3) });
  await other.did("began", { at: at(1) });
  await other.world.pass(2 * DAY);
  expect(other.world.titles()).toEqual([]);
});

test("only one after the other, and only within the time", async () => {
  const { world, did } = await chainWorld(chains({ id: "two", did: [event("began"), event("paused")], within: "P1D" }));
  await did("paused");
  await world.pass(HOUR);
  await did("began");
  await world.pass(25 * HOUR);
  await did("paused");
  await world.pass(3 * DAY);

  expect(world.titles()).toEqual([]);
});

test("looks at what the event says, and tells chains apart", async () => {
  const message = (title: string) => ({ en: { title, body: "Go on." } });
  const only = (chain: string) => ({ all: [{ field: "chain", op: "eq", value: chain }] });
  const { world, did } = await chainWorld({
    ...chains(
      { id: "gold", did: [event("trial_taken", [{ property: "plan", op: "eq", value: "gold" }])] },
      { id: "big", did: [event("trial_taken", [{ property: "seats", op: "gte", value: 10 }])] },
    ),
    steps: [
      { type: "message", message: message("Gold"), if: only("gold") },
      { type: "message", message: message("Many seats"), if: only("big") },
    ],
  });
  await did("trial_taken", { properties: { plan: "silver", seats: 2 } });
  await world.pass(HOUR);
  expect(world.titles()).toEqual([]);
  await did("trial_taken", { properties: { plan: "silver", seats: 12 } });
  await world.pass(HOUR);
  expect(world.titles()).toEqual(["Many seats"]);
});

test("what shoppers do in the shop counts, on all browsers of a customer", async () => {
  const { world } = await chainWorld(
    chains({
      id: "undecided",
      did: [
        { event: "product_viewed", where: [{ property: "collections", op: "eq", value: "sofas" }] },
        { event: "product_viewed", where: [{ property: "collections", op: "eq", value: "sofas" }] },
      ],
      not: [{ event: "order_created" }],
    }),
  );
  await world.signIn("ann", "77");
  await world.signIn("phone", "77");
  const view = { type: "product_viewed", data: { productId: "1", collections: ["sofas"] } } as const;
  await world.tell("phone", [view], "77");
  await world.pass(HOUR);
  await world.tell("ann", [view], "77");
  await world.pass(2 * DAY);
  expect(world.titles()).toHaveLength(1);

  await world.tell("ann", [view], "77");
  await world.order("1", { customerId: "77" });
  await world.pass(3 * DAY);
  expect(world.titles()).toHaveLength(1);
});

test("told twice it counts once; done again later it counts again", async () => {
  const { world, did } = await chainWorld();
  await did("trial_taken");
  await world.pass(2 * DAY);
  await did("trial_taken");
  await world.pass(2 * DAY);
  expect(world.titles()).toHaveLength(2);
});

test.each([
  [chains(), "trigger.chains", /at least one/],
  [chains({ id: "a", did: [] }), "trigger.chains.0.did", /at least one/],
  [chains({ id: "a", did: [{ event: "custom" }] }), "trigger.chains.0.did.0.name", /name/],
  [chains({ id: "a", did: [{ event: "moon_rose" }] }), "trigger.chains.0.did.0.event", /not one of/],
  [chains({ id: "a", did: [event("x")], within: "-P1D" }), "trigger.chains.0.within", /ISO 8601/],
  [chains({ id: "a", did: [event("x")], within: "P1Y" }), "trigger.chains.0.within", /60 days/],
  [{ trigger: { type: "wish" } }, "trigger.type", /not a trigger we know/],
])("a chain that makes no sense is refused with its place: %j", async (changes, path, message) => {
  const { save } = await chainWorld();
  const error = await save(changes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidDefinitionError);
  expect((error as InvalidDefinitionError).issues[0]).toEqual({ path, message: expect.stringMatching(message) });
});
