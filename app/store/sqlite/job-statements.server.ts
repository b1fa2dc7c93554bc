import type { Database as Sqlite } from "better-sqlite3";
import type { NewJob } from "../../scheduler/job.ts";

/** Writing jobs inside another part's transaction. The rest of the job store is in job-store.server.ts. */
export type JobStatements = {
  /** Adds a job, or replaces the waiting job of its key. @returns its id */
  schedule(job: NewJob): number;
  /** @returns how many waiting jobs were removed */
  cancelByKey(key: string): number;
  /** @returns how many waiting jobs were removed */
  cancelByPrefix(prefix: string): number;
};

const DEFAULT_MAX_ATTEMPTS = 20;

/** Jobs that have not ended: the predicate of the table's partial indexes, to be written exactly so. */
export const UNDER_WAY = "state in ('scheduled', 'available', 'retryable')";

/** Of those, the ones that nobody runs. A claim leaves the job's row alone and writes a row beside it (`job_leases`). */
export const WAITING = `${UNDER_WAY} and not exists (select 1 from job_leases where job_id = jobs.id)`;

export function jobStatements(sqlite: Sqlite, onJobScheduled: (runAt: Date) => void = () => {}): JobStatements {
  // The most frequent write there is: every signal of a shopper re-arms a timer. One statement, in place.
  const upsert = sqlite
    .prepare<[string, string | null, string, number, number, number], number>(
      `insert into jobs (kind, key, payload, run_at, priority, state, max_attempts) values (?, ?, ?, ?, ?, 'scheduled', ?)
       on conflict (key) where key is not null and ${UNDER_WAY} do update set
         kind = excluded.kind, payload = excluded.payload, run_at = excluded.run_at, priority = excluded.priority,
         state = 'scheduled', attempts = 0, max_attempts = excluded.max_attempts, last_error = null
       where not exists (select 1 from job_leases where job_id = jobs.id)
       returning id`,
    )
    .pluck();
  // The key's job runs: its key moves to the lease and becomes free for the newer one, which waits for the end of the lease.
  const keyToLease = sqlite.prepare<[string, string]>(
    `update job_leases set key = ? where job_id = (select id from jobs where key = ? and ${UNDER_WAY})`,
  );
  const freeKey = sqlite.prepare<[string]>(`update jobs set key = null where key = ? and ${UNDER_WAY}`);
  const deleteByKey = sqlite.prepare<[string]>(`delete from jobs where key = ? and ${WAITING}`);
  const deleteByRange = sqlite.prepare<[string, string]>(`delete from jobs where key >= ? and key < ? and ${WAITING}`);

  function write(job: NewJob): number | undefined {
    return upsert.get(
      job.kind,
      job.key ?? null,
      JSON.stringify(job.payload ?? null),
      job.runAt.getTime(),
      job.priority ?? 0,
      job.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    );
  }

  return {
    schedule(job) {
      let id = write(job);
      if (id === undefined && job.key !== undefined) {
        keyToLease.run(job.key, job.key);
        freeKey.run(job.key);
        id = write(job);
      }
      if (id === undefined) throw new Error(`Job ${job.kind} was not written`);
      onJobScheduled(job.runAt);
      return id;
    },

    cancelByKey(key) {
      return deleteByKey.run(key).changes;
    },

    cancelByPrefix(prefix) {
      if (prefix === "") throw new Error("Cancelling by an empty prefix would cancel everything");
      return deleteByRange.run(prefix, firstAfterPrefix(prefix)).changes;
    },
  };
}

/** The smallest text greater than every text that begins with `prefix`, in SQLite's byte order. */
function firstAfterPrefix(prefix: string): string {
  return `${prefix}\u{10FFFF}`;
}
