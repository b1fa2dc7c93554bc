import { durationMs } from "./clock.ts";
import { HttpError, json, readJsonObject } from "./http.ts";
import type { Router, SimResponse } from "./http.ts";
import { redactShopWhenDue } from "./installation.ts";
import type { Sim } from "./sim.ts";

const LONG_POLL_MS = 25_000;
/** How long the app may take to show a moved clock; a restart fits in. */
const FOLLOW_TIMEOUT_MS = 20_000;

/** GET and POST /_sim/clock. */
export function registerClock(router: Router, sim: Sim): void {
  router.on("GET", "/_sim/clock", async (request) => {
    const after = request.url.searchParams.get("after");
    if (after === String(sim.clock.version)) await changeOrTimeout(sim, LONG_POLL_MS);
    return json(sim.clock.reading());
  });

  router.on("POST", "/_sim/clock", async (request) => {
    const body = readJsonObject(request);
    const advance = body["advance"] === undefined ? 0 : durationMs(String(body["advance"]));
    const speed = body["speed"] === undefined ? sim.clock.speed : Number(body["speed"]);
    if (advance === null) throw new HttpError(400, 'advance must be an ISO 8601 duration such as "PT90M" or "-PT5M"');
    if (!(speed > 0)) throw new HttpError(400, "speed must be a number above 0");

    if (speed !== sim.clock.speed) sim.clock.setSpeed(speed);
    sim.clock.advance(advance);
    redactShopWhenDue(sim);
    return body["wait"] === false ? json(sim.clock.reading()) : untilAppFollows(sim);
  });
}

function changeOrTimeout(sim: Sim, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    const stop = sim.clock.onChange(end);
  });
}

/** Answers once the app's /healthz shows our time: within a quarter of a machine second. */
async function untilAppFollows(sim: Sim): Promise<SimResponse> {
  const deadline = Date.now() + FOLLOW_TIMEOUT_MS;
  const tolerance = 250 * (1 + sim.clock.speed);
  let seen = "nothing";
  while (Date.now() < deadline) {
    const before = sim.clock.now().getTime();
    const shown = await appTime(sim);
    const after = sim.clock.now().getTime();
    seen = typeof shown === "string" ? shown : shown.toISOString();
    if (shown instanceof Date && shown.getTime() >= before - tolerance && shown.getTime() <= after + tolerance) {
      return json(sim.clock.reading());
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const reading = sim.clock.reading();
  return json(
    {
      ...reading,
      error: `The clock was moved to ${reading.shop}, but ${sim.options.appUrl}/healthz does not show it: ${seen}.`,
    },
    504,
  );
}

async function appTime(sim: Sim): Promise<Date | string> {
  try {
    const response = await fetch(`${sim.options.appUrl}/healthz`, { signal: AbortSignal.timeout(2000) });
    const body = (await response.json()) as { time?: unknown };
    const time = new Date(String(body.time));
    return Number.isNaN(time.getTime()) ? `HTTP ${response.status} without a time` : time;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
