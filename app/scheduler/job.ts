/** A job to be done once, at or after `runAt`. The scheduler sees only a kind and some JSON. */
export type NewJob = {
  /** Stable name that chooses the handler: a promise to rows already stored. */
  kind: string;
  /** Unique while the job waits: scheduling the same key again replaces run-at, payload and priority. */
  key?: string;
  payload: unknown;
  /** Shop time. */
  runAt: Date;
  /** Lower goes first among due jobs. Transactional pushes -10, marketing 0, housekeeping 10. */
  priority?: number;
  maxAttempts?: number;
};

export type Job = {
  id: number;
  kind: string;
  key: string | null;
  payload: unknown;
  runAt: Date;
  /** 1 on the first try. */
  attempt: number;
  maxAttempts: number;
};

/**
 * The fate of a job. `snooze` runs it again at `until` (shop time) without counting an attempt. A handler that throws is
 * tried again with backoff (machine time), and after the last attempt the job is `discarded` with its error kept.
 */
export type JobResult = { type: "done" } | { type: "cancel"; reason: string } | { type: "snooze"; until: Date };

/**
 * Does a job. `signal` tells that its lease was lost or that the app stops; a handler that runs briefly leaves it out of its
 * parameters and is not given one of its own.
 */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<JobResult>;
