import { nextTimeOfDay } from "../composer/buttons.ts";
import type { BoundDoes } from "../composer/buttons.ts";
import type { InterestStore } from "../events/interest-store.ts";
import type { MirrorStore } from "../events/mirror-store.ts";
import type { EventStore } from "../events/event-store.ts";
import type { LoggedEvent } from "../events/shop-event.ts";
import type { NewJob } from "../scheduler/job.ts";
import { isItemRemoved, orderThatEnds } from "./decide-leaving.ts";
import type { JourneyDefinition } from "./definition.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./duration.ts";
import { matchesEvent } from "./event-match.ts";
import { journeyKind, JOURNEY_KINDS } from "./kinds/registry.server.ts";
import type { JourneyKind, RunPlan } from "./kinds/kind.ts";
import { silentSinceSeen } from "./kinds/silence.ts";
import type { LedgerEntry, LedgerReason } from "./ledger-store.ts";
import { positionAfter, positionAtStart } from "./next-action.ts";
import type { Position } from "./next-action.ts";
import { whyNotReachable } from "./permission.ts";
import { timezonesOf } from "./quiet-hours.ts";
import type { FulfillmentView, PersonView, Run, RunContext } from "./person-view.ts";
import { recallJobs } from "./recall.ts";
import type { RecallStore } from "./recall-store.ts";
import type { CurrentJourney, EventOutcome, RunChange, RunStore } from "./run-store.ts";
import { messageAt, stepAt } from "./step-paths.ts";
import { anchorsOf, dueAtStep } from "./steps.ts";
import { stockWatchJob } from "./stock-watch.ts";
import type { Trigger } from "./trigger.ts";
import { variantWatchJob } from "./variant-watch.ts";

/** An event that took longer than this to reach us updates history and arms nothing that would be overdue. */
const STALE_MS = 10 * MINUTE_MS;
/** Shopify dates to the second, and cuts. */
const DATED_TO_THE_SECOND_MS = 1_000;
const LONGEST_SECOND_LOOK_MS = 4 * HOUR_MS;
const BATCH = 200;
/** Machine time for which looking at events holds up the event loop at most, give or take one event. */
const SLICE_MS = 4;

/** What it reads and writes: of the store, or of a replay in memory. */
type Stores = {
  events: Pick<EventStore, "ofPerson" | "unprocessed">;
  interests: Pick<InterestStore, "ofVisitors" | "caredFor">;
  mirror: Pick<MirrorStore, "variants">;
  runs: Pick<
    RunStore,
    | "apply"
    | "concerned"
    | "currentJourneys"
    | "definition"
    | "fulfillment"
    | "fulfillmentsOf"
    | "lastOf"
    | "ofNotification"
    | "person"
    | "repeatDays"
    | "watchedVariants"
  >;
  recalls: Pick<RecallStore, "ofVisitors" | "ofGoods">;
};

/**
 * Looks at a shop's new events, in the order in which they arrived, and starts, re-arms, suspends or ends the runs of the
 * people each concerns. An event only says whom to look at: what happens follows from the state of the mirror, so the order
 * of arrival does not matter and a repeat changes nothing. An event's changes are written together or not at all.
 *
 * @param onBroken told of an event that cannot be looked at, which is then passed over; without it the error is thrown and
 *   the event stays first in line
 * @returns how many events were looked at; at most one batch, the caller comes back while there are more
 */
export async function processEvents(
  store: Stores,
  shop: string,
  now: Date,
  onBroken?: (event: LoggedEvent, error: unknown) => void,
): Promise<number> {
  const events = await store.events.unprocessed(shop, BATCH);
  if (events.length === 0) return 0;
  const journeys = await store.runs.currentJourneys(shop);
  const passOver = async (event: LoggedEvent, error: unknown) => {
    if (!onBroken) throw error;
    onBroken(event, error);
    await store.runs.apply(event, { changes: [], ledger: [], jobs: [] }, now);
  };
  let slice = newSlice();
  // Asked for together, the store writes them in one transaction, each by itself undone when it fails.
  const write = async () => {
    const { looked } = slice;
    slice = newSlice();
    const written = await Promise.allSettled(looked.map(({ event, outcome }) => store.runs.apply(event, outcome, now)));
    for (const [index, result] of written.entries())
      if (result.status === "rejected") await passOver((looked[index] as Looked).event, result.reason);
  };
  const attempt = async <Result>(event: LoggedEvent, work: () => Promise<Result>): Promise<Result | null> => {
    try {
      return await work();
    } catch (error) {
      await write();
      await passOver(event, error);
      return null;
    }
  };
  for (const event of events) {
    const visitorIds = await attempt(event, () => store.runs.concerned(event));
    if (!visitorIds) continue;
    // The next look at a person sees what the last one has changed.
    const isDependent = visitorIds.some((id) => slice.visitorIds.has(id));
    if (isDependent || performance.now() - slice.beganAt > SLICE_MS) await write();
    const { startedSubjects } = slice;
    const outcome = await attempt(event, () => outcomeOf(store, event, visitorIds, journeys, startedSubjects, now));
    if (!outcome) continue;
    slice.looked.push({ event, outcome });
    for (const id of visitorIds) slice.visitorIds.add(id);
  }
  await write();
  return events.length;
}

type Looked = { event: LoggedEvent; outcome: EventOutcome };

/** Events of different people, looked at one after the other and written together. */
function newSlice() {
  const looked: Looked[] = [];
  return { looked, visitorIds: new Set<string>(), startedSubjects: new Set<string>(), beganAt: performance.now() };
}

async function outcomeOf(
  store: Stores,
  event: LoggedEvent,
  visitorIds: string[],
  journeys: CurrentJourney[],
  startedSubjects: Set<string>,
  now: Date,
): Promise<EventOutcome> {
  const outcome: EventOutcome = { changes: [], ledger: [], jobs: await stockJobs(store, event, now) };
  const kinds = journeys.flatMap(({ kind }) => journeyKind(kind) ?? []);
  // What somebody asked to be told of is recorded from then on, so that the journey knows enough once it is switched on.
  const watches = kinds.some(({ variantMoment }) => variantMoment) || event.kind === "stock_alert_requested";
  if (watches) outcome.jobs.push(...(await momentJobs(store, event, now)));
  const readsInterests = kinds.some((kind) => kind.readsInterests);
  const fulfillments = await fulfillmentsOf(store, event);
  const shopping = await unshownMessage(store, event);
  const tap = await tappedButton(store, event);

  outcome.jobs.push(...(await recallJobs(store, event, visitorIds, now)));
  for (const visitorId of visitorIds) {
    const person = await store.runs.person(event.shop, visitorId, now);
    if (!person) continue;
    const interests = readsInterests ? await store.interests.ofVisitors(event.shop, [visitorId], now) : [];
    const ended = new Set<number>();
    const look = new Look(event, person, now, outcome, ended);

    await look.endWhatIsOver(store);
    if (shopping?.run.visitorId === visitorId)
      look.reopen(
        shopping.run,
        shopping.step,
        await store.runs.definition(event.shop, shopping.run.journey, shopping.run.version),
      );
    if (tap && (tap.found?.run.visitorId ?? event.visitorId) === visitorId) look.obey(tap);
    await look.hear(store);
    await look.waitForSilence(store);

    for (const journey of journeys) {
      const kind = journeyKind(journey.kind);
      if (!kind) continue;
      const { trigger } = journey.definition;
      const history = await historyFor(store, kind, trigger, event, person, now);
      for (const fulfillment of fulfillments.get(kind.kind) ?? [null]) {
        for (const plan of kind.plan({ event, person, fulfillment, interests, trigger, history, now })) {
          await look.follow(store, kind, journey, plan, startedSubjects);
        }
      }
    }
  }
  return outcome;
}

/** Read only for a kind that asks for it, and only when the event is one it cares for. */
async function historyFor(
  store: Stores,
  kind: JourneyKind,
  trigger: Trigger,
  event: LoggedEvent,
  { visitor, visitorIds }: PersonView,
  now: Date,
): Promise<LoggedEvent[]> {
  const ms = kind.readsHistory?.(trigger, event) ?? null;
  if (ms === null) return [];
  return store.events.ofPerson(event.shop, visitorIds, visitor.customerId, new Date(now.getTime() - ms));
}

/** One event seen from one visitor: turns plans into changes. */
class Look {
  readonly #event: LoggedEvent;
  readonly #person: PersonView;
  readonly #now: Date;
  readonly #outcome: EventOutcome;
  readonly #ended: Set<number>;

  constructor(event: LoggedEvent, person: PersonView, now: Date, outcome: EventOutcome, ended: Set<number>) {
    this.#event = event;
    this.#person = person;
    this.#now = now;
    this.#outcome = outcome;
    this.#ended = ended;
  }

  /** Whatever the journey: nobody to write to any more, or the person has bought. */
  async endWhatIsOver(store: Stores) {
    for (const run of this.#person.runs) {
      const kind = journeyKind(run.journey);
      if (!kind) continue;
      const unreachable = whyNotReachable(this.#person, kind, this.#now);
      if (unreachable && unreachable.isForGood) {
        this.#end(run, unreachable.reason);
        continue;
      }
      const definition = await store.runs.definition(run.shop, run.journey, run.version);
      if (!definition) continue;
      const context = contextOf(run);
      const order = orderThatEnds(kind, run, definition, this.#person);
      const ending = this.#isOfPerson(run) ? this.#endingEvent(definition, context) : null;
      if (order) this.#end(run, "bought", { orderId: order.orderId });
      else if (ending) this.#end(run, ending);
      else if (isItemRemoved(context, this.#person)) this.#end(run, "item_removed");
    }
  }

  #endingEvent({ goal, exits }: JourneyDefinition, context: RunContext): LedgerReason | null {
    const lastNotificationId = context.lastNotificationId ?? null;
    if (goal && matchesEvent(goal, this.#event, lastNotificationId)) return "goal_reached";
    const isExit = exits.some(
      (exit) => typeof exit === "object" && matchesEvent(exit, this.#event, lastNotificationId),
    );
    return isExit ? "event_exit" : null;
  }

  /** The event is this person's own since the run began: a shared cart tells nobody what somebody else has done. */
  #isOfPerson(run: Run): boolean {
    const { visitorId, customerId, orderId, occurredAt, data } = this.#event;
    if (occurredAt.getTime() < run.startedAt.getTime() - DATED_TO_THE_SECOND_MS) return false;
    const { visitor, visitorIds, orders } = this.#person;
    const isOwn = (one: { visitorId: string | null; customerId: string | null }) =>
      (one.visitorId !== null && visitorIds.includes(one.visitorId)) ||
      (one.customerId !== null && one.customerId === visitor.customerId);
    return (
      isOwn({ visitorId, customerId }) ||
      orders.some((order) => order.orderId === orderId && isOwn(order)) ||
      (typeof data.notificationId === "string" && data.notificationId === contextOf(run).lastNotificationId)
    );
  }

  /** What a run waits for has happened, or its last message was shown: its time is counted anew. */
  async hear(store: Stores) {
    for (const run of this.#person.runs) {
      if (this.#ended.has(run.id) || run.dueAt === null || !this.#isOfPerson(run)) continue;
      const definition = await store.runs.definition(run.shop, run.journey, run.version);
      const heard = definition && this.#heard(run, definition);
      if (!heard) continue;
      const facts = this.#stepFacts(journeyKind(run.journey)?.minimumDelayMs ?? 0);
      const anchorAt = run.anchorAt;
      const before = dueAtStep(definition, run.step, anchorsOf({ anchorAt, context: contextOf(run) }, facts));
      const dueAt = dueAtStep(definition, run.step, anchorsOf({ anchorAt, context: heard }, facts));
      // Quiet hours or a cap hold the message back: that is not undone.
      const isHeldBack = run.dueAt.getTime() !== before.getTime();
      if (isHeldBack && dueAt < run.dueAt) continue;
      this.#outcome.changes.push({ type: "rearm", runId: run.id, step: run.step, anchorAt, dueAt, context: heard });
      this.#ended.add(run.id);
    }
  }

  #heard(run: Run, definition: JourneyDefinition): RunContext | null {
    const context = contextOf(run);
    const { kind, data, occurredAt, receivedAt } = this.#event;
    const { lastSentAt = 0, lastShownAt } = context;
    const lastNotificationId = context.lastNotificationId ?? null;
    // Who clicks has seen it, also where the browser does not say what it has shown.
    const isSeen = kind === "notification_shown" || kind === "notification_clicked";
    const isFirstSeen = isSeen && lastShownAt === undefined && data.notificationId === lastNotificationId;
    const shownAt = Math.max(lastSentAt, Math.min(occurredAt.getTime(), this.#now.getTime()));
    const seen = isFirstSeen ? { ...context, lastShownAt: shownAt } : null;

    const step = stepAt(definition, run.step);
    const isAwaited =
      step?.type === "wait" &&
      step.for !== undefined &&
      context.heardAt === undefined &&
      // What happened before the wait began was not waited for.
      occurredAt.getTime() >= (context.previousAt ?? run.anchorAt.getTime()) &&
      matchesEvent(step.for, this.#event, lastNotificationId);
    if (!isAwaited) return seen;
    const isStale = receivedAt.getTime() - occurredAt.getTime() > STALE_MS;
    const heard = { heardAt: occurredAt.getTime(), ...(isStale && { lateUntil: this.#now.getTime() }) };
    return { ...context, ...seen, ...heard };
  }

  #stepFacts(minimumDelayMs: number) {
    const { visitor, shop, subscriptions } = this.#person;
    return { minimumDelayMs, timezones: timezonesOf({ visitor, shop, subscriptions }) };
  }

  /** The worker did not show the message because the shop was open: the step is done again after the shopper has left. */
  reopen(run: Run, step: string, definition: CurrentJourney["definition"] | null) {
    if (!definition || this.#ended.has(run.id) || run.state === "exited") return;
    const context = contextOf(run);
    const seenAt = this.#event.occurredAt;
    const seenInShop = (context.seenInShop ?? 0) + 1;
    const anchorAt = silentSinceSeen(this.#person, seenAt);
    // A page that stays open all night is not asked every few minutes.
    const minimumDelayMs = Math.min(LONGEST_SECOND_LOOK_MS, MINUTE_MS * 2 ** seenInShop - 2 * MINUTE_MS);
    const dueAt = dueAtStep(definition, step, { anchorAt, ...this.#stepFacts(minimumDelayMs) });
    const sent = Math.max(0, (context.sent ?? 1) - 1);
    this.#outcome.changes.push({
      type: "reopen",
      runId: run.id,
      step,
      anchorAt,
      dueAt,
      context: { ...context, sent, seenInShop, seenInShopAt: seenAt.getTime() },
    });
    this.#outcome.ledger.push(this.#row(run, "delayed", "shopping", { until: dueAt.toISOString() }, step));
    this.#ended.add(run.id);
  }

  /** Does what the tapped button promised, as far as it concerns the run; the mirror has the rest already. */
  obey({ does, of, notificationId, found }: Tap) {
    const { shop, visitorId } = this.#event;
    const about = found
      ? { ...found.run, step: found.step }
      : { shop, visitorId: visitorId ?? "", id: null, journey: of, step: null };
    switch (does.type) {
      case "quiet": {
        const row = this.#row(about, "dropped", "asked_for_quiet", { days: does.days });
        this.#outcome.ledger.push({ ...row, notificationId });
        return;
      }
      case "if_cheaper":
        if (found?.run.state === "active") this.#end(found.run, "asked_only_if_cheaper");
        else this.#outcome.ledger.push({ ...this.#row(about, "dropped", "asked_only_if_cheaper", {}), notificationId });
        return;
      case "remind":
        if (found && found.run.state !== "exited" && !this.#ended.has(found.run.id)) {
          this.#remind(found.run, does.at);
        }
    }
  }

  /** The run goes on at the time of day that the shopper chose: with its next message, or with the last one again. */
  #remind(run: Run, at: string) {
    const { shop, visitor, subscriptions } = this.#person;
    const used = subscriptions.find(({ visitorId }) => visitorId === this.#event.visitorId);
    const timezones = [used?.timezone ?? null, visitor.timezone, shop.timezone];
    const meant = nextTimeOfDay(at, timezones, this.#event.occurredAt);
    // A tap that waited for a network may be told of when its time has passed.
    const dueAt = meant > this.#now ? meant : nextTimeOfDay(at, timezones, this.#now);
    const context = { ...contextOf(run), remindAt: dueAt.getTime() };
    delete context.seenInShopAt;
    this.#outcome.changes.push({
      type: "reopen",
      runId: run.id,
      step: run.step,
      anchorAt: run.anchorAt,
      dueAt,
      context,
    });
    this.#outcome.ledger.push(this.#row(run, "delayed", "asked_later", { until: dueAt.toISOString(), at }));
    this.#ended.add(run.id);
  }

  /** Runs that were held back because the shopper was in the shop count from the last sign of life, like a cart does. */
  async waitForSilence(store: Stores) {
    for (const run of this.#person.runs) {
      const context = contextOf(run);
      const kind = journeyKind(run.journey);
      if (context.seenInShopAt === undefined || !kind || this.#ended.has(run.id)) continue;
      const definition = await store.runs.definition(run.shop, run.journey, run.version);
      const anchorAt = silentSinceSeen(this.#person, new Date(context.seenInShopAt));
      if (!definition || run.anchorAt.getTime() === anchorAt.getTime()) continue;
      const dueAt = dueAtStep(definition, run.step, { anchorAt, ...this.#stepFacts(kind.minimumDelayMs) });
      this.#outcome.changes.push({ type: "rearm", runId: run.id, step: run.step, anchorAt, dueAt, context });
    }
  }

  async follow(store: Stores, kind: JourneyKind, journey: CurrentJourney, plan: RunPlan, startedSubjects: Set<string>) {
    const active = this.#person.runs.filter((run) => run.journey === kind.kind && !this.#ended.has(run.id));
    if (plan.type === "exit") {
      for (const run of active) if (plan.subject === null || run.subject === plan.subject) this.#end(run, plan.reason);
      return;
    }
    const run = active.find(({ subject }) => subject === plan.subject);
    if (plan.type === "suspend") {
      if (run && run.dueAt !== null) this.#outcome.changes.push({ type: "suspend", runId: run.id });
      return;
    }
    if (run) await this.#rearm(store, kind, run, plan);
    else await this.#start(store, kind, journey, plan, startedSubjects);
  }

  async #rearm(store: Stores, kind: JourneyKind, run: Run, plan: Extract<RunPlan, { type: "arm" }>) {
    const context: RunContext = { ...contextOf(run), ...plan.context };
    // What the shopper asked for stands, whatever they look at in between.
    const remindAt = context.remindAt !== undefined && context.remindAt > this.#now.getTime() ? context.remindAt : null;
    if (remindAt !== null && run.dueAt !== null) return;
    const isSame =
      run.dueAt !== null &&
      run.anchorAt.getTime() === plan.anchorAt.getTime() &&
      context.version === contextOf(run).version &&
      (plan.dueAt === undefined || plan.dueAt >= run.dueAt);
    if (isSame || context.seenInShopAt !== undefined) return;
    const definition = await store.runs.definition(run.shop, run.journey, run.version);
    if (!definition) return;
    const dueAt =
      (remindAt === null ? plan.dueAt : new Date(remindAt)) ??
      dueAtStep(
        definition,
        run.step,
        anchorsOf(
          { anchorAt: plan.anchorAt, context },
          this.#stepFacts(Math.max(kind.minimumDelayMs, plan.minimumDelayMs ?? 0)),
        ),
      );
    delete context.noCodeSince;
    this.#outcome.changes.push({
      type: "rearm",
      runId: run.id,
      step: run.step,
      anchorAt: plan.anchorAt,
      dueAt,
      context,
    });
  }

  async #start(
    store: Stores,
    kind: JourneyKind,
    { version, definition }: CurrentJourney,
    plan: Extract<RunPlan, { type: "arm" }>,
    startedSubjects: Set<string>,
  ) {
    const { shop, visitor } = this.#person;
    const subjectKey = kind.isSubjectUnique
      ? `${kind.kind} ${plan.subject}`
      : `${kind.kind} ${visitor.visitorId} ${plan.subject}`;
    if (
      !shop.isInstalled ||
      startedSubjects.has(subjectKey) ||
      whyNotReachable(this.#person, kind, this.#now)?.isForGood
    )
      return;

    const whose = kind.isSubjectUnique ? null : visitor.visitorId;
    const last = await store.runs.lastOf(shop.shop, kind.kind, plan.subject, whose);
    // One that is ended by this very event is still under way in the store.
    const lastEnded = last && (this.#ended.has(last.id) ? this.#asEnded(last) : last);
    if (lastEnded && (lastEnded.state === "active" || !mayStartAgain(kind, lastEnded, plan.context, this.#now))) return;

    const facts = this.#stepFacts(Math.max(kind.minimumDelayMs, plan.minimumDelayMs ?? 0));
    const known = { ...plan.context, ...(await this.#usualWait(store, kind, plan.context)) };
    const first = this.#firstInTime(definition, { anchorAt: plan.anchorAt, context: known }, facts, plan.dueAt);
    if (!first) return;
    const { step, dueAt } = first;
    const { cart } = this.#person;
    const carted = definition.exits.includes("item_removed") && cart ? cart.items.map((item) => item.variantId) : null;
    const context = { ...first.context, ...(carted && { carted }) };

    startedSubjects.add(subjectKey);
    this.#outcome.changes.push({
      type: "start",
      run: {
        shop: shop.shop,
        journey: kind.kind,
        version,
        visitorId: visitor.visitorId,
        customerId: visitor.customerId,
        subject: plan.subject,
        step,
        anchorAt: plan.anchorAt,
        dueAt,
        context,
        startedAt: this.#now,
      },
    });
  }

  /** How long what the run is about usually lasts, for kinds that wait for that. */
  async #usualWait(
    { runs }: Stores,
    { repeatInterval }: JourneyKind,
    { productId }: RunContext,
  ): Promise<Pick<RunContext, "usualMs">> {
    if (!repeatInterval || productId === undefined) return {};
    const days = await runs.repeatDays(this.#person.shop.shop, productId, this.#now);
    return days === null ? {} : { usualMs: Math.max(days, repeatInterval.leastDays) * DAY_MS };
  }

  /** The first message that is not overdue, when the event took too long to arrive; otherwise the first step. */
  #firstInTime(
    definition: JourneyDefinition,
    start: Pick<Position, "anchorAt" | "context">,
    facts: { timezones: (string | null)[]; minimumDelayMs: number },
    plannedAt: Date | undefined,
  ): Position | null {
    const isStale = this.#event.receivedAt.getTime() - this.#event.occurredAt.getTime() > STALE_MS;
    const first = positionAtStart(definition, start, facts);
    let position: Position | null = { ...first, dueAt: plannedAt ?? first.dueAt };
    if (!isStale) return position;
    while (position && position.dueAt <= this.#now && messageAt(definition, position.step)) {
      position = positionAfter(definition, position, { ...facts, conditions: {}, seed: "" }).position;
    }
    return position && { ...position, context: { ...position.context, lateUntil: this.#now.getTime() } };
  }

  #end(run: Run, reason: LedgerReason, values: Record<string, unknown> = {}) {
    if (this.#ended.has(run.id)) return;
    this.#ended.add(run.id);
    this.#endReasons.set(run.id, reason);
    const change: RunChange = { type: "exit", runId: run.id, reason };
    this.#outcome.changes.push(change);
    this.#outcome.ledger.push(this.#row(run, "dropped", reason, { ...values, event: this.#event.kind }));
  }

  readonly #endReasons = new Map<number, LedgerReason>();

  #asEnded(run: Run): Run {
    return { ...run, state: "exited", exitReason: this.#endReasons.get(run.id) ?? null };
  }

  #row(
    run: Pick<Run, "shop" | "visitorId" | "journey"> & { id: number | null; step: string | null },
    verdict: LedgerEntry["verdict"],
    reason: LedgerReason,
    values: Record<string, unknown>,
    step: string | null = run.step,
  ): LedgerEntry {
    return {
      shop: run.shop,
      at: this.#now,
      visitorId: run.visitorId,
      subscriptionId: null,
      runId: run.id,
      journey: run.journey,
      step,
      verdict,
      reason,
      values,
      notificationId: null,
    };
  }
}

/** Whoever reached the goal, or did what ends the journey, begins anew only with something new. */
function mayStartAgain(kind: JourneyKind, ended: Run, plan: RunContext, now: Date): boolean {
  const context = contextOf(ended);
  const isDone = ended.exitReason === "goal_reached" || ended.exitReason === "event_exit";
  if (isDone && (plan.version ?? 0) <= (context.version ?? 0)) return false;
  return kind.mayStartAgain(ended, context, plan, now);
}

function contextOf(run: Run): RunContext {
  return run.context;
}

/** A tap on a button that does something. */
type Tap = {
  does: Exclude<BoundDoes, { type: "share" }>;
  notificationId: string;
  /** Journey kind, "campaign" or "direct". */
  of: string;
  /** Null for a message that no journey sent. */
  found: { run: Run; step: string } | null;
};

async function tappedButton(store: Stores, { shop, kind, data }: LoggedEvent): Promise<Tap | null> {
  const { notificationId } = data;
  if (kind !== "notification_clicked" || typeof notificationId !== "string" || !data.does) return null;
  // Written by ourselves with the receipt.
  const does = data.does as BoundDoes;
  if (does.type === "share") return null;
  return { does, notificationId, of: String(data.of), found: await store.runs.ofNotification(shop, notificationId) };
}

/**
 * The parcel an event is about, or those of the order it is about: a parcel may have been heard of before its order. With
 * the runs of each journey that writes about parcels; a journey without any is not named.
 */
async function fulfillmentsOf(store: Stores, event: LoggedEvent): Promise<Map<string, FulfillmentView[]>> {
  const { shop, orderId, data } = event;
  const views = new Map<string, FulfillmentView[]>();
  const isNamed = typeof data.fulfillmentId === "string";
  if (!isNamed && orderId === null) return views;
  const ids = isNamed ? [data.fulfillmentId as string] : await store.runs.fulfillmentsOf(shop, orderId ?? "");
  for (const { kind, readsFulfillments } of JOURNEY_KINDS) {
    if (!readsFulfillments) continue;
    for (const id of ids) {
      const view = await store.runs.fulfillment(shop, id, kind);
      if (view) views.set(kind, [...(views.get(kind) ?? []), view]);
    }
  }
  return views;
}

/** The run whose message the service worker held back, because a window of the shop was visible. */
async function unshownMessage(store: Stores, event: LoggedEvent): Promise<{ run: Run; step: string } | null> {
  if (event.kind !== "notification_suppressed" || typeof event.data.notificationId !== "string") return null;
  return store.runs.ofNotification(event.shop, event.data.notificationId);
}

/** Only what somebody waits for is looked up in Shopify, and only after a minute of calm. */
async function stockJobs(store: Stores, event: LoggedEvent, now: Date): Promise<NewJob[]> {
  const variantIds = await variantsToWatch(store, event);
  return variantIds.map((variantId) => stockWatchJob(event.shop, variantId, now));
}

/** Variants whose price or stock may have become a moment for those who care for them. */
async function momentJobs(store: Stores, event: LoggedEvent, now: Date): Promise<NewJob[]> {
  const variantIds = await variantsWithMoments(store, event, now);
  return [...new Set(variantIds)].map((variantId) => variantWatchJob(event.shop, variantId, now));
}

async function variantsWithMoments(store: Stores, { shop, kind, data }: LoggedEvent, now: Date): Promise<string[]> {
  switch (kind) {
    case "inventory_changed":
      return typeof data.inventoryItemId === "string"
        ? store.interests.caredFor(shop, { inventoryItemId: data.inventoryItemId }, now)
        : [];
    case "product_updated":
      return store.interests.caredFor(shop, { variantIds: variantIdsOf(data.variants) }, now);
    case "stock_alert_requested":
    case "product_viewed":
    case "wishlist_added":
      return unknownVariants(store, shop, variantIdsOf([data]));
    case "cart_updated":
      return unknownVariants(store, shop, variantIdsOf(data.items));
    default:
      return [];
  }
}

/** A variant never heard of is read once, so that its price and inventory item are known from then on. */
async function unknownVariants({ mirror }: Stores, shop: string, variantIds: string[]): Promise<string[]> {
  const known = new Set((await mirror.variants(shop, variantIds)).map(({ variantId }) => variantId));
  return variantIds.filter((variantId) => !known.has(variantId));
}

async function variantsToWatch({ runs }: Stores, { shop, kind, data }: LoggedEvent): Promise<string[]> {
  switch (kind) {
    case "inventory_changed":
      return typeof data.inventoryItemId === "string"
        ? runs.watchedVariants(shop, { inventoryItemId: data.inventoryItemId })
        : [];
    case "product_updated":
      return runs.watchedVariants(shop, { variantIds: variantIdsOf(data.variants) });
    case "stock_alert_requested":
      return typeof data.variantId === "string" && data.kind === "back_in_stock" ? [data.variantId] : [];
    default:
      return [];
  }
}

function variantIdsOf(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) =>
    typeof one === "object" && one !== null && "variantId" in one && typeof one.variantId === "string"
      ? [one.variantId]
      : [],
  );
}
