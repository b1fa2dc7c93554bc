import { cohortEnd } from "../composer/discount-offers.ts";
import type { Clock } from "../clock.server.ts";
import type { Variant } from "../events/mirror-store.ts";
import type { LoggedEvent } from "../events/shop-event.ts";
import { advanceRun } from "../jobs/advance-run.server.ts";
import type { AdvanceDeps } from "../jobs/advance-run.server.ts";
import type { JourneyDefinition } from "../journeys/definition.ts";
import { DAY_MS, HOUR_MS } from "../journeys/duration.ts";
import type { JourneyKind } from "../journeys/kinds/kind.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import type { Run, RunContext, Situation } from "../journeys/person-view.ts";
import { processEvents } from "../journeys/process-events.server.ts";
import type { ReplayReport } from "../journeys/replay-report.ts";
import { contextAtStart, positionAtStart } from "../journeys/next-action.ts";
import type { Store } from "../store/store.ts";
import { RecordedShop } from "./recorded-shop.ts";
import { ReplayCount } from "./replay-count.ts";
import { ReplayRuns } from "./replay-runs.ts";

/** Before the span, so that who was under way at its beginning is, and caps know the week before. Not counted. */
const RUN_UP_MS = 7 * DAY_MS;
const SLICE_MS = HOUR_MS;
/** Machine time a replay works before it lets others have the event loop. */
const TURN_MS = 8;
/** Machine time after which a replay answers with what it has. */
const LONGEST_MS = 60_000;
/** Never given to anybody: what a message is composed with in place of a code. */
const CODE = "REPLAY";

export type ReplayRequest = { shop: string; kind: string; definition: JourneyDefinition; days: number };

/** Of the store, only what reads. */
type Past = Pick<Store, "history" | "recommendations"> & {
  articles: Pick<Store["articles"], "found">;
  events: Pick<Store["events"], "ofPerson">;
};

type Options = {
  /** Ends the work early; the answer is then thrown away. */
  signal?: AbortSignal;
  longestMs?: number;
};

/**
 * Runs a definition against the recorded events of the last days, with the engine's own functions on states in memory:
 * nothing is written, nothing is sent, Shopify is not asked. Works in short turns, so that the server answers meanwhile.
 *
 * @param definition checked as at saving
 * @param now shop time: where the replay ends
 * @returns null for a kind or a shop there is not
 */
export async function replay(
  store: Past,
  { shop, kind: name, definition, days }: ReplayRequest,
  now: Date,
  { signal, longestMs = LONGEST_MS }: Options = {},
): Promise<ReplayReport | null> {
  const kind = journeyKind(name);
  const past = await store.history.shop(shop);
  if (!kind || !past) return null;
  const from = new Date(now.getTime() - days * DAY_MS);
  const people = new RecordedShop(past.facts, [...past.enabledKinds, name]);
  const pass = new Pass(store, people, kind, definition, from);
  const endsBy = performance.now() + longestMs;
  const until = await pass.run(new Date(from.getTime() - RUN_UP_MS), now, () => {
    signal?.throwIfAborted();
    return performance.now() < endsBy;
  });
  return pass.report(until, until.getTime() === now.getTime());
}

class Pass {
  readonly #store: Past;
  readonly #people: RecordedShop;
  readonly #kind: JourneyKind;
  readonly #definition: JourneyDefinition;
  readonly #from: Date;
  readonly #count: ReplayCount;
  readonly #runs: ReplayRuns;
  readonly #variants = new Map<string, Awaited<ReturnType<Store["history"]["variant"]>>>();
  #now: Date;
  #turnEndsAt = performance.now() + TURN_MS;

  constructor(store: Past, people: RecordedShop, kind: JourneyKind, definition: JourneyDefinition, from: Date) {
    this.#store = store;
    this.#people = people;
    this.#kind = kind;
    this.#definition = definition;
    this.#from = this.#now = from;
    this.#count = new ReplayCount(people, from);
    this.#runs = new ReplayRuns(people, this.#count);
  }

  /** @returns up to where it came before `mayGoOn` said no */
  async run(begin: Date, end: Date, mayGoOn: () => boolean): Promise<Date> {
    const { history } = this.#store;
    const { shop } = this.#people.facts;
    const begun =
      this.#kind.beginsUntold || this.#kind.audience ? await history.runsBegun(shop, this.#kind.kind, begin, end) : [];
    const processing = this.#processing();
    const advancing = this.#advancing();
    let late: LoggedEvent[] = [];

    for (let at = begin; at < end; at = new Date(at.getTime() + SLICE_MS)) {
      const until = new Date(Math.min(at.getTime() + SLICE_MS, end.getTime()));
      const slice = [...late, ...(await history.events(shop, at, until))].toSorted(inOrderOfArrival);
      // What happened now and is heard of later is looked at when it is heard of.
      late = slice.filter(({ receivedAt }) => receivedAt >= until);
      const heard = late.length === 0 ? slice : slice.filter(({ receivedAt }) => receivedAt < until);
      const orders = await this.#know(heard, begun, until);

      for (const event of heard) {
        await this.#beginRecorded(begun, event.receivedAt, advancing);
        await this.#advanceUntil(event.receivedAt, advancing);
        this.#now = event.receivedAt;
        this.#people.tell(event, (event.orderId && orders.get(event.orderId)) || null);
        processing.event = event;
        await processEvents(processing.stores, shop, event.receivedAt);
        this.#count.looked(event);
        if (performance.now() > this.#turnEndsAt) await this.#letOthersWork();
      }
      await this.#beginRecorded(begun, until, advancing);
      await this.#advanceUntil(until, advancing);
      if (performance.now() > this.#turnEndsAt) await this.#letOthersWork();
      if (!mayGoOn()) return until;
    }
    return end;
  }

  async report(until: Date, isComplete: boolean): Promise<ReplayReport> {
    const { history } = this.#store;
    const { shop, currency } = this.#people.facts;
    const kind = this.#kind;
    const span = [this.#from, until] as const;
    return this.#count.report({
      kind,
      until,
      isComplete,
      reallySent: await history.messagesSent(shop, kind.kind, ...span),
      codes: await history.codes(shop, kind.kind, ...span),
      averageOrder: { currency, amount: (await history.averageOrder(shop, ...span)) ?? 0 },
    });
  }

  async #letOthersWork(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#turnEndsAt = performance.now() + TURN_MS;
  }

  async #advanceUntil(until: Date, deps: AdvanceDeps): Promise<void> {
    for (let due = this.#runs.takeDue(until); due; due = this.#runs.takeDue(until)) {
      this.#now = due.at > this.#now ? due.at : this.#now;
      const result = await advanceRun(deps, due.runId, this.#now);
      if (result.type === "snooze") this.#runs.putOff(due.runId, result.until);
      if (performance.now() > this.#turnEndsAt) await this.#letOthersWork();
    }
  }

  /** Journeys that a stock level or the calendar begins: begun where they really began, from the draft's first step. */
  async #beginRecorded(begun: Run[], until: Date, deps: AdvanceDeps): Promise<void> {
    for (let run = begun[0]; run && run.startedAt <= until; run = begun[0]) {
      begun.shift();
      const { shop, journey, version, visitorId, customerId, subject, anchorAt, startedAt, context } = run;
      await this.#advanceUntil(startedAt, deps);
      const { minimumDelayMs } = this.#kind;
      const start = { anchorAt: anchorAt < startedAt ? anchorAt : startedAt, context: contextAtStart(context) };
      const first = positionAtStart(this.#definition, start, { minimumDelayMs });
      this.#runs.begin({
        ...{ shop, journey, version, visitorId, customerId, subject, startedAt },
        ...first,
        dueAt: first.dueAt < startedAt ? startedAt : first.dueAt,
      });
    }
  }

  /** Reads whom and what a slice of events names, all of it at once. @returns the orders it names */
  async #know(events: LoggedEvent[], begun: Run[], until: Date) {
    const { history } = this.#store;
    const { shop } = this.#people.facts;
    const visitorIds = new Set<string>();
    const orderIds = new Set<string>();
    const customerIds = new Set<string>();
    const name = (id: string | null) => id !== null && !this.#people.isKnown(id) && visitorIds.add(id);
    for (const { visitorId, customerId, orderId } of events) {
      name(visitorId);
      if (orderId) orderIds.add(orderId);
      if (customerId && !this.#people.hasCustomer(customerId)) customerIds.add(customerId);
    }
    for (const { visitorId, startedAt } of begun) {
      if (startedAt > until) break;
      name(visitorId);
    }
    const since = new Date(this.#from.getTime() - RUN_UP_MS);
    const found = visitorIds.size > 0 ? await history.visitors(shop, [...visitorIds], this.#kind.kind, since) : [];
    for (const visitor of found) this.#people.add(visitor);
    for (const id of customerIds) this.#people.addCustomer(id, await history.customer(shop, id));
    const orders = orderIds.size > 0 ? await history.orders(shop, [...orderIds]) : [];
    return new Map(orders.map((order) => [order.orderId, order]));
  }

  /** What processing an event reads and writes. */
  #processing() {
    const [people, runs, kind] = [this.#people, this.#runs, this.#kind];
    const current = { kind: kind.kind, version: 0, definition: this.#definition };
    const state: { event: LoggedEvent | null } = { event: null };
    const stores: Parameters<typeof processEvents>[0] = {
      events: {
        async unprocessed() {
          return state.event ? [state.event] : [];
        },
        ofPerson: (...asked) => this.#soFar(...asked),
      },
      interests: {
        ofVisitors: async (_shop, ids, now) => people.interests(ids, now),
        caredFor: async () => [],
      },
      mirror: { variants: async () => [] },
      // Nothing was shown that could be taken back.
      recalls: { ofVisitors: async () => [], ofGoods: async () => [] },
      runs: {
        concerned: async (event) => people.concerned(event),
        person: async (_shop, visitorId, now) => people.person(visitorId, now),
        fulfillment: async (_shop, fulfillmentId) => this.#fulfillment(fulfillmentId),
        fulfillmentsOf: async (_shop, orderId) => people.fulfillmentsOf(orderId),
        repeatDays: async () => null,
        lastOf: async (_shop, _journey, subject, visitorId) => runs.lastOf(subject, visitorId),
        ofNotification: async () => null,
        watchedVariants: async () => [],
        currentJourneys: async () => [current],
        definition: async () => this.#definition,
        async apply(_event, outcome, now) {
          runs.apply(outcome, now);
          return true;
        },
      },
    };
    return Object.assign(state, { stores });
  }

  /** What a due step reads and writes. */
  #advancing(): AdvanceDeps {
    const [people, runs] = [this.#people, this.#runs];
    return {
      clock: this.#clock(),
      // What Shopify would have answered then, nobody knows.
      fresh: { refresh: async () => "mirror" },
      local: { read: async () => null },
      orderCount: async () => 0,
      findCode: async () => ({ type: "assumed" }),
      store: {
        recommendations: this.#store.recommendations,
        articles: this.#store.articles,
        events: { ofPerson: (...asked) => this.#soFar(...asked) },
        discounts: {
          schedulePool: async () => {},
          heldCodes: async (_shop, personKey, since) => this.#count.heldCodes(personKey, since),
          freeCode: async (_shop, _offer, until) => ({
            code: CODE,
            discountId: 0,
            endsAt: cohortEnd(until, 0, people.facts.timezone),
          }),
          spent: async (_shop, _journey, since) => this.#count.spent(since),
          boughtWithoutCode: async () => false,
        },
        interests: {
          ofVisitors: async (_shop, ids, now) => people.interests(ids, now),
          prices: async (_shop, variantId) => this.#pricesOf(variantId),
          recordLocalPrices: async () => {},
        },
        runs: {
          orderCount: async (_shop, ids, customerId) => people.countOrders(ids, customerId),
          repeatDays: async () => null,
          leaving: (runId, now) => this.#leaving(runId, now),
          commitMessage: async (commit, now) => runs.commitMessage(commit, now),
          commitDelay: async (expected, next, ledger) => runs.commitDelay(expected, next, ledger),
          commitEnd: async (expected, end, ledger, now) => runs.commitEnd(expected, end, ledger, now),
        },
      },
    };
  }

  #clock(): Clock {
    return {
      now: () => this.#now,
      machineNow: () => this.#now,
      speed: 1,
      afterMachineMs: (ms) => new Date(this.#now.getTime() + ms),
      machineMsUntil: (at) => Math.max(0, at.getTime() - this.#now.getTime()),
      onChange: () => () => {},
    };
  }

  async #leaving(runId: number, now: Date): ReturnType<Store["runs"]["leaving"]> {
    const found = this.#runs.leaving(runId, now, this.#definition);
    const person = found && this.#people.person(found.run.visitorId, now);
    if (!found || !person) return null;
    const { run, ...rest } = found;
    const context: RunContext = run.context;
    const checkout = context.checkoutToken ? this.#people.checkout(context.checkoutToken) : null;
    const situation: Situation = {
      run,
      context,
      person,
      firstName: this.#people.customer(person.visitor.customerId)?.firstName ?? null,
      variants: await this.#variantsOf([
        ...(person.cart?.items ?? []).map(({ variantId }) => variantId),
        ...(checkout?.items ?? []).map(({ variantId }) => variantId),
        ...(context.variantId ? [context.variantId] : []),
      ]),
      checkout,
      fulfillment: context.fulfillmentId ? this.#fulfillment(context.fulfillmentId) : null,
      local: null,
      offered: null,
      trigger: this.#definition.trigger,
      history: [],
      articles: [],
      interests: [],
      prices: [],
      related: [],
      order: context.orderId ? this.#people.order(context.orderId) : null,
      orderCount: null,
      repeatDays: null,
    };
    return { situation, ...rest };
  }

  /** What somebody had done by then. */
  async #soFar(...asked: Parameters<Store["events"]["ofPerson"]>): Promise<LoggedEvent[]> {
    const found = await this.#store.events.ofPerson(...asked);
    return found.filter(({ receivedAt }) => receivedAt <= this.#now);
  }

  #fulfillment(fulfillmentId: string) {
    const fulfillment = this.#people.fulfillment(fulfillmentId);
    const order = fulfillment && this.#people.order(fulfillment.orderId);
    return order ? { fulfillment, order, runs: this.#runs.about(`fulfillment:${fulfillmentId}`) } : null;
  }

  /** As they are now, but for sale, and at the price of then as far as it is recorded. */
  async #variantsOf(variantIds: string[]): Promise<Map<string, Variant>> {
    const found = new Map<string, Variant>();
    for (const variantId of variantIds) {
      const known = await this.#variant(variantId);
      if (!known) continue;
      const price = (await this.#pricesOf(variantId)).at(-1)?.price ?? known.variant.price;
      const isDeleted = known.variant.deletedAt !== null && known.variant.deletedAt <= this.#now;
      const { deletedAt, updatedAt } = known.variant;
      found.set(variantId, {
        ...known.variant,
        price,
        updatedAt,
        isAvailable: !isDeleted,
        sellableQuantity: null,
        deletedAt: isDeleted ? deletedAt : null,
      });
    }
    return found;
  }

  async #pricesOf(variantId: string) {
    return ((await this.#variant(variantId))?.prices ?? []).filter(({ at }) => at <= this.#now);
  }

  async #variant(variantId: string) {
    const known = this.#variants.get(variantId);
    if (known !== undefined) return known;
    const read = await this.#store.history.variant(this.#people.facts.shop, variantId);
    this.#variants.set(variantId, read);
    return read;
  }
}

function inOrderOfArrival(a: LoggedEvent, b: LoggedEvent): number {
  return a.receivedAt.getTime() - b.receivedAt.getTime() || a.id - b.id;
}
