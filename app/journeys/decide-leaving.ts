import type { Subscription } from "../subscriptions/subscription-store.ts";
import { capVerdict, isAnswer, outrankedVerdict, priorityOf } from "./caps.ts";
import { meetsConditions } from "./conditions.ts";
import type { ConditionFacts } from "./conditions.ts";
import type { JourneyDefinition, MessageStep } from "./definition.ts";
import { HOUR_MS, MINUTE_MS } from "./duration.ts";
import { isSoldOut } from "./kinds/first-product.ts";
import type { JourneyKind } from "./kinds/kind.ts";
import type { LedgerReason } from "./ledger-store.ts";
import { reachableSubscriptions, whyNotReachable } from "./permission.ts";
import type { KnownOrder, PersonView, Run, RunContext, Situation } from "./person-view.ts";
import { endOfQuietHours } from "./quiet-hours.ts";
import type { Leaving } from "./run-store.ts";

/** A web order of nobody we know may be this person's: for so long the next step waits whether a link turns up. */
const POSSIBLE_PURCHASE_MS = 30 * MINUTE_MS;
/** How long a message waits for its code before it leaves without. */
const LONGEST_WAIT_FOR_CODE_MS = HOUR_MS;
const BETWEEN_LOOKS_FOR_CODE_MS = 2 * MINUTE_MS;

export type Exit = { type: "exit"; reason: LedgerReason; values: Record<string, unknown> };

export type Decision =
  | { type: "send"; message: MessageStep; subscriptions: Subscription[] }
  | { type: "delay"; reason: LedgerReason; until: Date; values: Record<string, unknown> }
  /** This message is not sent; the run goes on with the next one. */
  | { type: "drop"; reason: LedgerReason; values: Record<string, unknown> };

/** What ends a run whose next step is due, whatever the step. Pure: judged on what was read a moment ago. */
export function whyOver(kind: JourneyKind, leaving: Leaving, now: Date): Exit | null {
  const { situation, definition } = leaving;
  const { run, context, person } = situation;
  if (!leaving.journeyIsOn) return exit("journey_off");
  const unreachable = whyNotReachable(person, rulesOf(kind, situation), now);
  if (unreachable) return exit(unreachable.reason);

  const check = kind.check(situation, now);
  if (check.type === "exit") return exit(check.reason, check.values);
  const order = orderThatEnds(kind, run, definition, person);
  if (order) return exit("bought", { orderId: order.orderId });
  if (definition.exits.includes("returned") && context.lastSentAt !== undefined) {
    const hasReturned = person.lastSignalAt.getTime() > context.lastSentAt;
    if (hasReturned) return exit("returned", { at: person.lastSignalAt.toISOString() });
  }
  if (isItemRemoved(context, person)) return exit("item_removed");
  if (definition.exits.includes("out_of_stock") && areAllSoldOut(kind.variantIds(situation), situation.variants)) {
    return exit("out_of_stock", { variantIds: kind.variantIds(situation) });
  }
  if (!meetsConditions(definition.filter, conditionFacts(kind, situation))) {
    return exit("filtered", { filter: definition.filter });
  }
  return null;
}

/**
 * Whether a message that is due leaves now, in a run that is not over. Pure.
 *
 * @param meantAt when the waits before it were over
 */
export function decideMessage(
  kind: JourneyKind,
  leaving: Leaving,
  message: MessageStep,
  meantAt: Date,
  now: Date,
): Decision {
  const { situation } = leaving;
  const { lateUntil } = situation.context;
  if (lateUntil !== undefined && meantAt.getTime() <= lateUntil) {
    return { type: "drop", reason: "too_late", values: { meantAt: meantAt.toISOString() } };
  }
  if (message.about && !situation.offered) {
    return { type: "drop", reason: "nothing_to_offer", values: { about: message.about } };
  }
  const check = kind.check(situation, now);
  if (check.type === "delay") {
    return { type: "delay", reason: check.reason, until: check.until, values: check.values ?? {} };
  }

  // The shopper chose this moment.
  const { remindAt } = situation.context;
  const isAskedFor = remindAt !== undefined && remindAt <= now.getTime();
  const lastOfKind = leaving.marketingSent.find((sent) => sent.kind === kind.kind)?.at;
  if (!isAskedFor && kind.oncePerMs && lastOfKind && now.getTime() - lastOfKind.getTime() < kind.oncePerMs) {
    return { type: "drop", reason: "minimum_gap", values: { lastSentAt: lastOfKind.toISOString() } };
  }

  const subscriptions = reachableSubscriptions(situation.person, rulesOf(kind, situation), now);
  const held = kind.isTransactional
    ? null
    : (possiblePurchase(kind, leaving, now) ?? (isAskedFor ? null : heldByRules(kind, leaving, subscriptions, now)));
  return held ?? { type: "send", message, subscriptions };
}

/** The order since which a run is over: any, unless the journey is about orders or outlives this one. */
export function orderThatEnds(
  kind: JourneyKind,
  run: Pick<Run, "startedAt" | "context">,
  { exits }: Pick<JourneyDefinition, "exits">,
  { orders }: Pick<PersonView, "orders">,
): KnownOrder | null {
  const context: RunContext = run.context;
  const order = orders.find(({ createdAt }) => createdAt.getTime() >= run.startedAt.getTime() - 1_000);
  if (!order) return null;
  if (exits.includes("bought") && order.orderId !== context.orderId) return order;
  return kind.isTransactional || kind.survivesPurchase(context, order.variantIds) ? null : order;
}

/** Something that was in the cart when the run began is so no more. Asked of journeys that end for it. */
export function isItemRemoved({ carted }: RunContext, { cart }: Pick<PersonView, "cart">): boolean {
  if (!carted || !cart) return false;
  return carted.some((variantId) => cart.items.every((item) => item.variantId !== variantId));
}

function areAllSoldOut(variantIds: string[], variants: Situation["variants"]): boolean {
  return variantIds.length > 0 && variantIds.every((variantId) => isSoldOut(variantId, variants));
}

function rulesOf(kind: JourneyKind, { context }: Situation) {
  return { kind: kind.kind, consent: kind.consentOf?.(context) ?? kind.consent, isTransactional: kind.isTransactional };
}

/** What conditions are judged on. */
export function conditionFacts(kind: JourneyKind, situation: Situation): ConditionFacts {
  const { visitor, subscriptions } = situation.person;
  const newest = subscriptions.find(({ state }) => state === "active");
  return {
    locale: newest?.locale ?? visitor.locale,
    country: newest?.country ?? visitor.country,
    device_type: newest?.deviceType ?? null,
    is_customer: visitor.customerId !== null,
    tag: visitor.tags,
    ...kind.conditionFacts(situation),
  };
}

function possiblePurchase(kind: JourneyKind, { situation, unknownOrders }: Leaving, now: Date): Decision | null {
  const wanted = new Set(kind.variantIds(situation));
  const order = unknownOrders.find(
    ({ createdAt, items }) =>
      createdAt.getTime() + POSSIBLE_PURCHASE_MS > now.getTime() &&
      // Older than what the shopper last did with the cart, it was not for this cart.
      createdAt.getTime() >= situation.run.startedAt.getTime() - POSSIBLE_PURCHASE_MS &&
      items.some(({ variantId }) => variantId !== null && wanted.has(variantId)),
  );
  if (!order) return null;
  const until = new Date(order.createdAt.getTime() + POSSIBLE_PURCHASE_MS);
  return { type: "delay", reason: "possible_purchase", until, values: { orderId: order.orderId } };
}

function heldByRules(kind: JourneyKind, leaving: Leaving, subscriptions: Subscription[], now: Date): Decision | null {
  if (isAnswer(kind, leaving.situation.run.step)) return null;
  const { person } = leaving.situation;
  const { settings, timezone } = person.shop;
  const timezones = [subscriptions[0]?.timezone ?? null, person.visitor.timezone, timezone];
  const quietUntil = endOfQuietHours(settings.quietHours, timezones, now);
  if (quietUntil) {
    const values = { ...settings.quietHours, timezone: timezones.find((zone) => zone) ?? "UTC" };
    return { type: "delay", reason: "quiet_hours", until: quietUntil, values };
  }

  const { marketingSent, waiting, definition } = leaving;
  const priority = priorityOf(kind.kind, definition.priority);
  const cap =
    capVerdict(settings.caps, marketingSent, now) ??
    outrankedVerdict(settings.caps, marketingSent, priority, waiting, now);
  if (!cap) return null;
  const isTooLong = definition.whenHeld === "drop" || cap.until.getTime() - now.getTime() > kind.longestDelayMs;
  return isTooLong
    ? { type: "drop", reason: cap.reason, values: { ...cap.values, until: cap.until.toISOString() } }
    : { type: "delay", reason: cap.reason, until: cap.until, values: cap.values };
}

/**
 * What to do when a message should carry a code and none can be had: wait for the pool for a while, or go without.
 *
 * @returns when to look again; null: leave without one
 */
export function waitForCode(step: MessageStep, noCodeSince: Date | null, now: Date): Date | null {
  if (step.discount?.whenUnavailable !== "wait") return null;
  if (noCodeSince && now.getTime() - noCodeSince.getTime() >= LONGEST_WAIT_FOR_CODE_MS) return null;
  return new Date(now.getTime() + BETWEEN_LOOKS_FOR_CODE_MS);
}

function exit(reason: LedgerReason, values: Record<string, unknown> = {}): Exit {
  return { type: "exit", reason, values };
}
