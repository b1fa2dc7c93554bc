import type { Interest, PastPrice } from "../events/interest-store.ts";
import type { Article } from "../articles/article-store.ts";
import type { LoggedEvent } from "../events/shop-event.ts";
import type { Cart, Checkout, Fulfillment, Order, Variant } from "../events/mirror-store.ts";
import type { ShopProduct } from "../recommendations/recommendation-store.ts";
import type { Subscription } from "../subscriptions/subscription-store.ts";
import type { Visitor } from "../subscriptions/visitor-store.ts";
import type { PersonDates, runs } from "../store/sqlite/schema.server.ts";
import type { Trigger } from "./trigger.ts";
import type { ShopSettings } from "../shop-settings.ts";
import type { LocalView } from "./local-variant.ts";

export type Run = typeof runs.$inferSelect;

/** What a run remembers between its steps. All instants as milliseconds of shop time. */
export type RunContext = {
  /** Messages this run has sent. */
  sent?: number;
  /** When the last of them left. */
  lastSentAt?: number;
  /** That message, and when it was shown. */
  lastNotificationId?: string;
  lastShownAt?: number;
  /** When the step before was done, and when it had been meant. */
  previousAt?: number;
  meantAt?: number;
  /** When that happened what the step waits for; and whether the last such wait ended so. */
  heardAt?: number;
  eventHappened?: boolean;
  /** A message meant earlier than this is too late: what the run knows came late. */
  lateUntil?: number;
  /** Variants in the cart when the run began, for journeys that end when one is taken out. */
  carted?: string[];
  /** Webhook steps that are done: a message that is done again calls nobody twice. */
  called?: string[];
  /** The cart's version at the last arming: a finished run starts again only for a newer one. */
  version?: number;
  /** When a message was last not shown because the shop was open: every sign of life starts its wait again. */
  seenInShopAt?: number;
  /** How often in a row that was so. */
  seenInShop?: number;
  /** The shopper asked to be written to then, and not before. */
  remindAt?: number;
  /** After how many milliseconds what the run is about is usually needed again: the first message waits no longer. */
  usualMs?: number;
  /** Since when a discount code is waited for. */
  noCodeSince?: number;
  /** What the kind needs to find its subject again. */
  variantId?: string;
  productId?: string;
  collection?: string;
  /** What began the run, where a kind knows several beginnings. */
  moment?: string;
  fulfillmentId?: string;
  orderId?: string;
  /** What the event that began the run said and the message repeats. */
  said?: Record<string, string | number>;
  subscriptionId?: string;
  checkoutToken?: string;
  cartToken?: string;
  /** Of what was in the cart, to see whether it is the same. */
  contents?: string;
  status?: string;
  alertId?: number;
  /** When the shopper asked to be told, in milliseconds: what they bought since is not offered to them. */
  askedAt?: number;
};

/** The shop as journeys see it. */
export type ShopFacts = {
  shop: string;
  isInstalled: boolean;
  name: string;
  currency: string;
  timezone: string;
  country: string | null;
  primaryLocale: string;
  /** Published ones, the primary first. */
  locales: string[];
  settings: ShopSettings;
};

/** An order of this person by any known link; test and POS orders too, because any order stops messages. */
export type KnownOrder = Pick<
  Order,
  "orderId" | "createdAt" | "paidAt" | "cancelledAt" | "isShopping" | "linkedBy" | "visitorId" | "customerId"
> & {
  variantIds: string[];
  /** The product of the first variant. */
  productId: string | null;
};

/**
 * Everything the mirror knows of a visitor and its person at one moment, read in one go. Journeys are decided on this and
 * never on an event alone, so that late, repeated and reordered events end in the same state.
 */
export type PersonView = {
  shop: ShopFacts;
  visitor: Visitor;
  /** The person's visitors, this one included: those last signed in as the same customer. */
  visitorIds: string[];
  /** The last sign of life of each of them. */
  signals: ReadonlyMap<string, Date>;
  /** The last sign of life on any of them. */
  lastSignalAt: Date;
  /** The visitor with the last sign of life said that it left, and nothing was heard since. */
  leftAt: Date | null;
  checkoutSignalAt: Date | null;
  cart: Cart | null;
  /** The cart's token has an order: bought for good. */
  cartIsBought: boolean;
  /** A checkout of the cart's token, tied to this visitor or to nobody we know. Newest first, bought ones included. */
  cartCheckouts: Checkout[];
  /** Checkouts tied to this visitor that are neither bought nor deleted, newest first. */
  openCheckouts: Checkout[];
  /** When the customer signed in there came to be; null: nobody is, or not known. */
  customerSince: Date | null;
  /** Days of the year that matter to them, "MM-DD". */
  dates: PersonDates;
  /** Newest first, at most a week old. */
  orders: KnownOrder[];
  /** All of the person's, ended ones too. */
  subscriptions: Subscription[];
  /** Of this visitor: those under way. */
  runs: Run[];
  /** Journeys that are switched on. */
  enabledKinds: ReadonlySet<string>;
};

/** A fulfillment with its order, as the mirror has them now, and every run there ever was for it. */
export type FulfillmentView = { fulfillment: Fulfillment; order: Order; runs: Run[] };

/** What is known when a run's message is about to leave. */
export type Situation = {
  run: Run;
  context: RunContext;
  person: PersonView;
  firstName: string | null;
  variants: ReadonlyMap<string, Variant>;
  /** The checkout of the run, whatever its state. */
  checkout: Checkout | null;
  fulfillment: FulfillmentView | null;
  /** What the visitor looked at, saved or carted, newest first; empty unless the kind reads it. */
  interests: Interest[];
  /** What the run's variant has cost so far, oldest first; empty unless the kind waits for its moments. */
  prices: PastPrice[];
  /** Prices and titles where the shopper is; null: not read yet. */
  local: LocalView | null;
  /** What the kind asked for by `recommends`, the best first. */
  related: ShopProduct[];
  /** The other product that the step is about; null: there is none now, or it is about none. */
  offered: ShopProduct | null;
  /** The order of the run. */
  order: Order | null;
  /** What began the journey in the run's version. */
  trigger: Trigger;
  /** What the person did lately, in no order; empty unless the kind asks for it. */
  history: LoggedEvent[];
  /** Articles still in the shop's feed that the run is about, newest first; empty unless the kind reads them. */
  articles: Article[];
  /** Orders the person has ever made, Shopify's own count for a customer; null: not read, or Shopify cannot be asked. */
  orderCount: number | null;
  /** After how many days half of those who bought the run's variant's product again had done so; null: too few, or not read. */
  repeatDays: number | null;
};
