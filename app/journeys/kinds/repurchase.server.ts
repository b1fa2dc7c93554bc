import { journeySchema } from "../definition.ts";
import { DAY_MS } from "../duration.ts";
import type { Run, RunContext } from "../person-view.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { productFacts, translatedTitle } from "./one-product.ts";
import { isBuyer } from "./own-order.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";

const KIND = "repurchase";
/** A payment heard of later starts nothing. */
const FRESH_MS = DAY_MS;

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "paid" },
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "P7D", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "Time for more {{ product_title }}?",
          body: "Order it again in two taps, before you run out.",
        },
        tr: {
          title: "{{ product_title }} bitmek üzere mi?",
          body: "Tükenmeden iki dokunuşla yeniden sipariş verin.",
        },
        ar: {
          title: "هل حان وقت تجديد {{ product_title }}؟",
          body: "اطلبه مجددًا بنقرتين قبل أن ينفد لديك.",
        },
      },
      discount: null,
    },
  ],
});

/** What is learnt makes the wait no shorter than this. */
const LEAST_DAYS = 3;

/**
 * Something bought is used up. After the merchant's wait, until five orders and more have taught after how many days the
 * shop's own customers order this product again, half of them sooner, half of them later: then after that, be it sooner or
 * later than the merchant's wait. What is learnt shortens the wait as it is when the order is paid, to three days at the
 * least, and lengthens it as it is when the message is due.
 */
export const repurchase: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: KIND,
  name: "Repurchase",
  description:
    "Reminds of what was bought a week after it was paid, or when your own customers usually order that product again.",
  trigger: "paid",
  defaultDefinition: DEFAULT_DEFINITION,
  repeatInterval: { leastDays: LEAST_DAYS },

  plan({ event, person, now }: PlanInput): RunPlan[] {
    const order = person.orders.find(({ orderId }) => orderId === event.orderId);
    if (!order) return [];
    const subject = `order:${order.orderId}`;
    if (order.cancelledAt) return [{ type: "exit", subject, reason: "cancelled" }];

    // Bought again by themselves: the newer order is the one to count from.
    const plans = person.runs
      .filter((run) => run.journey === KIND && run.subject !== subject && run.anchorAt <= order.createdAt)
      .filter((run) => order.variantIds.includes(contextOf(run).variantId ?? ""))
      .map((run): RunPlan => ({ type: "exit", subject: run.subject, reason: "bought" }));
    const { paidAt, productId } = order;
    const variantId = order.variantIds[0];
    if (!paidAt || !order.isShopping || variantId === undefined || !isBuyer(order, person)) return plans;
    if (now.getTime() - paidAt.getTime() > FRESH_MS) return plans;
    const isBoughtAgain = person.orders.some(
      (other) => other.createdAt > order.createdAt && other.variantIds.includes(variantId),
    );
    if (isBoughtAgain) return plans;
    const context = { orderId: order.orderId, variantId, ...(productId && { productId }) };
    return [...plans, { type: "arm", subject, anchorAt: paidAt, context }];
  },

  variantIds: ({ context }) => (context.variantId ? [context.variantId] : []),

  check({ order, person, context, variants, repeatDays, run }, now) {
    if (!order || order.cancelledAt || !isBuyer(order, person)) return { type: "exit", reason: "cancelled" };
    if (order.total > 0 && order.refunded >= order.total) return { type: "exit", reason: "cancelled" };
    const variant = context.variantId ? variants.get(context.variantId) : undefined;
    if (variant && (variant.isAvailable === false || variant.deletedAt))
      return { type: "exit", reason: "out_of_stock" };
    const until = new Date(run.anchorAt.getTime() + (repeatDays ?? 0) * DAY_MS);
    if (until > now) return { type: "delay", reason: "not_used_up", until, values: { repeatDays } };
    return { type: "send" };
  },

  facts(situation) {
    const { order, context, variants, local } = situation;
    const item = order?.items.find(({ variantId }) => variantId === context.variantId);
    const variant = context.variantId ? variants.get(context.variantId) : undefined;
    const title = translatedTitle(local, context.variantId) ?? item?.title ?? variant?.productTitle ?? null;
    return { ...productFacts(situation), product_title: title };
  },
  target({ context, variants }) {
    const variant = context.variantId ? variants.get(context.variantId) : undefined;
    return variant?.handle ? `/products/${variant.handle}?variant=${variant.variantId}` : "/account";
  },
  image: ({ context, variants }) => (context.variantId ? (variants.get(context.variantId)?.image ?? null) : null),
};

function contextOf({ context }: Run): RunContext {
  return context;
}
