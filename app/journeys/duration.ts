import { Duration } from "luxon";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
/** The longest wait of a journey: a year. */
export const LONGEST_DELAY_MS = 366 * DAY_MS;

// Signs and fractions are left out on purpose: a wait into the past is always a mistake.
const ISO_DURATION =
  /^P(?=\d|T\d)(?:\d{1,6}Y)?(?:\d{1,6}M)?(?:\d{1,6}W)?(?:\d{1,6}D)?(?:T(?=\d)(?:\d{1,8}H)?(?:\d{1,8}M)?(?:\d{1,9}S)?)?$/;

/** @returns milliseconds of an ISO 8601 duration such as "PT90M" (a month counts 30 days), null for anything else */
export function parseDelay(delay: string): number | null {
  if (!ISO_DURATION.test(delay)) return null;
  const duration = Duration.fromISO(delay);
  return duration.isValid ? duration.toMillis() : null;
}

/** @throws for a text that the definition's schema would not have let in */
export function delayMs(delay: string): number {
  const milliseconds = parseDelay(delay);
  if (milliseconds === null) throw new Error(`Not an ISO 8601 duration: ${delay}`);
  return milliseconds;
}
