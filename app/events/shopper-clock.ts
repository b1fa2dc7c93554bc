/** Nothing a browser reports is taken for older than this (machine time): its storage outlived its meaning. */
const OLDEST_MS = 30 * 24 * 3_600_000;

/**
 * When something happened on a shopper's device, in shop time. A shopper's clock is not trusted; the time between its two
 * readings is: an event happened (`sentAt` − `at`) × speed before it was received. What claims to be of the future happened
 * now.
 *
 * @param at when it happened, by the shopper's clock
 * @param sentAt when it was sent, by the same clock
 * @param receivedAt shop time
 * @param speed seconds of shop time per second of machine time
 */
export function happenedAt(at: Date, sentAt: Date, receivedAt: Date, speed: number): Date {
  const ageMs = Math.min(Math.max(sentAt.getTime() - at.getTime(), 0), OLDEST_MS);
  return new Date(receivedAt.getTime() - Math.round(ageMs * speed));
}
