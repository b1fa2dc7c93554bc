import type { Clock } from "./clock.server.ts";

/** The clock of a real shop: shop time is the machine's time. */
export function systemClock(): Clock {
  return {
    now: () => new Date(),
    machineNow: () => new Date(),
    speed: 1,
    afterMachineMs: (machineMs) => new Date(Date.now() + machineMs),
    machineMsUntil: (at) => Math.max(0, at.getTime() - Date.now()),
    onChange: () => () => {},
  };
}
