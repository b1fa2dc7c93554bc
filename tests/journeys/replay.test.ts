import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { cohortEnd } from "../../app/composer/discount-offers.ts";
import { parseDefinition } from "../../app/journeys/journeys.server.ts";
import { replay } from "../../app/replay/replay.server.ts";
import { apiOf } from "../support/api-call.ts";
import { buildItem, createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World } from "../support/journey-world.ts";

async function replayed(world: World, kind: string, { days = 30, draft = null as unknown } = {}) {
  const journey = await world.store.journeys.get(SHOP, kind);
  const definition = draft === null ? journey?.definition : parseDefinition(kind, draft);
  if (!definition) throw new Error(`There is no ${kind}`);
  const report = await replay(world.store, { shop: SHOP, kind, definition, days }, world.clock.now());
  if (!report) throw new Error("There was no report");
  return report;
}

/** Two weeks of a shop: carts left, bought, emptied, taken up again; people who never subscribed; a checkout. */
async function twoWeeks(world: World) {
  const names = ["ada", "ben", "cem", "dua", "eve", "fay"];
  for (const name of names) {
    await world.subscribe(name, { isNew: false });
    await world.link(name, `link-${name}`);
  }
  // As the pool keeps them: some that end with each day.
  for (let day = 1; day < 25; day += 1) world.giveCodes(12, 15, cohortEnd(world.clock.now(), 24 * day, "UTC"));
  for (let day = 0; day < 14; day += 1) {
    for (const [index, name] of names.entries()) {
      await world.view(name);
      await world.pass(20_000);
      if ((day + index) % 3 === 0) await world.cart(name, [buildItem({ variantId: `v${index}`, quantity: day + 1 })]);
      await world.pass(30_000);
      if (index !== 2) await world.leave(name);
      await world.pass((7 + index) * MINUTE);
      if ((day + index) % 4 === 1) await world.view(name);
      if ((day + index) % 5 === 2) await world.order(`order-${day}-${name}`, { linkId: `link-${name}` });
      if ((day + index) % 7 === 3) await world.cart(name, []);
      await world.view("stranger");
    }
    await world.pass(20 * HOUR);
  }
}

test("the journey as it is, replayed, sends what really was sent, at the same moments", async () => {
  const world = await createWorld();
  await twoWeeks(world);

  const report = await replayed(world, "cart_recovery");

  const really = world.pushes
    .filter(({ notification }) => notification.data.kind === "cart_recovery")
    .map(({ at, endpoint, notification }) => [
      at.toISOString(),
      endpoint.split("subscription-").at(-1),
      notification.data.code !== null,
    ]);
  const sent = report.sample.toReversed().map(({ at, visitorId, withCode }) => [at, visitorId, withCode]);
  expect(really.length).toBeGreaterThan(20);
  expect(sent).toEqual(really);
  expect(report).toMatchObject({ isComplete: true, messages: really.length, reallySent: really.length });
  expect(report.byDay.reduce((sum, { messages }) => sum + messages, 0)).toBe(really.length);
  expect(report.byStep.map(({ step }) => step)).toEqual(["1", "3"]);
});

test("a replay changes no table", async () => {
  const world = await createWorld();
  await twoWeeks(world);
  const before = tables(world);

  await replayed(world, "cart_recovery");
  await replayed(world, "back_in_stock");

  expect(tables(world)).toEqual(before);
});

function tables({ store }: World): Record<string, string> {
  const { sqlite } = store.database;
  const names = sqlite.prepare<[], string>("select name from sqlite_master where type = 'table'").pluck().all();
  return Object.fromEntries(
    names.map((name) => {
      const rows = JSON.stringify(sqlite.prepare(`select * from "${name}"`).all());
      return [name, createHash("sha256").update(rows).digest("hex")];
    }),
  );
}

test("a draft is checked as at saving, replayed without being saved, and one replay is made at a time", async () => {
  const world = await createWorld();
  await twoWeeks(world);
  const api = await apiOf(world);
  const { json: saved } = await api("GET", "journeys/cart_recovery");
  const draft = structuredClone(saved.definition) as { steps: { type: string; delay?: string; discount?: unknown }[] };
  draft.steps.splice(0, 3);

  const once = await api("POST", "journeys/cart_recovery/replay", { days: 30, definition: draft });
  const whole = await api("POST", "journeys/cart_recovery/replay", { days: 30 });

  expect(once).toMatchObject({ status: 200, json: { isComplete: true, journey: "cart_recovery" } });
  expect((once.json.byStep as { step: string }[]).map(({ step }) => step)).toEqual(["0"]);
  expect(once.json.messages).toBeLessThan(Number(whole.json.messages));
  expect((await api("GET", "journeys/cart_recovery")).json).toEqual(saved);

  const wrong = [
    { days: 0 },
    { days: 91 },
    {},
    { days: 30, since: "yesterday" },
    { days: 30, definition: { ...draft, steps: [] } },
    { days: 30, definition: null },
  ];
  for (const body of wrong) expect((await api("POST", "journeys/cart_recovery/replay", body)).status).toBe(400);
  const misspelt = await api("POST", "journeys/cart_recovery/replay", {
    days: 30,
    definition: { ...draft, steps: [{ ...draft.steps[0], mesage: {} }] },
  });
  expect(misspelt.json.errors).toEqual([{ path: "definition.steps.0.mesage", message: "is not a known field" }]);
  expect((await api("POST", "journeys/nothing/replay", { days: 30 })).status).toBe(404);

  const both = await Promise.all([1, 2].map(() => api("POST", "journeys/welcome/replay", { days: 90 })));
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
});

test("what caps and quiet hours would hold back is counted, and the codes with what they would cost", async () => {
  const world = await createWorld({ settings: { quietHours: { enabled: true, start: "22:00", end: "08:00" } } });
  world.giveCodes(10);
  await world.subscribe("ada", { isNew: false });
  await world.pass(HOUR);
  await world.cart("ada", [buildItem({ price: 10_000 })]);
  await world.pass(30_000);
  await world.leave("ada");
  await world.pass(8 * HOUR);
  await world.subscribe("ben", { isNew: false });
  await world.cart("ben", [buildItem({ price: 5_000 })]);
  await world.pass(30_000);
  await world.pass(3 * HOUR);
  await world.pass(2 * DAY);

  const report = await replayed(world, "cart_recovery", { days: 7 });

  expect(report.messages).toBe(world.pushes.length);
  expect(report.delayed).toEqual([{ reason: "quiet_hours", count: 1 }]);
  expect(report.discounts).toMatchObject({ codes: 2, atMost: [{ currency: "USD", amount: 2_250 }], useRate: 0 });
});
