import { journeySchema } from "../definition.ts";
import { HOUR_MS } from "../duration.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { isBuyer } from "./own-order.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";

/** An order heard of later than this is no news to its buyer. */
const FRESH_MS = HOUR_MS;

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "ordered" },
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "PT15M", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "Thank you for your order {{ order_name }}",
          body: "A small thank-you from {{ shop_name }} for your next order: {{ discount }} with the code {{ code }}, until {{ code_expires }}.",
        },
        tr: {
          title: "{{ order_name }} numaralı siparişiniz için teşekkürler",
          body: "{{ shop_name }} mağazasından küçük bir teşekkür: {{ code }} koduyla bir sonraki siparişinizde {{ discount }}. Son tarih: {{ code_expires }}.",
        },
        ar: {
          title: "شكرًا على طلبك {{ order_name }}",
          body: "هدية شكر من {{ shop_name }}: رمزك {{ code }} يمنحك {{ discount }} على طلبك القادم حتى {{ code_expires }}.",
        },
      },
      discount: { percent: 10, validHours: 720, whenUnavailable: "send_without" },
    },
  ],
});

const PLAIN_TEXTS = {
  en: {
    title: "Thank you for your order {{ order_name }}",
    body: "We are glad you chose {{ shop_name }} and are getting it ready with care.",
  },
  tr: {
    title: "{{ order_name }} numaralı siparişiniz için teşekkürler",
    body: "{{ shop_name }} mağazasını seçtiğiniz için mutluyuz. Siparişinizi özenle hazırlıyoruz.",
  },
  ar: {
    title: "شكرًا على طلبك {{ order_name }}",
    body: "سعدنا باختيارك {{ shop_name }}، ونجهز طلبك بكل عناية.",
  },
};

/** An order was made and not taken back: thanks, with a code for the next one. Paid or to be paid at the door. */
export const thankYou: JourneyKind = {
  ...PLAIN_MESSAGE,
  isCodeAPresent: true,
  kind: "thank_you",
  name: "Thank-you",
  description: "Thanks the buyer a quarter of an hour after an order, with a code for the next one.",
  trigger: "ordered",
  defaultDefinition: DEFAULT_DEFINITION,
  plainTexts: PLAIN_TEXTS,

  plan({ event, person, now }: PlanInput): RunPlan[] {
    const order = person.orders.find(({ orderId }) => orderId === event.orderId);
    if (!order) return [];
    const subject = `order:${order.orderId}`;
    if (order.cancelledAt) return [{ type: "exit", subject, reason: "cancelled" }];
    const isNews = now.getTime() - order.createdAt.getTime() <= FRESH_MS;
    if (!order.isShopping || !isNews || !isBuyer(order, person)) return [];

    // Two orders within minutes are thanked for once.
    const earlier = person.runs.filter((run) => run.journey === "thank_you" && run.subject !== subject);
    const isNewest = person.orders.every(({ createdAt }) => createdAt <= order.createdAt);
    if (!isNewest) return [];
    return [
      ...earlier.map((run): RunPlan => ({ type: "exit", subject: run.subject, reason: "replaced" })),
      { type: "arm", subject, anchorAt: order.createdAt, context: { orderId: order.orderId } },
    ];
  },

  check({ order, person }) {
    if (!order || order.cancelledAt || !isBuyer(order, person)) return { type: "exit", reason: "cancelled" };
    return { type: "send" };
  },

  facts: ({ order }) => ({ order_name: order?.name ?? null, product_title: order?.items[0]?.title ?? null }),
};
