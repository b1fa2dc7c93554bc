import { journeySchema } from "../definition.ts";
import { DAY_MS, MINUTE_MS } from "../duration.ts";
import { localTime } from "../quiet-hours.ts";
import type { JourneyKind } from "./kind.ts";
import { shoppersTimezones } from "./local-morning.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { numberOf } from "./told-event.ts";
import { whoIs } from "./who.ts";

const BETWEEN_LOOKS_MS = 15 * MINUTE_MS;

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "article" },
  priority: 10,
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      message: {
        en: {
          title: "New to read at {{ shop_name }}",
          body: "{{ article_title }}{% if more_articles %} and {{ more_articles }} more{% endif %}",
        },
        tr: {
          title: "{{ shop_name }} blogunda yeni yazı",
          body: "{{ article_title }}{% if more_articles %} ve {{ more_articles }} yazı daha{% endif %}",
        },
        ar: {
          title: "جديد للقراءة في {{ shop_name }}",
          body: "{{ article_title }}{% if more_articles %} (مقالات أخرى: {{ more_articles }}){% endif %}",
        },
      },
      discount: null,
    },
  ],
});

/** New articles of the shop's blog, gathered so that nobody is told more than once a day. */
export const newArticle: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: "new_article",
  name: "New article",
  description:
    "Tells of new articles in your blog, at most once a day, at the hour the shopper is usually there. The blog is looked at every 15 minutes.",
  trigger: "article",
  defaultDefinition: DEFAULT_DEFINITION,
  mayDiscount: false,
  readsArticles: true,

  plan: () => [],

  audience: {
    readsFeed: true,

    occasions({ last, newsFoundAt, now }) {
      const lookAgainAt = new Date(now.getTime() + BETWEEN_LOOKS_MS);
      const first = newsFoundAt[0];
      const isTooSoon = last !== null && now.getTime() - last.createdAt.getTime() < DAY_MS;
      if (!first || isTooSoon) return { occasions: [], lookAgainAt };
      const said = { since: first.getTime() - 1, until: now.getTime() };
      return { occasions: [{ key: now.toISOString(), audience: { of: "subscribers" }, said }], lookAgainAt };
    },

    invite({ occasion, person, definition: { trigger }, now }) {
      if (trigger.type !== "article") return [];
      const today = localTime(now, shoppersTimezones(person)).startOf("day");
      // Who has been told today already is told tomorrow.
      const days = [0, 1, 2].map((days) => today.plus({ days }).toISODate() ?? "");
      return [
        days.map((day) => ({
          subject: `article:${day}:${whoIs(person)}`,
          context: { said: occasion.said },
          when: { day, hour: trigger.hour },
          mayBeLate: false,
        })),
      ];
    },
  },

  check({ context, articles }, now) {
    if (articles.length === 0) return { type: "exit", reason: "no_longer_true" };
    const foundAt = numberOf(context.said, "until") ?? 0;
    return now.getTime() - foundAt > 4 * DAY_MS ? { type: "exit", reason: "too_late" } : { type: "send" };
  },

  facts: ({ articles }) => ({
    article_title: articles[0]?.title ?? null,
    more_articles: articles.length > 1 ? articles.length - 1 : null,
  }),
  target: ({ articles }) => articles[0]?.url ?? "/",
  image: ({ articles }) => articles[0]?.image ?? null,
};
