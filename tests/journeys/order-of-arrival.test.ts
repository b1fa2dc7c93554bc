import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseDelay } from "../../app/journeys/duration.ts";
import { saveDefinition, setEnabled } from "../../app/journeys/journeys.server.ts";
import { JOURNEY_KINDS } from "../../app/journeys/kinds/registry.server.ts";
import { buildItem, createWorld, DAY, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World } from "../support/journey-world.ts";

// What happened to many shoppers within two minutes is told to us in any order, some of it twice, with every journey on and
// before any message is due. Whatever the order, each of them gets the same messages at the same times, never more than the
// caps allow, and none that a purchase made untrue. The shoppers share two worlds: one where all is told in its order, one
// where it is not.

const PEOPLE = 24;
const CAPS = { enabled: true, perDay: 2, perWeek: 4, minimumGapMinutes: 5 };
/** Half a minute each. */
const BEATS = 4;
const BEAT = 30_000;

type Person = { visitorId: string; customerId: string; linkId: string; digits: string; orderId: string };
type Telling = (world: World, who: Person, at: Date, sourceId: string) => Promise<void>;

/** In the order in which they happen within a beat: two at the very same instant have no order to keep. */
const TELLINGS = {
  page: (world, { visitorId }, at, id) => world.tell(visitorId, [{ type: "page_viewed", at, id }]),
  product: (world, who, at, id) =>
    world.tell(who.visitorId, [{ type: "product_viewed", at, id, data: { ...productOf(who), seconds: 30 } }]),
  other_product: (world, who, at, id) => {
    const data = { ...productOf(who), productId: `2${who.digits}`, variantId: `2${who.digits}`, seconds: 30 };
    return world.tell(who.visitorId, [{ type: "product_viewed", at, id, data }]);
  },
  collection: (world, { visitorId }, at, id) =>
    world.tell(visitorId, [{ type: "collection_viewed", at, id, data: { handle: "shirts", seconds: 200 } }]),
  wish: (world, { visitorId, digits }, at, id) =>
    world.tell(visitorId, [{ type: "wishlist_added", at, id, data: { productId: digits, variantId: digits } }]),
  stock_alert(world, { visitorId, digits: variantId }, at, sourceId) {
    const alert = { type: "stock_alert", visitorId, variantId, kind: "back_in_stock", at } as const;
    const changes = [world.signal(visitorId, at), alert];
    const data = { variantId, kind: "back_in_stock" };
    return world.record({ kind: "stock_alert_requested", visitorId, at, sourceId, data, changes });
  },
  sign_in: (world, { visitorId, customerId }, at, id) =>
    world.tell(visitorId, [{ type: "page_viewed", at, id }], customerId),
  cart: (world, who, at, sourceId) => world.cart(who.visitorId, [itemOf(who)], { at, sourceId }),
  emptied: (world, { visitorId }, at, sourceId) => world.cart(visitorId, [], { at, sourceId }),
  exit: (world, { visitorId }, at, id) =>
    world.tell(visitorId, [{ type: "custom", at, id, data: { name: "exit_intent" } }]),
  trial: (world, { visitorId }, at, id) =>
    world.tell(visitorId, [{ type: "custom", at, id, data: { name: "trial_taken" } }]),
  download: (world, { visitorId }, at, id) =>
    world.tell(visitorId, [{ type: "custom", at, id, data: { name: "trial_downloaded" } }]),
  intent: (world, { visitorId }, at, id) => world.tell(visitorId, [{ type: "checkout_intent", at, id }]),
  checkout: (world, who, at) =>
    world.checkout(`checkout-${who.visitorId}`, {
      at,
      linkId: who.linkId,
      cartToken: cartOf(who),
      items: [itemOf(who)],
    }),
  order: (world, who, at, sourceId) => {
    const { orderId, linkId } = who;
    const [cartToken, checkoutToken] = [cartOf(who), `checkout-${who.visitorId}`];
    const { productId, variantId, quantity, price, title } = itemOf(who);
    const items = [{ productId, variantId, quantity, price, title }];
    return world.order(orderId, { at, sourceId, linkId, cartToken, checkoutToken, items });
  },
  parcel: (world, { orderId }, at) =>
    world.fulfill(`parcel-${orderId}`, orderId, {
      ...{ createdAt: at, updatedAt: at, trackingNumber: "T1", shipmentStatus: "in_transit" },
    }),
  delivered: (world, { orderId }, at) =>
    world.fulfill(`parcel-${orderId}`, orderId, {
      ...{ createdAt: at, updatedAt: at, trackingNumber: "T1", shipmentStatus: "delivered" },
    }),
  points: (world, { visitorId }, at, sourceId) =>
    world.record({ kind: "points_credited", visitorId, at, sourceId, data: { points: 50, balance: 120 } }),
  review: (world, { visitorId }, at, sourceId) =>
    world.record({ kind: "review_created", visitorId, at, sourceId, data: { reviewId: `r-${visitorId}` } }),
  birthday: (world, { visitorId }, at, sourceId) =>
    world.record({ kind: "birthday", visitorId, at, sourceId, data: { date: "11-03" } }),
  leave: (world, { visitorId }, at, id) => world.tell(visitorId, [{ type: "left", at, id }]),
} satisfies Record<string, Telling>;

type What = keyof typeof TELLINGS;
const WHATS = Object.keys(TELLINGS) as What[];
/** What a purchase leaves nothing to say of. */
const WOULD_BUY: What[] = ["product", "other_product", "collection", "wish", "stock_alert", "cart", "checkout", "exit"];

const ONCE: What[] = ["order", "parcel", "delivered"];

/** Messages that a purchase begins, or that have nothing to do with one. */
const ALSO_AFTER_A_PURCHASE = new Set([
  ...["thank_you", "shipping", "review_request", "review_thanks", "repurchase", "win_back"],
  ...["points", "account_created", "birthday", "holiday", "new_article", "custom"],
]);

type Told = { beat: number; what: What };
type Story = { isNew: boolean; happened: Told[]; heard: number[] };

const story: fc.Arbitrary<Story> = fc
  .uniqueArray(
    fc.record({
      beat: fc.integer({ min: 0, max: BEATS - 1 }),
      what: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom<What[]>("product", "cart", "leave", "order") },
        { weight: 3, arbitrary: fc.constantFrom(...WHATS) },
      ),
    }),
    // An order and the state of a parcel come into being once.
    { minLength: 1, maxLength: 9, selector: ({ beat, what }) => (ONCE.includes(what) ? what : `${beat} ${what}`) },
  )
  .map((happened) => happened.toSorted((a, b) => placeOf(a) - placeOf(b)))
  .chain((happened) => {
    const places = happened.map((_, index) => index);
    return fc.record({
      isNew: fc.boolean(),
      happened: fc.constant(happened),
      heard: fc
        .tuple(
          fc.shuffledSubarray(places, { minLength: places.length }),
          fc.array(fc.constantFrom(...places), { maxLength: 3 }),
        )
        .map(([all, again]) => [...all, ...again]),
    });
  });

/** Milliseconds after the beginning. */
function placeOf({ beat, what }: Told): number {
  return beat * BEAT + WHATS.indexOf(what) * 1_000;
}

function productOf({ digits }: Person) {
  const collections = ["shirts"];
  return { productId: digits, variantId: digits, title: "Linen shirt", price: 4_900, currency: "USD", collections };
}
function itemOf({ digits }: Person) {
  return buildItem({ productId: digits, variantId: digits });
}
function cartOf({ visitorId }: Person): string {
  return `cart-${visitorId}`;
}

/** Tells everybody's story, one thing of each after the other, and lets days pass. */
async function outcomeOf(stories: Story[], orderOf: (story: Story) => number[]) {
  const settings = { caps: CAPS, freeShippingThresholds: { USD: 6_000 } };
  const world = await createWorld({ settings });
  for (const percent of [5, 10, 15, 20])
    world.giveCodes(300, percent, new Date(world.clock.now().getTime() + 60 * DAY));
  const people = stories.map((_, index): Person => {
    const digits = String(100 + index);
    const visitorId = `visitor-${digits}`;
    return { visitorId, customerId: `9${digits}`, linkId: `link-${digits}`, digits, orderId: `8${digits}` };
  });
  for (const [index, { visitorId, linkId, digits }] of people.entries()) {
    world.products.set(digits, { id: digits, title: "Linen shirt", handle: "linen-shirt" });
    if (stories[index]?.isNew !== true) await world.subscribe(visitorId, { isNew: false });
    await world.link(visitorId, linkId);
  }
  await world.pass(30 * DAY);
  // Articles are begun by the shop's feed and not by anything a shopper does.
  for (const { kind } of JOURNEY_KINDS)
    if (kind !== "new_article") await setEnabled(world.store, SHOP, kind, true, world.clock.now());
  await nothingSooner(world, 5 * MINUTE);
  for (const [index, { visitorId }] of people.entries()) {
    if (stories[index]?.isNew) await world.subscribe(visitorId);
  }
  await world.pass(1_000);

  const start = world.clock.now().getTime();
  await world.pass(BEATS * BEAT + WHATS.length * 1_000);
  for (let place = 0; stories.some((one) => place < one.heard.length); place += 1) {
    for (const [index, one] of stories.entries()) {
      const which = orderOf(one)[place];
      const told = which === undefined ? undefined : one.happened[which];
      const who = people[index];
      if (!told || !who) continue;
      const tell: Telling = TELLINGS[told.what];
      await tell(world, who, new Date(start + placeOf(told)), `${who.visitorId}-${told.beat}-${told.what}`);
    }
    await world.pass(10);
  }
  // What the shop does to everybody's goods: gone, then a last piece, then more of them.
  for (const left of [0, 1, 20]) {
    for (const { digits } of people) {
      world.stock.set(digits, left);
      await world.record({ kind: "inventory_changed", data: { inventoryItemId: `i-${digits}` } });
    }
    await world.pass(left === 20 ? 9 * DAY : 2 * DAY);
  }

  const got = people.map(({ visitorId }) =>
    world.pushes.filter(({ endpoint }) => endpoint.endsWith(`subscription-${visitorId}`)),
  );
  return { got, start };
}

/** Every message waits so long after what began its journey, so that all is heard before anything is due. */
async function nothingSooner(world: World, ms: number) {
  for (const { kind, defaultDefinition } of JOURNEY_KINDS) {
    const first = defaultDefinition.steps[0];
    const waits = first?.type === "wait" ? (parseDelay(first.delay ?? "") ?? 0) : 0;
    if (waits >= ms) continue;
    const steps = first?.type === "wait" ? defaultDefinition.steps.slice(1) : defaultDefinition.steps;
    const wait = { type: "wait", delay: `PT${ms / MINUTE}M`, from: "trigger" };
    const saved = { ...defaultDefinition, steps: [wait, ...steps] };
    await saveDefinition(world.store, SHOP, kind, saved, world.clock.now());
  }
}

test("whatever the order of arrival: the same messages, within the caps, none after a purchase", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(story, { minLength: PEOPLE, maxLength: PEOPLE }), async (stories) => {
      const inOrder = await outcomeOf(stories, ({ happened }) => happened.map((_, index) => index));
      const asHeard = await outcomeOf(stories, ({ heard }) => heard);

      const told = ({ got, start }: typeof inOrder) =>
        stories.map(({ happened, heard }, index) => ({
          happened: happened.map(({ beat, what }) => `${beat} ${what}`),
          heard: heard.join(" "),
          got: (got[index] ?? []).flatMap(({ at, notification: { data, title } }) => {
            const minutes = Math.round((at.getTime() - start) / MINUTE);
            // News of a parcel leave at once: who heard of its delivery first is not told that it left.
            return title.endsWith("is on its way") ? [] : [`${minutes} ${data.kind}: ${title}`];
          }),
        }));
      const [heard, expected] = [told(asHeard), told(inOrder)];
      const isOther = (_: unknown, index: number) => JSON.stringify(heard[index]) !== JSON.stringify(expected[index]);
      expect(heard.filter(isOther)).toEqual(expected.filter(isOther));

      for (const [index, pushes] of inOrder.got.entries()) {
        expectWithinCaps(pushes);
        const happened = stories[index]?.happened ?? [];
        const bought = happened.findLastIndex(({ what }) => what === "order");
        if (bought < 0 || happened.slice(bought).some(({ what }) => WOULD_BUY.includes(what))) continue;
        const untrue = pushes.filter(({ notification }) => !ALSO_AFTER_A_PURCHASE.has(notification.data.kind));
        expect(untrue.map(({ notification }) => [happened, notification.data.kind, notification.title])).toEqual([]);
      }
    }),
    { numRuns: 1, seed: Number(process.env["SEED"] ?? 20_261_122), endOnFailure: true },
  );
}, 120_000);

function expectWithinCaps(pushes: World["pushes"]) {
  const transactional = new Set(JOURNEY_KINDS.flatMap(({ kind, isTransactional }) => (isTransactional ? [kind] : [])));
  const times = pushes
    .filter(({ notification }) => !transactional.has(notification.data.kind))
    .map(({ at }) => at.getTime());
  for (const [index, at] of times.entries()) {
    const within = (ms: number) => times.filter((other) => other <= at && other > at - ms).length;
    expect(within(DAY)).toBeLessThanOrEqual(CAPS.perDay);
    expect(within(7 * DAY)).toBeLessThanOrEqual(CAPS.perWeek);
    const before = times[index - 1];
    if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(CAPS.minimumGapMinutes * MINUTE);
  }
}
