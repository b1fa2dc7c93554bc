import { journeySchema } from "../definition.ts";
import { DAY_MS, HOUR_MS } from "../duration.ts";
import type { PersonView, Situation } from "../person-view.ts";
import { basketFacts, basketImage, isSoldOut, pricedNow } from "./first-product.ts";
import type { Basket } from "./first-product.ts";
import { freeShippingThreshold } from "./free-shipping.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { hasCart } from "./one-product.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { isInCheckout, orderSince, silentSince } from "./silence.ts";

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "cart_left_below_threshold" },
  priority: 60,
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "PT20M", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "Only {{ missing_amount }} more for free shipping",
          body: "Add something for {{ missing_amount }} to your cart of {{ cart_total }} and we ship it for free.",
        },
        tr: {
          title: "Ücretsiz kargoya yalnızca {{ missing_amount }} kaldı",
          body: "{{ cart_total }} tutarındaki sepetinize {{ missing_amount }} değerinde bir ürün daha ekleyin, kargo bizden.",
        },
        ar: {
          title: "بقي {{ missing_amount }} فقط للشحن المجاني",
          body: "أضف ما قيمته {{ missing_amount }} إلى سلتك البالغة {{ cart_total }} ويصلك طلبك بشحن مجاني.",
        },
      },
      discount: null,
    },
  ],
});

/** The cart is below the shop's threshold for free shipping in the shopper's country and currency. Silent without a threshold. */
export const freeShippingGap: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: "free_shipping_gap",
  name: "Free-shipping gap",
  description:
    "Names the exact amount a cart lacks for free shipping. Needs a threshold for the shopper's country or currency in the settings.",
  trigger: "cart_left_below_threshold",
  isSubjectUnique: false,
  readsFulfillments: false,
  mayDiscount: false,
  defaultDefinition: DEFAULT_DEFINITION,
  ttlSeconds: 6 * 3600,
  longestDelayMs: 6 * HOUR_MS,
  oncePerMs: DAY_MS,

  plan({ person }: PlanInput): RunPlan[] {
    const { cart } = person;
    if (!cart) return [];
    const subject = `cart:${cart.cartToken}`;
    if (person.cartIsBought || orderSince(person, cart.updatedAt)) return [{ type: "exit", subject, reason: "bought" }];
    if (!hasCart(person)) return [{ type: "exit", subject, reason: "emptied" }];
    if (missingAmount(cart, person, null) === null) return [{ type: "exit", subject, reason: "no_longer_true" }];
    if (person.cartCheckouts.length > 0) return [{ type: "exit", subject, reason: "checkout_started" }];
    if (isInCheckout(person)) return [{ type: "suspend", subject }];
    const context = { version: cart.updatedAt.getTime(), cartToken: cart.cartToken };
    return [{ type: "arm", subject, anchorAt: silentSince(person), context }];
  },

  mayStartAgain: (ended, context, plan) =>
    (plan.version ?? 0) > (context.version ?? 0) || (ended.state === "exited" && (context.sent ?? 0) === 0),
  survivesPurchase: () => false,

  variantIds: ({ person }) => (person.cart?.items ?? []).map((item) => item.variantId),

  check({ local, person, run, variants }) {
    const cart = person.cart && pricedNow(person.cart, local);
    if (!cart || run.subject !== `cart:${cart.cartToken}`) return { type: "exit", reason: "replaced" };
    if (person.cartIsBought || orderSince(person, cart.updatedAt)) return { type: "exit", reason: "bought" };
    if (cart.items.length === 0) return { type: "exit", reason: "emptied" };
    if (person.cartCheckouts.length > 0) return { type: "exit", reason: "checkout_started" };
    if (missingAmount(cart, person, local) === null) {
      return { type: "exit", reason: "no_longer_true", values: { total: cart.total, currency: cart.currency } };
    }
    // A line that cannot be bought any more counts in the cart's total and would make the sum wrong.
    if (cart.items.some((item) => isSoldOut(item.variantId, variants))) {
      return { type: "exit", reason: "out_of_stock" };
    }
    return { type: "send" };
  },

  facts({ local, person, variants }) {
    if (!person.cart) return {};
    const cart = pricedNow(person.cart, local);
    return { ...basketFacts(cart, variants), missing_amount: missingAmount(cart, person, local) };
  },
  conditionFacts: ({ person }) => ({
    cart_total: person.cart?.total ?? null,
    item_count: person.cart?.items.reduce((sum, item) => sum + item.quantity, 0) ?? null,
    currency: person.cart?.currency ?? null,
  }),
  hasDiscount: ({ person }) => person.cart?.discounted ?? false,
  target: () => "/cart",
  image: ({ person, variants }) => basketImage(person.cart?.items ?? [], variants),
  tokens: ({ person }) => ({ cartToken: person.cart?.cartToken ?? null, checkoutToken: null }),
};

/** What the cart lacks, in its own currency; null when it lacks nothing or the shop has no threshold in that currency. */
function missingAmount(
  { currency, total }: Basket,
  person: PersonView,
  local: Situation["local"],
): { amount: number; currency: string } | null {
  const threshold = freeShippingThreshold(person, currency, local);
  return threshold === null || total <= 0 || total >= threshold ? null : { amount: threshold - total, currency };
}
