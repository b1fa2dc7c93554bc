import { isInstalled } from "./sim.ts";
import type { Sim } from "./sim.ts";

/** The whole state as JSON, for tests and for curious people: maps become objects, tokens and secrets stay out. */
export function dumpState(sim: Sim): object {
  const { state } = sim;
  return {
    clock: sim.clock.reading(),
    installed: isInstalled(sim),
    ...(plain(state) as object),
    faults: sim.faults.list(),
    disturbance: sim.webhooks.disturbance(),
  };
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "secret" && name !== "recoveryKey")
      .map(([name, item]) => [name, plain(item)]),
  );
}
