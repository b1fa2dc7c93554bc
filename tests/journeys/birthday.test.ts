import { expect, test } from "vitest";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { apiOf } from "../support/api-call.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";

async function wishingWorld(start = "2026-11-02T12:00:00Z", timezone = "UTC") {
  const world = await createWorld({ start: new Date(start) });
  await setEnabled(world.store, SHOP, "birthday", true, world.clock.now());
  const api = await apiOf(world);
  const tell = (who: object, date: string | null, type = "birthday") =>
    api("POST", "events", { ...who, type, data: { date } });
  const subscribe = async (visitorId: string) => {
    await world.subscribe(visitorId, { isNew: false, timezone });
    await world.pass(MINUTE);
  };
  const sentAt = () => world.pushes.map(({ at }) => at.toISOString());
  return { world, tell, subscribe, sentAt };
}

test("congratulates in the morning of the day where the shopper is, every year", async () => {
  const { world, tell, subscribe, sentAt } = await wishingWorld("2026-02-20T12:00:00Z", "Europe/Berlin");
  await subscribe("ada-browser");
  expect((await tell({ visitorId: "ada-browser" }, "1990-04-05")).status).toBe(202);
  await world.pass(50 * DAY);
  // Summer time has begun.
  expect(sentAt()).toEqual(["2026-04-05T07:00:00.000Z"]);
  expect(world.pushes[0]?.notification).toMatchObject({ title: "Happy birthday!", data: { kind: "birthday" } });

  const { id } = world.pushes[0]?.notification.data ?? { id: "" };
  await world.record({ kind: "notification_shown", visitorId: "ada-browser", data: { notificationId: id } });
  await world.pass(365 * DAY);
  expect(sentAt()).toEqual(["2026-04-05T07:00:00.000Z", "2027-04-05T07:00:00.000Z"]);
});

test("knows the day of a customer who was told of before anybody had signed in", async () => {
  const { world, tell, subscribe, sentAt } = await wishingWorld();
  await tell({ customerId: "77" }, "12-24");
  await world.signIn("ada-browser", "77");
  await subscribe("ada-browser");
  await world.signIn("phone-browser", "77");
  await subscribe("phone-browser");
  await world.pass(60 * DAY);

  expect(sentAt()).toEqual(["2026-12-24T09:00:00.000Z"]);
});

test("tells birthday and anniversary apart, by name and with a code for the birthday", async () => {
  const { world, tell, subscribe } = await wishingWorld();
  const at = world.clock.now();
  const change = {
    type: "customer",
    customerId: "77",
    firstName: "Ada",
    locale: null,
    createdAt: null,
    updatedAt: at,
  } as const;
  await world.record({ kind: "customer_updated", customerId: "77", changes: [change] });
  await world.signIn("ada-browser", "77");
  await subscribe("ada-browser");
  world.giveCodes(1, 15, new Date(at.getTime() + 90 * DAY));
  await tell({ customerId: "77" }, "11-10");
  await tell({ customerId: "77" }, "11-12", "anniversary");
  await world.pass(30 * DAY);

  expect(world.titles()).toEqual(["Happy birthday, Ada!", "Happy anniversary, Ada!"]);
  expect(world.pushes.map(({ notification }) => notification.data.code !== null)).toEqual([true, false]);
});

test("follows a correction, and forgets a day that was taken back", async () => {
  const { world, tell, subscribe, sentAt } = await wishingWorld();
  await subscribe("ada-browser");
  await subscribe("bob-browser");
  await tell({ visitorId: "ada-browser" }, "11-10");
  await tell({ visitorId: "bob-browser" }, "11-10");
  await world.pass(DAY);
  await tell({ visitorId: "ada-browser" }, "11-20");
  await tell({ visitorId: "bob-browser" }, null);
  await world.pass(60 * DAY);

  expect(sentAt()).toEqual(["2026-11-20T09:00:00.000Z"]);
});

test("congratulates on 28 February who was born on the 29th", async () => {
  const { world, tell, subscribe, sentAt } = await wishingWorld();
  await subscribe("ada-browser");
  await tell({ visitorId: "ada-browser" }, "02-29");
  await world.pass(150 * DAY);

  expect(sentAt()).toEqual(["2027-02-28T09:00:00.000Z"]);
});

test("says nothing once the day is over, and nothing to who has unsubscribed", async () => {
  const { world, tell, subscribe } = await wishingWorld("2026-11-09T20:00:00Z");
  await subscribe("ada-browser");
  await subscribe("bob-browser");
  await tell({ visitorId: "ada-browser" }, "11-09");
  await tell({ visitorId: "bob-browser" }, "11-10");
  const at = world.clock.now();
  const changes = [{ type: "consent_withdrawn", visitorId: "bob-browser", at } as const];
  await world.record({ kind: "consent_withdrawn", visitorId: "bob-browser", changes });
  await world.pass(1);
  // It is still the day.
  expect(world.pushes).toHaveLength(1);
  await world.pass(30 * DAY);
  expect(world.pushes).toHaveLength(1);
});

test("takes only days that exist", async () => {
  const { tell, subscribe, world } = await wishingWorld();
  await subscribe("ada-browser");
  for (const date of ["13-01", "02-30", "yesterday", "2026-2-3", ""]) {
    expect((await tell({ visitorId: "ada-browser" }, date)).status, date).toBe(400);
  }
  await world.pass(HOUR);
});

test("knows a day that was told before the journey was on, of somebody who has not been by since", async () => {
  const world = await createWorld({ start: new Date("2026-11-02T12:00:00Z") });
  const api = await apiOf(world);
  for (const visitorId of ["ada-browser", "bob-browser"]) await world.subscribe(visitorId, { isNew: false });
  await world.signIn("bob-browser", "77");
  await api("POST", "events", { visitorId: "ada-browser", type: "birthday", data: { date: "11-20" } });
  await api("POST", "events", { customerId: "77", type: "birthday", data: { date: "11-21" } });
  await world.pass(DAY);
  await setEnabled(world.store, SHOP, "birthday", true, world.clock.now());
  await world.pass(30 * DAY);

  expect(world.pushes.map(({ at }) => at.toISOString())).toEqual([
    "2026-11-20T09:00:00.000Z",
    "2026-11-21T09:00:00.000Z",
  ]);
});
