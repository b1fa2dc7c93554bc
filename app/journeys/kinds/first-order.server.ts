import { journeySchema } from "../definition.ts";
import { DAY_MS, HOUR_MS } from "../duration.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { newcomersSubscription } from "./newcomer.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";

/** Somebody nobody is signed in as may have bought before we could see it: for so long no order must turn up. */
const ANONYMOUS_MS = 14 * DAY_MS;
/** Shopify is asked again after so long, and so long in all. */
const ASK_AGAIN_MS = HOUR_MS;
const STOP_ASKING_MS = 30 * DAY_MS;

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "subscribed" },
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "P2D", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "{{ discount | upcase_first }} for your first order",
          body: "Your own code {{ code }} is good for anything at {{ shop_name }}. It works once, until {{ code_expires }}.",
        },
        tr: {
          title: "İlk siparişinizde {{ discount }}",
          body: "Size özel {{ code }} kodu {{ shop_name }} mağazasındaki her üründe geçerli. Tek kullanımlıktır, son tarih: {{ code_expires }}.",
        },
        ar: {
          title: "{{ discount }} على طلبك الأول",
          body: "رمزك {{ code }} صالح لكل ما في {{ shop_name }}. يُستخدم مرة واحدة حتى {{ code_expires }}.",
        },
      },
      discount: { percent: 10, validHours: 168, whenUnavailable: "wait" },
    },
  ],
});

const PLAIN_TEXTS = {
  en: {
    title: "Have you found something at {{ shop_name }}?",
    body: "See what others like best. We are glad to help you choose your first order.",
  },
  tr: {
    title: "{{ shop_name }} mağazasında aradığınızı buldunuz mu?",
    body: "En sevilen ürünlere göz atın. İlk siparişinizi seçerken yardımcı olmaktan mutluluk duyarız.",
  },
  ar: {
    title: "هل وجدت ما يعجبك في {{ shop_name }}؟",
    body: "اطلع على أكثر ما يحبه الآخرون، ويسعدنا أن نساعدك في اختيار طلبك الأول.",
  },
};

/** A code for who is known to have no order yet: never for a buyer who came back with another browser. */
export const firstOrder: JourneyKind = {
  ...PLAIN_MESSAGE,
  isCodeAPresent: true,
  kind: "first_order",
  name: "First-order offer",
  description:
    "Gives new subscribers a code on the second day, when Shopify counts no order for them. Anonymous ones only after 14 days without an order.",
  trigger: "subscribed",
  isSubjectUnique: false,
  defaultDefinition: DEFAULT_DEFINITION,
  plainTexts: PLAIN_TEXTS,
  readsOrderCount: true,

  plan({ event, person }: PlanInput): RunPlan[] {
    const subscriptionId = newcomersSubscription(event, person);
    if (subscriptionId === null || person.orders.length > 0) return [];
    const subject = `subscription:${subscriptionId}`;
    return [{ type: "arm", subject, anchorAt: event.occurredAt, context: { subscriptionId } }];
  },

  survivesPurchase: () => false,

  check({ orderCount, person, run }, now) {
    if (orderCount !== null && orderCount > 0)
      return { type: "exit", reason: "bought", values: { orders: orderCount } };
    const since = person.visitor.firstSeenAt;
    if (person.visitor.customerId === null) {
      const until = new Date(since.getTime() + ANONYMOUS_MS);
      return until > now
        ? { type: "delay", reason: "order_history_unknown", until, values: { firstSeenAt: since.toISOString() } }
        : { type: "send" };
    }
    if (orderCount !== null) return { type: "send" };
    if (now.getTime() - run.startedAt.getTime() > STOP_ASKING_MS) return { type: "exit", reason: "too_late" };
    return { type: "delay", reason: "order_history_unknown", until: new Date(now.getTime() + ASK_AGAIN_MS) };
  },

  // Only a newcomer's own cart says whether there is a discount already.
  hasDiscount: ({ person }) => (person.cart?.items.length ? person.cart.discounted : false),
  target: () => "/collections/all",
};
