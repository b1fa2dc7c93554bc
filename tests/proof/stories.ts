import { changeCart } from "../../simulator/commerce/carts.ts";
import { startCheckout, updateCheckout } from "../../simulator/commerce/checkouts.ts";
import type { StorefrontEventKind } from "../../app/events/shop-event.ts";
import type { Variant } from "../../simulator/state.ts";
import type { ProofShop, Shopper } from "./proof-shop.ts";

// How each kind of journey begins, by what a shopper, the shop or the merchant's own system truly does, and what must come
// of it. One row for each kind; journeys.test.ts plays each for a crowd of shoppers to whom different things happen.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

type PageEvent = [type: StorefrontEventKind, data?: object];

/** One shopper with something of their own to be written about. */
export type Scene = {
  shop: ProofShop;
  who: Shopper;
  /** Nobody else's in this shop. */
  variant: Variant;
  /** What the shopper sees prices in. */
  currency: "USD" | "JPY";
  /** Events of the shopper's pages, some seconds apart; the scene may tell them twice, or the last first. */
  tell(...events: PageEvent[]): Promise<void>;
  /** What the merchant's own system reports; the scene may do it twice. */
  track(event: object): Promise<void>;
};

/** Whether the first message still comes: at its time, at another, or never. Left out: it cannot happen in between. */
type Fate = "same" | "later" | "never";

export type Story = {
  kind: string;
  settings?: Record<string, unknown>;
  /** Shop time before the shopper does anything: prices that must be known for a month. */
  leadMs?: number;
  /** Signed in as a customer: the journey is about one. */
  isSignedIn?: boolean;
  /** Being subscribed is all that it takes. */
  beginsBySubscribing?: boolean;
  /** Before the journey begins, for things that need time between. */
  before?(scene: Scene): Promise<void>;
  begins(scene: Scene): Promise<void>;
  /** What happens to the shop and not to one shopper. */
  beginsForAll?(shop: ProofShop): Promise<void>;
  /** Over the journey's template. */
  change?(definition: Record<string, unknown>): void;
  /** From the beginning until the first message is shown. */
  firstMs: number;
  /** For those that wait for a local time of day: hour there. */
  localHour?: number;
  /** What the first message must say in English. */
  says: RegExp;
  /** Where its click leads. */
  leadsTo: RegExp;
  /** Messages in all to somebody who does nothing, within `horizonMs`. */
  total: number;
  horizonMs: number;
  returned?: Fate;
  boughtElsewhere?: Fate;
  soldOut?: Fate;
  /** The price changes to 12.34 before the message: it is what is shown, or the message does not name a price. */
  namesPrice?: boolean;
  hasCode?: boolean;
};

export const STORIES: Story[] = [
  {
    kind: "welcome",
    beginsBySubscribing: true,
    begins: async () => {},
    firstMs: 0,
    says: /Welcome to Juniper & Oak/,
    leadsTo: /^\/\?/,
    total: 1,
    horizonMs: 2 * DAY,
  },
  {
    kind: "browse_abandonment",
    begins: ({ tell, shop, variant }) => tell(["product_viewed", shop.productData(variant)], ["left"]),
    firstMs: 60 * MINUTE,
    says: /PRODUCT is worth a second look/,
    leadsTo: /^\/products\//,
    total: 1,
    horizonMs: 2 * DAY,
    returned: "later",
    boughtElsewhere: "never",
    soldOut: "never",
    namesPrice: true,
  },
  {
    kind: "category_interest",
    begins: async ({ tell, shop, variant }) => {
      const data = shop.productData(variant);
      const others = shop.othersOf(data.collections[0] ?? "", variant).slice(0, 2);
      const seen = [variant, ...others].map((one): PageEvent => ["product_viewed", shop.productData(one)]);
      await tell(["collection_viewed", { handle: data.collections[0], title: "Picked" }], ...seen, ["left"]);
    },
    firstMs: DAY,
    says: /More from/,
    leadsTo: /^\/collections\//,
    total: 1,
    horizonMs: 3 * DAY,
    returned: "later",
    boughtElsewhere: "never",
  },
  {
    kind: "cart_recovery",
    begins: async (scene) => {
      await fillCart(scene);
      await scene.tell(["cart_updated", scene.shop.cartData(scene.who, [scene.variant], scene.currency)], ["left"]);
    },
    firstMs: 3 * MINUTE,
    says: /PRODUCT is still in your cart/,
    leadsTo: /^\/cart/,
    total: 2,
    horizonMs: 5 * HOUR,
    returned: "later",
    boughtElsewhere: "never",
    soldOut: "never",
  },
  {
    kind: "checkout_recovery",
    begins: async (scene) => {
      const { shop, who } = scene;
      await fillCart(scene);
      const checkout = await shop.act(() => startCheckout(shop.sim, who.cart));
      await shop.act(() => updateCheckout(shop.sim, checkout, { email: `${who.linkId}@example.com` }));
    },
    firstMs: 15 * MINUTE,
    says: /Your order is half done/,
    leadsTo: /^\/apps\/beckon\/go\//,
    total: 1,
    horizonMs: 5 * HOUR,
    boughtElsewhere: "never",
    soldOut: "never",
  },
  {
    kind: "exit_offer",
    before: async (scene) => {
      await fillCart(scene);
      await scene.tell(["cart_updated", scene.shop.cartData(scene.who, [scene.variant], scene.currency)]);
    },
    begins: ({ tell }) => tell(["custom", { name: "exit_intent" }], ["left"]),
    firstMs: 30 * SECOND,
    says: /Before you go: free shipping/,
    leadsTo: /\/(cart|discount)/,
    total: 1,
    horizonMs: DAY,
    boughtElsewhere: "never",
    soldOut: "never",
    hasCode: true,
  },
  {
    kind: "free_shipping_gap",
    settings: { freeShippingThresholds: { USD: 100_000, JPY: 150_000 } },
    begins: async (scene) => {
      await fillCart(scene);
      await scene.tell(["cart_updated", scene.shop.cartData(scene.who, [scene.variant], scene.currency)], ["left"]);
    },
    firstMs: 20 * MINUTE,
    says: /more for free shipping/,
    leadsTo: /^\//,
    total: 1,
    horizonMs: DAY,
    returned: "later",
    boughtElsewhere: "never",
  },
  {
    kind: "wishlist",
    begins: ({ tell, variant }) => tell(["wishlist_added", { productId: variant.productId, variantId: variant.id }]),
    firstMs: 3 * DAY,
    says: /You saved PRODUCT/,
    leadsTo: /^\/products\//,
    total: 1,
    horizonMs: 6 * DAY,
    returned: "same",
    boughtElsewhere: "never",
    soldOut: "never",
    namesPrice: true,
  },
  {
    kind: "price_drop",
    leadMs: 31 * DAY,
    before: ({ who, variant }) => who.alert(variant, "price_drop"),
    begins: ({ shop, variant }) => shop.price(variant, "9.99"),
    firstMs: MINUTE,
    says: /PRODUCT costs less now/,
    leadsTo: /^\/products\//,
    total: 1,
    horizonMs: DAY,
    boughtElsewhere: "never",
    soldOut: "never",
  },
  {
    kind: "last_piece",
    before: ({ tell, variant }) => tell(["wishlist_added", { productId: variant.productId, variantId: variant.id }]),
    begins: ({ shop, variant }) => shop.stock(variant, 1),
    firstMs: MINUTE,
    says: /Only one left: PRODUCT/,
    leadsTo: /^\/products\//,
    total: 1,
    horizonMs: DAY,
    boughtElsewhere: "never",
    soldOut: "never",
  },
  {
    kind: "back_in_stock",
    before: async ({ shop, who, variant }) => {
      await shop.stock(variant, 0);
      await who.alert(variant);
    },
    begins: ({ shop, variant }) => shop.stock(variant, 12),
    firstMs: MINUTE,
    says: /PRODUCT is back/,
    leadsTo: /^\/products\//,
    total: 1,
    horizonMs: DAY,
    soldOut: "never",
  },
  {
    kind: "first_order",
    beginsBySubscribing: true,
    isSignedIn: true,
    begins: async () => {},
    firstMs: 2 * DAY,
    says: /10% off for your first order/,
    leadsTo: /\/(discount|\?)/,
    total: 1,
    horizonMs: 4 * DAY,
    returned: "same",
    boughtElsewhere: "never",
    hasCode: true,
  },
  {
    kind: "thank_you",
    begins: async ({ shop, who, variant }) => void (await shop.buy(who, [variant])),
    firstMs: 15 * MINUTE,
    says: /Thank you for your order #/,
    leadsTo: /^\//,
    total: 1,
    horizonMs: DAY,
    returned: "same",
    hasCode: true,
  },
  {
    kind: "shipping",
    begins: async ({ shop, who, variant }) => {
      const orderId = await shop.buy(who, [variant]);
      await shop.simulate("fulfillments", {
        orderId,
        status: "success",
        trackingNumber: "1Z1",
        trackingCompany: "UPS",
      });
      await shop.settle();
    },
    firstMs: 0,
    says: /Order #\d+ is on its way/,
    leadsTo: /^https:\/\/track\.example\.com\//,
    total: 1,
    horizonMs: DAY,
  },
  {
    kind: "review_request",
    begins: async ({ shop, who, variant }) => {
      const orderId = await shop.buy(who, [variant]);
      await shop.simulate("fulfillments", { orderId, status: "success" });
      await shop.simulate("fulfillments", { orderId, status: "delivered" });
      await shop.settle();
    },
    firstMs: 7 * DAY,
    says: /How do you like PRODUCT\?/,
    leadsTo: /^\//,
    total: 1,
    horizonMs: 10 * DAY,
    returned: "same",
  },
  {
    kind: "review_thanks",
    begins: ({ track, who }) =>
      track({ type: "review_created", visitorId: who.visitorId, data: { productTitle: "Linen", rating: 5 } }),
    firstMs: 0,
    says: /Thank you for your review/,
    leadsTo: /^\//,
    total: 1,
    horizonMs: DAY,
  },
  {
    kind: "points",
    begins: ({ track, who }) => track({ type: "points_credited", visitorId: who.visitorId, data: { points: 250 } }),
    firstMs: 0,
    says: /250 points are yours/,
    leadsTo: /^\/account/,
    total: 1,
    horizonMs: DAY,
  },
  {
    kind: "repurchase",
    begins: async ({ shop, who, variant }) => void (await shop.buy(who, [variant])),
    firstMs: 7 * DAY,
    says: /Time for more PRODUCT\?/,
    leadsTo: /^\/products\//,
    total: 1,
    horizonMs: 9 * DAY,
    returned: "same",
    soldOut: "never",
  },
  {
    kind: "win_back",
    isSignedIn: true,
    begins: async ({ shop, who, variant }) => void (await shop.buy(who, [variant])),
    firstMs: 60 * DAY,
    says: /15% off, because we miss you/,
    leadsTo: /\/(discount|\?)/,
    total: 1,
    horizonMs: 63 * DAY,
    hasCode: true,
  },
  {
    kind: "account_created",
    isSignedIn: true,
    begins: ({ tell }) => tell(["page_viewed", { path: "/account" }]),
    firstMs: 0,
    localHour: 9,
    says: /Your account is ready/,
    leadsTo: /^\//,
    total: 1,
    horizonMs: 3 * DAY,
  },
  {
    kind: "birthday",
    begins: ({ track, who }) => track({ type: "birthday", visitorId: who.visitorId, data: { date: "10-27" } }),
    firstMs: 2 * DAY,
    localHour: 9,
    says: /Happy birthday/,
    leadsTo: /\/(discount|\?)/,
    total: 1,
    horizonMs: 4 * DAY,
    hasCode: true,
  },
  {
    kind: "holiday",
    beginsBySubscribing: true,
    change(definition) {
      const names = { en: "Lantern Day", ar: "يوم الفوانيس" };
      const holidays = [{ id: "lantern_day", names, dates: ["10-27"] }];
      definition.trigger = { type: "holiday", holidays, countries: null, hour: "10:00" };
    },
    begins: async () => {},
    firstMs: 2 * DAY,
    localHour: 10,
    says: /Best wishes for Lantern Day/,
    leadsTo: /^\//,
    total: 1,
    horizonMs: 4 * DAY,
  },
  {
    kind: "new_article",
    beginsBySubscribing: true,
    change(definition) {
      definition.trigger = { type: "article", feedUrl: "/blogs/news.atom", hour: "10:00" };
    },
    beginsForAll: async (shop) => void (await shop.simulate("articles", { title: "Autumn <colours> & you" })),
    begins: async () => {},
    firstMs: DAY,
    localHour: 10,
    says: /New to read at Juniper & Oak/,
    leadsTo: /^\/blogs\/news\/autumn/,
    total: 1,
    horizonMs: 4 * DAY,
  },
  {
    kind: "custom",
    begins: ({ track, who }) => track({ type: "custom", visitorId: who.visitorId, data: { name: "trial_taken" } }),
    firstMs: DAY,
    says: /You have not finished yet/,
    leadsTo: /^\//,
    total: 1,
    horizonMs: 3 * DAY,
    returned: "same",
  },
];

/** The cart as Shopify knows it, with the attribute by which we know whose it is. */
async function fillCart({ shop, who, variant, currency }: Scene): Promise<void> {
  await shop.act(() =>
    changeCart(shop.sim, who.cart, {
      add: [{ variantId: variant.id, quantity: 1 }],
      attributes: { __beckon: who.linkId },
      currency,
    }),
  );
}
