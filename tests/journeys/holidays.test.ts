import { expect, test } from "vitest";
import { InvalidDefinitionError, saveDefinition, setEnabled } from "../../app/journeys/journeys.server.ts";
import { holiday } from "../../app/journeys/kinds/holiday.server.ts";
import { createWorld, DAY, HOUR, SHOP } from "../support/journey-world.ts";

async function festiveWorld(start: string, trigger: Record<string, unknown>) {
  const world = await createWorld({ start: new Date(start) });
  const choose = (changed: Record<string, unknown>) =>
    saveDefinition(
      world.store,
      SHOP,
      "holiday",
      { ...holiday.defaultDefinition, trigger: { type: "holiday", ...changed } },
      world.clock.now(),
    );
  await choose(trigger);
  await setEnabled(world.store, SHOP, "holiday", true, world.clock.now());
  const sent = () =>
    world.pushes.map(({ at, notification, endpoint }) => [
      endpoint.replace("https://fcm.googleapis.com/fcm/send/subscription-", ""),
      at.toISOString(),
      notification.title,
    ]);
  return { world, choose, sent };
}

const someone = (country: string, timezone: string, locale = "en") => ({ country, timezone, locale, isNew: false });

test("each shopper is written to on the day of their own country, at ten where they are", async () => {
  const { world, sent } = await festiveWorld("2027-02-20T12:00:00Z", { holidays: [{ id: "mothers_day" }] });
  await world.subscribe("ann", someone("US", "America/New_York"));
  await world.subscribe("bea", someone("GB", "Europe/London"));
  await world.subscribe("can", someone("TR", "Europe/Istanbul", "tr"));
  await world.subscribe("dua", someone("EG", "Africa/Cairo", "ar"));
  await world.pass(100 * DAY);

  expect(sent()).toEqual([
    ["bea", "2027-03-07T10:00:00.000Z", "Best wishes for Mother’s Day"],
    ["dua", "2027-03-21T08:00:00.000Z", "أطيب التمنيات بمناسبة عيد الأم"],
    ["can", "2027-05-09T07:00:00.000Z", "Anneler Günü için en iyi dileklerimizle"],
    ["ann", "2027-05-09T14:00:00.000Z", "Best wishes for Mother’s Day"],
  ]);
});

test("at the hour when the shopper is usually there", async () => {
  const { world, sent } = await festiveWorld("2026-11-10T12:00:00Z", { holidays: [{ id: "black_friday" }] });
  await world.subscribe("ann", someone("US", "America/New_York"));
  for (let day = 0; day < 8; day += 1) {
    await world.pass(DAY);
    // Half past seven in the evening.
    await world.view("ann", new Date(Date.UTC(2026, 10, 11 + day, 0, 30)));
  }
  await world.pass(20 * DAY);

  expect(sent()).toEqual([["ann", "2026-11-28T00:00:00.000Z", expect.stringMatching(/^Black Friday at /)]]);
});

test("days before, at a time and only in the countries that the merchant chose", async () => {
  const { world, sent } = await festiveWorld("2026-12-01T12:00:00Z", {
    holidays: [{ id: "christmas", daysBefore: 3 }],
    countries: ["DE"],
    hour: "18:30",
  });
  await world.subscribe("ann", someone("US", "America/New_York"));
  await world.subscribe("eva", someone("DE", "Europe/Berlin"));
  await world.pass(30 * DAY);

  expect(sent()).toEqual([["eva", "2026-12-22T17:30:00.000Z", "Best wishes for Christmas"]]);
});

test("the shop's own day, each year, under its name in the shopper's language", async () => {
  const { world, sent } = await festiveWorld("2026-12-01T12:00:00Z", {
    holidays: [{ id: "founders_day", names: { en: "Founders’ Day", tr: "Kuruluş günümüz" }, dates: ["01-14"] }],
  });
  await world.subscribe("can", { ...someone("TR", "Europe/Istanbul", "tr"), country: null });
  await world.pass(60 * DAY);

  expect(sent()).toEqual([["can", "2027-01-14T07:00:00.000Z", "Kuruluş günümüz için en iyi dileklerimizle"]]);
});

test("one message for a customer with two browsers, and none for who has unsubscribed", async () => {
  const { world, sent } = await festiveWorld("2026-12-20T12:00:00Z", { holidays: [{ id: "new_year" }] });
  await world.signIn("ann", "77");
  await world.subscribe("ann", someone("US", "UTC"));
  await world.signIn("phone", "77");
  await world.subscribe("phone", someone("US", "UTC"));
  await world.subscribe("bob", someone("US", "UTC"));
  await world.store.subscriptions.end(SHOP, "subscription-bob", "unsubscribed", world.clock.now());
  await world.pass(20 * DAY);

  expect(sent()).toHaveLength(1);
});

test("switched on at noon of the day, it still wishes well; the day after, no more", async () => {
  const { world, sent } = await festiveWorld("2026-12-25T12:00:00Z", { holidays: [{ id: "christmas" }] });
  await world.subscribe("eva", someone("DE", "Europe/Berlin"));
  await world.pass(HOUR);
  expect(sent()).toHaveLength(1);

  const late = await festiveWorld("2026-12-26T12:00:00Z", { holidays: [{ id: "christmas" }] });
  await late.world.subscribe("eva", someone("DE", "Europe/Berlin"));
  await late.world.pass(2 * DAY);
  expect(late.sent()).toEqual([]);
});

test("a holiday that is added on its eve is not forgotten, and nobody gets it twice", async () => {
  const { world, choose, sent } = await festiveWorld("2026-12-24T06:00:00Z", { holidays: [{ id: "singles_day" }] });
  await world.subscribe("eva", someone("DE", "Europe/Berlin"));
  await world.pass(HOUR);
  await choose({ holidays: [{ id: "singles_day" }, { id: "christmas" }] });
  await world.pass(HOUR);
  await choose({ holidays: [{ id: "christmas" }] });
  await world.pass(5 * DAY);

  expect(sent()).toHaveLength(1);
});

test("goes through more people than one page holds, each once, also when a page is done again", async () => {
  const { world, sent } = await festiveWorld("2026-12-30T23:00:00Z", { holidays: [{ id: "new_year" }] });
  for (let number = 0; number < 110; number += 1) {
    await world.subscribe(`visitor-${number}`, someone("US", "UTC"));
  }
  await world.pass(2 * HOUR);
  await world.store.jobs.schedule({
    kind: "audience-sweep",
    payload: { shop: SHOP, journey: "holiday", occasion: "2027-01-01 v2" },
    runAt: world.clock.now(),
  });
  await world.pass(3 * DAY);

  expect(new Set(sent().map(([who]) => who)).size).toBe(110);
  expect(sent()).toHaveLength(110);
});

test.each([
  [{ holidays: [{ id: "no_such_day" }] }, "trigger.holidays.0.id", /not a holiday we know/],
  [{ holidays: [{ id: "mothers_day", dates: ["05-10"] }] }, "trigger.holidays.0.dates", /computed/],
  [{ holidays: [{ id: "own", names: { en: "Own" }, dates: ["02-30"] }] }, "trigger.holidays.0.dates.0", /not a day/],
  [{ holidays: [{ id: "own", names: {}, dates: ["02-28"] }] }, "trigger.holidays.0.names", /at least one/],
  [{ holidays: [{ id: "easter" }, { id: "easter" }] }, "trigger.holidays", /twice/],
  [{ holidays: [{ id: "easter", daysBefore: -1 }] }, "trigger.holidays.0.daysBefore", /./],
  [{ countries: ["XX"] }, "trigger.countries.0", /not a country/],
  [{ hour: "25:00" }, "trigger.hour", /time of day/],
  [{ weather: "fine" }, "trigger.weather", /not a known field/],
])("a broken calendar is refused with its place: %j", async (trigger, path, message) => {
  const { choose, world } = await festiveWorld("2026-12-20T12:00:00Z", {});
  const error = await choose(trigger).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(InvalidDefinitionError);
  expect((error as InvalidDefinitionError).issues).toEqual([{ path, message: expect.stringMatching(message) }]);
  expect((await world.store.journeys.get(SHOP, "holiday"))?.definition.trigger).toMatchObject({ holidays: [] });
});
