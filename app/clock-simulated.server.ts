import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Clock } from "./clock.server.ts";

const readingSchema = z.object({
  /** The store's machine clock when it read the shop's. */
  real: z.iso.datetime().transform((text) => new Date(text)),
  shop: z.iso.datetime().transform((text) => new Date(text)),
  /** Seconds of shop time per second of machine time. */
  speed: z.number().positive(),
  /** Changes whenever the clock was moved. */
  version: z.union([z.number(), z.string()]),
});
type Reading = z.infer<typeof readingSchema>;

export type SimulatedClock = Clock & {
  /** Ends following. The clock goes on from where it is. */
  stop(): void;
};

export type SimulatedClockOptions = {
  /** Origin of the simulated store. */
  url: string;
  /** Told when the store cannot be reached, once until it answers again. */
  onLost?: (error: unknown) => void;
  machineNow?: () => Date;
};

const ANSWERS_WITHIN_MS = 35_000; // the store holds a request for up to 25 s
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * The shop's clock as the simulated store keeps it: reads it before returning, then follows it, so that moving it there
 * moves it here at once. While the store is away, the clock goes on at its last speed.
 *
 * @param patienceMs how long to wait for the store's first answer
 * @throws the last error when the store did not answer in that time
 */
export async function followSimulatedClock(
  options: SimulatedClockOptions,
  patienceMs = 30_000,
): Promise<SimulatedClock> {
  const { url, onLost = () => {}, machineNow = () => new Date() } = options;
  const listeners = new Set<() => void>();
  const ending = new AbortController();

  const ask = async (after: Reading["version"] | null): Promise<Reading> => {
    const query = after === null ? "" : `?after=${encodeURIComponent(after)}`;
    const response = await fetch(`${url}/_sim/clock${query}`, {
      signal: AbortSignal.any([ending.signal, AbortSignal.timeout(ANSWERS_WITHIN_MS)]),
    });
    if (!response.ok) throw new Error(`The simulated store answered ${response.status} for its clock`);
    return readingSchema.parse(await response.json());
  };

  let reading = await firstReading(() => ask(null), patienceMs);

  const shopNow = () => reading.shop.getTime() + (machineNow().getTime() - reading.real.getTime()) * reading.speed;

  void follow();

  return {
    now: () => new Date(shopNow()),
    machineNow,
    get speed() {
      return reading.speed;
    },
    afterMachineMs: (machineMs) => new Date(shopNow() + machineMs * reading.speed),
    machineMsUntil: (at) => Math.max(0, (at.getTime() - shopNow()) / reading.speed),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => ending.abort(),
  };

  async function follow(): Promise<void> {
    let pauseMs = 0;
    // Without a version the store answers at once: after it was away, it may have been started anew.
    let after: Reading["version"] | null = reading.version;
    while (!ending.signal.aborted) {
      try {
        const next = await ask(after);
        pauseMs = 0;
        after = next.version;
        take(next);
      } catch (error) {
        if (ending.signal.aborted) return;
        if (pauseMs === 0) onLost(error);
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 || FIRST_PAUSE_MS);
        after = null;
        await sleep(pauseMs, undefined, { signal: ending.signal, ref: false }).catch(() => {});
      }
    }
  }

  function take(next: Reading): void {
    const before = shopNow();
    const isMoved = next.version !== reading.version || next.speed !== reading.speed;
    reading = next;
    // A second of real drift also counts: the store may have started anew under the same version.
    if (isMoved || Math.abs(shopNow() - before) > 1_000 * next.speed) {
      for (const listener of listeners) listener();
    }
  }
}

async function firstReading(ask: () => Promise<Reading>, patienceMs: number): Promise<Reading> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() + FIRST_PAUSE_MS > end) throw error;
      await sleep(FIRST_PAUSE_MS);
    }
  }
}
