import { journeySchema } from "../definition.ts";
import { DAY_MS, MINUTE_MS } from "../duration.ts";
import type { PersonView } from "../person-view.ts";
import { basketFacts, basketImage, isSoldOut, pricedNow } from "./first-product.ts";
import { shipsFree } from "./free-shipping.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { hasCart } from "./one-product.ts";
import { PLAIN_MESSAGE } from "./plain-message.ts";
import { latest, orderSince } from "./silence.ts";

/** After that the shopper is gone: it is no offer for who is about to leave any more. */
const NOW_MS = 10 * MINUTE_MS;
/** From the checkout back to the storefront and away. */
const FROM_CHECKOUT_MS = 15 * MINUTE_MS;
/** What a theme or an on-site prompt reports when the pointer leaves for the tab's edge. */
const EXIT_INTENT = "exit_intent";
const ARRIVES_LATE: ReadonlySet<string> = new Set(["cart_updated", "checkout_intent", "checkout_started"]);

const TEXTS = {
  en: {
    title: "Before you go: {{ discount }}",
    body: "{{ code }} is yours for {{ product_title }}{% if more_items > 0 %} and the rest of your cart{% endif %}, until {{ code_expires }} and once only.",
  },
  tr: {
    title: "Gitmeden önce: {{ discount }}",
    body: "{{ code }} kodu {{ product_title }}{% if more_items > 0 %} ve sepetinizdeki diğer ürünler{% endif %} için bir kez geçerli. Son tarih: {{ code_expires }}.",
  },
  ar: {
    title: "قبل أن تغادر: {{ discount }}",
    body: "رمزك {{ code }} على {{ product_title }}{% if more_items > 0 %} وبقية سلتك{% endif %}، يُستخدم مرة واحدة حتى {{ code_expires }}.",
  },
};

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "exit_intent" },
  priority: 70,
  filter: null,
  exits: [],
  steps: [
    // A page change or another tab is no leaving.
    { type: "wait", delay: "PT30S", from: "trigger" },
    {
      type: "message",
      if: { all: [{ field: "ships_free", op: "ne", value: true }] },
      message: TEXTS,
      discount: { type: "free_shipping", validHours: 1, whenUnavailable: "send_without" },
    },
    {
      type: "message",
      if: { all: [{ field: "ships_free", op: "eq", value: true }] },
      message: TEXTS,
      discount: { percent: 10, validHours: 1, whenUnavailable: "send_without" },
    },
  ],
});

const PLAIN_TEXTS = {
  en: {
    title: "Your cart is kept for you",
    body: "{{ product_title }}{% if more_items > 0 %} and the rest{% endif %}: everything is as you left it.",
  },
  tr: {
    title: "Sepetiniz sizi bekliyor",
    body: "{{ product_title }}{% if more_items > 0 %} ve diğerleri{% endif %} bıraktığınız gibi duruyor.",
  },
  ar: {
    title: "سلتك محفوظة لك",
    body: "{{ product_title }}{% if more_items > 0 %} وبقية ما اخترته{% endif %}: كل شيء كما تركته.",
  },
};

/** With a full cart somebody is about to leave: the pointer leaves the page, or they turn back at the checkout and go. */
export const exitOffer: JourneyKind = {
  ...PLAIN_MESSAGE,
  kind: "exit_offer",
  name: "On-the-brink offer",
  description:
    "At once when somebody with a full cart turns away from the shop or the checkout. Holds only for that moment.",
  trigger: "exit_intent",
  isSubjectUnique: false,
  readsFulfillments: false,
  defaultDefinition: DEFAULT_DEFINITION,
  plainTexts: PLAIN_TEXTS,
  ttlSeconds: NOW_MS / 1_000,
  urgency: "high",
  longestDelayMs: 0,
  oncePerMs: 7 * DAY_MS,

  // What they turned away from may be heard of after it: a cart that was filled, a checkout that was begun.
  readsHistory: (_trigger, event) => (event && ARRIVES_LATE.has(event.kind) ? FROM_CHECKOUT_MS : null),

  plan({ event, history, person }: PlanInput): RunPlan[] {
    const { cart } = person;
    if (!cart) return [];
    const subject = `cart:${cart.cartToken}`;
    const intents = [event, ...history].flatMap((one) => intentAt(one, person.checkoutSignalAt) ?? []);
    const intendedAt = intents.length > 0 ? latest(...intents) : null;
    // Any sign of life after it: they stayed.
    if (intendedAt === null || hasStayed(person, intendedAt)) {
      const run = person.runs.find((one) => one.journey === "exit_offer" && one.subject === subject);
      return run && hasStayed(person, run.anchorAt) ? [{ type: "exit", subject, reason: "returned" }] : [];
    }
    if (!hasCart(person) || orderSince(person, cart.updatedAt)) return [];
    return [
      {
        type: "arm",
        subject,
        anchorAt: intendedAt,
        context: { version: intendedAt.getTime(), cartToken: cart.cartToken },
      },
    ];
  },

  mayStartAgain: (_ended, context, plan) => (plan.version ?? 0) > (context.version ?? 0),
  survivesPurchase: () => false,

  variantIds: ({ person }) => (person.cart?.items ?? []).map((item) => item.variantId),

  check({ person, run, variants }, now) {
    const { cart } = person;
    if (!cart || !hasCart(person)) return { type: "exit", reason: person.cartIsBought ? "bought" : "emptied" };
    if (orderSince(person, cart.updatedAt)) return { type: "exit", reason: "bought" };
    if (now.getTime() - run.anchorAt.getTime() > NOW_MS) return { type: "exit", reason: "too_late" };
    if (hasStayed(person, run.anchorAt)) return { type: "exit", reason: "returned" };
    if (cart.items.every((item) => isSoldOut(item.variantId, variants))) {
      return { type: "exit", reason: "out_of_stock" };
    }
    return { type: "send" };
  },

  facts: ({ local, person, variants }) => (person.cart ? basketFacts(pricedNow(person.cart, local), variants) : {}),
  conditionFacts: ({ local, person }) => ({
    cart_total: person.cart?.total ?? null,
    item_count: person.cart?.items.reduce((sum, item) => sum + item.quantity, 0) ?? null,
    currency: person.cart?.currency ?? null,
    ships_free: person.cart !== null && shipsFree(pricedNow(person.cart, local), person, local),
  }),
  hasDiscount: ({ person }) => person.cart?.discounted ?? false,
  target: () => "/cart",
  image: ({ person, variants }) => basketImage(person.cart?.items ?? [], variants),
  tokens: ({ person }) => ({ cartToken: person.cart?.cartToken ?? null, checkoutToken: null }),
};

/** Something was heard of them after they turned away, other than that they left. */
function hasStayed({ lastSignalAt, leftAt }: PersonView, intendedAt: Date): boolean {
  return leftAt === null && lastSignalAt > intendedAt;
}

/** When the shopper turned away, as this event says; null when it says nothing of the kind. */
function intentAt({ kind, data, occurredAt }: PlanInput["event"], checkoutSignalAt: Date | null): Date | null {
  if (kind === "custom" && data.name === EXIT_INTENT) return occurredAt;
  if (kind !== "left" || checkoutSignalAt === null) return null;
  const sinceMs = occurredAt.getTime() - checkoutSignalAt.getTime();
  return sinceMs > 0 && sinceMs <= FROM_CHECKOUT_MS ? occurredAt : null;
}
