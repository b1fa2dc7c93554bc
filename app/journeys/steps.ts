import type { ConditionFacts } from "./conditions.ts";
import { meetsConditions } from "./conditions.ts";
import type { WaitStep } from "./definition.ts";
import { delayMs, MINUTE_MS } from "./duration.ts";
import type { RunContext } from "./person-view.ts";
import { localTime } from "./quiet-hours.ts";
import { isPlainWait, placeOf } from "./step-paths.ts";
import type { Steps } from "./step-paths.ts";

// When a run goes on from where it stands.

/** What a stop's time is counted from. */
export type Anchors = {
  /** What waits "from trigger" count from: leaving, subscribing, being shipped. Moves on with each return. */
  anchorAt: Date;
  /** No step sooner than this after the anchor. */
  minimumDelayMs: number;
  /** When the stop before was done: a message, when it was shown or else when it left. Null before the first. */
  previousAt?: Date | null;
  /** When that had been meant. Earlier than `previousAt` where quiet hours, a cap or a device that was off held it back. */
  meantAt?: Date | null;
  /** Before the first message no wait lasts longer than this after the anchor. */
  usualMs?: number;
  /** The last message; null before the first. `shownAt` null: not shown so far. */
  message?: { sentAt: Date; shownAt: Date | null } | null;
  /** When what an event wait waits for has happened. */
  heardAt?: Date | null;
  /** The shopper's first; the first that exists counts. Without them times of day are left to the look when it is due. */
  timezones?: (string | null)[];
  /** What bands are judged on. Without it the shortest of their delays counts: the run looks again when that is over. */
  facts?: ConditionFacts;
};

/** Anchors of a run as its row has them. */
export function anchorsOf(
  { anchorAt, context }: { anchorAt: Date; context: RunContext },
  { minimumDelayMs, timezones }: Pick<Anchors, "minimumDelayMs" | "timezones">,
): Anchors {
  const { lastSentAt, lastShownAt, heardAt, previousAt = lastSentAt, meantAt, seenInShopAt, usualMs } = context;
  const date = (at: number | undefined) => (at === undefined ? null : new Date(at));
  const plain = { anchorAt, minimumDelayMs, timezones };
  // The message was held back by the worker and is due again: what was done after it is no more.
  if (seenInShopAt !== undefined) return plain;
  const isMessageLast = previousAt !== undefined && previousAt === lastSentAt;
  return {
    ...plain,
    ...(usualMs !== undefined && lastSentAt === undefined && { usualMs }),
    previousAt: date(isMessageLast ? Math.max(previousAt, lastShownAt ?? 0) : previousAt),
    meantAt: date(meantAt),
    message: lastSentAt === undefined ? null : { sentAt: new Date(lastSentAt), shownAt: date(lastShownAt) },
    heardAt: date(heardAt),
  };
}

/** A message that left this much later than meant pushes the next one back as well. */
const LATE_MS = 10 * MINUTE_MS;

/**
 * When the stop at `path` is due. A wait from the step before counts from the anchor when that is later: a shopper who
 * came back in between is given the whole wait again. When the message before was held back (quiet hours, a cap) or shown
 * late, the time meant to lie between the two is kept: two never come together in the morning.
 */
export function dueAtStep(definition: Steps, path: string, anchors: Anchors): Date {
  const due = plannedAt(definition, path, anchors);
  const { previousAt, meantAt, anchorAt } = anchors;
  if (!previousAt || !meantAt || anchorAt > previousAt) return due;
  // A wait for being seen has counted the lateness already.
  if (waitsOf(definition, path).some((wait) => wait.from === "seen")) return due;
  const lateMs = previousAt.getTime() - meantAt.getTime();
  if (lateMs <= LATE_MS) return due;
  return new Date(Math.max(due.getTime(), meantAtStep(definition, path, anchors).getTime() + lateMs));
}

/** When the stop would be due had nothing before it been late. */
export function meantAtStep(definition: Steps, path: string, anchors: Anchors): Date {
  return plannedAt(definition, path, { ...anchors, previousAt: anchors.meantAt ?? anchors.previousAt });
}

/** Whether the time of a stop depends on what only a look at the truth knows. */
export function needsLook(definition: Steps, path: string): boolean {
  return waitsOf(definition, path).some((wait) => wait.bands !== undefined || wait.at !== undefined);
}

function plannedAt(definition: Steps, path: string, anchors: Anchors): Date {
  const anchor = anchors.anchorAt.getTime();
  let due = Math.max(anchor, anchors.previousAt?.getTime() ?? anchor);
  for (const wait of waitsOf(definition, path)) due = endOfWait(wait, due, anchors);
  return new Date(Math.max(due, anchor + anchors.minimumDelayMs));
}

function endOfWait(wait: WaitStep, from: number, anchors: Anchors): number {
  if (wait.for) return anchors.heardAt?.getTime() ?? from + delayMs(wait.timeout ?? "PT0S");
  const delay = delayOf(wait, anchors.facts);
  const { timezones, usualMs = Infinity, anchorAt } = anchors;
  const until = Math.min(countedFrom(wait, from, delay, anchors), Math.max(from, anchorAt.getTime() + usualMs));
  return wait.at === undefined || !timezones ? until : nextTimeOfDay(wait.at, until, timezones);
}

function countedFrom(wait: WaitStep, from: number, delay: number, { anchorAt, message }: Anchors): number {
  if (wait.from === "trigger") return Math.max(from, anchorAt.getTime() + delay);
  if (wait.from === "previous" || !message) return from + delay;
  if (message.shownAt) return Math.max(anchorAt.getTime(), message.shownAt.getTime()) + delay;
  return Math.max(from, message.sentAt.getTime() + delayMs(wait.fallback ?? "PT0S"));
}

function delayOf({ delay = "PT0S", bands = [] }: WaitStep, facts: ConditionFacts | undefined): number {
  if (!facts) return Math.min(delayMs(delay), ...bands.map((band) => delayMs(band.delay)));
  return delayMs(bands.find((band) => meetsConditions(band.if, facts))?.delay ?? delay);
}

/** An hour that the spring change skips is the one after it; of an hour that autumn has twice, the first. */
function nextTimeOfDay(time: string, from: number, timezones: (string | null)[]): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const there = localTime(new Date(from), timezones);
  const today = there.set({ hour, minute, second: 0, millisecond: 0 });
  return (
    today.toMillis() >= from ? today : there.plus({ days: 1 }).set({ hour, minute, second: 0, millisecond: 0 })
  ).toMillis();
}

/** The waits that say when a stop is due: the plain ones right before it, and itself when it is one. */
function waitsOf(definition: Steps, path: string): WaitStep[] {
  const place = placeOf(definition, path);
  if (!place) return [];
  let first = place.index;
  while (isPlainWait(place.list[first - 1])) first -= 1;
  return place.list.slice(first, place.index + 1).flatMap((step) => (step.type === "wait" ? [step] : []));
}
