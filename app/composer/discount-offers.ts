import { randomInt } from "node:crypto";
import { DateTime } from "luxon";

// One discount in Shopify per offer and day of validity, because a code's end date belongs to its discount. A code taken
// today comes from the cohort whose last day lies at least the promised hours ahead, so the message can name its true end.

/** Letters and digits nobody mixes up when reading them aloud: no 0/O, 1/I/L, 5/S, 2/Z, 8/B, U/V. */
const ALPHABET = "ACDEFGHJKMNPQRTWXY34679";
const CODE_LENGTH = 10;

/** An unguessable code such as "BACK-7RKXWQ9MTC": 45 bits, more than anybody can try against a shop's checkout. */
export function newDiscountCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return `BACK-${letters.join("")}`;
}

/** The canonical text of an offer's terms: the same terms share a pool. */
export function offerKey({ percent }: { percent: number }): string {
  return `percent:${percent}`;
}

/** Null for an offer that this version does not know. */
export function parseOffer(key: string): { percent: number } | null {
  const match = /^percent:(\d{1,3})$/.exec(key);
  return match ? { percent: Number(match[1]) } : null;
}

/** The last instant of the shop's day in which `validHours` from `at` are over. */
export function cohortEnd(at: Date, validHours: number, timezone: string): Date {
  const end = DateTime.fromMillis(at.getTime() + validHours * 3_600_000).setZone(timezone);
  const local = end.isValid ? end : end.setZone("UTC");
  // Whole seconds: Shopify keeps no finer ones, and the row must find its discount again.
  return local.endOf("day").set({ millisecond: 0 }).toJSDate();
}

/** How many codes should lie ready, given how many were taken in a day and how many runs could need one. */
export function poolTarget({ takenLastDay, activeRuns }: { takenLastDay: number; activeRuns: number }): number {
  return Math.min(5_000, Math.max(20, Math.ceil(takenLastDay * 1.5), activeRuns));
}
