import { localTime } from "../quiet-hours.ts";
import type { PersonView } from "../person-view.ts";

const STARTS = 9;
const ENDS = 12;

/**
 * The next morning at nine by the shopper's own clock, daylight saving included; null when it is morning there now.
 */
export function nextLocalMorning({ subscriptions, visitor, shop }: PersonView, now: Date): Date | null {
  const device = subscriptions
    .filter(({ state }) => state === "active")
    .toSorted((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime())[0];
  const there = localTime(now, [device?.timezone ?? null, visitor.timezone, shop.timezone]);
  if (there.hour >= STARTS && there.hour < ENDS) return null;
  const day = there.hour < STARTS ? there : there.plus({ days: 1 });
  return day.set({ hour: STARTS, minute: 0, second: 0, millisecond: 0 }).toJSDate();
}
