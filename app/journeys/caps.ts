import type { ShopSettings } from "../shop-settings.ts";
import { DAY_MS, MINUTE_MS } from "./duration.ts";
import type { JourneyKind } from "./kinds/kind.ts";
import { journeyKind } from "./kinds/registry.server.ts";
import type { LedgerReason } from "./ledger-store.ts";
import type { SentMessage, WaitingMessage } from "./run-store.ts";

const WEEK_MS = 7 * DAY_MS;

export type CapVerdict = {
  reason: Extract<LedgerReason, "minimum_gap" | "cap_per_day" | "cap_per_week" | "outranked">;
  /** When the cap frees. */
  until: Date;
  values: Record<string, unknown>;
};

/**
 * What holds a marketing message back, whichever journey or campaign it is from; null when nothing does. Days and weeks
 * are rolling: any 24 hours hold at most `perDay`.
 *
 * @param sent marketing messages that left for the person, newest first; answers to a tap of its own do not count
 */
export function capVerdict(caps: ShopSettings["caps"], sent: SentMessage[], now: Date): CapVerdict | null {
  if (!caps.enabled) return null;
  const counted = sent.filter(({ kind, step }) => !isAnswer(journeyKind(kind), step));
  const verdicts = [
    gapVerdict(caps.minimumGapMinutes, counted, now),
    countVerdict("cap_per_day", caps.perDay, DAY_MS, counted, now),
    countVerdict("cap_per_week", caps.perWeek, WEEK_MS, counted, now),
  ].filter((verdict) => verdict !== null);
  // The one that holds longest is the one that decides.
  return verdicts.toSorted((a, b) => b.until.getTime() - a.until.getTime())[0] ?? null;
}

/** Only what leaves at once answers: a later message of the same journey is one like any other. */
export function isAnswer(kind: JourneyKind | null, step: string | null): boolean {
  return kind?.isAnswer === true && step === "0";
}

/** How much a message weighs when several want the same room: 1 to 100, the default of a kind that names none. */
export const USUAL_PRIORITY = 50;
/** Of every campaign: what somebody did themselves goes before what everybody gets. */
export const CAMPAIGN_PRIORITY = 40;
/** More important messages that are due within so long are made room for. */
export const LOOK_AHEAD_MS = DAY_MS;

/** The merchant's own order counts before the kind's. */
export function priorityOf(kind: string, own: number | null | undefined): number {
  return own ?? journeyKind(kind)?.priority ?? USUAL_PRIORITY;
}

/**
 * Whether a message that is due must make room for a more important one that waits for the same person: one that would
 * find a cap full if this one left, and finds room if it does not. Null when there is none. Equals do not yield: who is
 * due first goes.
 *
 * @param waiting the person's other messages that are due within `LOOK_AHEAD_MS`
 */
export function outrankedVerdict(
  caps: ShopSettings["caps"],
  sent: SentMessage[],
  priority: number,
  waiting: WaitingMessage[],
  now: Date,
): CapVerdict | null {
  if (!caps.enabled) return null;
  const withThis = [{ kind: "", step: null, at: now }, ...sent];
  const winners = waiting.flatMap((message) => {
    const kind = journeyKind(message.kind);
    const its = priorityOf(message.kind, message.priority);
    if (!kind || kind.isTransactional || isAnswer(kind, message.step) || its <= priority) return [];
    const at = message.dueAt > now ? message.dueAt : now;
    const isInTheWay = capVerdict(caps, withThis, at) !== null && capVerdict(caps, sent, at) === null;
    return isInTheWay ? [{ kind: message.kind, its, at }] : [];
  });
  const first = winners.toSorted((a, b) => a.at.getTime() - b.at.getTime() || b.its - a.its)[0];
  if (!first) return null;
  return {
    reason: "outranked",
    // Once it has left, the caps say how long; when it does not leave after all, the room is free.
    until: new Date(first.at.getTime() + MINUTE_MS),
    values: { by: first.kind, itsPriority: first.its, priority, itIsDueAt: first.at.toISOString() },
  };
}

function gapVerdict(gapMinutes: number, sent: SentMessage[], now: Date): CapVerdict | null {
  const last = sent[0];
  if (!last || gapMinutes === 0) return null;
  const until = new Date(last.at.getTime() + gapMinutes * MINUTE_MS);
  if (until <= now) return null;
  return { reason: "minimum_gap", until, values: { lastSentAt: last.at.toISOString(), by: last.kind, gapMinutes } };
}

function countVerdict(
  reason: CapVerdict["reason"],
  limit: number,
  windowMs: number,
  sent: SentMessage[],
  now: Date,
): CapVerdict | null {
  const inWindow = sent.filter(({ at }) => at.getTime() > now.getTime() - windowMs);
  // The message that must leave the window before there is room for one more.
  const blocking = inWindow[limit - 1];
  if (!blocking) return null;
  const kinds = [...new Set(inWindow.map(({ kind }) => kind))];
  return {
    reason,
    until: new Date(blocking.at.getTime() + windowMs),
    values: { sent: inWindow.length, limit, by: kinds },
  };
}
