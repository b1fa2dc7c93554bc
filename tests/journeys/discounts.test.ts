import { expect, test } from "vitest";
import { getJourney, InvalidDefinitionError, saveDefinition } from "../../app/journeys/journeys.server.ts";
import { givenCodes } from "../../app/store/sqlite/schema.server.ts";
import { buildItem, createWorld, DAY, HOUR, SHOP } from "../support/journey-world.ts";
import type { World, WorldOptions } from "../support/journey-world.ts";

const WORDS = { en: { title: "{{ discount | upcase_first }}", body: "{{ code }} until {{ code_expires }}" } };

/** Cart recovery of messages two hours apart that give these. */
async function worldWith(discounts: (object | null)[], options: WorldOptions = {}): Promise<World> {
  const world = await createWorld(options);
  await save(world, discounts);
  return world;
}

async function save(world: World, discounts: (object | null)[]) {
  const journey = await getJourney(world.store, SHOP, "cart_recovery");
  const steps = discounts.flatMap((discount) => [
    { type: "wait", delay: "PT2H" },
    { type: "message", message: discount ? WORDS : { en: { title: "Hello", body: "Your cart" } }, discount },
  ]);
  await saveDefinition(world.store, SHOP, "cart_recovery", { ...journey?.definition, steps }, world.clock.now());
}

async function abandon(world: World, visitorId: string, quantity = 1) {
  await world.cart(visitorId, [buildItem({ quantity })], { cartToken: `cart-${visitorId}-${quantity}` });
  await world.leave(visitorId);
}

/** Title and code of each push so far. */
const said = (world: World) =>
  world.pushes
    .filter(({ notification }) => notification.data.kind === "cart_recovery")
    .map(({ notification }) => [notification.title, notification.data.code]);

test("climbs the steps of its ladder with a better code each", async () => {
  const world = await worldWith([{ percent: 10 }, { percent: 15 }, { percent: 20 }]);
  const codes = [10, 15, 20].map((percent) => world.giveCodes(3, percent)[0]);
  await world.subscribe("ada");
  await abandon(world, "ada");
  await world.pass(7 * HOUR);

  expect(said(world)).toEqual([
    ["10% off", codes[0]],
    ["15% off", codes[1]],
    ["20% off", codes[2]],
  ]);
});

test("never gives a lower code after a higher one: the unused one is offered again, in its own words", async () => {
  const world = await worldWith([{ percent: 20 }, { percent: 10 }]);
  const [code] = world.giveCodes(3, 20);
  world.giveCodes(3, 10);
  await world.subscribe("ada");
  await abandon(world, "ada");
  await world.pass(5 * HOUR);

  expect(said(world)).toEqual([
    ["20% off", code],
    ["20% off", code],
  ]);
  expect(await world.store.database.drizzle.$count(givenCodes)).toBe(1);
});

test("a better code that has ended in between is not followed by a lower one", async () => {
  const world = await worldWith([{ percent: 20, validHours: 1 }, { percent: 10 }]);
  const [code] = world.giveCodes(3, 20, new Date(world.clock.now().getTime() + 3.5 * HOUR));
  world.giveCodes(3, 10);
  await world.subscribe("ada");
  await abandon(world, "ada");
  await world.pass(5 * HOUR);

  expect(said(world)).toEqual([
    ["20% off", code],
    ["Still thinking about Linen shirt?", null],
  ]);
});

test.each([
  ["amount:500:USD", { type: "amount", amount: 500, currency: "USD" }, "USD", "$5.00 off"],
  ["amount:500:JPY", { type: "amount", amount: 500, currency: "JPY" }, "JPY", "¥500 off"],
  ["amount:1500:KWD", { type: "amount", amount: 1_500, currency: "KWD" }, "KWD", "KWD 1.500 off"],
  ["free_shipping", { type: "free_shipping" }, "USD", "Free shipping"],
  [
    "percent:25;minimum:5000:USD;collections:7",
    { type: "percent", percent: 25, minimumSubtotal: 5_000, currency: "USD", collections: ["7"] },
    "USD",
    "25% off",
  ],
])("gives %s from its own pool and says what it is", async (offer, discount, currency, title) => {
  const world = await worldWith([discount], { currency });
  const [code] = world.giveCodes(1, offer);
  world.giveCodes(1);
  await world.subscribe("ada");
  await abandon(world, "ada");
  await world.pass(3 * HOUR);

  expect(said(world).map(([text, given]) => [text?.replaceAll(/\s/g, " "), given])).toEqual([[title, code]]);
});

const OWN = { percent: 10, code: "Welcome10", whenUnavailable: "send_without" };
const active = {
  __typename: "DiscountCodeBasic",
  status: "ACTIVE" as const,
  endsAt: "2026-12-24T22:00:00Z",
  usageLimit: null,
  asyncUsageCount: 3,
  minimumRequirement: null,
  customerGets: { value: { __typename: "DiscountPercentage", percentage: 0.1 } },
};

test("gives the merchant's own code as long as it does in Shopify what the message says", async () => {
  const world = await worldWith([OWN, OWN]);
  world.merchantCodes.set("WELCOME10", active);
  await world.subscribe("ada");
  await world.subscribe("bob");
  await abandon(world, "ada");
  await abandon(world, "bob");
  await world.pass(3 * HOUR);
  world.merchantCodes.set("WELCOME10", { ...active, status: "EXPIRED" });
  await world.pass(2 * HOUR);

  const titles = ["10% off", "10% off", "Still thinking about Linen shirt?", "Still thinking about Linen shirt?"];
  expect(said(world)).toEqual(titles.map((title, at) => [title, at < 2 ? "WELCOME10" : null]));
});

test("an order with the merchant's own code is the buyer's and of nobody else who was told of it", async () => {
  const world = await worldWith([OWN]);
  world.merchantCodes.set("WELCOME10", active);
  await world.subscribe("ada");
  await world.subscribe("bob");
  await abandon(world, "ada");
  await abandon(world, "bob");
  await world.pass(3 * HOUR);
  const codes = { discountCodes: ["WELCOME10"], discountAmounts: { WELCOME10: 490 }, discountTotal: 490 };
  await world.order("stranger", codes);
  await world.link("ada", "link-ada");
  await world.order("hers", { ...codes, linkId: "link-ada" });

  const given = world.store.database.drizzle.select().from(givenCodes).all();
  expect(given.map(({ personKey, orderId, cost }) => [personKey, orderId, cost])).toEqual([
    ["visitor:ada", "hers", 490],
    ["visitor:bob", null, null],
  ]);
  const range = { from: new Date(0), until: new Date(world.clock.now().getTime() + 1) };
  expect(await world.store.discounts.given(SHOP, range)).toEqual([
    {
      journey: "cart_recovery",
      step: "1",
      offer: "percent:10",
      given: 2,
      used: 1,
      cost: [{ currency: "USD", amount: 490 }],
    },
  ]);
  const codesIn = (data: unknown) => (data as { discountCodes: object[] } | null)?.discountCodes;
  const told = codesIn(await world.store.privacy.exportVisitor(SHOP, "ada"));
  expect(told).toMatchObject([{ code: "WELCOME10", terms: "percent:10", usedAt: expect.any(Date) }]);
  await world.store.privacy.forgetVisitor(SHOP, "ada");
  const left = world.store.database.drizzle.select().from(givenCodes).all();
  expect(left.map(({ personKey, orderId, cost }) => [personKey, orderId, cost])).toEqual([
    [null, null, 490],
    ["visitor:bob", null, null],
  ]);
  const stranger = world.store.database.sqlite.prepare("select visitor_id from orders where order_id = 'stranger'");
  expect(stranger.pluck().get()).toBeNull();
});

test("gives no more codes in a week than the shop's budget, and says so in the ledger", async () => {
  const settings = { discounts: { codesPerWeek: 1 } };
  const world = await worldWith([{ percent: 10, whenUnavailable: "drop" }], { settings });
  world.giveCodes(5, 10, new Date(world.clock.now().getTime() + 20 * DAY));
  for (const visitorId of ["ada", "bob"]) {
    await world.subscribe(visitorId);
    await abandon(world, visitorId);
  }
  await world.pass(3 * HOUR);
  expect(said(world)).toHaveLength(1);
  expect(world.ledger().at(-1)).toContain("dropped budget_spent");

  await world.pass(7 * DAY);
  await world.subscribe("eve");
  await abandon(world, "eve");
  await world.pass(3 * HOUR);
  expect(said(world)).toHaveLength(2);
});

test("gives no more once the codes used within a week have cost what the shop allows", async () => {
  const settings = { discounts: { costPerWeek: 500, noneForWhoBuyWithout: false } };
  const world = await worldWith([{ percent: 10, whenUnavailable: "drop" }], { settings });
  const [code = ""] = world.giveCodes(5, 10);
  await world.subscribe("ada");
  await abandon(world, "ada");
  await world.pass(3 * HOUR);
  await world.order("1", { discountCodes: [code], discountAmounts: { [code]: 500 }, discountTotal: 500 });
  await world.subscribe("bob");
  await abandon(world, "bob");
  await world.pass(3 * HOUR);

  expect(said(world)).toEqual([["10% off", code]]);
  expect(world.ledger().at(-1)).toContain("dropped budget_spent");
});

test("gives none to who came back and bought after a reminder without one", async () => {
  const world = await worldWith([null, { percent: 10 }]);
  const [code = ""] = world.giveCodes(3, 10, new Date(world.clock.now().getTime() + 20 * DAY));
  await world.subscribe("ada");
  await abandon(world, "ada");
  await world.pass(2 * HOUR);
  const id = world.pushes.at(-1)?.notification.data.id ?? "";
  await world.link("ada", "link-ada");
  await world.order("1", { linkId: "link-ada" });
  await world.store.attribution.credit({
    shop: SHOP,
    orderId: "1",
    notificationId: id,
    kind: "cart_recovery",
    linkedBy: "cart_attribute",
    currency: "USD",
    amount: 1_000,
    refunded: 0,
    discountCost: 0,
    orderedAt: world.clock.now(),
    clickedAt: world.clock.now(),
    cancelledAt: null,
  });
  await world.pass(2 * DAY);
  await abandon(world, "ada", 2);
  await world.pass(5 * HOUR);

  expect(said(world).slice(1)).toEqual([
    ["Hello", null],
    ["Still thinking about Linen shirt?", null],
  ]);
  expect(code).not.toBe("");
});

test.each<[string, object, string]>([
  ["an amount in a currency that is not the shop's", { type: "amount", amount: 500, currency: "EUR" }, "currency"],
  ["an amount without a currency", { type: "amount", amount: 500 }, "currency"],
  ["a percentage of more than everything", { percent: 101 }, "percent"],
  ["free shipping in some collections", { type: "free_shipping", collections: ["1"] }, "collections"],
  ["a smallest order without a currency", { percent: 5, minimumSubtotal: 100 }, "currency"],
  ["an unknown type", { type: "gift" }, "type"],
])("refuses %s and names the field", async (_what, discount, field) => {
  const world = await createWorld();
  const before = await getJourney(world.store, SHOP, "cart_recovery");
  const refused = await save(world, [discount]).catch((error: unknown) => error);

  expect(refused).toBeInstanceOf(InvalidDefinitionError);
  const paths = (refused as InvalidDefinitionError).issues.map(({ path }) => path);
  expect(paths).toEqual([`steps.1.discount.${field}`]);
  expect(await getJourney(world.store, SHOP, "cart_recovery")).toEqual(before);
});

test("refuses words that stay empty with the discount", async () => {
  const world = await createWorld();
  const journey = await getJourney(world.store, SHOP, "cart_recovery");
  const message = { en: { title: "{{ discount_percent }}% off", body: "{{ code }}" } };
  const steps = [{ type: "message", message, discount: { type: "free_shipping" } }];
  const saved = saveDefinition(
    world.store,
    SHOP,
    "cart_recovery",
    { ...journey?.definition, steps },
    world.clock.now(),
  );

  await expect(saved).rejects.toThrow("steps.0.message.en.title: {{ discount_percent }} is empty");
});
