import type { ArticleStore } from "./article-store.ts";
import type { FetchFeed } from "./fetch-feed.server.ts";
import { parseFeed } from "./parse-feed.ts";

/**
 * Reads a shop's feed and writes down what is new in it, or why it could not be read.
 *
 * @param feedUrl a path on the shop's own origin, or an https address
 */
export async function readFeed(
  { store, fetchFeed }: { store: { articles: ArticleStore }; fetchFeed: FetchFeed },
  { shop, origin }: { shop: string; origin: string },
  feedUrl: string,
  now: Date,
): Promise<void> {
  const url = new URL(feedUrl, origin).href;
  const before = await store.articles.feed(shop);
  const isSame = before?.url === url && before.readAt !== null;
  const { etag, lastModified } = isSame ? before : { etag: null, lastModified: null };

  const answer = await fetchFeed(url, { etag, lastModified });
  if (answer.type === "problem") return store.articles.saveProblem(shop, url, answer.problem, now);
  if (answer.type === "unchanged") {
    await store.articles.saveRead(shop, { url, etag, lastModified, articles: null }, now);
    return;
  }
  const articles = parseFeed(answer.text, answer.url, origin);
  if (!articles) return store.articles.saveProblem(shop, url, "not_a_feed", now);
  await store.articles.saveRead(shop, { url, etag: answer.etag, lastModified: answer.lastModified, articles }, now);
}
