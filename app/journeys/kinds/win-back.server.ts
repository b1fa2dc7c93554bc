import { journeySchema } from "../definition.ts";
import { DAY_MS, HOUR_MS } from "../duration.ts";
import type { RunContext } from "../person-view.ts";
import { firstStop } from "../step-paths.ts";
import { dueAtStep } from "../steps.ts";
import { nextUtcDay, utcDay } from "./daily.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { isBuyer } from "./own-order.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { thankYou } from "./thank-you.server.ts";

const KIND = "win_back";
/** The order that came by itself is thanked for after so long. */
const THANKS_AFTER_MS = HOUR_MS;
const ORDERED_AGAIN = "ordered_again";

const onlyWhen = (value: boolean) => ({ all: [{ field: "ordered_again", op: "eq", value }] });

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "customer_ordered" },
  priority: 30,
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "P60D", from: "trigger" },
    {
      type: "message",
      if: onlyWhen(false),
      message: {
        en: {
          title: "{{ discount | upcase_first }}, because we miss you",
          body: "Your code {{ code }} is for anything at {{ shop_name }}. It works once, until {{ code_expires }}.",
        },
        tr: {
          title: "Sizi özledik: {{ discount }}",
          body: "{{ code }} kodunuz {{ shop_name }} mağazasındaki her üründe geçerli. Tek kullanımlıktır, son tarih: {{ code_expires }}.",
        },
        ar: {
          title: "اشتقنا إليك: {{ discount }}",
          body: "رمزك {{ code }} صالح لكل ما في {{ shop_name }}. يُستخدم مرة واحدة حتى {{ code_expires }}.",
        },
      },
      discount: { percent: 15, validHours: 168, whenUnavailable: "wait" },
    },
    {
      type: "message",
      if: onlyWhen(true),
      message: {
        en: {
          title: "Good to have you back",
          body: "Thank you for ordering from {{ shop_name }} again. It means a lot to us.",
        },
        tr: {
          title: "Sizi yeniden görmek güzel",
          body: "{{ shop_name }} mağazasından yeniden sipariş verdiğiniz için teşekkürler. Bizim için çok değerli.",
        },
        ar: {
          title: "سعدنا بعودتك",
          body: "شكرًا لأنك طلبت من {{ shop_name }} مرة أخرى، فهذا يعني لنا الكثير.",
        },
      },
      discount: null,
    },
  ],
});

const PLAIN_TEXTS = {
  en: {
    title: "It has been a while",
    body: "See what is new at {{ shop_name }} since you were last here.",
  },
  tr: {
    title: "Görüşmeyeli epey oldu",
    body: "{{ shop_name }} mağazasında siz yokken neler yenilendi, bir bakın.",
  },
  ar: {
    title: "مضى وقت منذ زيارتك الأخيرة",
    body: "اكتشف الجديد في {{ shop_name }} منذ آخر طلب لك.",
  },
};

/** A customer has ordered: do they again within the time set? If not, an offer; if they do, thanks instead. */
export const winBack: JourneyKind = {
  ...PLAIN_MESSAGE,
  isCodeAPresent: true,
  kind: KIND,
  name: "Win-back",
  description:
    "Makes customers an offer who have not ordered again for 60 days. Who has gets thanks instead, unless the thank-you journey gives it already.",
  trigger: "customer_ordered",
  defaultDefinition: DEFAULT_DEFINITION,
  plainTexts: PLAIN_TEXTS,

  plan({ event, person }: PlanInput): RunPlan[] {
    const order = person.orders.find(({ orderId }) => orderId === event.orderId);
    if (!order) return [];
    const subject = `order:${order.orderId}`;
    if (order.cancelledAt) return [{ type: "exit", subject, reason: "cancelled" }];

    const others = person.runs.filter((run) => run.journey === KIND && run.subject !== subject);
    const isThanked = person.enabledKinds.has(thankYou.kind);
    const plans = others
      .filter(({ anchorAt }) => anchorAt < order.createdAt)
      .map((run): RunPlan => {
        // An offer that has been taken up is no matter for thanks of this kind.
        const { sent = 0 }: RunContext = run.context;
        if (isThanked || sent > 0) return { type: "exit", subject: run.subject, reason: "bought" };
        const dueAt = new Date(order.createdAt.getTime() + THANKS_AFTER_MS);
        const context = { status: ORDERED_AGAIN };
        return { type: "arm", subject: run.subject, anchorAt: run.anchorAt, dueAt, context };
      });
    const isNewest = person.orders.every(({ createdAt }) => createdAt <= order.createdAt);
    const isCustomer = order.customerId !== null && order.customerId === person.visitor.customerId;
    if (!isNewest || !isCustomer || !order.isShopping) return plans;
    return [...plans, { type: "arm", subject, anchorAt: order.createdAt, context: { orderId: order.orderId } }];
  },

  audience: {
    // Orders from before the journey was switched on: those that have become old enough since the last look.
    occasions({ definition, last, now }) {
      const first = firstStop(definition);
      const anchorAt = new Date(0);
      const silenceMs = dueAtStep(definition, first, { anchorAt, previousAt: null, minimumDelayMs: 0 }).getTime();
      const from = (last?.createdAt.getTime() ?? now.getTime() - DAY_MS) - silenceMs;
      const audience = { of: "last_ordered", from, until: now.getTime() - silenceMs } as const;
      return { occasions: [{ key: utcDay(now), audience, said: {} }], lookAgainAt: nextUtcDay(now) };
    },
    invite({ member: { order } }) {
      if (!order) return [];
      const { orderId, createdAt } = order;
      return [[{ subject: `order:${orderId}`, context: { orderId }, when: { at: createdAt }, mayBeLate: true }]];
    },
  },

  check({ order, person }) {
    if (!order || order.cancelledAt || !isBuyer(order, person)) return { type: "exit", reason: "cancelled" };
    return { type: "send" };
  },

  conditionFacts: ({ context }) => ({ ordered_again: context.status === ORDERED_AGAIN }),
  hasDiscount: ({ person }) => (person.cart?.items.length ? person.cart.discounted : false),
};
