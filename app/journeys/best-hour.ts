import type { SendingHour } from "./sending-hour.ts";

/** Messages nobody waits for are not sent before nor after these hours, whenever somebody may browse. */
const EARLIEST = 8;
const LATEST = 21;
const UNTIL_KNOWN = { hour: 10, minute: 0 };
/** Fewer signs of life than this say nothing of habits. */
const ENOUGH = 5;

export type TimeOfDay = { hour: number; minute: number };

/**
 * The time of day at which somebody is usually there, by their own clock.
 *
 * @param activity weight of what they did in each hour of the day in UTC, 24 of them; null: not known
 * @param offsetMinutes their clock is this far ahead of UTC on the day in question
 */
export function timeToSend(hour: SendingHour, activity: readonly number[] | null, offsetMinutes: number): TimeOfDay {
  if (hour !== "best") {
    const [hours = 10, minutes = 0] = hour.split(":").map(Number);
    return { hour: hours, minute: minutes };
  }
  const total = (activity ?? []).reduce((sum, weight) => sum + weight, 0);
  if (!activity || total < ENOUGH) return UNTIL_KNOWN;

  const there = Array.from({ length: 24 }, () => 0);
  activity.forEach((weight, utcHour) => {
    // Half past the hour stands for the hour: zones differ by half hours too.
    const minute = (((utcHour * 60 + 30 + offsetMinutes) % 1_440) + 1_440) % 1_440;
    there[Math.floor(minute / 60)] = (there[Math.floor(minute / 60)] ?? 0) + weight;
  });
  const at = (hour24: number) => there[(hour24 + 24) % 24] ?? 0;
  let best: TimeOfDay = UNTIL_KNOWN;
  let most = 0;
  for (let hour24 = EARLIEST; hour24 <= LATEST; hour24 += 1) {
    // The hours beside it count half: a habit is not exact to the hour.
    const weight = at(hour24) + (at(hour24 - 1) + at(hour24 + 1)) / 2;
    if (weight > most) {
      most = weight;
      best = { hour: hour24, minute: 0 };
    }
  }
  return best;
}
