import type { Audience } from "../audience-store.ts";
import { DAY_MS } from "../duration.ts";
import type { AudienceRules } from "./kind.ts";

/** One look a day, at the same people. */
export function daily(audience: Audience): AudienceRules["occasions"] {
  return ({ now }) => ({
    occasions: [{ key: utcDay(now), audience, said: {} }],
    lookAgainAt: nextUtcDay(now),
  });
}

export function utcDay(now: Date): string {
  return now.toISOString().slice(0, 10);
}

export function nextUtcDay(now: Date): Date {
  return new Date(Date.parse(`${utcDay(now)}T00:00:00Z`) + DAY_MS);
}
