import { createHash } from "node:crypto";
import type { CartItem } from "../../events/shop-event.ts";
import { journeySchema } from "../definition.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../duration.ts";
import type { PersonView, RunContext, Situation } from "../person-view.ts";
import { backOrQuiet, backOrTonight } from "./cart-buttons.ts";
import { basketFacts, basketImage, isSoldOut, pricedNow } from "./first-product.ts";
import { MARKETING_SLOT } from "./kind.ts";
import type { JourneyKind, PlanInput, RunPlan } from "./kind.ts";
import { isInCheckout, latest, orderSince, silentSince } from "./silence.ts";

/** From a checkout on, nobody is written to sooner: people look for a card, ask a friend, get up and come back. */
const AFTER_CHECKOUT_MS = 15 * MINUTE_MS;

/** Messages about the cart itself. */
const REMINDERS = 2;

/** For so long after a message the same things in the cart are not written about from the beginning again. */
const SAME_CART_MS = 7 * DAY_MS;

const DEFAULT_DEFINITION = journeySchema.parse({
  trigger: { type: "cart_left" },
  priority: 70,
  filter: null,
  exits: [],
  steps: [
    { type: "wait", delay: "PT3M", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "{{ product_title }} is still in your cart",
          body: "{% if more_items > 0 %}With {{ more_items }} more of your picks. {% endif %}Carry on where you left off.",
          actions: backOrTonight("en"),
        },
        tr: {
          title: "{{ product_title }} sepetinizde bekliyor",
          body: "{% if more_items > 0 %}Seçtiğiniz {{ more_items }} ürün daha yanında. {% endif %}Kaldığınız yerden devam edin.",
          actions: backOrTonight("tr"),
        },
        ar: {
          title: "{{ product_title }} ما زال في سلتك",
          body: "{% if more_items > 0 %}ومعه بقية ما اخترته. {% endif %}أكمل تسوقك من حيث توقفت.",
          actions: backOrTonight("ar"),
        },
      },
      discount: null,
    },
    { type: "wait", delay: "PT90M", from: "trigger" },
    {
      type: "message",
      message: {
        en: {
          title: "{{ discount | upcase_first }}: {{ product_title }}",
          body: "Your code {{ code }} gives your cart {{ discount }}. It works once, until {{ code_expires }}.",
          actions: backOrQuiet("en"),
        },
        tr: {
          title: "{{ discount | upcase_first }}: {{ product_title }}",
          body: "Size özel {{ code }} koduyla sepetinizde {{ discount }}. Tek kullanımlıktır, son tarih: {{ code_expires }}.",
          actions: backOrQuiet("tr"),
        },
        ar: {
          title: "{{ discount }} على {{ product_title }}",
          body: "رمزك {{ code }} يمنحك {{ discount }} على سلتك. يُستخدم مرة واحدة حتى {{ code_expires }}.",
          actions: backOrQuiet("ar"),
        },
      },
      discount: { percent: 15, validHours: 48, whenUnavailable: "wait" },
    },
    { type: "wait", delay: "PT24H", from: "trigger" },
    {
      type: "message",
      about: "alternative",
      message: {
        en: {
          title: "Not quite right? Have a look at {{ product_title }}",
          body: "{% if product_price %}It is {{ product_price }} and much like what you chose. {% else %}It is much like what you chose. {% endif %}Your cart stays as it is.",
        },
        tr: {
          title: "Tam istediğiniz gibi değil mi? {{ product_title }} ilginizi çekebilir",
          body: "{% if product_price %}Fiyatı {{ product_price }} ve seçtiğinize çok benziyor. {% else %}Seçtiğinize çok benziyor. {% endif %}Sepetiniz olduğu gibi duruyor.",
        },
        ar: {
          title: "لم يعجبك اختيارك تمامًا؟ ألقِ نظرة على {{ product_title }}",
          body: "{% if product_price %}سعره {{ product_price }} وهو قريب مما اخترته. {% else %}إنه قريب مما اخترته. {% endif %}وتبقى سلتك كما هي.",
        },
      },
      discount: null,
    },
    { type: "wait", delay: "PT48H", from: "trigger" },
    {
      type: "message",
      about: "reduced",
      message: {
        en: {
          title: "{{ product_title }} is reduced",
          body: "{% if product_price %}It is of the same line as your pick and costs {{ product_price }} now. {% else %}It is of the same line as your pick. {% endif %}See if it suits you.",
        },
        tr: {
          title: "{{ product_title }} indirimde",
          body: "{% if product_price %}Seçtiğinizle aynı seriden ve şimdi {{ product_price }}. {% else %}Seçtiğinizle aynı seriden. {% endif %}Size uyuyor mu, bir bakın.",
        },
        ar: {
          title: "تخفيض على {{ product_title }}",
          body: "{% if product_price %}من النوع نفسه الذي اخترته وسعره الآن {{ product_price }}. {% else %}من النوع نفسه الذي اخترته. {% endif %}ألقِ نظرة، فقد يناسبك.",
        },
      },
      discount: null,
    },
  ],
});

const PLAIN_TEXTS = {
  en: {
    title: "Still thinking about {{ product_title }}?",
    body: "Your cart is saved, exactly as you left it. It is yours in one tap.",
  },
  tr: {
    title: "{{ product_title }} hâlâ aklınızda mı?",
    body: "Sepetiniz bıraktığınız gibi duruyor. Tek dokunuşla geri dönün.",
  },
  ar: {
    title: "هل ما زلت تفكر في {{ product_title }}؟",
    body: "سلتك محفوظة كما تركتها، عد إليها بنقرة واحدة.",
  },
};

/** Items in the cart, and the shopper left the shop. */
export const cartRecovery: JourneyKind = {
  kind: "cart_recovery",
  name: "Cart recovery",
  description:
    "Reminds shoppers of the cart they left, then offers a code of their own, a day later an alternative and after two days something reduced, if there is such a product.",
  trigger: "cart_left",
  isEnabledAfterInstall: true,
  isTransactional: false,
  isSubjectUnique: false,
  readsFulfillments: false,
  consent: "marketing",
  mayDiscount: true,
  defaultDefinition: DEFAULT_DEFINITION,
  plainTexts: PLAIN_TEXTS,
  minimumDelayMs: 0,
  ttlSeconds: 12 * 3600,
  urgency: "normal",
  longestDelayMs: 12 * HOUR_MS,

  plan({ person }: PlanInput): RunPlan[] {
    const { cart } = person;
    if (!cart) return [];
    const subject = `cart:${cart.cartToken}`;
    const others = person.runs.filter(
      (run) => run.state === "active" && run.journey === "cart_recovery" && run.subject !== subject,
    );
    const plans: RunPlan[] = others.map((run) => ({ type: "exit", subject: run.subject, reason: "replaced" }));

    if (person.cartIsBought || orderSince(person, cart.updatedAt)) {
      return [...plans, { type: "exit", subject, reason: "bought" }];
    }
    if (cart.items.length === 0) return [...plans, { type: "exit", subject, reason: "emptied" }];
    if (isHandedOver(person)) return [...plans, { type: "exit", subject, reason: "checkout_started" }];

    // A checkout that is tied to nobody cannot be written about, but it says when the shopper was last busy.
    const checkout = person.cartCheckouts[0] ?? null;
    if (isInCheckout(person) && !checkout) return [...plans, { type: "suspend", subject }];
    const run = person.runs.find((one) => one.journey === "cart_recovery" && one.subject === subject);
    const context = {
      version: cart.updatedAt.getTime(),
      cartToken: cart.cartToken,
      contents: contentsOf(cart.items),
    };
    // What is left of the run after both reminders is about products like those that were in the cart then.
    const before: RunContext = run?.context ?? {};
    if ((before.sent ?? 0) >= REMINDERS && isAnotherCart(before, context))
      plans.push({ type: "exit", subject, reason: "replaced" });
    return [
      ...plans,
      {
        type: "arm",
        subject,
        anchorAt: latest(silentSince(person), checkout?.updatedAt ?? null),
        minimumDelayMs: checkout ? AFTER_CHECKOUT_MS : 0,
        context,
      },
    ];
  },

  mayStartAgain(ended, context, plan) {
    // Over because there was nothing to write about: whenever there is again, from the beginning.
    if (ended.exitReason === "bought" || ended.exitReason === "emptied" || ended.exitReason === "replaced") return true;
    return (context.sent ?? 0) === 0 ? ended.state === "exited" : isAnotherCart(context, plan);
  },

  survivesPurchase: () => false,

  offersFor: ({ person }) => (person.cart?.items ?? []).map((item) => item.productId),
  variantIds: ({ person }) => (person.cart?.items ?? []).map((item) => item.variantId),

  check({ person, run, variants }: Situation) {
    const { cart } = person;
    if (!cart || run.subject !== `cart:${cart.cartToken}`) return { type: "exit", reason: "replaced" };
    if (person.cartIsBought || orderSince(person, cart.updatedAt)) return { type: "exit", reason: "bought" };
    if (cart.items.length === 0) return { type: "exit", reason: "emptied" };
    if (isHandedOver(person)) return { type: "exit", reason: "checkout_started" };
    if (cart.items.every((item) => isSoldOut(item.variantId, variants))) {
      return { type: "exit", reason: "out_of_stock", values: { variantIds: cart.items.map((item) => item.variantId) } };
    }
    return { type: "send" };
  },

  facts: ({ local, person, variants }) => (person.cart ? basketFacts(pricedNow(person.cart, local), variants) : {}),
  conditionFacts: ({ person }) => ({
    cart_total: person.cart?.total ?? null,
    item_count: person.cart?.items.reduce((sum, item) => sum + item.quantity, 0) ?? null,
    currency: person.cart?.currency ?? null,
  }),
  hasDiscount: ({ person }) => person.cart?.discounted ?? false,
  target: () => "/cart",
  image: ({ person, variants }) => basketImage(person.cart?.items ?? [], variants),
  tokens: ({ person }) => ({ cartToken: person.cart?.cartToken ?? null, checkoutToken: null }),
  pushSlot: () => MARKETING_SLOT,
  tag: () => null,
  renotify: () => false,
};

/** Checkout recovery writes about this cart: it is switched on and the checkout is tied to this very person. */
function isHandedOver({ cartCheckouts, enabledKinds, visitorIds }: PersonView): boolean {
  const tiedTo = cartCheckouts[0]?.visitorId;
  return typeof tiedTo === "string" && visitorIds.includes(tiedTo) && enabledKinds.has("checkout_recovery");
}

/** Whether reminders of a cart begin anew: something else is in it, or it is busy again long after the last message. */
function isAnotherCart(before: RunContext, { contents, version = 0 }: RunContext): boolean {
  if (version <= (before.version ?? 0)) return false;
  return contents !== before.contents || version - (before.lastSentAt ?? 0) >= SAME_CART_MS;
}

function contentsOf(items: CartItem[]): string {
  const lines = items.map(({ variantId, quantity }) => `${variantId}x${quantity}`).toSorted();
  return createHash("sha256").update(lines.join(" ")).digest("base64url").slice(0, 12);
}
