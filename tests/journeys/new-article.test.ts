import { expect, test } from "vitest";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";

const START = new Date("2026-11-02T12:00:00Z");

function atom(...articles: { id: string; title: string; at?: string }[]): string {
  const entries = articles.map(
    ({ id, title, at = "2026-11-02T11:00:00Z" }) => `<entry><id>https://shop.example/blogs/${id}</id>
      <published>${at}</published><updated>${at}</updated>
      <link rel="alternate" type="text/html" href="https://shop.example/blogs/news/${id}"/><title>${title}</title>
      <content type="html"><![CDATA[<p><img src="https://cdn.example/${id}.jpg"> Read on</p>]]></content></entry>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><title>News</title>
    <updated>2026-11-02T11:00:00Z</updated>${entries.join("")}</feed>`;
}

const OLD = { id: "old", title: "An old one" };

async function readingWorld() {
  const world = await createWorld({ start: START });
  world.feed.text = atom(OLD);
  await setEnabled(world.store, SHOP, "new_article", true, world.clock.now());
  await world.subscribe("ann", { isNew: false, timezone: "Europe/Berlin" });
  const bodies = () => world.pushes.map(({ notification }) => notification.body);
  return { world, bodies };
}

test("tells of a new article at the hour that suits, never of those that were there before", async () => {
  const { world, bodies } = await readingWorld();
  await world.pass(2 * DAY);
  expect(bodies()).toEqual([]);

  world.feed.text = atom({ id: "dye", title: "How we dye &amp; wash" }, OLD);
  await world.pass(2 * DAY);

  expect(bodies()).toEqual(["How we dye & wash"]);
  expect(world.pushes[0]?.at.toISOString()).toBe("2026-11-05T09:00:00.000Z");
  const { notification } = world.pushes[0] ?? {};
  expect(notification?.data).toMatchObject({ kind: "new_article", url: expect.stringContaining("/blogs/news/dye") });
  expect(notification?.image).toBe("https://cdn.example/dye.jpg");
});

test("looks every 15 minutes", async () => {
  const { world } = await readingWorld();
  await world.pass(HOUR);
  expect(world.feedReads).toEqual(Array.from({ length: 5 }, () => "https://shop.example/blogs/news.atom"));
});

test("one message a day, however many articles", async () => {
  const { world, bodies } = await readingWorld();
  await world.pass(HOUR);
  const list = [OLD];
  for (let number = 0; number < 8; number += 1) {
    list.unshift({ id: `a${number}`, title: `Article ${number}` });
    world.feed.text = atom(...list);
    await world.pass(6 * HOUR);
  }
  await world.pass(3 * DAY);

  const days = world.pushes.map(({ at }) => at.toISOString().slice(0, 10));
  expect(new Set(days).size).toBe(days.length);
  // Each article is told of once: named, or counted beside one that is.
  const told = bodies().reduce((sum, body) => sum + 1 + Number(/and (\d+) more/.exec(body ?? "")?.[1] ?? 0), 0);
  expect(told).toBe(8);
});

test("an article that is taken back before it was told is not told", async () => {
  const { world, bodies } = await readingWorld();
  await world.pass(HOUR);
  world.feed.text = atom({ id: "oops", title: "Not yet" }, OLD);
  await world.pass(HOUR);
  world.feed.text = atom(OLD);
  await world.pass(3 * DAY);

  expect(bodies()).toEqual([]);
  expect(world.ledger()).toEqual(["new_article 0 dropped no_longer_true"]);
});

test("a feed that breaks says so, tells nothing old when it comes back, and forgets nothing new", async () => {
  const { world, bodies } = await readingWorld();
  await world.pass(HOUR);
  world.feed.text = "<html>Down for maintenance</html>";
  await world.pass(HOUR);
  expect(await world.store.articles.feed(SHOP)).toMatchObject({ problem: "not_a_feed", failures: 4 });
  world.feed.text = null;
  await world.pass(15 * MINUTE);
  expect(await world.store.articles.feed(SHOP)).toMatchObject({ problem: "not_found", failures: 5 });

  world.feed.text = atom({ id: "back", title: "We are back" }, OLD);
  await world.pass(2 * DAY);
  expect(await world.store.articles.feed(SHOP)).toMatchObject({ problem: null, failures: 0 });
  expect(bodies()).toEqual(["We are back"]);
});

test("switched off, the feed is left alone", async () => {
  const { world } = await readingWorld();
  await world.pass(HOUR);
  await setEnabled(world.store, SHOP, "new_article", false, world.clock.now());
  await world.pass(MINUTE);
  const reads = world.feedReads.length;
  await world.pass(DAY);
  expect(world.feedReads.length).toBe(reads);
});
