import { localTime } from "../quiet-hours.ts";
import type { PersonView } from "../person-view.ts";

const STARTS = 9;
const ENDS = 12;

/**
 * The next morning at nine by the shopper's own clock, daylight saving included; null when it is morning there now.
 */
export function nextLocalMorning(person: PersonView, now: Date): Date | null {
  const there = localTime(now, shoppersTimezones(person));
  if (there.hour >= STARTS && there.hour < ENDS) return null;
  const day = there.hour < STARTS ? there : there.plus({ days: 1 });
  return day.set({ hour: STARTS, minute: 0, second: 0, millisecond: 0 }).toJSDate();
}

/** That of the device used last first. */
export function shoppersTimezones({ subscriptions, visitor, shop }: PersonView): (string | null)[] {
  const device = subscriptions
    .filter(({ state }) => state === "active")
    .toSorted((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime())[0];
  return [device?.timezone ?? null, visitor.timezone, shop.timezone];
}
