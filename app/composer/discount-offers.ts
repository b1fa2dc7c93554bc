import { randomInt } from "node:crypto";
import { DateTime } from "luxon";
import type { Money } from "./template-fields.ts";

// One discount in Shopify per offer and day of validity, because a code's end date belongs to its discount. A code taken
// today comes from the cohort whose last day lies at least the promised hours ahead, so the message can name its true end.

/** What a code takes off. */
export type DiscountValue =
  { type: "percent"; percent: number } | { type: "amount"; amount: Money } | { type: "free_shipping" };

/** The terms of a code: the same terms share a pool. */
export type Offer = {
  value: DiscountValue;
  /** What the order must come to before the discount; in the shop's currency. */
  minimum: Money | null;
  /** Numbers of the collections it is limited to, sorted; empty: the whole order. */
  collections: string[];
};

/** Letters and digits nobody mixes up when reading them aloud: no 0/O, 1/I/L, 5/S, 2/Z, 8/B, U/V. */
const ALPHABET = "ACDEFGHJKMNPQRTWXY34679";
const CODE_LENGTH = 10;

/** An unguessable code such as "BACK-7RKXWQ9MTC": 45 bits, more than anybody can try against a shop's checkout. */
export function newDiscountCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return `BACK-${letters.join("")}`;
}

/** The canonical text of an offer's terms, as rows keep it: "percent:15", "amount:500:USD;minimum:5000:USD". */
export function offerKey({ value, minimum, collections }: Offer): string {
  return [
    keyOfValue(value),
    ...(minimum ? [`minimum:${minimum.amount}:${minimum.currency}`] : []),
    ...(collections.length > 0 ? [`collections:${collections.toSorted().join(",")}`] : []),
  ].join(";");
}

function keyOfValue(value: DiscountValue): string {
  switch (value.type) {
    case "percent":
      return `percent:${value.percent}`;
    case "amount":
      return `amount:${value.amount.amount}:${value.amount.currency}`;
    case "free_shipping":
      return "free_shipping";
  }
}

/** Null for an offer that this version does not know. */
export function parseOffer(key: string): Offer | null {
  const match =
    /^(?:percent:(\d{1,3})|amount:(\d+):([A-Z]{3})|(free_shipping))(?:;minimum:(\d+):([A-Z]{3}))?(?:;collections:([\d,]+))?$/.exec(
      key,
    );
  if (!match) return null;
  const [, percent, amount, currency = "", , minimum, minimumCurrency = "", collections] = match;
  const value: DiscountValue = percent
    ? { type: "percent", percent: Number(percent) }
    : amount
      ? { type: "amount", amount: { amount: Number(amount), currency } }
      : { type: "free_shipping" };
  return {
    value,
    minimum: minimum ? { amount: Number(minimum), currency: minimumCurrency } : null,
    collections: collections?.split(",") ?? [],
  };
}

/**
 * Whether `held` gives at least what `meant` gives. False where the two cannot be compared: percent with an amount, or an
 * offer that asks for more or is for fewer products.
 */
export function isAsGoodAs(held: Offer, meant: Offer): boolean {
  if ((held.minimum?.amount ?? 0) > (meant.minimum?.amount ?? 0)) return false;
  if (held.collections.length > 0 && held.collections.join() !== meant.collections.join()) return false;
  const [a, b] = [held.value, meant.value];
  if (a.type === "percent" && b.type === "percent") return a.percent >= b.percent;
  if (a.type === "amount" && b.type === "amount") {
    return a.amount.currency === b.amount.currency && a.amount.amount >= b.amount.amount;
  }
  return a.type === "free_shipping" && b.type === "free_shipping";
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
