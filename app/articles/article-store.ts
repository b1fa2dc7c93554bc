/** An article of the shop's blog, as its feed tells it. */
export type Article = {
  articleId: string;
  title: string;
  url: string;
  image: string | null;
  publishedAt: Date | null;
};

/** How the shop's feed was last read. */
export type ArticleFeed = {
  url: string;
  etag: string | null;
  lastModified: string | null;
  /** The last answer that was a feed or said that nothing had changed; null: none yet. */
  readAt: Date | null;
  triedAt: Date;
  /** What was wrong with the last try; null: nothing. */
  problem: FeedProblem | null;
  /** In a row. */
  failures: number;
};

/** Why a feed could not be read. The admin has plain words for each. */
export const FEED_PROBLEMS = ["unreachable", "not_found", "refused", "not_a_feed", "too_large", "not_public"] as const;
export type FeedProblem = (typeof FEED_PROBLEMS)[number];

export type ArticleStore = {
  feed(shop: string): Promise<ArticleFeed | null>;
  /**
   * Writes what a feed holds now. What was not there before is news, unless this is the first time that this address is
   * read: then all of it is known from before. What is no longer in it is gone.
   *
   * @param articles null: nothing changed since the last time
   * @returns how many are news
   */
  saveRead(
    shop: string,
    read: { url: string; etag: string | null; lastModified: string | null; articles: Article[] | null },
    now: Date,
  ): Promise<number>;
  saveProblem(shop: string, url: string, problem: FeedProblem, now: Date): Promise<void>;
  /** News found after `since` and up to `until` that is still in the feed, newest first. */
  found(shop: string, since: Date, until: Date): Promise<Article[]>;
  /** When news was found after an instant, the first first. */
  newsFoundAt(shop: string, since: Date): Promise<Date[]>;
};
