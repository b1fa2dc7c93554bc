import { expect, test } from "vitest";
import { doneText } from "../../app/composer/buttons.ts";
import { saveDefinition, setEnabled } from "../../app/journeys/journeys.server.ts";
import { stockAlerts } from "../../app/store/sqlite/schema.server.ts";
import { buildItem, createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { Push, World } from "../support/journey-world.ts";

/** The first message about a cart has come, three minutes after the shopper left. Noon in Berlin is 11:00 UTC. */
async function reminded(options: Parameters<typeof createWorld>[0] & { locale?: string } = {}) {
  const world = await createWorld({ start: new Date("2026-11-02T11:00:00Z"), ...options });
  world.giveCodes(2);
  await world.subscribe("ada", { locale: options.locale ?? "en", timezone: "Europe/Berlin" });
  await world.pass(MINUTE);
  world.pushes.length = 0;
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(5 * MINUTE);
  const [push] = world.pushes as [Push];
  return { world, push };
}

function button({ notification }: Push, name: string) {
  return notification.actions?.find(({ action }) => action === name);
}

/** A journey for carts whose message has this button alone. */
async function withButton(world: World, does: object) {
  const message = { title: "Your cart", body: "Waits", actions: [{ action: "only", title: "Only", does }] };
  const steps = [
    { type: "wait", delay: "PT3M", from: "trigger" },
    { type: "message", message: { en: message } },
    { type: "wait", delay: "PT90M", from: "trigger" },
    { type: "message", message: { en: { title: "Again", body: "Still there" } } },
  ];
  const definition = { trigger: { type: "cart_left" }, steps };
  await saveDefinition(world.store, SHOP, "cart_recovery", definition, world.clock.now());
}

test("'Tonight at 8' puts the next message off to that time where the shopper is, and says so in the push", async () => {
  const { world, push } = await reminded();
  expect(button(push, "tonight")).toMatchObject({
    title: "Tonight at 8",
    done: expect.stringMatching(/^All right: we will remind you at 8:00\sPM\.$/),
  });
  expect(button(push, "cart")).not.toHaveProperty("done");

  await world.receipt(push, "clicked", "tonight");
  await world.pass(DAY);

  expect(world.pushes.map(({ at }) => at.toISOString())).toEqual([push.at.toISOString(), "2026-11-02T19:00:00.000Z"]);
  expect(world.ledger()).toContain("cart_recovery 3 delayed asked_later");
});

test("obeys a tap once, however often it is told", async () => {
  const { world, push } = await reminded();

  expect(await world.receipt(push, "clicked", "tonight")).toBe(true);
  expect(await world.receipt(push, "clicked", "tonight")).toBe(false);
  await world.pass(DAY);

  expect(world.pushes).toHaveLength(2);
  expect(world.ledger().filter((row) => row.endsWith("asked_later"))).toHaveLength(1);
});

test("keeps to the time the shopper chose, whatever they look at before, outside caps and quiet hours", async () => {
  const { world, push } = await reminded({
    settings: {
      quietHours: { enabled: true, start: "19:00", end: "09:00" },
      caps: { enabled: true, perDay: 1, perWeek: 1, minimumGapMinutes: 24 * 60 },
    },
  });
  await world.receipt(push, "clicked", "tonight");
  await world.pass(2 * HOUR);
  await world.view("ada");
  await world.cart("ada", [buildItem({ quantity: 2 })]);
  await world.pass(MINUTE);
  await world.leave("ada");
  await world.pass(DAY);

  expect(world.pushes[1]?.at.toISOString()).toBe("2026-11-02T19:00:00.000Z");
});

test("reminds of nothing that was bought meanwhile", async () => {
  const { world, push } = await reminded();
  await world.receipt(push, "clicked", "tonight");
  await world.pass(HOUR);
  await world.order("1001", { cartToken: "cart-ada" });
  await world.pass(DAY);

  expect(world.pushes).toHaveLength(1);
});

test("after 8 it is tomorrow, and the button says so", async () => {
  const { world, push } = await reminded({ start: new Date("2026-11-02T20:30:00Z") });
  expect(button(push, "tonight")?.title).toBe("Tomorrow at 8 pm");
  const inArabic = await reminded({ start: new Date("2026-11-02T20:30:00Z"), locale: "ar" });
  expect(button(inArabic.push, "tonight")?.title).toBe("غدًا الساعة 8 مساءً");

  await world.receipt(push, "clicked", "tonight");
  await world.pass(2 * DAY);

  expect(world.pushes[1]?.at.toISOString()).toBe("2026-11-03T19:00:00.000Z");
});

test("8 in the evening stays 8 in the evening across the change of clocks", async () => {
  const { world, push } = await reminded({ start: new Date("2026-10-24T19:30:00Z") });

  await world.receipt(push, "clicked", "tonight");
  await world.pass(2 * DAY);

  expect(world.pushes[1]?.at.toISOString()).toBe("2026-10-25T19:00:00.000Z");
});

test("a journey whose last message was sent says it again at that time", async () => {
  const { world } = await reminded();
  await withButton(world, { type: "remind", at: "18:30" });
  await world.subscribe("bob", { locale: "en", timezone: "Europe/Berlin" });
  await world.pass(MINUTE);
  world.pushes.length = 0;
  await world.cart("bob", [buildItem()]);
  await world.leave("bob");
  await world.pass(4 * MINUTE);
  const push = world.pushes.find(({ notification }) => notification.title === "Your cart") as Push;
  await world.pass(3 * HOUR);
  world.pushes.length = 0;

  await world.receipt(push, "clicked", "only");
  await world.pass(DAY);

  expect(world.pushes.map(({ at, notification }) => [at.toISOString(), notification.title])).toEqual([
    ["2026-11-02T17:30:00.000Z", "Again"],
  ]);
});

test.each([
  ["still stands", 48, "again with the same code", true],
  ["has ended by then", 3, "without another", false],
])("reminds once more of a last message whose code %s (%i hours): %s", async (_, validHours, _what, isToldAgain) => {
  const world = await createWorld({ start: new Date("2026-11-02T11:00:00Z") });
  world.giveCodes(1, 15, new Date(world.clock.now().getTime() + (validHours + 1) * HOUR));
  const actions = [{ action: "only", title: "Only", does: { type: "remind", at: "20:00" } }];
  const message = { en: { title: "Yours", body: "{% if code %}Take {{ code }}{% else %}Waits{% endif %}", actions } };
  const discount = { type: "percent", percent: 15, validHours, whenUnavailable: "send_without" };
  const steps = [
    { type: "wait", delay: "PT3M", from: "trigger" },
    { type: "message", message, discount },
  ];
  const definition = { trigger: { type: "cart_left" }, steps };
  await saveDefinition(world.store, SHOP, "cart_recovery", definition, world.clock.now());
  await world.subscribe("ada", { locale: "en", timezone: "Europe/Berlin" });
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(5 * MINUTE);
  const push = world.pushes.find(({ notification }) => notification.title === "Yours") as Push;

  world.giveCodes(2, 15, new Date(world.clock.now().getTime() + 7 * DAY));
  await world.receipt(push, "clicked", "only");
  await world.pass(DAY);

  const told = world.pushes.filter(({ notification }) => notification.title === "Yours");
  expect(told.map(({ notification }) => notification.data.code)).toEqual([
    push.notification.data.code,
    isToldAgain ? push.notification.data.code : null,
  ]);
  expect(push.notification.data.code).toMatch(/^BACK-/);
});

test("'Only if cheaper' ends the reminders and watches the price of what is in the cart", async () => {
  const world = await createWorld();
  await setEnabled(world.store, SHOP, "price_drop", true, world.clock.now());
  await withButton(world, { type: "if_cheaper" });
  await world.subscribe("ada");
  await world.pass(MINUTE);
  world.pushes.length = 0;
  await world.cart("ada", [buildItem(), buildItem({ productId: "p2", variantId: "v2" })]);
  await world.leave("ada");
  await world.pass(5 * MINUTE);

  await world.receipt(world.pushes[0] as Push, "clicked", "only");
  await world.pass(DAY);

  expect(world.pushes).toHaveLength(1);
  expect(world.ledger()).toContain("cart_recovery 3 dropped asked_only_if_cheaper");
  const alerts = world.store.database.drizzle.select().from(stockAlerts).all();
  expect(alerts.map(({ visitorId, variantId, kind }) => [visitorId, variantId, kind])).toEqual([
    ["ada", "v1", "price_drop"],
    ["ada", "v2", "price_drop"],
  ]);
});

test("leaves 'Only if cheaper' out where nobody would tell of it, and sharing where there is nothing to share", async () => {
  const world = await createWorld();
  await world.subscribe("ada");
  await world.pass(MINUTE);
  for (const does of [{ type: "if_cheaper" }, { type: "share" }]) {
    await withButton(world, does);
    world.pushes.length = 0;
    await world.cart("ada", [buildItem({ url: null, quantity: world.pushes.length + 1 })]);
    await world.leave("ada");
    await world.pass(DAY);
    expect(world.pushes[0]?.notification.actions).toBeUndefined();
  }
});

test("'Quiet for 7 days' stops marketing on every device of the person, and nothing else", async () => {
  const world = await createWorld();
  await withButton(world, { type: "quiet", days: 7 });
  await world.subscribe("ada");
  await world.subscribe("ada-phone");
  await world.signIn("ada", "c1");
  await world.signIn("ada-phone", "c1");
  await world.pass(MINUTE);
  world.pushes.length = 0;
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(5 * MINUTE);

  await world.receipt(world.pushes[0] as Push, "clicked", "only");
  await world.pass(MINUTE);
  world.pushes.length = 0;
  await world.cart("ada-phone", [buildItem({ variantId: "v2" })]);
  await world.leave("ada-phone");
  await world.pass(3 * HOUR);
  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toContain("cart_recovery 1 dropped asked_for_quiet");

  await world.order("1001", { customerId: "c1" });
  await world.fulfill("f1", "1001");
  await world.pass(HOUR);
  expect(world.pushes.map(({ notification }) => notification.data.kind)).toEqual(["shipping"]);
});

test("a tap that asks for peace is no visit: it brings no sign of life and no credit for an order", async () => {
  const { world, push } = await reminded();
  const before = await world.store.visitors.get(SHOP, "ada");

  await world.receipt(push, "clicked", "tonight");

  expect((await world.store.visitors.get(SHOP, "ada"))?.lastSignalAt).toEqual(before?.lastSignalAt);
  const kept = await world.store.notifications.byId(SHOP, push.notification.data.id);
  expect(kept).toMatchObject({ clickedAt: null, shownAt: world.clock.now() });
});

test("speaks Arabic and Turkish on its buttons", async () => {
  const arabic = (await reminded({ locale: "ar" })).push;
  expect(arabic.notification.dir).toBe("rtl");
  expect(arabic.notification.actions?.map(({ title }) => title)).toEqual(["العودة إلى السلة", "الليلة الساعة 8"]);
  expect(button(arabic, "tonight")?.done).toMatch(/^حسنًا، سنذكّرك الساعة \u2068.+\u2069\.$/u);

  const turkish = (await reminded({ locale: "tr" })).push;
  expect(button(turkish, "tonight")).toMatchObject({
    title: "Bu akşam 20.00'de",
    done: "Tamam, saat 20:00 için hatırlatacağız.",
  });
});

test.each([
  [{ type: "remind", at: "25:00" }, "does.at"],
  [{ type: "remind" }, "does.at"],
  [{ type: "quiet", days: 0 }, "does.days"],
  [{ type: "dance" }, "does.type"],
])("refuses a button that does %j, naming the place", async (does, path) => {
  const world = await createWorld();

  await expect(withButton(world, does)).rejects.toMatchObject({
    issues: [expect.objectContaining({ path: `steps.1.message.en.actions.0.${path}` })],
  });
});

test("answers in English, with hours that everybody reads, where we have no words of the reader's language", () => {
  expect(doneText({ type: "remind", at: "20:00" }, "de")).toBe("All right: we will remind you at 20:00.");
  expect(doneText({ type: "remind", at: "20:00" }, "en-US")).toMatch(/8:00\sPM/);
  expect(doneText({ type: "quiet", days: 7 }, "trv")).toMatch(/^All right/);
});
