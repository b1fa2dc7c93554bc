import { journeySchema } from "../definition.ts";
import { HOUR_MS } from "../duration.ts";
import { MARKETING_SLOT } from "./kind.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";

/** Every Shopify shop has this collection and sorts it so. */
const BEST_SELLERS = "/collections/all?sort_by=best-selling";

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "subscribed" },
  filter: null,
  exits: [],
  steps: [
    {
      type: "message",
      message: {
        en: {
          title: "Welcome to {{ shop_name }}",
          body: "Good to have you here. We write only when it is worth it: your cart, what is back in stock, and offers.",
        },
        tr: {
          title: "{{ shop_name }} mağazasına hoş geldiniz",
          body: "Aramıza katıldığınıza sevindik. Yalnızca değdiğinde yazarız: sepetiniz, stoğa dönen ürünler ve fırsatlar.",
        },
        ar: {
          title: "أهلًا بك في {{ shop_name }}",
          body: "سعدنا بانضمامك. لن نراسلك إلا لما يهمك: سلتك، وما عاد إلى المخزون، وأفضل العروض.",
        },
      },
      discount: null,
    },
    { type: "wait", delay: "P3D", from: "trigger" },
    {
      type: "message",
      about: "best_seller",
      message: {
        en: {
          title: "Most loved at {{ shop_name }}: {{ product_title }}",
          body: "See what others like best. There may be something for you too.",
          url: BEST_SELLERS,
        },
        tr: {
          title: "{{ shop_name }} mağazasının gözdesi: {{ product_title }}",
          body: "Başkalarının en sevdiklerine göz atın. Size göre bir şey de olabilir.",
          url: BEST_SELLERS,
        },
        ar: {
          title: "الأكثر طلبًا في {{ shop_name }}: {{ product_title }}",
          body: "اكتشف أكثر ما يحبه الآخرون، فقد تجد ما يناسبك أيضًا.",
          url: BEST_SELLERS,
        },
      },
      discount: null,
    },
  ],
});

/** The first thing a new subscriber gets: the proof that it works. */
export const welcome: JourneyKind = {
  kind: "welcome",
  name: "Welcome",
  description:
    "Greets new subscribers at once, and shows on the third day what is sold most, if they have bought nothing. Not those who come back with another browser or re-subscribe.",
  trigger: "subscribed",
  isEnabledAfterInstall: true,
  isTransactional: false,
  isSubjectUnique: false,
  readsFulfillments: false,
  consent: "marketing",
  isAnswer: true,
  mayDiscount: true,
  isCodeAPresent: true,
  defaultDefinition: DEFAULT_DEFINITION,
  plainTexts: DEFAULT_DEFINITION.steps.find((step) => step.type === "message")?.message ?? null,
  minimumDelayMs: 0,
  ttlSeconds: 24 * 3600,
  urgency: "normal",
  longestDelayMs: 12 * HOUR_MS,

  plan({ event, person }: PlanInput): RunPlan[] {
    if (event.kind !== "subscribed") return [];
    const { subscriptionId, isNew, marketing } = event.data;
    if (typeof subscriptionId !== "string" || isNew !== true || marketing !== true) return [];
    // Another device of the same customer, or a browser that renewed its endpoint, is no newcomer.
    const own = person.subscriptions.find(({ id }) => id === subscriptionId);
    if (!own) return [];
    const isNewcomer = person.subscriptions.every(({ id, createdAt }) => id === own.id || createdAt > own.createdAt);
    if (!isNewcomer) return [];
    return [
      {
        type: "arm",
        subject: `subscription:${subscriptionId}`,
        anchorAt: event.occurredAt,
        context: { subscriptionId },
      },
    ];
  },

  mayStartAgain: () => false,
  survivesPurchase: () => false,
  variantIds: () => [],
  check: () => ({ type: "send" }),
  facts: () => ({}),
  conditionFacts: () => ({}),
  hasDiscount: () => false,
  target: () => "/",
  image: () => null,
  tokens: () => ({ cartToken: null, checkoutToken: null }),
  pushSlot: () => MARKETING_SLOT,
  tag: () => null,
  renotify: () => false,
};
