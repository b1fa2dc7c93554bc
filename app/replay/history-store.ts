import type { Customer, Fulfillment, Order, Variant } from "../events/mirror-store.ts";
import type { PastPrice } from "../events/interest-store.ts";
import type { LoggedEvent } from "../events/shop-event.ts";
import type { Run, ShopFacts } from "../journeys/person-view.ts";
import type { SentMessage } from "../journeys/run-store.ts";
import type { Subscription } from "../subscriptions/subscription-store.ts";
import type { Visitor } from "../subscriptions/visitor-store.ts";

/** A visitor as it is now, with what cannot be read from events. */
export type PastVisitor = {
  visitor: Visitor;
  /** Ended ones too; without endpoint and keys. */
  subscriptions: Subscription[];
  /** Marketing of other journeys and of campaigns that left for the visitor since a week before the span, oldest first. */
  otherMessages: SentMessage[];
};

/** What became of the codes of a journey's messages. */
export type CodeHistory = { taken: number; used: number };

/** What a replay reads of a shop's past. Nothing here writes. */
export type HistoryStore = {
  shop(shop: string): Promise<{ facts: ShopFacts; enabledKinds: string[] } | null>;
  /** Events that journeys look at and that happened in `[from, until)`, in the order in which they arrived. */
  events(shop: string, from: Date, until: Date): Promise<LoggedEvent[]>;
  /** Those that exist. */
  visitors(shop: string, visitorIds: string[], exceptKind: string, since: Date): Promise<PastVisitor[]>;
  orders(shop: string, orderIds: string[]): Promise<Order[]>;
  fulfillments(shop: string, fulfillmentIds: string[]): Promise<Fulfillment[]>;
  customer(shop: string, customerId: string): Promise<Customer | null>;
  variant(shop: string, variantId: string): Promise<{ variant: Variant; prices: PastPrice[] } | null>;
  /** Runs of a journey that really began in the span, oldest first. */
  runsBegun(shop: string, kind: string, from: Date, until: Date): Promise<Run[]>;
  /** How many messages of a journey really left in the span. */
  messagesSent(shop: string, kind: string, from: Date, until: Date): Promise<number>;
  codes(shop: string, kind: string, from: Date, until: Date): Promise<CodeHistory>;
  /** What an order of the span came to on average, in the shop's currency; null: there was none. */
  averageOrder(shop: string, from: Date, until: Date): Promise<number | null>;
};
