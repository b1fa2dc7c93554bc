import { journeySchema } from "../definition.ts";
import { DAY_MS, HOUR_MS } from "../duration.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { hasCart, interestIn, isGone, productFacts, productIdOf, productImage, productTarget } from "./one-product.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { isInCheckout, orderSince, silentSince } from "./silence.ts";
import { wasTakenOutAgain } from "./taken-out-again.ts";

/** A look longer ago says nothing of today. */
const RECENT_MS = DAY_MS;

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "product_left" },
  priority: 30,
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "PT60M", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "{{ product_title }} is worth a second look",
          body: "{% if product_price %}It is yours for {{ product_price }}. {% endif %}Take another look whenever it suits you.",
        },
        tr: {
          title: "{{ product_title }} bir kez daha bakmaya değer",
          body: "{% if product_price %}Fiyatı {{ product_price }}. {% endif %}Dilediğiniz zaman yeniden göz atabilirsiniz.",
        },
        ar: {
          title: "{{ product_title }} يستحق نظرة أخرى",
          body: "{% if product_price %}سعره {{ product_price }}. {% endif %}ألقِ عليه نظرة ثانية متى شئت.",
        },
      },
      discount: null,
    },
  ],
});

/** A product was looked at and not put into the cart, and the shopper left. */
export const browseAbandonment: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: "browse_abandonment",
  name: "Browse abandonment",
  description: "An hour after somebody looked at a product and left with an empty cart. Once in 24 hours at most.",
  trigger: "product_left",
  isSubjectUnique: false,
  readsFulfillments: false,
  defaultDefinition: DEFAULT_DEFINITION,
  ttlSeconds: 12 * 3600,
  longestDelayMs: 12 * HOUR_MS,
  oncePerMs: DAY_MS,
  readsInterests: true,

  plan({ interests, person, now }: PlanInput): RunPlan[] {
    const subject = "browsing";
    if (hasCart(person)) return [{ type: "exit", subject, reason: "added_to_cart" }];
    const seen = interests
      .flatMap((interest) => {
        const productId = productIdOf(interest);
        return productId && interest.viewedAt ? [{ ...interest, productId, viewedAt: interest.viewedAt }] : [];
      })
      .toSorted((a, b) => b.viewedAt.getTime() - a.viewedAt.getTime())[0];
    if (!seen || seen.viewedAt.getTime() < now.getTime() - RECENT_MS || orderSince(person, seen.viewedAt)) return [];
    if (isInCheckout(person)) return [{ type: "suspend", subject }];
    return [
      {
        type: "arm",
        subject,
        anchorAt: silentSince(person),
        context: {
          version: seen.viewedAt.getTime(),
          productId: seen.productId,
          ...(seen.variantId && { variantId: seen.variantId }),
        },
      },
    ];
  },

  mayStartAgain: (ended, context, plan, now) =>
    (plan.version ?? 0) > (context.version ?? 0) || wasTakenOutAgain(ended, now),
  survivesPurchase: () => false,

  variantIds: ({ context }) => (context.variantId ? [context.variantId] : []),

  check(situation) {
    const { context, interests, person } = situation;
    if (hasCart(person)) return { type: "exit", reason: "added_to_cart" };
    const seen = interestIn(context.productId, interests);
    if (!seen?.viewedAt) return { type: "exit", reason: "no_longer_true" };
    if (orderSince(person, seen.viewedAt)) return { type: "exit", reason: "bought" };
    if (isGone(situation)) return { type: "exit", reason: "out_of_stock", values: { variantId: context.variantId } };
    return { type: "send" };
  },

  facts: productFacts,
  target: productTarget,
  image: productImage,
};
