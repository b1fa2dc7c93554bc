import { journeySchema } from "../definition.ts";
import { DAY_MS, HOUR_MS } from "../duration.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import {
  interestIn,
  isGone,
  isInCart,
  productFacts,
  productIdOf,
  productImage,
  productTarget,
  priceShown,
} from "./one-product.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { isBelow, isPriceUnknown, priceBefore, reducedFacts, reductionFor } from "./price-record.ts";
import { orderSince } from "./silence.ts";
import { wasTakenOutAgain } from "./taken-out-again.ts";

/** A wish heard of later than this is not written about any more. */
const RECENT_MS = 7 * DAY_MS;

const onlyReduced = (isReduced: boolean) => ({ all: [{ field: "is_reduced", op: "eq", value: isReduced }] });

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "product_saved" },
  priority: 60,
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      if: onlyReduced(true),
      message: {
        en: {
          title: "{{ product_title }} from your wishlist costs less now",
          body: "{% if product_price %}Now {{ product_price }}{% if compare_at_price %} instead of {{ compare_at_price }}{% endif %}. {% endif %}You saved it: it is a good moment.",
        },
        tr: {
          title: "Favorilerinizdeki {{ product_title }} artık daha uygun",
          body: "{% if product_price %}Şimdi {{ product_price }}{% if compare_at_price %}, önceki fiyatı {{ compare_at_price }}{% endif %}. {% endif %}Kaydettiğiniz ürün için iyi bir an.",
        },
        ar: {
          title: "انخفض سعر {{ product_title }} من قائمة أمنياتك",
          body: "{% if product_price %}الآن {{ product_price }}{% if compare_at_price %} بدلًا من {{ compare_at_price }}{% endif %}. {% endif %}إنها لحظة مناسبة لما حفظته.",
        },
      },
      discount: null,
    },
    { type: "wait", delay: "P3D", from: "trigger" },
    {
      type: "message",
      if: onlyReduced(false),
      message: {
        en: {
          title: "You saved {{ product_title }}",
          body: "{% if product_price %}It costs {{ product_price }} and is in stock. {% else %}It is in stock. {% endif %}Your wishlist keeps it for you.",
        },
        tr: {
          title: "{{ product_title }} favorilerinizde",
          body: "{% if product_price %}Fiyatı {{ product_price }} ve stokta. {% else %}Stokta mevcut. {% endif %}Kaydettiğiniz ürün sizi bekliyor.",
        },
        ar: {
          title: "{{ product_title }} في قائمة أمنياتك",
          body: "{% if product_price %}سعره {{ product_price }} وهو متوفر. {% else %}إنه متوفر الآن. {% endif %}ما حفظته بانتظارك.",
        },
      },
      discount: null,
    },
  ],
});

/** A product was saved and not bought. */
export const wishlist: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: "wishlist",
  name: "Wishlist",
  description: "Three days after a product was saved and not bought; at once when its price is cut.",
  trigger: "product_saved",
  isSubjectUnique: false,
  readsFulfillments: false,
  defaultDefinition: DEFAULT_DEFINITION,
  longestDelayMs: 12 * HOUR_MS,
  oncePerMs: DAY_MS,
  readsInterests: true,

  variantMoment: {
    of(variant, prices) {
      const cut = isBelow(variant, priceBefore(prices));
      return cut && variant.isAvailable ? { version: cut.since.getTime() } : null;
    },
    audience: ["wished"],
    subject: (variantId) => `cut:${variantId}`,
  },

  plan({ interests, person, now }: PlanInput): RunPlan[] {
    return interests.flatMap((interest): RunPlan[] => {
      const productId = productIdOf(interest);
      const { wishedAt, variantId } = interest;
      if (!productId || !wishedAt || wishedAt.getTime() < now.getTime() - RECENT_MS) return [];
      const subject = `product:${productId}`;
      if (isInCart(person, productId)) return [{ type: "exit", subject, reason: "added_to_cart" }];
      if (hasBought(person.orders, variantId, wishedAt)) return [{ type: "exit", subject, reason: "bought" }];
      const context = { version: wishedAt.getTime(), productId, ...(variantId && { variantId }) };
      return [{ type: "arm", subject, anchorAt: wishedAt, context }];
    });
  },

  // Saved once more, or cut once more.
  mayStartAgain: (ended, context, plan, now) =>
    (plan.version ?? 0) > (context.version ?? 0) || wasTakenOutAgain(ended, now),
  survivesPurchase: ({ variantId }, boughtVariantIds) =>
    variantId === undefined || !boughtVariantIds.includes(variantId),

  variantIds: ({ context }) => (context.variantId ? [context.variantId] : []),

  check(situation) {
    const { context, interests, person, run } = situation;
    const wish = interestIn(context.productId, interests);
    if (!wish?.wishedAt) return { type: "exit", reason: "no_longer_true" };
    if (isInCart(person, context.productId)) return { type: "exit", reason: "added_to_cart" };
    if (hasBought(person.orders, context.variantId ?? null, wish.wishedAt)) return { type: "exit", reason: "bought" };
    if (orderSince(person, run.startedAt) && !context.variantId) return { type: "exit", reason: "bought" };
    if (isGone(situation)) return { type: "exit", reason: "out_of_stock" };
    if (isCut(context) && (isPriceUnknown(situation) || !reductionFor(situation))) {
      return { type: "exit", reason: "no_longer_true", values: { price: priceShown(situation) } };
    }
    return { type: "send" };
  },

  facts: (situation) => (isCut(situation.context) ? reducedFacts(situation) : productFacts(situation)),
  conditionFacts: ({ context }) => ({ is_reduced: isCut(context) }),
  target: productTarget,
  image: productImage,
};

/** The run began with the price and not with the saving. */
function isCut({ moment }: { moment?: string }): boolean {
  return moment !== undefined;
}

function hasBought(
  orders: { createdAt: Date; variantIds: string[] }[],
  variantId: string | null,
  since: Date,
): boolean {
  return orders.some((order) => order.createdAt >= since && variantId !== null && order.variantIds.includes(variantId));
}
