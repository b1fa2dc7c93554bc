import { thisOwner, isDeadOwner } from "../scheduler/owner.server.ts";
import { Scheduler } from "../scheduler/scheduler.server.ts";
import type { Services } from "../services.server.ts";
import { scheduleAudienceWatches } from "./audience-watch.server.ts";
import { jobHandlers } from "./handlers.server.ts";
import { scheduleHousekeeping } from "./housekeeping.server.ts";
import { logJobs } from "./log-jobs.server.ts";

/**
 * Starts running jobs in this process. A worker beside web processes looks often, because theirs is the only hand that
 * could wake it; where the web runs in this process too, the store wakes the scheduler.
 */
export async function startJobs(services: Services): Promise<Scheduler> {
  const { store, clock, log, metrics, config } = services;
  const scheduler = new Scheduler({
    jobs: store.jobs,
    clock,
    handlers: jobHandlers(services),
    owner: thisOwner(),
    onEvent: logJobs(log, metrics),
    longestSleepMs: config.role === "worker" ? 50 : 500,
  });
  await scheduleHousekeeping(store, clock);
  await scheduleAudienceWatches(store, clock);
  await scheduler.start(isDeadOwner);
  return scheduler;
}
