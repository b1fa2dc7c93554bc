import type { ShopSettings } from "../shop-settings.ts";
import { DAY_MS, MINUTE_MS } from "./duration.ts";
import type { JourneyKind } from "./kinds/kind.ts";
import { journeyKind } from "./kinds/registry.server.ts";
import type { LedgerReason } from "./ledger-store.ts";
import type { SentMessage } from "./run-store.ts";

const WEEK_MS = 7 * DAY_MS;

export type CapVerdict = {
  reason: Extract<LedgerReason, "minimum_gap" | "cap_per_day" | "cap_per_week">;
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
  const sentAt = sent.filter(({ kind, step }) => !isAnswer(journeyKind(kind), step)).map(({ at }) => at);
  const verdicts = [
    gapVerdict(caps.minimumGapMinutes, sentAt, now),
    countVerdict("cap_per_day", caps.perDay, DAY_MS, sentAt, now),
    countVerdict("cap_per_week", caps.perWeek, WEEK_MS, sentAt, now),
  ].filter((verdict) => verdict !== null);
  // The one that holds longest is the one that decides.
  return verdicts.toSorted((a, b) => b.until.getTime() - a.until.getTime())[0] ?? null;
}

/** Only what leaves at once answers: a later message of the same journey is one like any other. */
export function isAnswer(kind: JourneyKind | null, step: string | null): boolean {
  return kind?.isAnswer === true && step === "0";
}

function gapVerdict(gapMinutes: number, sentAt: Date[], now: Date): CapVerdict | null {
  const last = sentAt[0];
  if (!last || gapMinutes === 0) return null;
  const until = new Date(last.getTime() + gapMinutes * MINUTE_MS);
  return until > now ? { reason: "minimum_gap", until, values: { lastSentAt: last.toISOString(), gapMinutes } } : null;
}

function countVerdict(
  reason: CapVerdict["reason"],
  limit: number,
  windowMs: number,
  sentAt: Date[],
  now: Date,
): CapVerdict | null {
  const inWindow = sentAt.filter((at) => at.getTime() > now.getTime() - windowMs);
  // The message that must leave the window before there is room for one more.
  const blocking = inWindow[limit - 1];
  if (!blocking) return null;
  return { reason, until: new Date(blocking.getTime() + windowMs), values: { sent: inWindow.length, limit } };
}
