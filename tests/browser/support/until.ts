import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks until the answer is neither false, null nor undefined, and gives it.
 *
 * @param what completes "waited N ms for …" in the error
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 15_000,
): Promise<Exclude<T, false | null | undefined>> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== false && answer !== null && answer !== undefined) {
      return answer as Exclude<T, false | null | undefined>;
    }
    if (performance.now() > endsAt) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await sleep(50);
  }
}
