import type { Interest } from "../../events/interest-store.ts";
import { journeySchema } from "../definition.ts";
import { DAY_MS, HOUR_MS } from "../duration.ts";
import { httpsImage } from "./first-product.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { hasCart, productIdOf, translatedTitle } from "./one-product.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { isInCheckout, orderSince, silentSince } from "./silence.ts";
import { wasTakenOutAgain } from "./taken-out-again.ts";

const RECENT_MS = DAY_MS;
/** Different products of one collection that show an interest in it. */
const SEVERAL = 3;
const LONG_SECONDS = 120;
/** Shopify's own collections of everything say nothing. */
const EVERYTHING = new Set(["all", "frontpage"]);

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "collection_left" },
  priority: 20,
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "PT24H", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "More from {{ collection_title }}",
          body: "{{ product_title }}{% if more_items > 0 %} and {{ more_items }} more you have not seen yet{% endif %}: have a look.",
        },
        tr: {
          title: "Daha fazlası: {{ collection_title }}",
          body: "{{ product_title }}{% if more_items > 0 %} ve henüz görmediğiniz {{ more_items }} ürün daha{% endif %} sizi bekliyor.",
        },
        ar: {
          title: "المزيد من {{ collection_title }}",
          body: "{{ product_title }}{% if more_items > 0 %} ومنتجات أخرى لم ترها بعد{% endif %}. ألقِ نظرة.",
        },
      },
      discount: null,
    },
  ],
});

/** Several products of one collection were looked at, or it was looked at for long, and nothing was bought. */
export const categoryInterest: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: "category_interest",
  name: "Category interest",
  description:
    "A day after somebody looked around in a collection: what else there is in it. Once in three days at most.",
  trigger: "collection_left",
  isSubjectUnique: false,
  readsFulfillments: false,
  defaultDefinition: DEFAULT_DEFINITION,
  ttlSeconds: 12 * 3600,
  longestDelayMs: 12 * HOUR_MS,
  oncePerMs: 3 * DAY_MS,
  readsInterests: true,

  plan({ interests, person, now }: PlanInput): RunPlan[] {
    const subject = "collection";
    if (hasCart(person)) return [{ type: "exit", subject, reason: "added_to_cart" }];
    const favourite = favouriteCollection(interests, now);
    if (!favourite || orderSince(person, favourite.viewedAt)) return [];
    if (isInCheckout(person)) return [{ type: "suspend", subject }];
    return [
      {
        type: "arm",
        subject,
        anchorAt: silentSince(person),
        context: { version: favourite.viewedAt.getTime(), collection: favourite.handle },
      },
    ];
  },

  mayStartAgain: (ended, context, plan, now) =>
    (plan.version ?? 0) > (context.version ?? 0) || wasTakenOutAgain(ended, now),
  survivesPurchase: () => false,

  recommends: ({ context, interests }) =>
    context.collection
      ? { collection: context.collection, seen: interests.flatMap((one) => productIdOf(one) ?? []) }
      : null,
  variantIds: ({ related }) => related.slice(0, 3).map(({ variantId }) => variantId),

  check({ context, person, related }) {
    if (hasCart(person)) return { type: "exit", reason: "added_to_cart" };
    if (context.version !== undefined && orderSince(person, new Date(context.version)))
      return { type: "exit", reason: "bought" };
    // Nothing to show that was not seen already and can be bought.
    if (related.length === 0) return { type: "exit", reason: "no_longer_true" };
    return { type: "send" };
  },

  facts: ({ context, interests, local, related }) => ({
    collection_title:
      interests.find(({ subject }) => subject === `collection:${context.collection}`)?.title ??
      context.collection?.replaceAll("-", " ") ??
      null,
    product_title: translatedTitle(local, related[0]?.variantId) ?? related[0]?.title ?? null,
    more_items: Math.max(0, related.length - 1),
  }),
  target: ({ context }) => (context.collection ? `/collections/${encodeURIComponent(context.collection)}` : "/"),
  image: ({ related }) => httpsImage(related[0]?.image ?? null),
};

type Favourite = { handle: string; products: number; seconds: number; viewedAt: Date };

/** The collection that most of what was looked at in the last day belongs to, where that is enough to speak of. */
function favouriteCollection(interests: Interest[], now: Date): Favourite | null {
  const found = new Map<string, Favourite>();
  const add = (handle: string, products: number, seconds: number, viewedAt: Date) => {
    const known = found.get(handle) ?? { handle, products: 0, seconds: 0, viewedAt };
    known.products += products;
    known.seconds += seconds;
    if (viewedAt > known.viewedAt) known.viewedAt = viewedAt;
    found.set(handle, known);
  };
  for (const interest of interests) {
    const { viewedAt, subject, seconds } = interest;
    if (!viewedAt || viewedAt.getTime() < now.getTime() - RECENT_MS) continue;
    if (productIdOf(interest)) for (const handle of interest.collections) add(handle, 1, seconds, viewedAt);
    else add(subject.slice("collection:".length), 0, seconds, viewedAt);
  }
  const enough = [...found.values()].filter(
    ({ handle, products, seconds }) => !EVERYTHING.has(handle) && (products >= SEVERAL || seconds >= LONG_SECONDS),
  );
  return enough.toSorted((a, b) => b.products - a.products || b.seconds - a.seconds)[0] ?? null;
}
