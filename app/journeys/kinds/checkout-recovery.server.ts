import type { Checkout } from "../../events/mirror-store.ts";
import { journeySchema } from "../definition.ts";
import { HOUR_MS, MINUTE_MS } from "../duration.ts";
import type { PersonView } from "../person-view.ts";
import { basketFacts, basketImage, isSoldOut, pricedNow } from "./first-product.ts";
import { MARKETING_SLOT } from "./kind.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { latest, orderSince } from "./silence.ts";

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "checkout_left" },
  priority: 90,
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "PT15M", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title:
            "{% if checkout_stage == 'payment' %}Only the payment is missing{% else %}Your checkout is waiting{% endif %}",
          body: "{{ product_title }}{% if more_items > 0 %} and {{ more_items }} more{% endif %}{% if checkout_stage == 'payment' %}: one last step and it is yours.{% else %}: finish your order in a minute or two.{% endif %}",
        },
        tr: {
          title:
            "{% if checkout_stage == 'payment' %}Yalnızca ödeme adımı kaldı{% else %}Siparişiniz sizi bekliyor{% endif %}",
          body: "{{ product_title }}{% if more_items > 0 %} ve {{ more_items }} ürün daha{% endif %}{% if checkout_stage == 'payment' %}: son bir adımla sizin.{% else %}: siparişinizi birkaç dakikada tamamlayın.{% endif %}",
        },
        ar: {
          title: "{% if checkout_stage == 'payment' %}لم يبقَ سوى الدفع{% else %}طلبك بانتظارك{% endif %}",
          body: "{{ product_title }}{% if more_items > 0 %} وبقية ما اخترته{% endif %}{% if checkout_stage == 'payment' %}: خطوة أخيرة ويصبح لك.{% else %}: أكمل طلبك في دقائق.{% endif %}",
        },
      },
      discount: null,
    },
  ],
});

const PLAIN_TEXTS = {
  en: { title: "Your checkout is waiting", body: "{{ product_title }}: finish your order in a minute or two." },
  tr: { title: "Siparişiniz sizi bekliyor", body: "{{ product_title }}: siparişinizi birkaç dakikada tamamlayın." },
  ar: { title: "طلبك بانتظارك", body: "{{ product_title }}: أكمل طلبك في دقائق." },
};

/** A checkout was begun and left; counts from its last sign of life. */
export const checkoutRecovery: JourneyKind = {
  kind: "checkout_recovery",
  name: "Checkout recovery",
  description: "Reminds shoppers who left during checkout, in other words when only the payment was missing.",
  trigger: "checkout_left",
  isEnabledAfterInstall: true,
  isTransactional: false,
  isSubjectUnique: false,
  readsFulfillments: false,
  consent: "marketing",
  mayDiscount: true,
  defaultDefinition: DEFAULT_DEFINITION,
  plainTexts: PLAIN_TEXTS,
  minimumDelayMs: 15 * MINUTE_MS,
  ttlSeconds: 12 * 3600,
  urgency: "normal",
  longestDelayMs: 12 * HOUR_MS,

  plan({ person }: PlanInput): RunPlan[] {
    const newest = person.openCheckouts[0];
    const active = person.runs.filter((run) => run.state === "active" && run.journey === "checkout_recovery");
    const plans: RunPlan[] = active
      .filter((run) => run.subject !== `checkout:${newest?.checkoutToken}`)
      .map((run) => ({
        type: "exit",
        subject: run.subject,
        // A checkout that is no longer open was bought, deleted or took over by a newer one.
        reason: newest ? "replaced" : person.orders.length > 0 ? "bought" : "emptied",
      }));
    if (!newest) return plans;

    const subject = `checkout:${newest.checkoutToken}`;
    if (orderSince(person, newest.updatedAt)) return [...plans, { type: "exit", subject, reason: "bought" }];
    if (isEmptied(newest, person)) return [...plans, { type: "exit", subject, reason: "emptied" }];
    return [
      ...plans,
      {
        type: "arm",
        subject,
        anchorAt: lastBusyAt(newest, person),
        minimumDelayMs: 15 * MINUTE_MS,
        context: { version: newest.updatedAt.getTime(), checkoutToken: newest.checkoutToken },
      },
    ];
  },

  mayStartAgain(ended, context, plan) {
    if (ended.exitReason === "replaced") return true;
    return (context.sent ?? 0) === 0 ? ended.state === "exited" : (plan.version ?? 0) > (context.version ?? 0);
  },

  survivesPurchase: () => false,

  variantIds: ({ checkout }) => (checkout?.items ?? []).map((item) => item.variantId),

  check({ checkout, person, variants }) {
    if (!checkout || checkout.deletedAt) return { type: "exit", reason: "emptied" };
    if (checkout.orderId || checkout.completedAt || orderSince(person, checkout.updatedAt)) {
      return { type: "exit", reason: "bought" };
    }
    if (isEmptied(checkout, person)) return { type: "exit", reason: "emptied" };
    if (checkout.items.every((item) => isSoldOut(item.variantId, variants))) {
      return { type: "exit", reason: "out_of_stock" };
    }
    return { type: "send" };
  },

  facts: ({ checkout, local, variants }) =>
    checkout ? { ...basketFacts(pricedNow(checkout, local), variants), checkout_stage: checkout.stage } : {},
  conditionFacts: ({ checkout }) => ({
    cart_total: checkout?.total ?? null,
    item_count: checkout?.items.reduce((sum, item) => sum + item.quantity, 0) ?? null,
    currency: checkout?.currency ?? null,
    checkout_stage: checkout?.stage ?? null,
  }),
  hasDiscount: ({ checkout }) => checkout?.discounted ?? false,
  // Shopify's own recovery link carries a secret: it is looked up on the click and never travels in a payload.
  target: () => "/cart",
  image: ({ checkout, variants }) => basketImage(checkout?.items ?? [], variants),
  tokens: ({ checkout }) => ({
    cartToken: checkout?.cartToken ?? null,
    checkoutToken: checkout?.checkoutToken ?? null,
  }),
  pushSlot: () => MARKETING_SLOT,
  tag: () => null,
  renotify: () => false,
};

/** Nothing in it, or its cart was emptied since in the storefront. */
function isEmptied(checkout: Checkout, { cart }: PersonView): boolean {
  const isItsCart = cart !== null && cart.cartToken === checkout.cartToken && cart.updatedAt > checkout.updatedAt;
  return checkout.items.length === 0 || (isItsCart && cart.items.length === 0);
}

function lastBusyAt(checkout: Checkout, { lastSignalAt, checkoutSignalAt }: PersonView): Date {
  return latest(checkout.updatedAt, checkoutSignalAt, lastSignalAt);
}
