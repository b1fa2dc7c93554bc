import { createHash } from "node:crypto";
import type { Clock } from "../clock.server.ts";
import type { Composed } from "../composer/compose.server.ts";
import type { Offer } from "../composer/discount-offers.ts";
import { discountFacts } from "../composer/discount-words.ts";
import type { CodeToGive } from "../journeys/discount-store.ts";
import { DISCOUNT_POOL_JOB, discountPoolKey } from "../journeys/discount-store.ts";
import type { MessageStep } from "../journeys/definition.ts";
import { conditionFacts, decideMessage, whyOver } from "../journeys/decide-leaving.ts";
import type { Decision, Exit } from "../journeys/decide-leaving.ts";
import { aboutOffered } from "../journeys/kinds/about-offered.ts";
import type { JourneyKind } from "../journeys/kinds/kind.ts";
import { placeOf } from "../journeys/local-variant.ts";
import type { LocalView } from "../journeys/local-variant.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import type { LedgerEntry, LedgerReason } from "../journeys/ledger-store.ts";
import type { OutgoingMessage } from "../journeys/notification-store.ts";
import { composeFor, newMessageId, outgoingMessage } from "../journeys/outgoing-message.ts";
import type { RunContext, Situation } from "../journeys/person-view.ts";
import type { AdvanceRunPayload, ExpectedRun, Leaving, MessageCommit, StepEffects } from "../journeys/run-store.ts";
import { nextAction, positionAfter } from "../journeys/next-action.ts";
import type { NextAction, Position, StepFacts } from "../journeys/next-action.ts";
import { callWebhookJob } from "../journeys/outgoing-webhook.ts";
import { timezonesOf } from "../journeys/quiet-hours.ts";
import { anchorsOf, dueAtStep } from "../journeys/steps.ts";
import type { JobHandler, JobResult } from "../scheduler/job.ts";
import { sendDeliveryJob } from "../sender/delivery-jobs.ts";
import type { Subscription } from "../subscriptions/subscription-store.ts";
import { buttonFacts } from "./button-facts.ts";
import { chooseCode } from "./choose-code.server.ts";
import type { CodeDeps } from "./choose-code.server.ts";
import type { Freshness, FreshVariants } from "./fresh-variants.server.ts";
import type { LocalVariants } from "./local-variants.server.ts";
import type { OrderCount } from "./order-count.server.ts";
import { withOffered, withRelated, withWhatItReads } from "./read-situation.server.ts";
import type { AdvanceStore } from "./read-situation.server.ts";

/** Times a message is decided anew because what it was decided on had changed before it was written. */
const TRIES = 5;

export type AdvanceDeps = Pick<CodeDeps, "findCode"> & {
  store: AdvanceStore;
  clock: Clock;
  fresh: FreshVariants;
  local: LocalVariants;
  orderCount: OrderCount;
};

export function advanceRunHandler(deps: AdvanceDeps): JobHandler {
  return (job) => {
    const { runId } = job.payload as AdvanceRunPayload;
    return advanceRun(deps, runId, deps.clock.now());
  };
}

/**
 * Does a run's due step. The message is decided now, on what is true now: the truth is read again,
 * then notification, deliveries, ledger row, the code it takes, the run's next step and the jobs are one transaction. A
 * second call for a step that is done does nothing.
 *
 * @param now shop time
 */
export async function advanceRun(deps: AdvanceDeps, runId: number, now: Date): Promise<JobResult> {
  let stock: Freshness | null = null;
  let local: LocalView | null = null;
  const read = new Set<string>();
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const found = await deps.store.runs.leaving(runId, now);
    const ofRun = found && journeyKind(found.situation.run.journey);
    if (!found || !ofRun) return { type: "done" };
    const leaving: Leaving = {
      ...found,
      situation: await withWhatItReads(deps, ofRun, { ...found.situation, local }, now),
    };
    leaving.situation = await withRelated(deps.store, ofRun, leaving.situation);
    leaving.situation = await withOffered(deps.store, ofRun, leaving);
    const kind = aboutOffered(ofRun, leaving.situation.offered);
    const { run } = leaving.situation;
    if (run.dueAt === null) return { type: "done" };
    if (run.dueAt > now) return { type: "snooze", until: run.dueAt };

    const step = new RunStep(deps, kind, leaving, run.dueAt, now);
    const decision = step.decide();
    if (decision.type === "send") {
      const variantIds = kind.variantIds(leaving.situation);
      if (variantIds.some((id) => !read.has(id))) {
        for (const id of variantIds) read.add(id);
        const place = placeOf(leaving.situation.person, decision.subscriptions[0]);
        const [freshness, variants] = await Promise.all([
          deps.fresh.refresh(run.shop, variantIds),
          deps.local.read(run.shop, place, variantIds),
        ]);
        stock = freshness;
        local = { place, variants: variants ?? new Map() };
        continue;
      }
    }
    if (await step.carryOut(decision, stock)) return { type: "done" };
  }
  // Something changes faster than it can be read: the next try is a minute of calm away.
  return { type: "snooze", until: new Date(now.getTime() + 60_000) };
}

/** The step a run is at, judged once. */
class RunStep {
  readonly #deps: AdvanceDeps;
  readonly #kind: JourneyKind;
  readonly #expected: ExpectedRun;
  readonly #now: Date;
  #leaving: Leaving;

  constructor(deps: AdvanceDeps, kind: JourneyKind, leaving: Leaving, dueAt: Date, now: Date) {
    this.#deps = deps;
    this.#kind = kind;
    this.#leaving = leaving;
    this.#expected = { runId: leaving.situation.run.id, step: leaving.situation.run.step, dueAt };
    this.#now = now;
  }

  get #situation(): Situation {
    return this.#leaving.situation;
  }

  /** What is due now, past conditions, branches and messages that are not for this person. */
  decide(): Decision | Exit | Exclude<NextAction, { type: "message" }> {
    const over = whyOver(this.#kind, this.#leaving, this.#now);
    if (over) return over;
    const action = nextAction(this.#leaving.definition, this.#position, this.#facts, this.#now);
    this.#moveTo(action.position);
    if (action.type !== "message") return action;
    // What a step offers was read for the one the run stands at.
    const isElsewhere = action.position.step !== this.#expected.step;
    if (isElsewhere && (action.message.about || this.#situation.offered)) {
      return { type: "wait", position: action.position };
    }
    const anchors = { ...anchorsOf(action.position, this.#facts), facts: this.#facts.conditions };
    const meantAt = dueAtStep(this.#leaving.definition, action.position.step, anchors);
    return decideMessage(this.#kind, this.#leaving, action.message, meantAt, this.#now);
  }

  /** False when the run was not what had been read, or a code was gone: to be judged anew. */
  async carryOut(decision: ReturnType<RunStep["decide"]>, stock: Freshness | null): Promise<boolean> {
    switch (decision.type) {
      case "send":
        return this.#send(decision, stock);
      case "drop":
        return this.#goOn([this.#row("dropped", decision.reason, decision.values)]);
      case "delay":
        return this.#delay(decision.reason, decision.until, decision.values, this.#situation.context);
      case "wait":
        return this.#deps.store.runs.commitDelay(this.#expected, decision.position, []);
      case "tag": {
        const { visitorIds } = this.#situation.person;
        return this.#goOn([], { tags: { visitorIds, add: decision.add, remove: decision.remove } });
      }
      case "webhook":
        return this.#callWebhook(decision.url);
      case "end":
        return this.#endByItself(decision.reason);
      case "exit":
        return this.#end(decision.reason, decision.values);
    }
  }

  async #end(reason: LedgerReason | null, values: Record<string, unknown>): Promise<boolean> {
    const end = { state: reason === null ? ("finished" as const) : ("exited" as const), reason };
    const ledger = reason === null ? [] : [this.#row("dropped", reason, values)];
    await this.#deps.store.runs.commitEnd(this.#expected, end, ledger, this.#now);
    return true;
  }

  /** A condition after a message ends nothing of that message, which may still be on its way: the run is finished. */
  async #endByItself(reason: "filtered" | "superseded" | null): Promise<boolean> {
    const { sent = 0 } = this.#situation.context;
    if (reason === null || sent === 0) return this.#end(reason, {});
    const end = { state: "finished" as const, reason };
    await this.#deps.store.runs.commitEnd(this.#expected, end, [this.#row("dropped", reason, {})], this.#now);
    return true;
  }

  #callWebhook(url: string): Promise<boolean> {
    const { run, context, person } = this.#situation;
    const called = context.called ?? [];
    // Done before, and come by again because the message before it had to be.
    if (called.includes(run.step)) return this.#goOn([]);
    this.#moveTo({ ...this.#position, context: { ...context, called: [...called, run.step] } });
    return this.#goOn([], { jobs: [callWebhookJob(run, person.visitor.customerId, url, this.#now)] });
  }

  get #position(): Position {
    const { run, context } = this.#situation;
    return { step: run.step, anchorAt: run.anchorAt, dueAt: run.dueAt ?? this.#now, context };
  }

  #moveTo({ step, dueAt, context }: Position) {
    const run = { ...this.#situation.run, step, dueAt, context };
    this.#leaving = { ...this.#leaving, situation: { ...this.#situation, run, context } };
  }

  get #facts(): StepFacts {
    const { run, person } = this.#situation;
    return {
      conditions: conditionFacts(this.#kind, this.#situation),
      timezones: timezonesOf(person),
      minimumDelayMs: this.#kind.minimumDelayMs,
      seed: `${run.shop} ${run.journey} ${run.visitorId} ${run.subject}`,
    };
  }

  async #send(
    { message: step, subscriptions }: Extract<Decision, { type: "send" }>,
    stock: Freshness | null,
  ): Promise<boolean> {
    const { context, run, person } = this.#situation;
    const [first, ...others] = subscriptions;
    if (!first) return this.#goOn([this.#row("dropped", "unsubscribed", {})]);

    const offer = await chooseCode(this.#deps, this.#kind, this.#situation, step, this.#now);
    if (offer.type === "wait") {
      const values = { until: offer.until.toISOString(), offer: step.discount };
      const { shop } = run;
      const lookNow = { kind: DISCOUNT_POOL_JOB, key: discountPoolKey(shop), payload: { shop }, runAt: this.#now };
      await this.#deps.store.discounts.schedulePool({ ...lookNow, priority: 10 });
      const noCodeSince = context.noCodeSince ?? this.#now.getTime();
      return this.#delay(
        "no_code_yet",
        offer.until,
        values,
        { ...context, noCodeSince },
        context.noCodeSince === undefined,
      );
    }

    if (offer.type === "drop") {
      const reason = offer.because === "budget_spent" ? "budget_spent" : "no_code";
      return this.#goOn([this.#row("dropped", reason, { because: offer.because })]);
    }
    const code = offer.type === "code" ? offer.code : null;
    const notificationId = newMessageId();
    const tag = this.#kind.tag(this.#situation) ?? notificationId;
    let composed: Composed;
    try {
      composed = this.#compose(step, first, offer.type === "code" ? offer : null, tag);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#goOn([this.#row("dropped", "broken_text", { message })]);
    }

    const sent = { at: this.#now, notificationId };
    const after = positionAfter(this.#leaving.definition, this.#position, this.#facts, sent);
    const commit: MessageCommit = {
      expected: this.#expected,
      person,
      outgoing: this.#outgoing(notificationId, composed, [first, ...others], code, {
        dueAt: this.#expected.dueAt.toISOString(),
        ...(stock && { stock }),
        ...(step.discount && {
          discount:
            offer.type === "code"
              ? { code: true, isAgain: offer.code.isAgain }
              : { code: false, because: offer.because },
        }),
      }),
      code,
      next: after.position,
      context: after.context,
    };
    return (await this.#deps.store.runs.commitMessage(commit, this.#now)) === "done";
  }

  #compose(
    step: MessageStep,
    subscription: Subscription,
    chosen: { code: CodeToGive; offer: Offer } | null,
    tag: string,
  ): Composed {
    const { person, firstName } = this.#situation;
    const { shop, visitor } = person;
    return composeFor(
      { shop, visitor, firstName, device: subscription },
      {
        kind: this.#kind.kind,
        texts: step.message,
        plainTexts: this.#kind.plainTexts,
        facts: {
          ...this.#kind.facts(this.#situation),
          ...discountFacts(chosen?.code ?? null, chosen?.offer ?? null),
        },
        target: this.#kind.target(this.#situation),
        image: this.#kind.image(this.#situation),
        buttons: buttonFacts(this.#kind, this.#situation, this.#now),
        tag,
        renotify: this.#kind.renotify(this.#situation),
      },
    );
  }

  #outgoing(
    notificationId: string,
    composed: Composed,
    devices: [Subscription, ...Subscription[]],
    code: CodeToGive | null,
    values: Record<string, unknown>,
  ): OutgoingMessage {
    const { clock } = this.#deps;
    const { run, person } = this.#situation;
    const { kind, isTransactional, ttlSeconds, urgency } = this.#kind;
    // Nothing may still arrive when the code it promises is over.
    const codeSeconds = code?.endsAt ? clock.machineMsUntil(code.endsAt) / 1_000 : Infinity;
    const { notification, delivery, handOver } = outgoingMessage(
      {
        id: notificationId,
        shop: run.shop,
        // Whose cart or wish it is about; the delivery names the browser it goes to.
        visitorId: run.visitorId,
        customerId: person.visitor.customerId,
        kind,
        runId: run.id,
        step: run.step,
        isTransactional,
        discountCode: code?.code ?? null,
        ...this.#kind.tokens(this.#situation),
        composed,
        devices,
        pushTopic: pushTopic(run.shop, this.#kind.pushSlot(this.#situation)),
        urgency,
        ttlSeconds: Math.max(60, Math.floor(Math.min(ttlSeconds, codeSeconds))),
      },
      clock,
      this.#now,
    );
    const { subscriptionId } = delivery;
    return {
      notification,
      deliveries: [delivery],
      ledger: [{ ...this.#row("sent", "due", values), subscriptionId, notificationId }],
      jobs: [sendDeliveryJob(delivery.id, isTransactional, this.#now), ...(handOver ? [handOver] : [])],
    };
  }

  async #delay(
    reason: LedgerReason,
    until: Date,
    values: Record<string, unknown>,
    context: RunContext,
    isNews = true,
  ): Promise<boolean> {
    const { run } = this.#situation;
    const row = this.#row("delayed", reason, { ...values, until: until.toISOString() });
    // Looking again every two minutes is one decision, not thirty.
    return this.#deps.store.runs.commitDelay(
      this.#expected,
      { step: run.step, dueAt: until, context },
      isNews ? [row] : [],
    );
  }

  /** Goes on with what follows the step, which is done or left out. */
  async #goOn(ledger: LedgerEntry[], effects: StepEffects = {}): Promise<boolean> {
    const { runs } = this.#deps.store;
    const { position, context } = positionAfter(this.#leaving.definition, this.#position, this.#facts);
    if (position) return runs.commitDelay(this.#expected, position, ledger, effects);
    const end = { state: "finished" as const, reason: null, context };
    return runs.commitEnd(this.#expected, end, ledger, this.#now, effects);
  }

  #row(verdict: LedgerEntry["verdict"], reason: LedgerReason, values: Record<string, unknown>): LedgerEntry {
    const { run } = this.#situation;
    return {
      shop: run.shop,
      at: this.#now,
      visitorId: run.visitorId,
      subscriptionId: null,
      runId: run.id,
      journey: run.journey,
      step: run.step,
      verdict,
      reason,
      values,
      notificationId: null,
    };
  }
}

/** The slot as a push service takes it: at most 32 base64url characters, and nothing that names an order to it. */
export function pushTopic(shop: string, slot: string): string {
  if (/^[A-Za-z0-9_-]{1,32}$/.test(slot)) return slot;
  return createHash("sha256").update(`${shop} ${slot}`).digest("base64url").slice(0, 32);
}
