import type { Clock } from "../clock.server.ts";
import { backoffMs } from "./backoff.ts";
import type { FinishedJob, JobStore } from "./job-store.ts";
import type { Job, JobHandler, JobResult } from "./job.ts";

/** How a kind of job is done, and how many of it at once in this process. */
export type HandlerBinding = { handler: JobHandler; concurrency: number };

/** What the scheduler did, for the log and the metrics. Durations are machine time. */
export type SchedulerEvent =
  | { type: "started"; job: Job; latenessMs: number }
  | { type: "finished"; job: Job; result: "done" | "cancel" | "snooze"; durationMs: number; reason: string | null }
  | { type: "failed"; job: Job; error: unknown; durationMs: number; retryInMs: number | null }
  | { type: "lease_lost"; job: Job }
  | { type: "released"; count: number }
  | { type: "store_failed"; error: unknown };

export type SchedulerOptions = {
  jobs: JobStore;
  clock: Clock;
  handlers: Record<string, HandlerBinding>;
  /** See owner.server.ts. */
  owner: string;
  onEvent?: (event: SchedulerEvent) => void;
  /** Machine time a claim holds without being renewed; it is renewed every third of it. */
  leaseMs?: number;
  /** Sleep no longer than this without looking: other processes may write jobs to the same file. */
  longestSleepMs?: number;
  random?: () => number;
};

const AFTER_STORE_FAILURE_MS = 1_000;
/** A loop that has not come round for this long hangs. */
const ALIVE_WITHIN_MS = 15_000;
/** Part of the time to stop in which handlers may end by themselves; the rest is for those that obey the signal. */
const GRACE_SHARE = 0.8;

/**
 * Runs durable jobs when they are due, each kind with its own bound on concurrency. It sleeps until the next due job and
 * is woken for an earlier one (`wake`), by a moved clock and by its own finished jobs. It knows no shop terms.
 *
 * A handler runs at least once: when the process dies after the work and before the fate is written, the job runs again
 * on the next process. Handlers must be idempotent.
 */
export class Scheduler {
  readonly #jobs: JobStore;
  readonly #clock: Clock;
  readonly #handlers: Map<string, HandlerBinding>;
  readonly #owner: string;
  readonly #onEvent: (event: SchedulerEvent) => void;
  readonly #leaseMs: number;
  readonly #longestSleepMs: number;
  readonly #random: () => number;

  readonly #running = new Map<number, RunningJob>();
  readonly #runningByKind = new Map<string, number>();
  #outcomes: FinishedJob[] = [];
  #loop: Promise<void> | null = null;
  #isStopping = false;
  #isWoken = false;
  #endSleep: (() => void) | null = null;
  /** Shop time, in milliseconds. */
  #sleepsUntil = Infinity;
  #leaseTimer: NodeJS.Timeout | null = null;
  #unsubscribe: (() => void) | null = null;
  #lastPollAt = -Infinity;

  constructor(options: SchedulerOptions) {
    this.#jobs = options.jobs;
    this.#clock = options.clock;
    this.#handlers = new Map(Object.entries(options.handlers));
    this.#owner = options.owner;
    this.#onEvent = options.onEvent ?? (() => {});
    this.#leaseMs = options.leaseMs ?? 60_000;
    this.#longestSleepMs = options.longestSleepMs ?? 1_000;
    this.#random = options.random ?? Math.random;
  }

  /**
   * Gives back what dead workers held, then runs jobs until `stop`.
   *
   * @param isDeadOwner tells owners whose leases need not be waited for
   */
  async start(isDeadOwner: (owner: string) => boolean = () => false): Promise<void> {
    if (this.#loop) throw new Error("The scheduler was started twice");
    await this.#releaseDeadOwners(isDeadOwner);
    this.#unsubscribe = this.#clock.onChange(() => this.wake());
    this.#leaseTimer = setInterval(() => void this.maintain(), this.#leaseMs / 3);
    this.#leaseTimer.unref();
    this.#loop = this.#pollForever();
  }

  /** Looks for due jobs now. Cheap and safe to call from anywhere, also from inside a store's transaction. */
  wake(): void {
    this.#isWoken = true;
    this.#endSleep?.();
  }

  /**
   * Tells that a job was written, due at `runAt` (shop time): wakes the scheduler if it would sleep past it. For the store,
   * which calls it inside its transaction, once for each re-armed timer.
   */
  jobScheduled(runAt: Date): void {
    if (this.#endSleep === null || runAt.getTime() < this.#sleepsUntil) this.wake();
  }

  /** Whether the loop came round lately. */
  isAlive(): boolean {
    return this.#loop !== null && !this.#isStopping && performance.now() - this.#lastPollAt < ALIVE_WITHIN_MS;
  }

  /**
   * One turn: writes the fates of finished jobs, claims what is due and starts it.
   *
   * @returns machine milliseconds to sleep before the next turn, unless woken; 0 when there may be more at once
   */
  async poll(): Promise<number> {
    const kinds = this.#kindsWithRoom();
    // Asked for together, the store does both in one transaction.
    const [written, claimed] = await Promise.allSettled([
      this.#writeOutcomes(),
      this.#isStopping || kinds.length === 0 ? [] : this.#claim(kinds),
    ]);
    if (claimed.status === "rejected") throw claimed.reason;
    const startedAt = performance.now();
    for (const job of claimed.value) this.#begin(job, startedAt);
    if (written.status === "rejected") throw written.reason;

    this.#lastPollAt = performance.now();
    if (this.#outcomes.length > 0) return 0;
    const nextAt = await this.#jobs.nextDueAt(this.#kindsWithRoom().map(({ kind }) => kind));
    if (nextAt === null) return this.#longestSleepMs;
    return Math.min(this.#longestSleepMs, Math.ceil(this.#clock.machineMsUntil(nextAt)));
  }

  /**
   * Renews the leases of running jobs and gives back those of workers that no longer renew theirs. A job whose lease was
   * lost (this machine slept) is told so through its signal. Called on a timer; tests call it themselves.
   */
  async maintain(): Promise<void> {
    try {
      const now = this.#clock.machineNow();
      if (this.#running.size > 0) {
        const held = new Set(await this.#jobs.renewLeases(this.#owner, new Date(now.getTime() + this.#leaseMs)));
        for (const [id, running] of this.#running) {
          // Finished in the meantime, and only waiting to be written down.
          if (held.has(id) || this.#outcomes.some((outcome) => outcome.id === id)) continue;
          this.#onEvent({ type: "lease_lost", job: running.job });
          abort(running, new Error(`Job ${id} lost its lease`));
        }
      }
      const count = await this.#jobs.releaseExpired(now);
      if (count > 0) {
        this.#onEvent({ type: "released", count });
        this.wake();
      }
    } catch (error) {
      this.#onEvent({ type: "store_failed", error });
    }
  }

  /**
   * Claims nothing more, lets running jobs end, tells those that take too long to stop through their signal, and gives
   * back the rest without counting the attempt. Done within `limitMs` of machine time.
   */
  async stop(limitMs: number): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#unsubscribe?.();
    if (this.#leaseTimer) clearInterval(this.#leaseTimer);
    this.wake();
    await this.#loop;

    await this.#runningEnd(limitMs * GRACE_SHARE);
    for (const running of this.#running.values()) abort(running, new Error("The app is stopping"));
    await this.#runningEnd(limitMs * (1 - GRACE_SHARE));

    await this.#writeOutcomes();
    await this.#jobs.giveBack(this.#owner, [...this.#running.keys()], this.#clock.machineNow());
  }

  async #pollForever(): Promise<void> {
    while (!this.#isStopping) {
      this.#isWoken = false;
      let sleepMs = AFTER_STORE_FAILURE_MS;
      try {
        sleepMs = await this.poll();
      } catch (error) {
        this.#onEvent({ type: "store_failed", error });
      }
      await this.#sleep(sleepMs);
    }
  }

  /** Lets at least one turn of the event loop pass, so that what ends together is written together. */
  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#isWoken || ms <= 0) {
        setImmediate(resolve);
        return;
      }
      const timer = setTimeout(resolve, ms);
      this.#sleepsUntil = this.#clock.afterMachineMs(ms).getTime();
      this.#endSleep = () => {
        this.#endSleep = null;
        clearTimeout(timer);
        setImmediate(resolve);
      };
    });
    this.#endSleep = null;
  }

  /** A busy kind is filled up again when a quarter of it is free: one claim for many jobs, not one for each. */
  #kindsWithRoom(): { kind: string; limit: number }[] {
    const kinds = [];
    for (const [kind, { concurrency }] of this.#handlers) {
      const limit = concurrency - (this.#runningByKind.get(kind) ?? 0);
      if (limit >= Math.max(1, Math.floor(concurrency / 4))) kinds.push({ kind, limit });
    }
    return kinds;
  }

  async #claim(kinds: { kind: string; limit: number }[]): Promise<Job[]> {
    const leaseUntil = new Date(this.#clock.machineNow().getTime() + this.#leaseMs);
    return this.#jobs.claim({ kinds, owner: this.#owner, now: this.#clock.now(), leaseUntil });
  }

  #begin(job: Job, startedAt: number): void {
    const latenessMs = (this.#clock.now().getTime() - job.runAt.getTime()) / this.#clock.speed;
    this.#onEvent({ type: "started", job, latenessMs: Math.max(0, latenessMs) });
    const handler = this.#handlers.get(job.kind)?.handler;
    // Making a signal takes longer than many a job.
    const controller = handler && handler.length > 1 ? new AbortController() : null;
    const running: RunningJob = { job, controller, startedAt, isAborted: false, ended: null };
    this.#running.set(job.id, running);
    this.#runningByKind.set(job.kind, (this.#runningByKind.get(job.kind) ?? 0) + 1);
    running.ended = this.#run(running, handler);
  }

  async #run(running: RunningJob, handler: JobHandler | undefined): Promise<void> {
    const { job, controller, startedAt } = running;
    let outcome: FinishedJob | null;
    try {
      if (!handler) throw new Error(`No handler for jobs of kind ${job.kind}`);
      const result = await handler(job, controller?.signal ?? NEVER);
      outcome = asOutcome(job, result);
      const reason = result.type === "cancel" ? result.reason : null;
      const durationMs = performance.now() - startedAt;
      this.#onEvent({ type: "finished", job, result: result.type, durationMs, reason });
    } catch (error) {
      outcome = running.isAborted ? null : this.#failed(job, error, performance.now() - startedAt);
    }

    // Told to stop and gave up: stays listed until `stop` gives it back.
    if (outcome === null && this.#isStopping) return;
    this.#running.delete(job.id);
    this.#runningByKind.set(job.kind, (this.#runningByKind.get(job.kind) ?? 1) - 1);
    // Without an outcome the lease was lost: the job belongs to another.
    if (outcome !== null) this.#outcomes.push(outcome);
    this.wake();
  }

  #failed(job: Job, error: unknown, durationMs: number): FinishedJob {
    const isLast = job.attempt >= job.maxAttempts;
    const retryInMs = isLast ? null : backoffMs(job.attempt, this.#random());
    this.#onEvent({ type: "failed", job, error, durationMs, retryInMs });
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (retryInMs === null) return { id: job.id, type: "discard", error: text };
    return { id: job.id, type: "retry", runAt: this.#clock.afterMachineMs(retryInMs), error: text };
  }

  async #writeOutcomes(): Promise<void> {
    if (this.#outcomes.length === 0) return;
    const batch = this.#outcomes;
    this.#outcomes = [];
    try {
      await this.#jobs.finish(this.#owner, batch, this.#clock.machineNow());
    } catch (error) {
      // The work is done: its fate must not be forgotten because the disk was full for a while.
      this.#outcomes = [...batch, ...this.#outcomes];
      throw error;
    }
  }

  async #releaseDeadOwners(isDeadOwner: (owner: string) => boolean): Promise<void> {
    const now = this.#clock.machineNow();
    let count = await this.#jobs.releaseExpired(now);
    for (const owner of await this.#jobs.owners()) {
      if (owner !== this.#owner && isDeadOwner(owner)) count += await this.#jobs.releaseOwner(owner, now);
    }
    if (count > 0) this.#onEvent({ type: "released", count });
  }

  /** Resolves when no handler runs any more, or after `limitMs`. */
  async #runningEnd(limitMs: number): Promise<void> {
    if (this.#running.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs);
    });
    await Promise.race([limit, Promise.all([...this.#running.values()].map(({ ended }) => ended))]);
    clearTimeout(timer);
  }
}

type RunningJob = {
  job: Job;
  /** Null for a handler that takes no signal. */
  controller: AbortController | null;
  startedAt: number;
  isAborted: boolean;
  ended: Promise<void> | null;
};

const NEVER = new AbortController().signal;

function abort(running: RunningJob, reason: Error): void {
  running.isAborted = true;
  running.controller?.abort(reason);
}

function asOutcome(job: Job, result: JobResult): FinishedJob {
  if (result.type === "done") return { id: job.id, type: "done" };
  if (result.type === "cancel") return { id: job.id, type: "cancel", reason: result.reason };
  return { id: job.id, type: "snooze", runAt: result.until };
}
