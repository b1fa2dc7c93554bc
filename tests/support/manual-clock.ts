import type { Clock } from "../../app/clock.server.ts";

/** A clock that stands still until it is told otherwise. `advance` moves machine time, and shop time by `speed` times that. */
export type ManualClock = Clock & {
  advance(machineMs: number): void;
  /** Moves shop time alone, as `_sim/clock` does, and tells the listeners. */
  jump(shopMs: number): void;
};

export function manualClock(start: Date = new Date("2026-11-02T12:00:00Z"), speed = 1): ManualClock {
  let machineMs = start.getTime();
  let shopMs = start.getTime();
  const listeners = new Set<() => void>();
  return {
    now: () => new Date(shopMs),
    machineNow: () => new Date(machineMs),
    speed,
    afterMachineMs: (ms) => new Date(shopMs + ms * speed),
    machineMsUntil: (at) => Math.max(0, (at.getTime() - shopMs) / speed),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    advance(ms) {
      machineMs += ms;
      shopMs += ms * speed;
    },
    jump(ms) {
      shopMs += ms;
      for (const listener of listeners) listener();
    },
  };
}
