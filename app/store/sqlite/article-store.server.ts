import { and, desc, eq, gt, isNull, lte, notInArray, sql } from "drizzle-orm";
import type { Article, ArticleStore, FeedProblem } from "../../articles/article-store.ts";
import type { Database } from "./database.server.ts";
import { articleFeeds, articles } from "./schema.server.ts";

const GONE_KEPT_MS = 60 * 86_400_000;
const MOST_AT_ONCE = 50;

export function articleStore({ drizzle, sqlite }: Database): ArticleStore {
  const news = (shop: string, since: Date) =>
    and(eq(articles.shop, shop), gt(articles.foundAt, since), sql`${articles.isNews} = 1`, isNull(articles.goneAt));

  function saveArticles(shop: string, found: Article[], isFirst: boolean, now: Date): number {
    let newOnes = 0;
    for (const article of found) {
      const { articleId, title, url, image } = article;
      const row = drizzle
        .select({ id: articles.articleId })
        .from(articles)
        .where(and(eq(articles.shop, shop), eq(articles.articleId, articleId)))
        .get();
      if (row) {
        drizzle
          .update(articles)
          .set({ title, url, image, goneAt: null })
          .where(and(eq(articles.shop, shop), eq(articles.articleId, articleId)))
          .run();
        continue;
      }
      drizzle
        .insert(articles)
        .values({ shop, ...article, foundAt: now, isNews: !isFirst })
        .run();
      if (!isFirst) newOnes += 1;
    }
    const ids = found.map(({ articleId }) => articleId);
    drizzle
      .update(articles)
      .set({ goneAt: now })
      .where(and(eq(articles.shop, shop), isNull(articles.goneAt), notInArray(articles.articleId, ids)))
      .run();
    const longGone = new Date(now.getTime() - GONE_KEPT_MS);
    drizzle
      .delete(articles)
      .where(and(eq(articles.shop, shop), lte(articles.goneAt, longGone)))
      .run();
    return newOnes;
  }

  return {
    async feed(shop) {
      const row = drizzle.select().from(articleFeeds).where(eq(articleFeeds.shop, shop)).get();
      return row ? { ...row, problem: row.problem as FeedProblem | null } : null;
    },

    async saveRead(shop, { url, etag, lastModified, articles: found }, now) {
      return sqlite
        .transaction(() => {
          const before = drizzle.select().from(articleFeeds).where(eq(articleFeeds.shop, shop)).get();
          const isFirst = before?.url !== url || before.readAt === null;
          const row = { url, etag, lastModified, readAt: now, triedAt: now, problem: null, failures: 0 };
          drizzle
            .insert(articleFeeds)
            .values({ shop, ...row })
            .onConflictDoUpdate({ target: articleFeeds.shop, set: row })
            .run();
          return found ? saveArticles(shop, found, isFirst, now) : 0;
        })
        .immediate();
    },

    async saveProblem(shop, url, problem, now) {
      const row = { url, triedAt: now, problem };
      const isOther = sql`${articleFeeds.url} <> ${url}`;
      drizzle
        .insert(articleFeeds)
        .values({ shop, ...row, failures: 1 })
        .onConflictDoUpdate({
          target: articleFeeds.shop,
          set: {
            ...row,
            failures: sql`${articleFeeds.failures} + 1`,
            // Another address was never read.
            readAt: sql`case when ${isOther} then null else ${articleFeeds.readAt} end`,
            etag: sql`case when ${isOther} then null else ${articleFeeds.etag} end`,
            lastModified: sql`case when ${isOther} then null else ${articleFeeds.lastModified} end`,
          },
        })
        .run();
    },

    async found(shop, since, until) {
      return drizzle
        .select({
          articleId: articles.articleId,
          title: articles.title,
          url: articles.url,
          image: articles.image,
          publishedAt: articles.publishedAt,
        })
        .from(articles)
        .where(and(news(shop, since), lte(articles.foundAt, until)))
        .orderBy(desc(articles.publishedAt), desc(articles.foundAt))
        .limit(MOST_AT_ONCE)
        .all();
    },

    async newsFoundAt(shop, since) {
      return drizzle
        .select({ foundAt: articles.foundAt })
        .from(articles)
        .where(news(shop, since))
        .orderBy(articles.foundAt)
        .limit(MOST_AT_ONCE)
        .all()
        .map(({ foundAt }) => foundAt);
    },
  };
}
