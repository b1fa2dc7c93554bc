import { expect, test } from "vitest";
import { buildItem, createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import { cartRecovery } from "../../app/journeys/kinds/cart-recovery.server.ts";
import { saveDefinition, setEnabled } from "../../app/journeys/journeys.server.ts";

/** A subscriber, greeted, who put one shirt into the cart and left. */
async function abandonedCart(options: Parameters<typeof createWorld>[0] = {}) {
  const world = await createWorld(options);
  await world.subscribe("ada");
  await world.pass(MINUTE);
  world.pushes.length = 0;
  await world.cart("ada", [buildItem()]);
  await world.pass(10_000);
  await world.leave("ada");
  return { world, leftAt: world.clock.now() };
}

test("reminds 3 minutes and 90 minutes after the shopper left, the second time with a code of its own", async () => {
  const { world, leftAt } = await abandonedCart();
  const codes = world.giveCodes(2);

  await world.pass(2 * HOUR);

  expect(world.pushes.map(({ at }) => (at.getTime() - leftAt.getTime()) / MINUTE)).toEqual([3, 90]);
  const [first, second] = world.pushes;
  expect(first?.notification).toMatchObject({
    title: "Linen shirt is still in your cart",
    body: "Carry on where you left off.",
    image: "https://cdn.example/shirt.png",
    data: { kind: "cart_recovery", code: null },
  });
  expect(first?.notification.navigate).toContain("https://shop.example/apps/beckon/go/");
  expect(codes).toContain(second?.notification.data.code);
  expect(second?.notification.body.replaceAll(/\s/g, " ")).toBe(
    `Your code ${second?.notification.data.code} gives your cart 15% off. It works once, until Thu, Nov 5, 12:01 PM.`,
  );
  expect(first?.request).toMatchObject({ pushTopic: "beckon-marketing", ttlSeconds: 12 * 3600 });
});

test("counts silence and two minutes more where the page did not say that it was left", async () => {
  const world = await createWorld();
  await world.subscribe("ada", { marketing: true });
  await world.pass(MINUTE);
  world.pushes.length = 0;
  await world.cart("ada", [buildItem()]);

  await world.pass(5 * MINUTE - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes).toHaveLength(1);
});

test("starts the wait again with every return", async () => {
  const { world } = await abandonedCart();
  await world.pass(2 * MINUTE);
  await world.view("ada");
  await world.pass(2 * MINUTE);
  await world.leave("ada");

  await world.pass(3 * MINUTE - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.pushes).toHaveLength(1);
});

test("makes one message of five hundred cart updates", async () => {
  const world = await createWorld();
  await world.subscribe("ada", { isNew: false });
  await world.pass(MINUTE);
  for (let quantity = 1; quantity <= 500; quantity += 1) {
    await world.cart("ada", [buildItem({ quantity })]);
    await world.pass(1_000);
  }
  await world.leave("ada");

  await world.pass(10 * MINUTE);

  expect(world.pushes).toHaveLength(1);
  expect(await world.store.jobs.list({ kind: "advance-run" })).toSatisfy(
    (jobs: { state: string }[]) => jobs.filter(({ state }) => state === "scheduled").length === 1,
  );
});

test("sends nothing after a purchase through the link in the cart", async () => {
  const { world } = await abandonedCart();
  await world.link("ada", "link-1");
  await world.leave("ada");
  await world.pass(4 * MINUTE);
  await world.order("1001", { linkId: "link-1" });

  await world.pass(DAY);

  expect(world.pushes).toHaveLength(1);
  expect(world.ledger()).toContain("cart_recovery 3 dropped bought");
});

test("sends nothing after a purchase on another device of the same customer", async () => {
  const { world } = await abandonedCart();
  await world.signIn("ada", "c1");
  await world.signIn("ada-phone", "c1");
  await world.leave("ada-phone");
  await world.pass(MINUTE);
  await world.order("1001", { customerId: "c1" });

  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
});

test("sends nothing for a cart token that has an order, whatever arrives later", async () => {
  const { world } = await abandonedCart();
  await world.order("1001", { cartToken: "cart-ada" });
  await world.cart("ada", [buildItem({ quantity: 2 })]);
  await world.leave("ada");

  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
});

test("waits half an hour when an order of nobody we know holds the same thing", async () => {
  const { world } = await abandonedCart();
  await world.pass(MINUTE);
  await world.order("1001", {
    items: [{ productId: "p1", variantId: "v1", title: "Linen shirt", quantity: 1, price: 4_900 }],
  });

  await world.pass(10 * MINUTE);
  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toContain("cart_recovery 1 delayed possible_purchase");
  await world.pass(21 * MINUTE);
  expect(world.pushes).toHaveLength(1);
});

test("ends when the cart is emptied", async () => {
  const { world } = await abandonedCart();
  await world.cart("ada", []);
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toContain("cart_recovery 1 dropped emptied");
});

test("names the first thing that can still be bought, and ends when nothing can", async () => {
  const { world } = await abandonedCart();
  await world.cart("ada", [buildItem(), buildItem({ productId: "p2", variantId: "v2", title: "Wool scarf" })]);
  await world.leave("ada");
  world.stock.set("v1", 0);
  await world.pass(4 * MINUTE);
  expect(world.titles()).toEqual(["Wool scarf is still in your cart"]);

  world.stock.set("v2", 0);
  await world.pass(DAY);
  expect(world.pushes).toHaveLength(1);
  expect(world.ledger()).toContain("cart_recovery 3 dropped out_of_stock");
});

test("goes by the mirror when Shopify does not answer", async () => {
  const { world } = await abandonedCart();
  world.setShopifyUp(false);
  await world.pass(4 * MINUTE);

  expect(world.pushes).toHaveLength(1);
});

test("is suspended by a step into the checkout and goes on with the next sign from the storefront", async () => {
  const { world } = await abandonedCart();
  await world.view("ada");
  await world.checkoutIntent("ada");
  await world.leave("ada");
  await world.pass(2 * HOUR);
  expect(world.pushes).toEqual([]);

  await world.view("ada");
  await world.leave("ada");
  await world.pass(4 * MINUTE);
  expect(world.titles()).toEqual(["Linen shirt is still in your cart"]);
});

test("is handed over to checkout recovery, which waits a quarter of an hour", async () => {
  const { world } = await abandonedCart();
  await world.link("ada", "link-1");
  await world.checkoutIntent("ada");
  await world.pass(5_000);
  await world.checkout("ch-1", { linkId: "link-1", cartToken: "cart-ada", stage: "payment", items: [buildItem()] });

  await world.pass(15 * MINUTE - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(10_000);
  expect(world.pushes.map(({ notification }) => notification.data.kind)).toEqual(["checkout_recovery"]);
  expect(world.titles()).toEqual(["Only the payment is missing"]);
  await world.pass(DAY);
  expect(world.titles()).toEqual(["Only the payment is missing", "Shall we finish your order together?"]);
});

test("goes on itself, a quarter of an hour later, for a checkout that is tied to nobody", async () => {
  const { world } = await abandonedCart();
  await world.checkout("ch-1", { cartToken: "cart-ada", items: [buildItem()] });

  await world.pass(15 * MINUTE - 1);
  expect(world.pushes).toEqual([]);
  await world.pass(1);
  expect(world.titles()).toEqual(["Linen shirt is still in your cart"]);
});

test("arms nothing that would be overdue for an event that took long to arrive", async () => {
  const world = await createWorld();
  await world.subscribe("ada");
  await world.pass(2 * HOUR);
  world.pushes.length = 0;
  const longAgo = new Date(world.clock.now().getTime() - 100 * MINUTE);
  await world.cart("ada", [buildItem()], { at: longAgo });
  await world.leave("ada", longAgo);

  await world.pass(3 * MINUTE + 1);
  expect(world.pushes.length).toBeLessThanOrEqual(1);
  await world.pass(DAY);
  expect(world.titles()).not.toContain("Linen shirt is still in your cart");
});

test("looks at an event that is delivered twice only once", async () => {
  const { world } = await abandonedCart();
  await world.cart("ada", [buildItem()], { sourceId: "twice" });
  await world.cart("ada", [buildItem()], { sourceId: "twice" });
  await world.leave("ada");

  await world.pass(10 * MINUTE);
  expect(world.pushes).toHaveLength(1);
});

test("does not start again after its last message until the cart changes", async () => {
  const { world } = await abandonedCart();
  world.giveCodes(2);
  await world.pass(2 * HOUR);
  await world.view("ada");
  await world.leave("ada");
  await world.pass(DAY);
  expect(world.pushes).toHaveLength(2);

  await world.cart("ada", [buildItem({ quantity: 2 })]);
  await world.leave("ada");
  await world.pass(4 * MINUTE);
  expect(world.pushes).toHaveLength(3);
});

test("writes about the same things in the cart again only a week after its last message", async () => {
  const { world } = await abandonedCart();
  await world.pass(4 * DAY);
  const inAll = world.pushes.length;
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(HOUR);
  expect(world.pushes).toHaveLength(inAll);

  await world.pass(7 * DAY);
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(4 * MINUTE);
  expect(world.pushes).toHaveLength(inAll + 1);
});

test("begins anew when the cart is changed between the second reminder and what would follow it", async () => {
  const { world } = await abandonedCart();
  world.giveCodes(2);
  await world.pass(2 * HOUR);
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(4 * MINUTE);
  expect(world.pushes).toHaveLength(2);

  await world.cart("ada", [buildItem({ productId: "p2", variantId: "v2", title: "Scarf" })]);
  await world.leave("ada");
  await world.pass(4 * MINUTE);
  expect(world.titles().at(-1)).toBe("Scarf is still in your cart");
  expect(world.ledger()).toContainEqual(expect.stringMatching(/^cart_recovery .* dropped replaced$/));
});

test("gives dearer carts the time that the merchant gives them, by what is in the cart in the end", async () => {
  const world = await createWorld();
  const { defaultDefinition } = cartRecovery;
  const over = (value: number, delay: string) => ({
    if: { all: [{ field: "cart_total" as const, op: "gte" as const, value }] },
    delay,
  });
  const [first, ...others] = defaultDefinition.steps;
  const steps = [{ ...first, bands: [over(100_000, "PT2H"), over(20_000, "PT30M")] }, ...others];
  const definition = { ...defaultDefinition, steps };
  await saveDefinition(world.store, SHOP, "cart_recovery", definition, world.clock.now());
  for (const [visitorId, price, minutes] of [
    ["cheap", 4_900, 3],
    ["dear", 30_000, 30],
    ["dearest", 150_000, 120],
  ] as const) {
    await world.subscribe(visitorId, { isNew: false });
    await world.cart(visitorId, [buildItem()]);
    await world.cart(visitorId, [buildItem({ price })]);
    await world.leave(visitorId);
    const leftAt = world.clock.now();
    world.pushes.length = 0;
    await world.pass(minutes * MINUTE);
    expect(world.pushes.map(({ at }) => (at.getTime() - leftAt.getTime()) / MINUTE)).toEqual([minutes]);
    await world.cart(visitorId, []);
  }
});

test("waits for a code, and leaves without one when none can be had", async () => {
  const { world, leftAt } = await abandonedCart();
  await world.pass(3 * HOUR);

  expect(world.pushes).toHaveLength(2);
  const second = world.pushes[1];
  expect(second && (second.at.getTime() - leftAt.getTime()) / MINUTE).toBe(150);
  expect(second?.notification).toMatchObject({ title: "Still thinking about Linen shirt?", data: { code: null } });
  expect(world.ledger().filter((row) => row.endsWith("no_code_yet"))).toHaveLength(1);
});

test("promises no code where the cart has a discount already", async () => {
  const { world } = await abandonedCart();
  world.giveCodes(2);
  await world.cart("ada", [buildItem()], { discounted: true });
  await world.leave("ada");
  await world.pass(2 * HOUR);

  expect(world.pushes.at(-1)?.notification).toMatchObject({
    title: "Still thinking about Linen shirt?",
    data: { code: null },
  });
});

test("gives one person one code in thirty days", async () => {
  const { world } = await abandonedCart();
  world.giveCodes(5);
  await world.pass(2 * HOUR);
  await world.cart("ada", [buildItem({ quantity: 2 })]);
  await world.leave("ada");
  await world.pass(2 * HOUR);

  const [, first, , second] = world.pushes.map(({ notification }) => notification.data.code);
  expect(first).not.toBeNull();
  // Unused, it is offered again; there is no second one.
  expect(second).toBe(first);
  expect(world.ledger().filter((row) => row.includes("no_code"))).toEqual([]);
});

test("ends at once when consent is withdrawn or the shopper unsubscribes", async () => {
  const { world } = await abandonedCart();
  const at = world.clock.now();
  await world.record({
    kind: "consent_withdrawn",
    visitorId: "ada",
    changes: [{ type: "consent_withdrawn", visitorId: "ada", at }],
  });
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toContain("cart_recovery 1 dropped consent_withdrawn");
});

test("says in the ledger that the journey was switched off, and sends nothing", async () => {
  const { world } = await abandonedCart();
  await world.pass(MINUTE);
  await setEnabled(world.store, SHOP, "cart_recovery", false, world.clock.now());
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
  expect(world.ledger()).toContain("cart_recovery 1 dropped journey_off");
});

test("leaves runs under way with the version they started with", async () => {
  const { world } = await abandonedCart();
  await world.pass(MINUTE);
  const journey = await world.store.journeys.get(SHOP, "cart_recovery");
  const edited = structuredClone(journey?.definition);
  const message = edited?.steps[1];
  if (message?.type === "message") message.message = { en: { title: "New words", body: "b" } };
  await saveDefinition(world.store, SHOP, "cart_recovery", edited, world.clock.now());

  await world.pass(5 * MINUTE);
  expect(world.titles()).toEqual(["Linen shirt is still in your cart"]);
});

/** The service worker says that it showed nothing, because a window of the shop was visible. */
async function suppressLast(world: Awaited<ReturnType<typeof createWorld>>) {
  await world.record({
    kind: "notification_suppressed",
    visitorId: "ada",
    data: { notificationId: world.pushes.at(-1)?.notification.data.id ?? "" },
  });
}

test("does the step again after the shopper left when it was not shown because the shop was open", async () => {
  const { world } = await abandonedCart();
  await world.pass(3 * MINUTE);
  await suppressLast(world);
  await world.pass(MINUTE);
  await world.leave("ada");

  await world.pass(3 * MINUTE - 1);
  expect(world.pushes).toHaveLength(1);
  await world.pass(1);
  expect(world.titles()).toEqual(["Linen shirt is still in your cart", "Linen shirt is still in your cart"]);
  expect(world.ledger()).toContain("cart_recovery 1 delayed shopping");
});

test("asks a page that stays open less and less often", async () => {
  const { world } = await abandonedCart();
  await world.pass(3 * MINUTE);
  for (let hour = 0; hour < 24; hour += 1) {
    const before = world.pushes.length;
    await suppressLast(world);
    while (world.pushes.length === before) await world.pass(MINUTE);
    if (world.clock.now().getTime() - (world.pushes[0]?.at.getTime() ?? 0) > DAY) break;
  }

  expect(world.pushes.length).toBeLessThan(16);
});

test("does not count what was not shown towards the caps", async () => {
  const world = await createWorld({ settings: { caps: { enabled: true, perDay: 1, minimumGapMinutes: 0 } } });
  await world.subscribe("ada", { isNew: false });
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(3 * MINUTE);
  world.store.database.sqlite.prepare("update deliveries set suppressed_at = ?").run(world.clock.now().getTime());
  await suppressLast(world);
  await world.leave("ada");
  await world.pass(10 * MINUTE);

  expect(world.pushes).toHaveLength(2);
});

test("speaks Arabic, from right to left, with codes and prices kept together", async () => {
  const world = await createWorld();
  await world.subscribe("layla", { locale: "ar-SA", timezone: "Asia/Riyadh" });
  await world.pass(MINUTE);
  world.pushes.length = 0;
  const [code] = world.giveCodes(1);
  await world.cart("layla", [buildItem({ title: "قميص كتان" }), buildItem({ productId: "p2", variantId: "v2" })]);
  await world.leave("layla");
  await world.pass(2 * HOUR);

  const [first, second] = world.pushes;
  expect(first?.notification).toMatchObject({
    lang: "ar",
    dir: "rtl",
    title: "قميص كتان ما زال في سلتك",
    body: "ومعه بقية ما اخترته. أكمل تسوقك من حيث توقفت.",
  });
  expect(second?.notification.body).toContain(`\u2066${code}\u2069`);
  expect(second?.notification.data.code).toBe(code);
});

test("writes yen without decimals", async () => {
  const world = await createWorld({ currency: "JPY" });
  await world.subscribe("yuki");
  const journey = await world.store.journeys.get(SHOP, "cart_recovery");
  const edited = structuredClone(journey?.definition);
  const message = edited?.steps[1];
  if (message?.type === "message") message.message = { en: { title: "{{ cart_total }}", body: "{{ product_price }}" } };
  await saveDefinition(world.store, SHOP, "cart_recovery", edited, world.clock.now());
  await world.pass(MINUTE);
  await world.cart("yuki", [buildItem({ price: 1_050, quantity: 2 })]);
  await world.leave("yuki");
  await world.pass(4 * MINUTE);

  expect(world.pushes.at(-1)?.notification).toMatchObject({ title: "¥2,100", body: "¥1,050" });
});

test("keeps a night message until the shopper's morning, across the change to winter time", async () => {
  // Berlin: 22:30 summer time on 24 October; clocks go back that night; 08:00 is 07:00 UTC.
  const { world } = await abandonedCartAtNight();
  world.giveCodes(1);
  await world.pass(12 * HOUR);

  // The second is not sent along with the first, although its time was long over.
  expect(world.pushes.map(({ at }) => at.toISOString())).toEqual([
    "2026-10-25T07:00:00.000Z",
    "2026-10-25T08:27:00.000Z",
  ]);
  expect(world.ledger()).toContain("cart_recovery 1 delayed quiet_hours");
});

async function abandonedCartAtNight() {
  const world = await createWorld({
    start: new Date("2026-10-24T20:30:00Z"),
    settings: { quietHours: { enabled: true }, caps: { enabled: false } },
  });
  await world.subscribe("ada", { timezone: "Europe/Berlin", isNew: false });
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  return { world };
}

test("goes only to who meets the entry filter", async () => {
  const world = await createWorld();
  const journey = await world.store.journeys.get(SHOP, "cart_recovery");
  const filter = { all: [{ field: "cart_total", op: "gte", value: 5_000 }] };
  await saveDefinition(world.store, SHOP, "cart_recovery", { ...journey?.definition, filter }, world.clock.now());
  for (const [name, price] of [
    ["small", 4_999],
    ["large", 5_000],
  ] as const) {
    await world.subscribe(name, { isNew: false });
    await world.cart(name, [buildItem({ price })]);
    await world.leave(name);
  }
  await world.pass(4 * MINUTE);

  expect(world.pushes.map(({ endpoint }) => endpoint)).toEqual([
    "https://fcm.googleapis.com/fcm/send/subscription-large",
  ]);
  expect(world.ledger()).toContain("cart_recovery 1 dropped filtered");
});

test("ends with a visit after its first message when the merchant wants that", async () => {
  const world = await createWorld();
  const journey = await world.store.journeys.get(SHOP, "cart_recovery");
  await saveDefinition(
    world.store,
    SHOP,
    "cart_recovery",
    { ...journey?.definition, exits: ["returned"] },
    world.clock.now(),
  );
  await world.subscribe("ada", { isNew: false });
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(4 * MINUTE);
  await world.view("ada");
  await world.leave("ada");
  await world.pass(DAY);

  expect(world.pushes).toHaveLength(1);
  expect(world.ledger()).toContain("cart_recovery 3 dropped returned");
});

test("counts the other browsers of the same customer as signs of life", async () => {
  const { world } = await abandonedCart();
  await world.signIn("ada", "c1");
  await world.leave("ada");
  await world.pass(2 * MINUTE);
  await world.signIn("phone", "c1");
  await world.pass(2 * MINUTE);
  expect(world.pushes).toEqual([]);
  await world.pass(4 * MINUTE);
  expect(world.pushes).toHaveLength(1);
});

test("keeps to the caps: a gap between messages, and so many a day; the welcome is an answer and counts for none", async () => {
  const world = await createWorld({ settings: { caps: { enabled: true, perDay: 1, minimumGapMinutes: 120 } } });
  await world.subscribe("ada");
  await world.pass(MINUTE); // welcome
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(10 * HOUR);

  const [greeting, first] = world.pushes;
  expect(first && greeting && first.at.getTime() - greeting.at.getTime()).toBeLessThan(5 * MINUTE);
  expect(world.pushes).toHaveLength(2);
  expect(world.ledger()).toContain("cart_recovery 3 dropped cap_per_day");
});

test("greets at once in quiet hours, and reminds only when they are over", async () => {
  const world = await createWorld({ settings: { quietHours: { enabled: true, start: "00:00", end: "23:59" } } });
  await world.subscribe("ada");
  await world.cart("ada", [buildItem()]);
  await world.leave("ada");
  await world.pass(10 * MINUTE);

  expect(world.pushes).toHaveLength(1);
  expect(world.ledger()).toContain("cart_recovery 1 delayed quiet_hours");
});

test("gives the message to the device used last, with half an hour to show it", async () => {
  const { world } = await abandonedCart();
  await world.signIn("ada", "c1");
  await world.signIn("ada-phone", "c1");
  await world.subscribe("ada-phone", { isNew: false });
  await world.pass(1_000);
  await world.leave("ada-phone");
  await world.pass(5 * MINUTE);

  expect(world.pushes).toHaveLength(1);
  expect(world.pushes[0]?.endpoint).toContain("ada-phone");
  expect(world.pushes[0]?.request.ttlSeconds).toBe(1_800);
  expect(await world.store.jobs.list({ kind: "hand-over" })).toHaveLength(1);
});
