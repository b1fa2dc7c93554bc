import type { LoggedEvent } from "../../events/shop-event.ts";
import { journeySchema } from "../definition.ts";
import { DAY_MS } from "../duration.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { translatedTitle } from "./one-product.ts";
import { isBuyer } from "./own-order.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";

const KIND = "review_request";
/** An order that was longer on its way than that may have been reviewed without our remembering. */
const REMEMBERED_MS = 60 * DAY_MS;

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "delivered" },
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "P7D", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "How do you like {{ product_title }}?",
          body: "A few words from you help others choose. It takes a minute.",
        },
        tr: {
          title: "{{ product_title }} beklentinizi karşıladı mı?",
          body: "Birkaç cümleniz başkalarının seçimine yardımcı olur. Yalnızca bir dakikanızı alır.",
        },
        ar: {
          title: "ما رأيك في {{ product_title }}؟",
          body: "كلمات قليلة منك تساعد غيرك على الاختيار، ولن تأخذ أكثر من دقيقة.",
        },
      },
      discount: null,
    },
  ],
});

/** An order has arrived: what do they think of it? Once for an order, however many parcels it came in. */
export const reviewRequest: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: KIND,
  name: "Review request",
  description: "Asks the buyer for a review a week after the order was delivered.",
  trigger: "delivered",
  defaultDefinition: DEFAULT_DEFINITION,
  readsFulfillments: true,

  // A review may be heard of before the parcel it is about.
  readsHistory: (_trigger, event) =>
    event?.kind === "fulfillment_updated" || event?.orderId != null ? REMEMBERED_MS : null,

  plan({ event, fulfillment, history, person }: PlanInput): RunPlan[] {
    const runs = person.runs.filter(({ journey }) => journey === KIND);
    if (event.kind === "review_created") {
      const meant = runs.filter(({ context }) => isReviewOf(event, context.productId));
      return meant.map(({ subject }) => ({ type: "exit", subject, reason: "reviewed" }));
    }
    if (!fulfillment || !isBuyer(fulfillment.order, person)) return [];
    const { order } = fulfillment;
    const { fulfillmentId, status, shipmentStatus, updatedAt } = fulfillment.fulfillment;
    const subject = `order:${order.orderId}`;
    if (order.cancelledAt) return [{ type: "exit", subject, reason: "cancelled" }];
    const item = order.items[0];
    if (status !== "success" || shipmentStatus !== "delivered" || !item) return [];

    // The last parcel counts; what is told of a parcel after it was delivered moves nothing.
    const run = runs.find((one) => one.subject === subject);
    if (run && (run.context.fulfillmentId === fulfillmentId || run.anchorAt >= updatedAt)) return [];
    const { productId, variantId } = item;
    const hasReviewed = history.some((one) => one.occurredAt >= order.createdAt && isReviewOf(one, productId));
    if (hasReviewed) return [{ type: "exit", subject, reason: "reviewed" }];
    const context = {
      fulfillmentId,
      orderId: order.orderId,
      ...(productId !== null && { productId }),
      ...(variantId !== null && { variantId }),
    };
    return [{ type: "arm", subject, anchorAt: updatedAt, context }];
  },

  variantIds: ({ context }) => (context.variantId ? [context.variantId] : []),

  check({ order, person, context, variants }) {
    if (!order || order.cancelledAt || !isBuyer(order, person)) return { type: "exit", reason: "cancelled" };
    if (order.total > 0 && order.refunded >= order.total) {
      return { type: "exit", reason: "cancelled", values: { refunded: order.refunded } };
    }
    const isGone = context.variantId !== undefined && variants.get(context.variantId)?.deletedAt;
    return isGone ? { type: "exit", reason: "out_of_stock" } : { type: "send" };
  },

  facts: ({ context, local, order }) => ({
    product_title: translatedTitle(local, context.variantId) ?? order?.items[0]?.title ?? null,
    order_name: order?.name ?? null,
  }),
  target({ context, variants }) {
    const handle = context.variantId ? variants.get(context.variantId)?.handle : null;
    return handle ? `/products/${handle}` : "/account";
  },
  image: ({ context, variants }) => (context.variantId ? (variants.get(context.variantId)?.image ?? null) : null),
};

/** A review that names no product is taken for that of whatever was bought last. */
function isReviewOf({ kind, data }: LoggedEvent, productId: unknown): boolean {
  return kind === "review_created" && (typeof data.productId !== "string" || data.productId === productId);
}
