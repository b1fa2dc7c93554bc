import * as fc from "fast-check";
import { expect, test } from "vitest";
import { buildItem, createWorld, DAY, HOUR, MINUTE } from "../support/journey-world.ts";

// What happened to a shopper within two minutes is told to us in any order, some of it twice, before anything is due. Whatever the order, the same
// messages leave at the same times; never more than the caps allow, and none after a purchase.

/** `beat`: half minutes. */
type Told = { beat: number; what: "view" | "cart" | "emptied" | "leave" | "checkout" | "order" };

const happenings = fc.uniqueArray(
  fc.record({
    beat: fc.integer({ min: 0, max: 4 }),
    what: fc.constantFrom<Told["what"][]>("view", "cart", "cart", "emptied", "leave", "leave", "checkout", "order"),
  }),
  { minLength: 1, maxLength: 8, selector: ({ beat, what }) => `${beat} ${what}` },
);

const CAPS = { enabled: true, perDay: 2, perWeek: 4, minimumGapMinutes: 5 };

async function outcomeOf(story: Told[], order: number[]) {
  const world = await createWorld({ settings: { caps: CAPS } });
  await world.subscribe("ada", { isNew: false });
  await world.link("ada", "link-1");
  await world.pass(HOUR);
  world.giveCodes(3);
  const start = world.clock.now().getTime();
  await world.pass(2 * MINUTE + 40_000);

  for (const index of order) {
    const told = story[index];
    if (!told) continue;
    // Each a little after the other, as things are: two at the very same instant have no order to keep.
    const at = new Date(
      start + told.beat * MINUTE + ["view", "cart", "emptied", "checkout", "order", "leave"].indexOf(told.what) * 1_000,
    );
    const sourceId = `told-${told.beat}-${told.what}`;
    switch (told.what) {
      case "view":
        await world.record({ kind: "page_viewed", visitorId: "ada", at, sourceId, changes: [world.signal("ada", at)] });
        break;
      case "leave":
        await world.record({
          kind: "left",
          visitorId: "ada",
          at,
          sourceId,
          changes: [world.signal("ada", at, "left")],
        });
        break;
      case "cart":
        await world.cart("ada", [buildItem({ quantity: told.beat + 1 })], { at, sourceId });
        break;
      case "emptied":
        await world.cart("ada", [], { at, sourceId });
        break;
      case "checkout":
        await world.checkoutIntent("ada", at);
        break;
      case "order":
        await world.order(`order-${told.beat}`, { at, sourceId, linkId: "link-1" });
        break;
    }
    await world.pass(10);
  }
  await world.pass(2 * DAY);
  return { pushes: world.pushes, start };
}

test("whatever the order of arrival: the same messages, within the caps, none after a purchase", async () => {
  await fc.assert(
    fc.asyncProperty(
      happenings.chain((story) =>
        fc.tuple(
          fc.constant(story),
          fc.shuffledSubarray(
            story.map((_, index) => index),
            { minLength: story.length },
          ),
          fc.array(fc.integer({ min: 0, max: story.length - 1 }), { maxLength: 3 }),
        ),
      ),
      async ([story, shuffled, repeats]) => {
        const inOrder = story
          .map((_, index) => index)
          .toSorted((a, b) => (story[a]?.beat ?? 0) - (story[b]?.beat ?? 0));
        const expected = await outcomeOf(story, inOrder);
        const actual = await outcomeOf(story, [...shuffled, ...repeats]);

        const seen = ({ pushes, start }: typeof actual) =>
          pushes.map(({ at, notification }) => `${Math.round((at.getTime() - start) / MINUTE)} ${notification.title}`);
        expect(seen(actual)).toEqual(seen(expected));

        const times = actual.pushes.map(({ at }) => at.getTime());
        for (const [index, at] of times.entries()) {
          expect(times.filter((other) => other <= at && other > at - DAY).length).toBeLessThanOrEqual(CAPS.perDay);
          const before = times[index - 1];
          if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(CAPS.minimumGapMinutes * MINUTE);
        }
        const lastOrder = Math.max(-1, ...story.filter(({ what }) => what === "order").map(({ beat }) => beat));
        const lastCart = Math.max(-1, ...story.filter(({ what }) => what === "cart").map(({ beat }) => beat));
        if (lastOrder >= 0 && lastOrder >= lastCart) expect(times).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);
