import { journeySchema } from "../definition.ts";
import { HOUR_MS } from "../duration.ts";
import { isSoldOut } from "./first-product.ts";
import type { JourneyKind } from "./kind.ts";
import { productFacts, productImage, productTarget, variantOf } from "./one-product.ts";
import { orderSince } from "./silence.ts";

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "back_in_stock" },
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      message: {
        en: {
          title: "{{ product_title }} is back",
          body: "{% if variant_title %}{{ variant_title }}: {% endif %}in stock again{% if product_price %} for {{ product_price }}{% endif %}. You asked to be told first.",
        },
        tr: {
          title: "{{ product_title }} yeniden stokta",
          body: "{% if variant_title %}{{ variant_title }}: {% endif %}{% if product_price %}{{ product_price }} fiyatıyla {% endif %}tekrar satışta. Haber vermemizi istemiştiniz.",
        },
        ar: {
          title: "{{ product_title }} متوفر من جديد",
          body: "{% if variant_title %}{{ variant_title }}: {% endif %}عاد إلى المخزون{% if product_price %} بسعر {{ product_price }}{% endif %}. طلبت أن نخبرك فور توفره.",
        },
      },
      discount: null,
    },
  ],
});

/** Asked for by a tap, variant by variant. Runs are started in waves by the stock watch, never by an event. */
export const backInStock: JourneyKind = {
  kind: "back_in_stock",
  name: "Back in stock",
  description: "Tells those who asked, oldest wish first and no more people than the pieces allow.",
  trigger: "back_in_stock",
  beginsUntold: true,
  isEnabledAfterInstall: true,
  isTransactional: false,
  isSubjectUnique: false,
  readsFulfillments: false,
  consent: "asked",
  mayDiscount: false,
  defaultDefinition: DEFAULT_DEFINITION,
  plainTexts: null,
  minimumDelayMs: 0,
  // Not longer than the stock is likely to last.
  ttlSeconds: 4 * 3600,
  urgency: "high",
  // A day, the longest that a daily cap can last: who has asked is not passed over. Stock is looked at again before it leaves.
  longestDelayMs: 24 * HOUR_MS,
  readsInterests: true,

  plan: () => [],
  mayStartAgain: () => true,
  survivesPurchase: ({ variantId }, boughtVariantIds) =>
    variantId === undefined || !boughtVariantIds.includes(variantId),

  variantIds: ({ context }) => (context.variantId ? [context.variantId] : []),

  check({ run, context, person, variants }) {
    const bought = orderSince(person, new Date(context.askedAt ?? run.startedAt));
    if (bought && context.variantId && bought.variantIds.includes(context.variantId)) {
      return { type: "exit", reason: "bought" };
    }
    const variant = variantOf({ context, variants });
    if (!variant || !context.variantId || isSoldOut(context.variantId, variants)) {
      return { type: "exit", reason: "out_of_stock", values: { variantId: context.variantId ?? null } };
    }
    return { type: "send" };
  },

  facts: productFacts,
  conditionFacts: () => ({}),
  hasDiscount: () => false,
  target: productTarget,
  image: productImage,
  tokens: () => ({ cartToken: null, checkoutToken: null }),
  // A slot of its own for each variant: a cart's message does not push out what was asked for.
  pushSlot: ({ context }) => `back-in-stock:${context.variantId}`,
  tag: () => null,
  renotify: () => false,
};
