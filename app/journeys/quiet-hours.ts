import { DateTime } from "luxon";
import type { ShopSettings } from "../shop-settings.ts";
import type { Subscription } from "../subscriptions/subscription-store.ts";
import type { Visitor } from "../subscriptions/visitor-store.ts";
import type { ShopFacts } from "./person-view.ts";

/**
 * When a message may leave that is due in the shopper's night: the end of the quiet hours by the shopper's own clock,
 * daylight saving included (an end that the spring change skips falls on the next minute that exists). Null: now is fine.
 *
 * @param timezones the shopper's first, then the shop's; the first that exists counts
 */
export function endOfQuietHours(
  { enabled, start, end }: ShopSettings["quietHours"],
  timezones: (string | null)[],
  now: Date,
): Date | null {
  if (!enabled || start === end) return null;
  const there = localTime(now, timezones);
  const startsAt = minuteOfDay(start);
  const endsAt = minuteOfDay(end);
  const minute = there.hour * 60 + there.minute;
  const isQuiet = startsAt < endsAt ? minute >= startsAt && minute < endsAt : minute >= startsAt || minute < endsAt;
  if (!isQuiet) return null;

  const day = minute < endsAt ? there : there.plus({ days: 1 });
  return day.set({ hour: Math.floor(endsAt / 60), minute: endsAt % 60, second: 0, millisecond: 0 }).toJSDate();
}

/** Where a person is, as well as anybody knows: the device's word first, then the visitor's, then the shop's own. */
export function timezonesOf({
  subscriptions,
  visitor,
  shop,
}: {
  subscriptions: Pick<Subscription, "state" | "timezone">[];
  visitor: Pick<Visitor, "timezone">;
  shop: Pick<ShopFacts, "timezone">;
}): (string | null)[] {
  const ofDevice = subscriptions.find(({ state }) => state === "active")?.timezone ?? null;
  return [ofDevice, visitor.timezone, shop.timezone];
}

/** The shopper's local time; UTC when no timezone given exists. */
export function localTime(now: Date, timezones: (string | null)[]): DateTime {
  for (const timezone of timezones) {
    const there = timezone ? DateTime.fromJSDate(now).setZone(timezone) : null;
    if (there?.isValid) return there;
  }
  return DateTime.fromJSDate(now).toUTC();
}

function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
