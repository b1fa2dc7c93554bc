import type { Logger } from "../log.server.ts";
import type { Metrics } from "../metrics.server.ts";
import type { SchedulerEvent } from "../scheduler/scheduler.server.ts";

/** The scheduler's log lines and metrics, all in one place. A payload is never logged: it may name people. */
export function logJobs(log: Logger, metrics: Metrics): (event: SchedulerEvent) => void {
  return (event) => {
    if (event.type === "released") {
      log.warn({ count: event.count }, "jobs of dead workers were given back");
      return;
    }
    if (event.type === "store_failed") {
      log.error({ err: event.error }, "the scheduler could not use the database");
      return;
    }
    const { id: jobId, kind, key, attempt } = event.job;
    switch (event.type) {
      case "started":
        metrics.jobLateness.observe(event.latenessMs / 1_000);
        break;
      case "finished":
        metrics.jobsFinished.inc({ kind, result: event.result });
        metrics.jobDuration.observe({ kind }, event.durationMs / 1_000);
        log.debug({ jobId, kind, key, attempt, result: event.result, reason: event.reason }, "job finished");
        break;
      case "failed": {
        metrics.jobsFinished.inc({ kind, result: event.retryInMs === null ? "discard" : "retry" });
        metrics.jobDuration.observe({ kind }, event.durationMs / 1_000);
        const fields = { jobId, kind, key, attempt, retryInMs: event.retryInMs, err: event.error };
        if (event.retryInMs === null) log.error(fields, "job failed for the last time and was discarded");
        else log.warn(fields, "job failed and will be tried again");
        break;
      }
      case "lease_lost":
        log.warn({ jobId, kind, key, attempt }, "job lost its lease: this process was away too long");
        break;
    }
  };
}
