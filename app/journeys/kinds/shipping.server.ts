import { journeySchema } from "../definition.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../duration.ts";
import type { FulfillmentView, Run } from "../person-view.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { isBuyer } from "./own-order.ts";

/** Carriers' numbers often come minutes after the parcel was marked as sent. */
const WAIT_FOR_TRACKING_MS = 30 * MINUTE_MS;
const OLDEST_NEWS_MS = DAY_MS;

type Status = "shipped" | "out_for_delivery" | "delayed" | "ready_for_pickup" | "delivered";

/** How far a parcel is. Changes of one rank may follow each other in any order, each is told once. */
const RANK: Record<Status, number> = { shipped: 0, out_for_delivery: 1, delayed: 1, ready_for_pickup: 1, delivered: 2 };

/** Only what has really left, or can be fetched. A printed label has not. */
const STATUS_OF: Record<string, Status> = {
  confirmed: "shipped",
  carrier_picked_up: "shipped",
  in_transit: "shipped",
  out_for_delivery: "out_for_delivery",
  delayed: "delayed",
  ready_for_pickup: "ready_for_pickup",
  delivered: "delivered",
};

const onlyFor = (status: Status) => ({ all: [{ field: "shipment_status", op: "eq", value: status }] });

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "shipped" },
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      if: onlyFor("shipped"),
      message: {
        en: {
          title: "Order {{ order_name }} is on its way",
          body: "{% if product_title %}{{ product_title }}. {% endif %}{% if tracking_number %}With {{ tracking_company }}, number {{ tracking_number }}. Tap to follow it.{% else %}Your parcel has left our shop.{% endif %}",
        },
        tr: {
          title: "{{ order_name }} numaralı siparişiniz yola çıktı",
          body: "{% if product_title %}{{ product_title }}. {% endif %}{% if tracking_number %}{{ tracking_company }}, takip numarası: {{ tracking_number }}. Takip etmek için dokunun.{% else %}Paketiniz mağazamızdan ayrıldı.{% endif %}",
        },
        ar: {
          title: "طلبك {{ order_name }} في الطريق إليك",
          body: "{% if product_title %}{{ product_title }}. {% endif %}{% if tracking_number %}مع {{ tracking_company }}، رقم التتبع {{ tracking_number }}. انقر لمتابعته.{% else %}غادرت شحنتك متجرنا.{% endif %}",
        },
      },
      discount: null,
    },
    {
      type: "message",
      if: onlyFor("out_for_delivery"),
      message: {
        en: {
          title: "Order {{ order_name }} arrives today",
          body: "{% if product_title %}{{ product_title }}. {% endif %}It is out for delivery. Will somebody be at home?",
        },
        tr: {
          title: "{{ order_name }} numaralı siparişiniz dağıtımda",
          body: "{% if product_title %}{{ product_title }}. {% endif %}Kurye bugün kapınızda olacak.",
        },
        ar: {
          title: "طلبك {{ order_name }} يصل اليوم",
          body: "{% if product_title %}{{ product_title }}. {% endif %}خرجت شحنتك للتوصيل، كن على استعداد لاستلامها.",
        },
      },
      discount: null,
    },
    {
      type: "message",
      if: onlyFor("delayed"),
      message: {
        en: {
          title: "Order {{ order_name }} is running late",
          body: "{% if product_title %}{{ product_title }}. {% endif %}The carrier reports a delay. Tap to see where your parcel is.",
        },
        tr: {
          title: "{{ order_name }} numaralı siparişiniz gecikiyor",
          body: "{% if product_title %}{{ product_title }}. {% endif %}Kargo bir gecikme bildirdi. Paketinizin nerede olduğunu görmek için dokunun.",
        },
        ar: {
          title: "طلبك {{ order_name }} سيتأخر قليلًا",
          body: "{% if product_title %}{{ product_title }}. {% endif %}أبلغتنا شركة الشحن بتأخير. انقر لترى أين شحنتك.",
        },
      },
      discount: null,
    },
    {
      type: "message",
      if: onlyFor("ready_for_pickup"),
      message: {
        en: {
          title: "Order {{ order_name }} is ready for you",
          body: "{% if product_title %}{{ product_title }}. {% endif %}You can pick it up now. Tap for the details.",
        },
        tr: {
          title: "{{ order_name }} numaralı siparişiniz teslim alınmaya hazır",
          body: "{% if product_title %}{{ product_title }}. {% endif %}Artık teslim alabilirsiniz. Ayrıntılar için dokunun.",
        },
        ar: {
          title: "طلبك {{ order_name }} جاهز للاستلام",
          body: "{% if product_title %}{{ product_title }}. {% endif %}يمكنك استلامه الآن. انقر لمعرفة التفاصيل.",
        },
      },
      discount: null,
    },
    {
      type: "message",
      if: onlyFor("delivered"),
      message: {
        en: {
          title: "Order {{ order_name }} was delivered",
          body: "{% if product_title %}{{ product_title }}. {% endif %}Enjoy it, and thank you for shopping with us.",
        },
        tr: {
          title: "{{ order_name }} numaralı siparişiniz teslim edildi",
          body: "{% if product_title %}{{ product_title }}. {% endif %}Güle güle kullanın, bizi seçtiğiniz için teşekkürler.",
        },
        ar: {
          title: "تم تسليم طلبك {{ order_name }}",
          body: "{% if product_title %}{{ product_title }}. {% endif %}نتمنى أن ينال إعجابك، وشكرًا لتسوقك معنا.",
        },
      },
      discount: null,
    },
  ],
});

/** Each change of a parcel once, to the buyer's own devices. */
export const shipping: JourneyKind = {
  kind: "shipping",
  name: "Shipping",
  description:
    "Shipped, out for delivery, late, ready for pickup, delivered: once each, with the carrier's number when there is one.",
  trigger: "shipped",
  isEnabledAfterInstall: true,
  isTransactional: true,
  isSubjectUnique: true,
  readsFulfillments: true,
  consent: "asked",
  mayDiscount: false,
  defaultDefinition: DEFAULT_DEFINITION,
  plainTexts: null,
  minimumDelayMs: 0,
  ttlSeconds: 24 * 3600,
  urgency: "high",
  longestDelayMs: 12 * HOUR_MS,

  plan({ fulfillment, person, now }: PlanInput): RunPlan[] {
    if (!fulfillment || !isBuyer(fulfillment.order, person)) return [];
    const { fulfillmentId, orderId, createdAt } = fulfillment.fulfillment;
    const active = fulfillment.runs.filter((run) => run.state === "active");
    const status = statusOf(fulfillment);
    if (!status || fulfillment.order.cancelledAt) {
      // Taken back before the message left.
      return active.map((run) => ({ type: "exit", subject: run.subject, reason: "cancelled" }));
    }

    const rank = RANK[status];
    const plans: RunPlan[] = active
      .filter((run) => rankOf(run) < rank)
      .map((run) => ({ type: "exit", subject: run.subject, reason: "superseded" }));
    const since = statusSince(fulfillment, status);
    const isOldNews = since.getTime() < now.getTime() - OLDEST_NEWS_MS;
    if (isOldNews || fulfillment.runs.some((run) => rankOf(run) > rank)) return plans;

    const needsTracking = status === "shipped" && !fulfillment.fulfillment.trackingNumber;
    const dueAt = needsTracking ? new Date(createdAt.getTime() + WAIT_FOR_TRACKING_MS) : since;
    const subject = `fulfillment:${fulfillmentId}:${status}`;
    plans.push({ type: "arm", subject, anchorAt: since, dueAt, context: { fulfillmentId, orderId, status } });
    return plans;
  },

  mayStartAgain: () => false,
  survivesPurchase: () => true,
  variantIds: () => [],

  check({ fulfillment, context, person }, now) {
    if (!fulfillment || !isBuyer(fulfillment.order, person)) return { type: "exit", reason: "cancelled" };
    if (fulfillment.order.cancelledAt) return { type: "exit", reason: "cancelled" };
    const status = statusOf(fulfillment);
    if (status === null) return { type: "exit", reason: "cancelled" };
    if (status !== context.status) return { type: "exit", reason: "superseded", values: { status } };
    const since = statusSince(fulfillment, status);
    if (since.getTime() < now.getTime() - OLDEST_NEWS_MS) {
      return { type: "exit", reason: "too_late", values: { since: since.toISOString() } };
    }
    return { type: "send" };
  },

  facts({ fulfillment, context, person }) {
    if (!fulfillment) return {};
    const { trackingCompany, trackingNumber } = fulfillment.fulfillment;
    const names = fulfillment.order.items.map((item) => item.title);
    return {
      order_name: fulfillment.order.name,
      shipment_status: context.status ?? null,
      tracking_company: trackingCompany,
      tracking_number: trackingNumber,
      product_title: person.shop.settings.shippingNamesProducts ? (names[0] ?? null) : null,
      more_items: person.shop.settings.shippingNamesProducts ? Math.max(0, names.length - 1) : null,
    };
  },
  conditionFacts: ({ context }) => ({ shipment_status: context.status ?? null }),
  hasDiscount: () => false,
  target({ fulfillment }) {
    const trackingUrl = fulfillment?.fulfillment.trackingUrl;
    return trackingUrl?.startsWith("https://") ? trackingUrl : "/account";
  },
  image: () => null,
  tokens: () => ({ cartToken: null, checkoutToken: null }),
  pushSlot: ({ context }) => `order:${context.orderId}`,
  tag: ({ context }) => `order-${context.orderId}`,
  // On the way is news; at the door matters.
  renotify: ({ context }) => context.status !== "shipped",
};

/** What the parcel's state says, null for one that has not really left. */
function statusOf({ fulfillment }: FulfillmentView): Status | null {
  if (fulfillment.status !== "success") return null;
  // Merchants who send by themselves never report more than this.
  if (fulfillment.shipmentStatus === null) return "shipped";
  return STATUS_OF[fulfillment.shipmentStatus] ?? null;
}

/** When the parcel got its present state, as far as Shopify says. */
function statusSince({ fulfillment }: FulfillmentView, status: Status): Date {
  return status === "shipped" ? fulfillment.createdAt : fulfillment.updatedAt;
}

function rankOf(run: Run): number {
  return RANK[run.subject.slice(run.subject.lastIndexOf(":") + 1) as Status] ?? -1;
}
