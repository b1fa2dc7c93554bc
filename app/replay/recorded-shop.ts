import type { Interest } from "../events/interest-store.ts";
import type { Cart, Checkout, Customer, Fulfillment, Order } from "../events/mirror-store.ts";
import type { CartItem, EventKind, LoggedEvent } from "../events/shop-event.ts";
import { STOREFRONT_EVENT_KINDS } from "../events/shop-event.ts";
import { LOOK_AHEAD_MS } from "../journeys/caps.ts";
import { DAY_MS } from "../journeys/duration.ts";
import type { KnownOrder, PersonView, Run, ShopFacts } from "../journeys/person-view.ts";
import type { SentMessage, WaitingMessage } from "../journeys/run-store.ts";
import type { Subscription } from "../subscriptions/subscription-store.ts";
import type { Visitor } from "../subscriptions/visitor-store.ts";
import type { PastVisitor } from "./history-store.ts";

const WEEK_MS = 7 * DAY_MS;
const REMEMBERED_MS = 30 * DAY_MS;

/** Told by the shopper's own signed-in pages: these join a browser to a customer. */
const SIGNED_IN_KINDS = new Set<EventKind>([...STOREFRONT_EVENT_KINDS, "subscribed", "signed_in"]);
const CHECKOUT_SIGNALS = new Set<EventKind>(["checkout_intent", "checkout_started", "checkout_signal"]);
const STOREFRONT_SIGNALS = new Set<EventKind>([...STOREFRONT_EVENT_KINDS, "subscribed", "stock_alert_requested"]);

/** A browser as it was at the moment the replay stands at. */
export type Shopper = {
  visitor: Visitor;
  /** With how they ended, however much later. */
  subscriptions: Subscription[];
  cart: Cart | null;
  interests: Map<string, Interest>;
  otherMessages: SentMessage[];
  /** What the replayed journey sent, oldest first. */
  messages: SentMessage[];
  runs: Set<Run>;
};

/**
 * A shop's people, carts, checkouts and orders as the recorded events told of them one after the other, in memory: the
 * same states the mirror had, as far as events say. Facts that no event tells (a timezone, a mute, a price) are today's.
 */
export class RecordedShop {
  readonly facts: ShopFacts;
  readonly #enabledKinds: ReadonlySet<string>;
  readonly #shoppers = new Map<string, Shopper>();
  readonly #visitorsOfCustomer = new Map<string, Set<string>>();
  readonly #visitorsOfCart = new Map<string, Set<string>>();
  readonly #cartTokens = new Map<string, { isEmpty: boolean; updatedAt: Date; isBought: boolean }>();
  readonly #checkouts = new Map<string, Checkout>();
  readonly #checkoutsOf = new Map<string, Set<Checkout>>();
  readonly #orders = new Map<string, Order>();
  readonly #ordersOf = new Map<string, Set<Order>>();
  readonly #stoppedBy = new Map<string, Set<string>>();
  readonly #fulfillments = new Map<string, Fulfillment>();
  readonly #fulfillmentsOf = new Map<string, Set<string>>();
  readonly #customers = new Map<string, Customer | null>();
  readonly #unknownOrders: Order[] = [];

  constructor(facts: ShopFacts, enabledKinds: Iterable<string>) {
    this.facts = facts;
    this.#enabledKinds = new Set(enabledKinds);
  }

  /** Whether it was asked for, be it a visitor or not. */
  isKnown(visitorId: string): boolean {
    return this.#shoppers.has(visitorId);
  }

  add({ visitor, subscriptions, otherMessages }: PastVisitor): void {
    const { dates, tags, aliases, locale, timezone, country, city, firstSource, lastSource } = visitor;
    const { shop, visitorId, firstSeenAt, consentWithdrawnAt } = visitor;
    this.#shoppers.set(visitorId, {
      visitor: {
        ...{ shop, visitorId, firstSeenAt, dates, tags, aliases, locale, timezone, country, city },
        ...{ firstSource, lastSource, consentWithdrawnAt },
        customerId: null,
        lastSignalAt: new Date(0),
        leftAt: null,
        checkoutSignalAt: null,
      },
      subscriptions,
      otherMessages,
      cart: null,
      interests: new Map(),
      messages: [],
      runs: new Set(),
    });
  }

  addCustomer(customerId: string, customer: Customer | null): void {
    this.#customers.set(customerId, customer);
  }
  hasCustomer(customerId: string): boolean {
    return this.#customers.has(customerId);
  }
  customer(customerId: string | null): Customer | null {
    return customerId === null ? null : (this.#customers.get(customerId) ?? null);
  }
  shopper(visitorId: string): Shopper | null {
    return this.#shoppers.get(visitorId) ?? null;
  }
  checkout(token: string): Checkout | null {
    return this.#checkouts.get(token) ?? null;
  }
  order(orderId: string): Order | null {
    return this.#orders.get(orderId) ?? null;
  }
  fulfillmentsOf(orderId: string): string[] {
    return [...(this.#fulfillmentsOf.get(orderId) ?? [])];
  }
  fulfillment(fulfillmentId: string): Fulfillment | null {
    return this.#fulfillments.get(fulfillmentId) ?? null;
  }

  /** What an event tells, as the mirror takes it. `order`: the order it is about, as Shopify has it now. */
  tell(event: LoggedEvent, order: Order | null): void {
    this.#signal(event);
    if (event.visitorId && event.customerId && SIGNED_IN_KINDS.has(event.kind)) {
      this.#signIn(event.visitorId, event.customerId);
    }
    switch (event.kind) {
      case "cart_updated":
        this.#cart(event);
        break;
      case "cart_webhook":
        this.#cartToken(event);
        break;
      case "product_viewed":
      case "wishlist_added":
      case "collection_viewed":
        this.#interest(event);
        break;
      case "checkout_updated":
        this.#checkout(event);
        break;
      case "checkout_deleted":
        for (const checkout of this.#checkoutsOf.get(`cart:${event.cartToken}`) ?? []) {
          checkout.deletedAt ??= event.occurredAt;
        }
        break;
      case "order_created":
      case "order_paid":
      case "order_cancelled":
        if (order) this.#order(event, order);
        break;
      case "fulfillment_updated":
        this.#fulfillment(event);
        break;
    }
  }

  /** Whom an event concerns, with all visitors of the same person, the one meant first. */
  concerned(event: LoggedEvent): string[] {
    const found = new Set<string>();
    const add = (ids: Iterable<string | null | undefined>) => {
      for (const id of ids) if (id) found.add(id);
    };
    add([event.visitorId]);
    const order = event.orderId ? this.#orders.get(event.orderId) : undefined;
    if (order) {
      add([order.visitorId]);
      if (order.customerId) add(this.#visitorsOfCustomer.get(order.customerId) ?? []);
      if (order.checkoutToken) add([this.#checkouts.get(order.checkoutToken)?.visitorId]);
      if (order.cartToken) add(this.#visitorsOfCart.get(order.cartToken) ?? []);
      add(this.#stoppedBy.get(order.orderId) ?? []);
    }
    if (event.checkoutToken) add([this.#checkouts.get(event.checkoutToken)?.visitorId]);
    if (event.cartToken) add(this.#visitorsOfCart.get(event.cartToken) ?? []);
    if (event.customerId) add(this.#visitorsOfCustomer.get(event.customerId) ?? []);
    const all = new Set<string>();
    for (const visitorId of found) {
      all.add(visitorId);
      for (const other of this.#visitorIdsOf(visitorId)) all.add(other);
    }
    return [...all];
  }

  person(visitorId: string, now: Date): PersonView | null {
    const shopper = this.#shoppers.get(visitorId);
    if (!shopper) return null;
    const { visitor, cart } = shopper;
    const visitorIds = this.#visitorIdsOf(visitorId);
    const people = visitorIds.map((id) => this.#shoppers.get(id)).filter((one) => one !== undefined);
    let newest = visitor;
    let checkoutSignalAt: Date | null = null;
    for (const { visitor: one } of people) {
      if (one.lastSignalAt > newest.lastSignalAt) newest = one;
      const signalAt = one.checkoutSignalAt;
      if (signalAt && (!checkoutSignalAt || signalAt > checkoutSignalAt)) checkoutSignalAt = signalAt;
    }
    const token = cart ? this.#cartTokens.get(cart.cartToken) : undefined;
    const ofCart = cart ? newestFirst(this.#checkoutsOf.get(`cart:${cart.cartToken}`)) : [];
    const since = now.getTime() - WEEK_MS;
    const open = newestFirst(this.#checkoutsOf.get(`visitor:${visitorId}`)).filter(
      (checkout) =>
        !checkout.completedAt &&
        !checkout.deletedAt &&
        !checkout.orderId &&
        checkout.updatedAt.getTime() >= since &&
        !(checkout.cartToken && this.#cartTokens.get(checkout.cartToken)?.isBought),
    );
    const customer = this.customer(visitor.customerId);
    return {
      shop: this.facts,
      visitor: this.#asOf(visitor, now),
      visitorIds,
      signals: new Map(people.map((one) => [one.visitor.visitorId, one.visitor.lastSignalAt])),
      lastSignalAt: newest.lastSignalAt,
      leftAt: newest.leftAt,
      checkoutSignalAt,
      cart,
      cartIsBought: (token?.isBought ?? false) || ofCart.some(({ orderId, completedAt }) => orderId || completedAt),
      cartCheckouts: ofCart.filter(
        (checkout) => !checkout.deletedAt && (checkout.visitorId === null || visitorIds.includes(checkout.visitorId)),
      ),
      openCheckouts: open,
      customerSince: customer?.createdAt ?? null,
      dates: { ...visitor.dates, ...customer?.dates },
      orders: this.#ordersOfPerson(visitorIds, visitor.customerId, cart?.cartToken ?? null, since),
      subscriptions: people.flatMap((one) => subscriptionsAt(one.subscriptions, now)),
      runs: [...shopper.runs],
      enabledKinds: this.#enabledKinds,
    };
  }

  /** Newest first, of the last 30 days. */
  interests(visitorIds: string[], now: Date): Interest[] {
    return visitorIds
      .flatMap((id) => [...(this.#shoppers.get(id)?.interests.values() ?? [])])
      .filter(({ updatedAt }) => updatedAt.getTime() >= now.getTime() - REMEMBERED_MS)
      .toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime())
      .slice(0, 100);
  }

  /** Marketing that left for the person in the week before, newest first: the journey's own and what really left of others. */
  marketingSent(visitorIds: string[], now: Date): SentMessage[] {
    const since = now.getTime() - WEEK_MS;
    return visitorIds
      .flatMap((id) => {
        const shopper = this.#shoppers.get(id);
        return shopper ? [...shopper.messages, ...shopper.otherMessages] : [];
      })
      .filter(({ at }) => at.getTime() >= since && at <= now)
      .toSorted((a, b) => b.at.getTime() - a.at.getTime());
  }

  /** What really left of other journeys within the next day: they were waiting then. */
  laterMessages(visitorIds: string[], now: Date): WaitingMessage[] {
    const until = now.getTime() + LOOK_AHEAD_MS;
    return visitorIds
      .flatMap((id) => this.#shoppers.get(id)?.otherMessages ?? [])
      .filter(({ at }) => at > now && at.getTime() <= until)
      .map(({ kind, step, at }) => ({ kind, step: step ?? "", priority: null, dueAt: at }));
  }

  /** Web orders since an instant that no link ties to anybody, newest first. */
  unknownOrders(since: Date): Order[] {
    const found: Order[] = [];
    for (let index = this.#unknownOrders.length - 1; index >= 0; index -= 1) {
      const order = this.#unknownOrders[index];
      if (!order || order.createdAt < since) break;
      found.push(order);
    }
    return found;
  }

  countOrders(visitorIds: string[], customerId: string | null): number {
    const keys = [...visitorIds.map((id) => `visitor:${id}`), ...(customerId ? [`customer:${customerId}`] : [])];
    return new Set(keys.flatMap((key) => [...(this.#ordersOf.get(key) ?? [])])).size;
  }

  #visitorIdsOf(visitorId: string): string[] {
    const customerId = this.#shoppers.get(visitorId)?.visitor.customerId;
    if (!customerId) return [visitorId];
    return [visitorId, ...[...(this.#visitorsOfCustomer.get(customerId) ?? [])].filter((id) => id !== visitorId)];
  }

  #asOf(visitor: Visitor, now: Date): Visitor {
    const isYetToCome = visitor.consentWithdrawnAt !== null && visitor.consentWithdrawnAt > now;
    return isYetToCome ? { ...visitor, consentWithdrawnAt: null } : visitor;
  }

  #ordersOfPerson(ids: string[], customerId: string | null, cartToken: string | null, since: number): KnownOrder[] {
    const found = new Set<Order>();
    const add = (key: string, isOld: boolean) => {
      for (const order of this.#ordersOf.get(key) ?? []) {
        if (isOld || order.createdAt.getTime() >= since) found.add(order);
      }
    };
    for (const id of ids) add(`visitor:${id}`, false);
    if (customerId) add(`customer:${customerId}`, false);
    if (cartToken) add(`cart:${cartToken}`, true);
    if (found.size === 0) return [];
    return [...found]
      .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
      .map((order) => {
        const goods = order.items.filter(({ variantId }) => variantId);
        const variantIds = goods.flatMap(({ variantId }) => variantId ?? []);
        return { ...order, variantIds, productId: goods[0]?.productId ?? null };
      });
  }

  #signal({ kind, visitorId, occurredAt: at }: LoggedEvent): void {
    const visitor = visitorId ? this.#shoppers.get(visitorId)?.visitor : undefined;
    const isCheckout = CHECKOUT_SIGNALS.has(kind) || kind === "checkout_updated";
    if (!visitor || !(isCheckout || STOREFRONT_SIGNALS.has(kind))) return;
    if (kind === "left") {
      if (at >= visitor.lastSignalAt) visitor.leftAt = at;
    } else if (visitor.leftAt && at > visitor.leftAt) visitor.leftAt = null;
    if (isCheckout && (!visitor.checkoutSignalAt || at > visitor.checkoutSignalAt)) visitor.checkoutSignalAt = at;
    if (at > visitor.lastSignalAt) visitor.lastSignalAt = at;
  }

  #signIn(visitorId: string, customerId: string): void {
    const visitor = this.#shoppers.get(visitorId)?.visitor;
    if (!visitor || visitor.customerId === customerId) return;
    if (visitor.customerId) this.#visitorsOfCustomer.get(visitor.customerId)?.delete(visitorId);
    visitor.customerId = customerId;
    addTo(this.#visitorsOfCustomer, customerId, visitorId);
  }

  #cart({ visitorId, occurredAt, data }: LoggedEvent): void {
    const shopper = visitorId ? this.#shoppers.get(visitorId) : undefined;
    const { cartToken, currency, total, discounted } = data;
    if (!shopper || !visitorId || typeof cartToken !== "string" || !Array.isArray(data.items)) return;
    if (shopper.cart && shopper.cart.updatedAt > occurredAt) return;
    const items = (data.items as CartItem[]).filter((item) => item.quantity > 0);
    const had = new Set((shopper.cart?.items ?? []).map(({ productId }) => productId));
    for (const { productId, variantId, title, image } of items) {
      if (had.delete(productId)) continue;
      const interest = this.#interestIn(shopper, `product:${productId}`, occurredAt);
      Object.assign(interest, { cartedAt: occurredAt, variantId, currency: String(currency) });
      interest.title ??= title;
      interest.image ??= image;
    }
    const still = new Set(items.map(({ productId }) => productId));
    for (const productId of had) {
      const interest = shopper.interests.get(`product:${productId}`);
      if (interest && !still.has(productId)) interest.cartedAt = null;
    }
    if (shopper.cart) this.#visitorsOfCart.get(shopper.cart.cartToken)?.delete(visitorId);
    addTo(this.#visitorsOfCart, cartToken, visitorId);
    shopper.cart = {
      shop: this.facts.shop,
      visitorId,
      cartToken,
      currency: String(currency),
      total: Number(total),
      discounted: discounted === true,
      items,
      updatedAt: occurredAt,
    };
    this.#emptyCarts(cartToken);
  }

  #cartToken({ cartToken, occurredAt, data }: LoggedEvent): void {
    if (!cartToken) return;
    const known = this.#cartTokens.get(cartToken);
    if (known && known.updatedAt > occurredAt) return;
    const isEmpty = Array.isArray(data.variantIds) && data.variantIds.length === 0;
    this.#cartTokens.set(cartToken, { isEmpty, updatedAt: occurredAt, isBought: known?.isBought ?? false });
    this.#emptyCarts(cartToken);
  }

  #emptyCarts(cartToken: string): void {
    const heard = this.#cartTokens.get(cartToken);
    if (!heard?.isEmpty || heard.isBought) return;
    for (const visitorId of this.#visitorsOfCart.get(cartToken) ?? []) {
      const shopper = this.#shoppers.get(visitorId);
      if (shopper?.cart && shopper.cart.updatedAt < heard.updatedAt) {
        shopper.cart = { ...shopper.cart, items: [], total: 0, updatedAt: heard.updatedAt };
      }
    }
  }

  #interest({ kind, visitorId, occurredAt: at, data }: LoggedEvent): void {
    const shopper = visitorId ? this.#shoppers.get(visitorId) : undefined;
    if (!shopper) return;
    const text = (value: unknown) => (typeof value === "string" ? value : null);
    const isCollection = kind === "collection_viewed";
    const subject = isCollection ? `collection:${text(data.handle)}` : `product:${text(data.productId)}`;
    const isNew = !shopper.interests.has(subject);
    const before = this.#interestIn(shopper, subject, at);
    const seconds = Math.round(Number(data.seconds ?? 0)) || 0;
    const hasPaused = Math.abs(at.getTime() - before.updatedAt.getTime()) > DAY_MS;
    shopper.interests.set(subject, {
      ...before,
      variantId: text(data.variantId) ?? before.variantId,
      title: text(data.title) ?? before.title,
      handle: text(data.handle) ?? before.handle,
      image: text(data.image) ?? before.image,
      currency: text(data.currency) ?? before.currency,
      collections: Array.isArray(data.collections) ? (data.collections as string[]) : before.collections,
      seconds: isNew || hasPaused ? seconds : before.seconds + seconds,
      viewedAt: kind === "wishlist_added" ? before.viewedAt : later(before.viewedAt, at),
      wishedAt: kind === "wishlist_added" ? later(before.wishedAt, at) : before.wishedAt,
      updatedAt: later(before.updatedAt, at),
    });
  }

  #interestIn(shopper: Shopper, subject: string, at: Date): Interest {
    const known = shopper.interests.get(subject);
    if (known) {
      known.updatedAt = known.updatedAt > at ? known.updatedAt : at;
      return known;
    }
    const { shop, visitorId } = shopper.visitor;
    const nothing = { variantId: null, title: null, handle: null, image: null, currency: null, seconds: 0 };
    const never = { viewedAt: null, wishedAt: null, cartedAt: null };
    const interest: Interest = { shop, visitorId, subject, collections: [], ...nothing, ...never, updatedAt: at };
    shopper.interests.set(subject, interest);
    return interest;
  }

  #checkout(event: LoggedEvent): void {
    const { checkoutToken, cartToken, customerId, occurredAt, data } = event;
    if (!checkoutToken || !Array.isArray(data.items)) return;
    const earlier = this.#checkouts.get(checkoutToken);
    if (earlier && earlier.updatedAt > occurredAt) return;
    const visitorId = event.visitorId ?? earlier?.visitorId ?? null;
    const order = [...(this.#ordersOf.get(`checkout:${checkoutToken}`) ?? [])][0];
    const checkout: Checkout = {
      shop: this.facts.shop,
      checkoutToken,
      cartToken,
      linkId: null,
      visitorId,
      customerId,
      stage: data.stage === "payment" || data.stage === "shipping" ? data.stage : "contact",
      currency: String(data.currency),
      total: Number(data.total),
      discounted: data.discounted === true,
      items: data.items as CartItem[],
      recoveryUrl: null,
      createdAt: earlier?.createdAt ?? occurredAt,
      updatedAt: occurredAt,
      completedAt: earlier?.completedAt ?? order?.createdAt ?? null,
      deletedAt: earlier?.deletedAt ?? null,
      orderId: earlier?.orderId ?? order?.orderId ?? null,
    };
    if (earlier) for (const key of keysOf(earlier)) this.#checkoutsOf.get(key)?.delete(earlier);
    for (const key of keysOf(checkout)) addTo(this.#checkoutsOf, key, checkout);
    this.#checkouts.set(checkoutToken, checkout);
  }

  #order({ kind, occurredAt, data }: LoggedEvent, now: Order): void {
    const known = this.#orders.get(now.orderId);
    // Of what became of it later, only what the events so far have told.
    const order: Order = known ?? { ...now, paidAt: null, cancelledAt: null, refunded: 0 };
    if (now.paidAt && (kind === "order_paid" || now.paidAt <= occurredAt)) order.paidAt = now.paidAt;
    if (kind === "order_cancelled") order.cancelledAt = now.cancelledAt ?? occurredAt;
    if (known) return;

    const { orderId, visitorId, customerId, cartToken, checkoutToken, createdAt } = order;
    this.#orders.set(orderId, order);
    const stopped = Array.isArray(data.stopVisitorIds)
      ? data.stopVisitorIds.filter((id) => typeof id === "string")
      : [];
    for (const id of new Set([visitorId, ...stopped])) if (id) addTo(this.#ordersOf, `visitor:${id}`, order);
    for (const id of stopped) addTo(this.#stoppedBy, orderId, id);
    if (customerId) addTo(this.#ordersOf, `customer:${customerId}`, order);
    if (checkoutToken) addTo(this.#ordersOf, `checkout:${checkoutToken}`, order);
    if (visitorId === null && order.isShopping) this.#unknownOrders.push(order);
    const bought = new Set<Checkout>();
    if (cartToken) {
      addTo(this.#ordersOf, `cart:${cartToken}`, order);
      this.#cartTokens.set(cartToken, { isEmpty: false, updatedAt: createdAt, isBought: true });
      for (const checkout of this.#checkoutsOf.get(`cart:${cartToken}`) ?? []) bought.add(checkout);
    }
    const own = checkoutToken ? this.#checkouts.get(checkoutToken) : undefined;
    if (own) bought.add(own);
    for (const checkout of bought) {
      checkout.orderId ??= orderId;
      checkout.completedAt ??= createdAt;
    }
  }

  #fulfillment({ data, occurredAt }: LoggedEvent): void {
    const { fulfillmentId, orderId } = data;
    if (typeof fulfillmentId !== "string" || typeof orderId !== "string") return;
    const text = (value: unknown) => (typeof value === "string" ? value : null);
    this.#fulfillmentsOf.set(orderId, (this.#fulfillmentsOf.get(orderId) ?? new Set()).add(fulfillmentId));
    const earlier = this.#fulfillments.get(fulfillmentId);
    const isNewer = !earlier || occurredAt >= earlier.updatedAt;
    const state = {
      shipmentStatus: text(data.shipmentStatus),
      trackingCompany: text(data.trackingCompany),
      trackingNumber: text(data.trackingNumber),
      trackingUrl: text(data.trackingUrl),
    };
    this.#fulfillments.set(fulfillmentId, {
      shop: this.facts.shop,
      fulfillmentId,
      orderId,
      status: (isNewer ? text(data.status) : null) ?? earlier?.status ?? "success",
      shipmentStatus: (isNewer ? state.shipmentStatus : null) ?? earlier?.shipmentStatus ?? state.shipmentStatus,
      trackingCompany: (isNewer ? state.trackingCompany : null) ?? earlier?.trackingCompany ?? state.trackingCompany,
      trackingNumber: (isNewer ? state.trackingNumber : null) ?? earlier?.trackingNumber ?? state.trackingNumber,
      trackingUrl: (isNewer ? state.trackingUrl : null) ?? earlier?.trackingUrl ?? state.trackingUrl,
      createdAt: earlier && earlier.createdAt < occurredAt ? earlier.createdAt : occurredAt,
      updatedAt: earlier && !isNewer ? earlier.updatedAt : occurredAt,
    });
  }
}

function subscriptionsAt(subscriptions: Subscription[], now: Date): Subscription[] {
  return subscriptions
    .filter(({ createdAt }) => createdAt <= now)
    .map((one) => (one.endedAt && one.endedAt > now ? { ...one, state: "active" as const, endedAt: null } : one));
}

function keysOf({ cartToken, visitorId }: Checkout): string[] {
  return [...(cartToken ? [`cart:${cartToken}`] : []), ...(visitorId ? [`visitor:${visitorId}`] : [])];
}

function newestFirst(checkouts: Set<Checkout> | undefined): Checkout[] {
  if (!checkouts || checkouts.size === 0) return [];
  return [...checkouts].toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime()).slice(0, 10);
}

function addTo<T>(map: Map<string, Set<T>>, key: string, value: T): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}

function later(a: Date | null, b: Date): Date {
  return a && a > b ? a : b;
}
