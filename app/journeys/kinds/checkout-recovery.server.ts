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
            "{% case checkout_stage %}{% when 'payment' %}Only the payment is missing{% when 'shipping' %}Your order is half done{% else %}Your checkout is waiting{% endcase %}",
          body: "{{ product_title }}{% if more_items > 0 %} and {{ more_items }} more{% endif %}: {% case checkout_stage %}{% when 'payment' %}one last step and it is yours.{% when 'shipping' %}choose how it comes to you, then pay, and it is yours.{% else %}finish your order in a minute or two.{% endcase %}",
        },
        tr: {
          title:
            "{% case checkout_stage %}{% when 'payment' %}Yalnızca ödeme adımı kaldı{% when 'shipping' %}Siparişinizin yarısı tamam{% else %}Siparişiniz sizi bekliyor{% endcase %}",
          body: "{{ product_title }}{% if more_items > 0 %} ve {{ more_items }} ürün daha{% endif %}: {% case checkout_stage %}{% when 'payment' %}son bir adımla sizin.{% when 'shipping' %}teslimatı seçin, ödemeyi yapın, sizin olsun.{% else %}siparişinizi birkaç dakikada tamamlayın.{% endcase %}",
        },
        ar: {
          title:
            "{% case checkout_stage %}{% when 'payment' %}لم يبقَ سوى الدفع{% when 'shipping' %}قطعت نصف الطريق{% else %}طلبك بانتظارك{% endcase %}",
          body: "{{ product_title }}{% if more_items > 0 %} وبقية ما اخترته{% endif %}: {% case checkout_stage %}{% when 'payment' %}خطوة أخيرة ويصبح لك.{% when 'shipping' %}اختر طريقة التوصيل ثم ادفع ويصبح لك.{% else %}أكمل طلبك في دقائق.{% endcase %}",
        },
      },
      discount: null,
    },
    { type: "wait", delay: "PT24H", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "Shall we finish your order together?",
          body: "{{ product_title }}{% if more_items > 0 %} and {{ more_items }} more{% endif %}: {% if checkout_stage == 'payment' %}only the payment was missing. {% endif %}One tap takes you back to where you stopped.",
        },
        tr: {
          title: "Siparişinizi birlikte tamamlayalım mı?",
          body: "{{ product_title }}{% if more_items > 0 %} ve {{ more_items }} ürün daha{% endif %}: {% if checkout_stage == 'payment' %}yalnızca ödeme kalmıştı. {% endif %}Tek dokunuşla kaldığınız yere dönün.",
        },
        ar: {
          title: "هل نكمل طلبك معًا؟",
          body: "{{ product_title }}{% if more_items > 0 %} وبقية ما اخترته{% endif %}: {% if checkout_stage == 'payment' %}لم يبقَ سوى الدفع. {% endif %}نقرة واحدة تعيدك إلى حيث توقفت.",
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
  description: "Reminds shoppers who left during checkout, in words for where they stopped, and once more a day later.",
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
