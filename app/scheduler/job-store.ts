import type { Job, NewJob } from "./job.ts";

/** What became of a claimed job, as the store writes it down. `runAt` is shop time. */
export type FinishedJob =
  | { id: number; type: "done" }
  | { id: number; type: "cancel"; reason: string }
  | { id: number; type: "snooze"; runAt: Date }
  | { id: number; type: "retry"; runAt: Date; error: string }
  | { id: number; type: "discard"; error: string };

export type ClaimRequest = {
  /** Kinds that have room, and for how many more jobs. */
  kinds: { kind: string; limit: number }[];
  /** Who runs them: "host:pid:start". */
  owner: string;
  /** Shop time: jobs due at or before it. */
  now: Date;
  /** Machine time until which the claim holds without being renewed. */
  leaseUntil: Date;
};

/** A job as it lies in the table, for the admin, the metrics and tests. */
export type StoredJob = {
  id: number;
  kind: string;
  key: string | null;
  payload: unknown;
  runAt: Date;
  priority: number;
  state: JobState;
  attempts: number;
  maxAttempts: number;
  leaseOwner: string | null;
  lastError: string | null;
};

/**
 * `scheduled`: waits for its time. `available`: was given back by a worker that stopped or died, runs again at once.
 * `running`: claimed under a lease. `retryable`: failed, waits for its next try. The last two are final and kept for
 * a while: `cancelled` by its handler, or replaced by a newer job of its key; `discarded` after its last try. A job that
 * ended well is no more.
 */
export type JobState = "scheduled" | "available" | "running" | "retryable" | "cancelled" | "discarded";

/** How many jobs of a kind there are; `waiting` are those scheduled, available and retryable together. */
export type JobCount = { kind: string; state: "waiting" | "running" | "cancelled" | "discarded"; count: number };

/**
 * Durable jobs. Two jobs of one key never wait at once (the newer replaces) and never run at once (the waiting one is not
 * claimed before the running one has ended).
 */
export type JobStore = {
  /** Adds a job, or replaces run-at, payload and priority of the waiting job with its key. @returns the job's id */
  schedule(job: NewJob): Promise<number>;
  /** Removes the waiting job of this key; one that runs already goes on. @returns how many were removed: 0 or 1 */
  cancelByKey(key: string): Promise<number>;
  /** Removes the waiting jobs whose key begins with `prefix`. @returns how many */
  cancelByPrefix(prefix: string): Promise<number>;
  /** Leases due jobs, lower priority number first, then the one due longest. Counts an attempt for each. */
  claim(request: ClaimRequest): Promise<Job[]>;
  /** When the next claimable job of these kinds is due (shop time, may be past); null when none waits. */
  nextDueAt(kinds: string[]): Promise<Date | null>;
  /**
   * Writes the fates of jobs this owner holds; those that are done are deleted. A job whose lease went to another in the meantime is left alone. A retry or
   * snooze of a job whose key was scheduled anew while it ran gives way to the newer one.
   *
   * @param machineNow dates what is kept, for retention
   */
  finish(owner: string, outcomes: FinishedJob[], machineNow: Date): Promise<void>;
  /** Holds the owner's running jobs until `leaseUntil` (machine time). @returns the ids still held */
  renewLeases(owner: string, leaseUntil: Date): Promise<number[]>;
  /** Gives back jobs whose lease ended before `machineNow`: their worker is gone. Those out of attempts are discarded. */
  releaseExpired(machineNow: Date): Promise<number>;
  /** Gives back every job of an owner known to be dead. */
  releaseOwner(owner: string, machineNow: Date): Promise<number>;
  /** Gives back jobs this owner claimed and did not begin or was told to stop; the attempt is not counted. */
  giveBack(owner: string, ids: number[], machineNow: Date): Promise<number>;
  /** Owners of running jobs. */
  owners(): Promise<string[]>;
  /** For /metrics and the doctor. Counts in short pieces, so that other work goes on however many wait. */
  counts(): Promise<JobCount[]>;
  /** Jobs, oldest first. Quick by key; by anything else for the admin and tests. */
  list(filter: { kind?: string; key?: string; state?: JobState; limit?: number }): Promise<StoredJob[]>;
  /** Deletes at most `limit` jobs that were cancelled or discarded before the given machine times. @returns how many */
  deleteEnded(before: { cancelled: Date; discarded: Date }, limit: number): Promise<number>;
};
