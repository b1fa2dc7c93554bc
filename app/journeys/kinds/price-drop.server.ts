import { journeySchema } from "../definition.ts";
import { HOUR_MS } from "../duration.ts";
import type { JourneyKind } from "./kind.ts";
import { hasBought, isGone, isInCart, priceShown, productImage, productTarget } from "./one-product.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { isBelow, isPriceUnknown, priceBefore, reducedFacts, reductionFor } from "./price-record.ts";

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "price_dropped" },
  priority: 80,
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      message: {
        en: {
          title: "{{ product_title }} costs less now",
          body: "{% if product_price %}{{ product_price }}{% if compare_at_price %} instead of {{ compare_at_price }}{% endif %}: its lowest price in 30 days.{% else %}Its lowest price in 30 days.{% endif %}",
        },
        tr: {
          title: "{{ product_title }} artık daha uygun",
          body: "{% if product_price %}{% if compare_at_price %}{{ compare_at_price }} yerine {% endif %}{{ product_price }}: son 30 günün en düşük fiyatı.{% else %}Son 30 günün en düşük fiyatı.{% endif %}",
        },
        ar: {
          title: "انخفض سعر {{ product_title }}",
          body: "{% if product_price %}{{ product_price }}{% if compare_at_price %} بدلًا من {{ compare_at_price }}{% endif %}: أدنى سعر له في 30 يومًا.{% else %}أدنى سعر له في 30 يومًا.{% endif %}",
        },
      },
      discount: null,
    },
  ],
});

/** Watched, in the cart or looked at, and cheaper than at any time of the last 30 days. Begun by the price, not by a person. */
export const priceDrop: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: "price_drop",
  name: "Price drop",
  description:
    "At once when a product somebody watched, put into the cart or looked at costs less than at any time of the last 30 days. Silent until its price has been recorded for that long.",
  trigger: "price_dropped",
  beginsUntold: true,
  isSubjectUnique: false,
  readsFulfillments: false,
  // A price alert was asked for by a tap; who only looked has to want marketing.
  consent: "asked",
  consentOf: ({ alertId }) => (alertId === undefined ? "marketing" : "asked"),
  mayDiscount: false,
  defaultDefinition: DEFAULT_DEFINITION,
  // As for what is back in stock: who has asked by a tap waits for a day's cap. The price is looked at again before it leaves.
  longestDelayMs: 24 * HOUR_MS,
  readsInterests: true,

  variantMoment: {
    of(variant, prices) {
      const record = isBelow(variant, priceBefore(prices));
      return record?.isWhole && variant.isAvailable ? { version: record.since.getTime() } : null;
    },
    audience: ["price_alert", "carted", "viewed"],
    subject: (variantId) => `variant:${variantId}`,
  },

  plan: () => [],
  mayStartAgain: (_ended, context, plan) => (plan.version ?? 0) > (context.version ?? 0),
  survivesPurchase: ({ variantId }, boughtVariantIds) =>
    variantId === undefined || !boughtVariantIds.includes(variantId),

  variantIds: ({ context }) => (context.variantId ? [context.variantId] : []),

  check(situation) {
    const { context, person } = situation;
    if (hasBought(person, context.variantId)) return { type: "exit", reason: "bought" };
    if (isGone(situation)) return { type: "exit", reason: "out_of_stock" };
    if (context.moment === "carted" && !isInCart(person, context.productId)) return { type: "exit", reason: "emptied" };
    const record = reductionFor(situation);
    if (!record) return { type: "exit", reason: "no_longer_true", values: { price: priceShown(situation) } };
    if (!record.isWhole || isPriceUnknown(situation)) return { type: "exit", reason: "price_not_recorded" };
    return { type: "send" };
  },

  facts: reducedFacts,
  conditionFacts: () => ({ is_reduced: true }),
  target: productTarget,
  image: productImage,
  // What was asked for is not pushed out by a cart's message.
  pushSlot: ({ context }) => `price-drop:${context.variantId}`,
};
