import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What operators watch. Names no shop: labels are kinds, outcomes and push services. */
export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "beckon_" });
  const registers = [registry];

  return {
    registry,
    /** Jobs by kind and fate: done, cancel, snooze, retry, discard. */
    jobsFinished: new Counter({
      name: "beckon_jobs_finished_total",
      help: "Jobs by kind and what became of them",
      labelNames: ["kind", "result"] as const,
      registers,
    }),
    jobLateness: new Histogram({
      name: "beckon_job_lateness_seconds",
      help: "Machine time between a job's due time and its start",
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300],
      registers,
    }),
    jobDuration: new Histogram({
      name: "beckon_job_duration_seconds",
      help: "Machine time a job ran",
      labelNames: ["kind"] as const,
      buckets: [0.005, 0.05, 0.25, 1, 5, 30],
      registers,
    }),
    /** Set when /metrics is asked: by kind and state (waiting, running, cancelled, discarded). */
    jobs: new Gauge({
      name: "beckon_jobs",
      help: "Jobs in the table by kind and state",
      labelNames: ["kind", "state"] as const,
      registers,
    }),
    /** One for each answer (or none) of a push service. */
    pushes: new Counter({
      name: "beckon_pushes_total",
      help: "Pushes by push service and outcome (accepted, gone, later, refused)",
      labelNames: ["service", "outcome"] as const,
      registers,
    }),
    pushDuration: new Histogram({
      name: "beckon_push_duration_seconds",
      help: "Time until a push service answered",
      labelNames: ["service"] as const,
      buckets: [0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    webhooks: new Counter({
      name: "beckon_webhooks_total",
      help: "Webhooks by topic and result (recorded, repeated, refused, failed)",
      labelNames: ["topic", "result"] as const,
      registers,
    }),
    storefrontRequests: new Counter({
      name: "beckon_storefront_requests_total",
      help: "Storefront requests by path and status",
      labelNames: ["path", "status"] as const,
      registers,
    }),
    receipts: new Counter({
      name: "beckon_receipts_total",
      help: "Receipts by type",
      labelNames: ["type"] as const,
      registers,
    }),
    adminApiRequests: new Counter({
      name: "beckon_admin_api_requests_total",
      help: "Admin API requests by outcome (ok, later, revoked, invalid)",
      labelNames: ["outcome"] as const,
      registers,
    }),
  };
}
