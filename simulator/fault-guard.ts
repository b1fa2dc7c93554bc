import { json } from "./http.ts";
import type { Guard } from "./http.ts";
import type { Sim } from "./sim.ts";

/** Makes calls go wrong as `POST /_sim/faults` asked. The simulation's own API is never hit. */
export function faultGuard(sim: Sim): Guard {
  return async (request) => {
    if (request.path.startsWith("/_sim/")) return null;
    const fault = sim.faults.take(request.path);
    if (!fault) return null;
    if (fault.hangMs > 0) await new Promise((resolve) => setTimeout(resolve, fault.hangMs));
    if (fault.isThrottled) return json(throttledBody(sim, 752));
    if (fault.status === null) return null;
    return json(
      { errors: `Simulated fault ${fault.status}` },
      fault.status,
      fault.status === 429 ? { "retry-after": "2.0" } : {},
    );
  };
}

/** What the Admin API says, with HTTP 200, when a shop's points are used up. */
export function throttledBody(sim: Sim, requestedCost: number): object {
  return {
    errors: [
      {
        message: "Throttled",
        extensions: { code: "THROTTLED", documentation: "https://shopify.dev/api/usage/rate-limits" },
      },
    ],
    extensions: {
      cost: { requestedQueryCost: requestedCost, actualQueryCost: null, throttleStatus: sim.cost.status() },
    },
  };
}
