import { createHash } from "node:crypto";
import type { ConditionFacts } from "./conditions.ts";
import { meetsConditions } from "./conditions.ts";
import type { JourneyDefinition, MessageStep, Step } from "./definition.ts";
import type { RunContext } from "./person-view.ts";
import { firstStop, stepAt, stopAfter, stopInside } from "./step-paths.ts";
import { anchorsOf, dueAtStep, needsLook, meantAtStep } from "./steps.ts";
import type { Anchors } from "./steps.ts";

// What a run does next. Pure: the same definition, position and facts give the same answer, so that a replay and a retry
// go the same way.

/** Where a run stands. `dueAt`: as its row has it; it can be later than the waits say (quiet hours, a cap). */
export type Position = { step: string; anchorAt: Date; dueAt: Date; context: RunContext };

export type StepFacts = {
  conditions: ConditionFacts;
  timezones: (string | null)[];
  minimumDelayMs: number;
  /** What splits are drawn from: the same for as long as the run lives. */
  seed: string;
};

export type NextAction =
  /** Nothing to do before then. The position may have moved on past conditions, branches and waits. */
  | { type: "wait"; position: Position }
  /** Whether it really leaves is decided on the truth (decide-leaving.ts). */
  | { type: "message"; position: Position; message: MessageStep }
  | { type: "tag"; position: Position; add: string[]; remove: string[] }
  | { type: "webhook"; position: Position; url: string }
  | { type: "end"; position: Position; reason: "filtered" | "superseded" | null };

/** From where a run stands to the next thing that it does or waits for. */
export function nextAction(definition: JourneyDefinition, start: Position, facts: StepFacts, now: Date): NextAction {
  let position = start;
  for (;;) {
    const step = stepAt(definition, position.step);
    // A path that this version does not have.
    if (!step) return { type: "end", position, reason: "superseded" };
    position = { ...position, dueAt: exactDueAt(definition, position, facts) };
    if (position.dueAt > now) return { type: "wait", position };

    const action = actionOf(step, position, facts);
    if (action) return action;
    const way = wayOf(step, position, facts);
    const next = way === null ? stopAfter(definition, position.step) : stopInside(definition, position.step, way);
    const context = contextAfter(definition, position, step, facts);
    if (next === null) return { type: "end", position: { ...position, context }, reason: null };
    position = positionAt(definition, next, { ...position, context }, facts);
  }
}

/**
 * Where a run stands once the step it stands at is done or left out; null at its end.
 *
 * @param sentAt when the step was a message that has just left
 */
export function positionAfter(
  definition: JourneyDefinition,
  position: Position,
  facts: StepFacts,
  sent: { at: Date; notificationId: string } | null = null,
): { position: Position | null; context: RunContext } {
  const step = stepAt(definition, position.step);
  const context = contextAfter(definition, position, step, facts, sent);
  const next = stopAfter(definition, position.step);
  return { position: next === null ? null : positionAt(definition, next, { ...position, context }, facts), context };
}

/** Where a run begins. */
export function positionAtStart(
  definition: JourneyDefinition,
  { anchorAt, context }: Pick<Position, "anchorAt" | "context">,
  facts: Pick<Anchors, "timezones" | "minimumDelayMs">,
): Position {
  return positionAt(definition, firstStop(definition), { anchorAt, context }, facts);
}

/** What a run knew when it began, without what its steps have added since. */
export function contextAtStart(context: RunContext): RunContext {
  const { lastSentAt: _sent, lastNotificationId: _id, lastShownAt: _shown, ...first } = context;
  const { previousAt: _previous, meantAt: _meant, heardAt: _heard, eventHappened: _happened, ...known } = first;
  const { called: _called, lateUntil: _late, noCodeSince: _code, ...left } = known;
  return { ...left, sent: 0 };
}

function positionAt(
  definition: JourneyDefinition,
  step: string,
  { anchorAt, context }: Pick<Position, "anchorAt" | "context">,
  facts: Pick<Anchors, "timezones" | "minimumDelayMs">,
): Position {
  return { step, anchorAt, context, dueAt: dueAtStep(definition, step, anchorsOf({ anchorAt, context }, facts)) };
}

/** Of a wait with bands or until a time of day the row has the soonest; when it really ends, only the facts say. */
function exactDueAt(definition: JourneyDefinition, position: Position, facts: StepFacts): Date {
  // A time that the shopper chose is not counted anew.
  if (position.context.remindAt !== undefined || !needsLook(definition, position.step)) return position.dueAt;
  const anchors: Anchors = { ...anchorsOf(position, facts), facts: facts.conditions };
  const dueAt = dueAtStep(definition, position.step, anchors);
  return dueAt > position.dueAt ? dueAt : position.dueAt;
}

/** Null for a step that only moves the run on. */
function actionOf(step: Step, position: Position, facts: StepFacts): NextAction | null {
  switch (step.type) {
    case "message":
      return meetsConditions(step.if, factsAt(position, facts)) ? { type: "message", position, message: step } : null;
    case "tag":
      return { type: "tag", position, add: step.add, remove: step.remove };
    case "webhook":
      return { type: "webhook", position, url: step.url };
    case "end":
      return { type: "end", position, reason: null };
    case "condition":
      return meetsConditions(step.if, factsAt(position, facts)) ? null : { type: "end", position, reason: "filtered" };
    default:
      return null;
  }
}

function wayOf(step: Step, position: Position, facts: StepFacts): string | null {
  if (step.type === "branch") return meetsConditions(step.if, factsAt(position, facts)) ? "yes" : "no";
  return step.type === "split" ? drawnWay(step.ways, `${facts.seed} ${position.step}`) : null;
}

function factsAt({ context }: Position, { conditions }: StepFacts): ConditionFacts {
  return { ...conditions, event_happened: context.eventHappened ?? null };
}

/** By chance over all runs, always the same for one. */
function drawnWay(ways: { name: string; share: number }[], seed: string): string {
  const drawn = createHash("sha256").update(seed).digest().readUInt32BE(0) % 100;
  let sum = 0;
  for (const { name, share } of ways) {
    sum += share;
    if (drawn < sum) return name;
  }
  return ways[0]?.name ?? "";
}

function contextAfter(
  definition: JourneyDefinition,
  position: Position,
  step: Step | null,
  facts: StepFacts,
  sent: { at: Date; notificationId: string } | null = null,
): RunContext {
  const anchors = { ...anchorsOf(position, facts), facts: facts.conditions };
  // Some kinds set a time of their own, sooner than the waits say.
  const meantAt = Math.min(meantAtStep(definition, position.step, anchors).getTime(), position.dueAt.getTime());
  const { heardAt, noCodeSince: _code, ...context } = position.context;
  if (sent) {
    const { seenInShopAt: _seen, lastShownAt: _shown, remindAt: _remind, ...kept } = context;
    const at = sent.at.getTime();
    const done = { lastSentAt: at, lastNotificationId: sent.notificationId, previousAt: at, meantAt };
    return { ...kept, sent: (context.sent ?? 0) + 1, ...done };
  }
  // A message that was left out counts as done when it had been due, however long it was held back.
  const wasDueAt = step?.type === "message" ? dueAtStep(definition, position.step, anchors) : position.dueAt;
  const doneAt = Math.min(wasDueAt.getTime(), position.dueAt.getTime());
  const isEventWait = step?.type === "wait" && step.for !== undefined;
  return {
    ...context,
    previousAt: doneAt,
    meantAt,
    ...(isEventWait && { eventHappened: heardAt !== undefined }),
  };
}
