import type { JourneyDefinition, MessageStep } from "./definition.ts";
import { delayMs, MINUTE_MS } from "./duration.ts";

// A run stands at the message it will send next; the waits before that message say when. `step` in rows and the ledger is
// the path of the message in the definition: "1", later "3.a.0" when steps hold others.

export type Anchors = {
  /** What waits "from trigger" count from: leaving, subscribing, being shipped. Moves on with each return. */
  anchorAt: Date;
  /** When the message before was sent; null before the first. */
  previousAt: Date | null;
  /** No message sooner than this after the anchor. */
  minimumDelayMs: number;
};

export function messageAt(definition: JourneyDefinition, step: string): MessageStep | null {
  const found = definition.steps[Number(step)];
  return found?.type === "message" ? found : null;
}

export function firstMessage(definition: JourneyDefinition): string {
  return String(definition.steps.findIndex(({ type }) => type === "message"));
}

/** Null after the last one. */
export function messageAfter(definition: JourneyDefinition, step: string): string | null {
  const index = definition.steps.findIndex(({ type }, at) => at > Number(step) && type === "message");
  return index < 0 ? null : String(index);
}

/** A message that left this much later than meant pushes the next one back as well. */
const LATE_MS = 10 * MINUTE_MS;

/**
 * When the message at `step` is due. A wait from the step before counts from the anchor when that is later: a shopper who
 * came back in between is given the whole wait again. When the message before was held back (quiet hours, a cap), the time
 * meant to lie between the two is kept: two never leave together in the morning.
 */
export function dueAtStep(definition: JourneyDefinition, step: string, anchors: Anchors): Date {
  const due = plannedAt(definition, step, anchors);
  const before = messageBefore(definition, step);
  if (before === null || anchors.previousAt === null) return due;
  const meantBefore = plannedAt(definition, before, { ...anchors, previousAt: null });
  const lateMs = anchors.previousAt.getTime() - meantBefore.getTime();
  if (lateMs <= LATE_MS) return due;
  const meant = plannedAt(definition, step, { ...anchors, previousAt: meantBefore });
  return new Date(Math.max(due.getTime(), meant.getTime() + lateMs));
}

function plannedAt(
  definition: JourneyDefinition,
  step: string,
  { anchorAt, previousAt, minimumDelayMs }: Anchors,
): Date {
  const anchor = anchorAt.getTime();
  let due = Math.max(anchor, previousAt?.getTime() ?? anchor);
  for (const wait of waitsBefore(definition, Number(step))) {
    due = wait.from === "trigger" ? Math.max(due, anchor + delayMs(wait.delay)) : due + delayMs(wait.delay);
  }
  return new Date(Math.max(due, anchor + minimumDelayMs));
}

function messageBefore(definition: JourneyDefinition, step: string): string | null {
  const index = definition.steps.findLastIndex(({ type }, at) => at < Number(step) && type === "message");
  return index < 0 ? null : String(index);
}

function waitsBefore(definition: JourneyDefinition, index: number) {
  let first = index;
  while (definition.steps[first - 1]?.type === "wait") first -= 1;
  return definition.steps.slice(first, index).flatMap((step) => (step.type === "wait" ? [step] : []));
}
