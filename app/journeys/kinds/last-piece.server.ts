import { journeySchema } from "../definition.ts";
import { DAY_MS, HOUR_MS } from "../duration.ts";
import type { JourneyKind } from "./kind.ts";
import { hasBought, isGone, isInCart, productFacts, productImage, productTarget, variantOf } from "./one-product.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";

/** A variant that is restocked and sells down again is news once a week. */
const BETWEEN_MS = 7 * DAY_MS;

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "last_piece" },
  priority: 80,
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      message: {
        en: {
          title: "Only one left: {{ product_title }}",
          body: "{% if variant_title %}{{ variant_title }}: {% endif %}this is the last piece in stock. Once it is sold, it is gone for now.",
        },
        tr: {
          title: "Son 1 adet: {{ product_title }}",
          body: "{% if variant_title %}{{ variant_title }}: {% endif %}stoktaki son ürün. Satıldığında şimdilik bitecek.",
        },
        ar: {
          title: "بقيت قطعة واحدة: {{ product_title }}",
          body: "{% if variant_title %}{{ variant_title }}: {% endif %}هذه آخر قطعة في المخزون.",
        },
      },
      discount: null,
    },
  ],
});

/** Watched, saved or in the cart, and one piece is left of it. True at the moment it leaves, or not sent. */
export const lastPiece: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: "last_piece",
  name: "Last piece",
  description:
    "At once when a single piece is left of what somebody watches or has in the cart, and only while that is so.",
  trigger: "last_piece",
  beginsUntold: true,
  isSubjectUnique: false,
  readsFulfillments: false,
  mayDiscount: false,
  defaultDefinition: DEFAULT_DEFINITION,
  // Somebody else will take it soon.
  ttlSeconds: 2 * 3600,
  urgency: "high",
  longestDelayMs: 2 * HOUR_MS,
  readsInterests: true,

  variantMoment: {
    of: (variant, _prices, now) =>
      variant.sellableQuantity === 1 && variant.isAvailable ? { version: now.getTime() } : null,
    audience: ["carted", "wished", "price_alert"],
    subject: (variantId) => `variant:${variantId}`,
  },

  plan: () => [],
  mayStartAgain: (ended, _context, plan) => (plan.version ?? 0) - ended.startedAt.getTime() > BETWEEN_MS,
  survivesPurchase: ({ variantId }, boughtVariantIds) =>
    variantId === undefined || !boughtVariantIds.includes(variantId),

  variantIds: ({ context }) => (context.variantId ? [context.variantId] : []),

  check(situation) {
    const { context, person } = situation;
    if (hasBought(person, context.variantId)) return { type: "exit", reason: "bought" };
    if (isGone(situation)) return { type: "exit", reason: "out_of_stock" };
    const quantity = variantOf(situation)?.sellableQuantity ?? null;
    if (quantity !== 1) return { type: "exit", reason: "no_longer_true", values: { quantity } };
    if (context.moment === "carted" && !isInCart(person, context.productId)) return { type: "exit", reason: "emptied" };
    // Of this product, but another size: the last piece of what they do not want is no news.
    const item = person.cart?.items.find((one) => one.productId === context.productId);
    if (context.moment === "carted" && item?.variantId !== context.variantId) {
      return { type: "exit", reason: "no_longer_true", values: { inCart: item?.variantId ?? null } };
    }
    return { type: "send" };
  },

  facts: productFacts,
  target: ({ context, ...situation }) =>
    context.moment === "carted" ? "/cart" : productTarget({ context, ...situation }),
  image: productImage,
  tokens: ({ context, person }) => ({
    cartToken: context.moment === "carted" ? (person.cart?.cartToken ?? null) : null,
    checkoutToken: null,
  }),
};
