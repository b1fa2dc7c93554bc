import { expect, test } from "vitest";
import { events } from "../../app/store/sqlite/schema.server.ts";
import { apiOf } from "../support/api-call.ts";
import { createWorld, DAY, MINUTE, SHOP } from "../support/journey-world.ts";

async function setUp() {
  const world = await createWorld();
  await world.subscribe("ada-browser");
  await world.pass(MINUTE);
  const log = () => world.store.database.drizzle.select().from(events).all();
  return { world, api: await apiOf(world), log };
}

test("records what a merchant's system tells of a visitor, a subscriber or a customer", async () => {
  const { api, log } = await setUp();
  const told = { type: "custom", data: { name: "trial_taken", value: 3, properties: { plan: "pro" } } };

  for (const person of [
    { visitorId: "ada-browser" },
    { subscriberId: "subscription-ada-browser" },
    { customerId: "77" },
  ]) {
    expect((await api("POST", "events", { ...person, ...told })).status).toBe(202);
  }

  expect(log().slice(-3)).toMatchObject([
    { shop: SHOP, kind: "custom", visitorId: "ada-browser", data: told.data },
    { kind: "custom", visitorId: "ada-browser" },
    { kind: "custom", customerId: "77" },
  ]);
});

test("records an event with an id of its own once, whatever key it is sent under", async () => {
  const { api, log } = await setUp();
  const body = { visitorId: "ada-browser", type: "points_credited", id: "crm-1", data: { points: 20 } };
  const before = log().length;

  expect((await api("POST", "events", body)).json).toEqual({ id: "crm-1", recorded: true });
  expect((await api("POST", "events", body)).json).toEqual({ id: "crm-1", recorded: false });
  const first = await api("POST", "events", { ...body, id: "crm-2" }, { "idempotency-key": "k" });
  expect(await api("POST", "events", { ...body, id: "crm-2" }, { "idempotency-key": "k" })).toEqual(first);

  expect(log().length).toBe(before + 2);
});

test("dates an event as told, never into the future", async () => {
  const { world, api, log } = await setUp();
  const past = new Date(world.clock.now().getTime() - DAY).toISOString();
  const future = new Date(world.clock.now().getTime() + DAY).toISOString();
  const told = { visitorId: "ada-browser", type: "custom", data: { name: "x" } };

  await api("POST", "events", { ...told, at: past });
  await api("POST", "events", { ...told, at: future });

  expect(
    log()
      .slice(-2)
      .map(({ occurredAt }) => occurredAt.toISOString()),
  ).toEqual([past, world.clock.now().toISOString()]);
});

test("refuses what names nobody, several or a stranger, an unknown type and unknown fields, and records nothing", async () => {
  const { api, log } = await setUp();
  const before = log().length;
  const told = { type: "custom", data: { name: "x" } };

  expect((await api("POST", "events", told)).status).toBe(400);
  expect((await api("POST", "events", { ...told, visitorId: "ada-browser", customerId: "7" })).status).toBe(400);
  expect((await api("POST", "events", { ...told, visitorId: "nobody-known" })).status).toBe(404);
  expect((await api("POST", "events", { ...told, subscriberId: "nobody-known" })).status).toBe(404);
  expect((await api("POST", "events", { visitorId: "ada-browser", type: "order_created", data: {} })).status).toBe(400);
  const misspelt = { visitorId: "ada-browser", type: "points_credited", data: { points: 5, ballance: 7 } };
  expect((await api("POST", "events", misspelt)).status).toBe(400);

  expect(log().length).toBe(before);
});
