import { expect, test } from "vitest";
import { parseFeed } from "./parse-feed.ts";

const SHOP = "https://shop.example";
const FEED = `${SHOP}/blogs/news.atom`;

test("reads RSS as well as Atom, with markup and entities in the title", () => {
  const rss = `<rss version="2.0"><channel><title>News</title><link>https://blog.example</link>
    <item><title><![CDATA[<b>Salt</b> &amp; wood]]></title><link>https://blog.example/salt</link><guid>42</guid>
    <pubDate>Mon, 02 Nov 2026 11:00:00 GMT</pubDate><description>&lt;img src="/salt.jpg"&gt;</description></item></channel></rss>`;
  expect(parseFeed(rss, "https://blog.example/feed", SHOP)).toEqual([
    {
      articleId: expect.any(String),
      title: "Salt & wood",
      url: "https://blog.example/salt",
      image: "https://blog.example/salt.jpg",
      publishedAt: new Date("2026-11-02T11:00:00Z"),
    },
  ]);
});

test("leaves out what leads nowhere a click may go", () => {
  const entry = (id: number, link: string) => `<entry><id>${id}</id><title>T</title><link href="${link}"/></entry>`;
  const links = ["/blogs/news/a", "javascript:alert(1)", "http://other.example/x", "https://other.example/y", ""];
  const atom = `<feed xmlns="http://www.w3.org/2005/Atom">${links.map((link, id) => entry(id, link)).join("")}</feed>`;
  expect(parseFeed(atom, FEED, SHOP)?.map(({ url }) => url)).toEqual(["/blogs/news/a", "https://other.example/y"]);
});

test("unfolds no entities and reads no files", () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
    <!ENTITY f SYSTEM "file:///etc/passwd">]>
    <feed><entry><id>1</id><title>&b;&b;&f;</title><link href="/x"/></entry></feed>`;
  const title = parseFeed(bomb, FEED, SHOP)?.[0]?.title ?? "";
  expect(title).not.toContain("aaaaaaaaaa");
  expect(title).not.toContain("root:");
});

test.each([
  ["a page", "<html><body>Not here</body></html>"],
  ["nothing", ""],
  ["noise", "\u0000\u0001<<<<>>>>"],
  ["markup nested without end", "<feed>".repeat(200_000)],
  ["entries nested without end", `<feed>${"<entry><title>".repeat(50_000)}`],
])("makes nothing of %s, quickly", (_name, text) => {
  const startedAt = performance.now();
  expect(parseFeed(text, FEED, SHOP) ?? []).toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test("takes at most a hundred articles and cuts long titles", () => {
  const entries = Array.from(
    { length: 150 },
    (_, id) => `<entry><id>${id}</id><title>${"x".repeat(900)}</title><link href="/${id}"/></entry>`,
  );
  const articles = parseFeed(`<feed>${entries.join("")}</feed>`, FEED, SHOP) ?? [];
  expect(articles).toHaveLength(100);
  expect(articles[0]?.title).toHaveLength(300);
});
