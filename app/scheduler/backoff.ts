const FIRST_MS = 2_000;
const LONGEST_MS = 30 * 60_000;

/**
 * How long to wait after a failed attempt, in machine time: 2 s after the first, twice as long after each further one, at
 * most 30 minutes, and each a quarter more or less, so that what failed together does not come back together. Twenty
 * attempts take about four hours.
 *
 * @param attempt 1 for the first
 * @param random between 0 and 1
 */
export function backoffMs(attempt: number, random: number): number {
  const plain = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 30));
  return Math.round(plain * (0.75 + random / 2));
}
