import type { HandlerBinding } from "../scheduler/scheduler.server.ts";
import type { Services } from "../services.server.ts";
import { HOUSEKEEPING_KIND, housekeepingHandler } from "./housekeeping.server.ts";

/** Each kind of job, the function that does it and how many of it run at once in one process. One line for each kind. */
export function jobHandlers(services: Services): Record<string, HandlerBinding> {
  const { store, clock } = services;
  return {
    [HOUSEKEEPING_KIND]: { handler: housekeepingHandler(store, clock), concurrency: 1 },
  };
}
