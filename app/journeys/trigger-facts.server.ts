import type { ArticleFeed, ArticleStore } from "../articles/article-store.ts";
import { HOLIDAYS, holidayDates } from "../calendar/holidays.ts";
import type { Holiday } from "../calendar/holidays.ts";
import type { TriggerType } from "./trigger.ts";

/** What the admin shows beside a trigger that has more to it than its type. */
export type TriggerFacts = {
  /** `next`: the next day in the shop's country, "2027-05-09"; null: not known there. */
  holidays: { id: string; name: string; next: string | null }[];
  feed: Pick<ArticleFeed, "url" | "readAt" | "problem"> | null;
};

export async function triggerFacts(
  store: { articles: ArticleStore },
  { shop, country }: { shop: string; country: string | null },
  type: TriggerType,
  now: Date,
): Promise<TriggerFacts> {
  const today = now.toISOString().slice(0, 10);
  return {
    holidays:
      type === "holiday"
        ? HOLIDAYS.map((holiday) => ({
            id: holiday.id,
            name: holiday.names.en,
            next: nextDay(holiday, country, today),
          }))
        : [],
    feed: type === "article" ? await store.articles.feed(shop) : null,
  };
}

function nextDay(holiday: Holiday, country: string | null, today: string): string | null {
  const year = Number(today.slice(0, 4));
  const days = [year, year + 1].flatMap((one) => holidayDates(holiday, country, one));
  return days.find((day) => day >= today) ?? null;
}
