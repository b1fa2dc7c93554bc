import type { FinishedJob, JobCount, JobState, JobStore, StoredJob } from "../../scheduler/job-store.ts";
import type { Job } from "../../scheduler/job.ts";
import type { Database } from "./database.server.ts";
import { UNDER_WAY, WAITING } from "./job-statements.server.ts";

// A claim writes one narrow row beside each job and an end takes both away, so that a job that is done once costs its row and
// two index entries no more than one write and one removal.

// A waiting job whose key runs must wait for that one's end.
const CLAIMABLE = `${WAITING} and (key is null or not exists (
  select 1 from job_leases as other where other.key = jobs.key and other.key is not null))`;

const ENDED = "state in ('completed', 'cancelled', 'discarded')";

/** Errors are kept for a person to read; a page of it is enough. */
const LONGEST_ERROR = 4000;
/** So many rows are counted at a stretch: about a millisecond. */
const COUNTED_AT_ONCE = 20_000;

/** id, kind, key, payload, run at, attempts that ended, most attempts. */
type ClaimedRow = [number, string, string | null, string, number, number, number];
/** Jobs of one kind and priority that have not ended. `dueAt`: when the first claimable one is due; null: there is none. */
type Head = { kind: string; priority: number; dueAt: number | null };
type Lease = { id: number; owner: string; key: string | null };

export function jobStore({ sqlite, jobs, commit }: Database): JobStore {
  // A loose index scan: one seek for each kind and priority there are, however many jobs lie behind each.
  const firstPriority = (kind: string, after = "") =>
    `(select min(priority) from jobs where kind = ${kind} ${after} and ${UNDER_WAY})`;
  const selectHeads = sqlite.prepare<[string], Head>(
    `with recursive head (kind, priority) as (
       select value, ${firstPriority("value")} from json_each(?)
       union all
       select kind, ${firstPriority("head.kind", "and priority > head.priority")} from head where priority is not null)
     select kind, priority, (select run_at from jobs where kind = head.kind and priority = head.priority
       and ${CLAIMABLE} order by run_at limit 1) as dueAt
     from head where priority is not null`,
  );
  const selectKinds = sqlite
    .prepare<[], string>(
      `with recursive head (kind) as (
         select min(kind) from jobs where ${UNDER_WAY}
         union all select (select min(kind) from jobs where kind > head.kind and ${UNDER_WAY}) from head where kind is not null)
       select kind from head where kind is not null`,
    )
    .pluck();
  const selectDue = sqlite
    .prepare<[string, number, number, number], ClaimedRow>(
      `select id, kind, key, payload, run_at, attempts, max_attempts from jobs
       where kind = ? and priority = ? and run_at <= ? and ${CLAIMABLE} order by run_at, id limit ?`,
    )
    .raw();
  const lease = sqlite.prepare<[string, number, string]>(
    "insert into job_leases (job_id, owner, until_machine) select value, ?, ? from json_each(?)",
  );

  const endLeases = sqlite.prepare<[string, string]>(
    "delete from job_leases where job_id in (select value from json_each(?)) and owner = ?",
  );
  const deleteHeld = sqlite.prepare<[string, string]>(
    `delete from jobs where id in (
       select job_id from job_leases where job_id in (select value from json_each(?)) and owner = ?)`,
  );
  const endLease = sqlite
    .prepare<[number, string], string | null>("delete from job_leases where job_id = ? and owner = ? returning key")
    .pluck();
  const isKeyUnderWay = sqlite.prepare<[string], 1>(`select 1 from jobs where key = ? and ${UNDER_WAY}`).pluck();
  const end = sqlite.prepare<[{ id: number; key: string | null; state: JobState; error: string; now: number }]>(
    `update jobs set state = $state, key = coalesce(key, $key), attempts = attempts + 1, last_error = $error,
       finished_at_machine = $now where id = $id`,
  );
  const waitAgain = sqlite.prepare<[WaitAgainParameters]>(
    `update jobs set state = $state, key = coalesce(key, $key), run_at = coalesce($runAt, run_at),
       attempts = attempts + $counted, last_error = coalesce($error, last_error) where id = $id`,
  );
  const attemptsOf = sqlite.prepare<[number], { attempts: number; max: number }>(
    "select attempts, max_attempts as max from jobs where id = ?",
  );

  const renew = sqlite
    .prepare<[number, string], number>("update job_leases set until_machine = ? where owner = ? returning job_id")
    .pluck();
  const expired = sqlite.prepare<[number], Lease>("select job_id as id, owner from job_leases where until_machine < ?");
  const heldBy = sqlite.prepare<[string], Lease>("select job_id as id, owner from job_leases where owner = ?");
  const distinctOwners = sqlite.prepare<[], string>("select distinct owner from job_leases").pluck();
  const deleteOld = sqlite.prepare<[{ cancelled: number; discarded: number; limit: number }]>(
    `delete from jobs where id in (
       select id from jobs where ${ENDED} and finished_at_machine < max($cancelled, $discarded)
       and finished_at_machine < case state when 'discarded' then $discarded else $cancelled end
       order by finished_at_machine limit $limit)`,
  );

  const countAfter = sqlite
    .prepare<CountParameters, number>(
      `select count(*) from (select 1 from jobs where kind = ? and (priority, run_at, id) > (?, ?, ?) and ${UNDER_WAY}
       limit ${COUNTED_AT_ONCE})`,
    )
    .pluck();
  const lastCounted = sqlite
    .prepare<CountParameters, [number, number, number]>(
      `select priority, run_at, id from jobs where kind = ? and (priority, run_at, id) > (?, ?, ?) and ${UNDER_WAY}
       order by priority, run_at, id limit 1 offset ${COUNTED_AT_ONCE - 1}`,
    )
    .raw();
  const countLeased = sqlite.prepare<[], { kind: string; count: number }>(
    "select kind, count(*) as count from job_leases join jobs on jobs.id = job_id group by kind",
  );
  const countEnded = sqlite.prepare<[], { kind: string; state: "cancelled" | "discarded"; count: number }>(
    `select kind, state, count(*) as count from jobs where ${ENDED} group by kind, state`,
  );

  const headsOf = (kinds: string[]) => (kinds.length === 0 ? [] : selectHeads.all(JSON.stringify(kinds)));

  function claim({ kinds, owner, now, leaseUntil }: Parameters<JobStore["claim"]>[0]): Job[] {
    const rooms = new Map(kinds.map(({ kind, limit }) => [kind, limit]));
    const claimed: ClaimedRow[] = [];
    for (const { kind, priority, dueAt } of headsOf([...rooms.keys()])) {
      const room = rooms.get(kind) ?? 0;
      if (room <= 0 || dueAt === null || dueAt > now.getTime()) continue;
      const rows = selectDue.all(kind, priority, now.getTime(), room);
      rooms.set(kind, room - rows.length);
      claimed.push(...rows);
    }
    if (claimed.length > 0) lease.run(owner, leaseUntil.getTime(), JSON.stringify(claimed.map(([id]) => id)));
    return claimed.map(toJob);
  }

  const finish = (owner: string, outcomes: FinishedJob[], now: number) => {
    // Most jobs end well: all of a batch in two statements.
    const done = JSON.stringify(outcomes.filter(({ type }) => type === "done").map(({ id }) => id));
    deleteHeld.run(done, owner);
    endLeases.run(done, owner);
    for (const outcome of outcomes) if (outcome.type !== "done") finishOne(owner, outcome, now);
  };

  function finishOne(owner: string, outcome: Exclude<FinishedJob, { type: "done" }>, now: number): void {
    const { id } = outcome;
    const key = endLease.get(id, owner);
    if (key === undefined) return;
    if (outcome.type === "cancel") end.run({ id, key, state: "cancelled", error: cut(outcome.reason), now });
    else if (outcome.type === "discard") end.run({ id, key, state: "discarded", error: cut(outcome.error), now });
    else if (!isReplaced(id, key, now)) {
      const isRetry = outcome.type === "retry";
      waitAgain.run({
        id,
        key,
        state: isRetry ? "retryable" : "scheduled",
        runAt: outcome.runAt.getTime(),
        counted: isRetry ? 1 : 0,
        error: isRetry ? cut(outcome.error) : null,
      });
    }
  }

  /** A job that would wait again, while a newer one of its key waits already, ends. */
  function isReplaced(id: number, key: string | null, now: number): boolean {
    if (key === null || isKeyUnderWay.get(key) === undefined) return false;
    end.run({ id, key, state: "cancelled", error: "replaced by a newer job of its key", now });
    return true;
  }

  /** @param counted whether the attempt counts: its worker died with it */
  const giveUp = sqlite.transaction((leases: Pick<Lease, "id" | "owner">[], counted: 0 | 1, now: number) => {
    let count = 0;
    for (const { id, owner } of leases) {
      const key = endLease.get(id, owner);
      if (key === undefined) continue;
      count += 1;
      const job = attemptsOf.get(id);
      if (!job || isReplaced(id, key, now)) continue;
      const attempts = job.attempts + counted;
      if (counted === 1 && attempts >= job.max)
        end.run({ id, key, state: "discarded", error: `its worker died ${attempts} times`, now });
      else waitAgain.run({ id, key, state: "available", runAt: null, counted, error: null });
    }
    return count;
  });

  return {
    async schedule(job) {
      return commit(() => jobs.schedule(job));
    },

    async cancelByKey(key) {
      return jobs.cancelByKey(key);
    },

    async cancelByPrefix(prefix) {
      return jobs.cancelByPrefix(prefix);
    },

    async claim(request) {
      const kinds = request.kinds.filter(({ limit }) => limit > 0);
      // Looking first costs a few microseconds and spares an idle worker the write lock. When there is something to be
      // written anyway, such as the ends of jobs that others of their key wait for, it looks after that.
      const isDue = () =>
        headsOf(kinds.map(({ kind }) => kind)).some(({ dueAt }) => dueAt !== null && dueAt <= request.now.getTime());
      if (kinds.length === 0 || (!commit.isWaiting() && !isDue())) return [];
      return commit(() => claim({ ...request, kinds }));
    },

    async nextDueAt(kinds) {
      const due = headsOf(kinds).flatMap(({ dueAt }) => dueAt ?? []);
      return due.length === 0 ? null : new Date(Math.min(...due));
    },

    async finish(owner, outcomes, machineNow) {
      if (outcomes.length > 0) await commit(() => finish(owner, outcomes, machineNow.getTime()));
    },

    async renewLeases(owner, leaseUntil) {
      return renew.all(leaseUntil.getTime(), owner);
    },

    async releaseExpired(machineNow) {
      const leases = expired.all(machineNow.getTime());
      return leases.length === 0 ? 0 : giveUp.immediate(leases, 1, machineNow.getTime());
    },

    async releaseOwner(owner, machineNow) {
      const leases = heldBy.all(owner);
      return leases.length === 0 ? 0 : giveUp.immediate(leases, 1, machineNow.getTime());
    },

    async giveBack(owner, ids, machineNow) {
      const leases = ids.map((id) => ({ id, owner }));
      return leases.length === 0 ? 0 : giveUp.immediate(leases, 0, machineNow.getTime());
    },

    async owners() {
      return distinctOwners.all();
    },

    async counts() {
      const counts: JobCount[] = countEnded.all();
      const leased = new Map(countLeased.all().map(({ kind, count }) => [kind, count]));
      for (const [kind, count] of leased) counts.push({ kind, state: "running", count });
      for (const kind of selectKinds.all()) {
        let underWay = 0;
        let after: [number, number, number] | undefined = [Number.MIN_SAFE_INTEGER, 0, 0];
        while (after) {
          const last: [number, number, number] | undefined = lastCounted.get(kind, ...after);
          underWay += last ? COUNTED_AT_ONCE : (countAfter.get(kind, ...after) ?? 0);
          after = last;
          // Millions may wait: requests are answered in between.
          if (after) await new Promise((resolve) => setImmediate(resolve));
        }
        const count = underWay - (leased.get(kind) ?? 0);
        if (count > 0) counts.push({ kind, state: "waiting", count });
      }
      return counts.toSorted((a, b) => a.kind.localeCompare(b.kind) || a.state.localeCompare(b.state));
    },

    async list({ kind, key, state, limit = 1000 }) {
      // A key has an index among jobs under way, one among leases, and few jobs that ended.
      const ofKey = `select id from jobs where key = $key and ${UNDER_WAY} union all
        select id from jobs where key = $key and ${ENDED} union all select job_id from job_leases where key = $key`;
      const isRunning = "job_leases.job_id is not null";
      return sqlite
        .prepare<[{ kind: string | null; key: string | null; state: string | null; limit: number }], JobRow>(
          `select id, kind, coalesce(jobs.key, job_leases.key) as key, payload, run_at, priority,
             iif(${isRunning}, 'running', state) as state, attempts + (${isRunning}) as attempts, max_attempts, owner, last_error
           from jobs left join job_leases on job_id = id
           where ${key === undefined ? "$key is null" : `id in (${ofKey})`} and ($kind is null or kind = $kind)
           and ($state is null or $state = iif(${isRunning}, 'running', state)) order by id limit $limit`,
        )
        .all({ kind: kind ?? null, key: key ?? null, state: state ?? null, limit })
        .map(toStoredJob);
    },

    async deleteEnded(before, limit) {
      const [cancelled, discarded] = [before.cancelled.getTime(), before.discarded.getTime()];
      return deleteOld.run({ cancelled, discarded, limit }).changes;
    },
  };
}

type CountParameters = [kind: string, priority: number, runAt: number, id: number];

type WaitAgainParameters = {
  id: number;
  key: string | null;
  state: JobState;
  runAt: number | null;
  counted: 0 | 1;
  error: string | null;
};

type JobRow = {
  id: number;
  kind: string;
  key: string | null;
  payload: string;
  run_at: number;
  priority: number;
  state: JobState;
  attempts: number;
  max_attempts: number;
  owner: string | null;
  last_error: string | null;
};

function toJob([id, kind, key, payload, runAt, attempts, maxAttempts]: ClaimedRow): Job {
  return { id, kind, key, payload: JSON.parse(payload), runAt: new Date(runAt), attempt: attempts + 1, maxAttempts };
}

function toStoredJob(row: JobRow): StoredJob {
  return {
    id: row.id,
    kind: row.kind,
    key: row.key,
    payload: JSON.parse(row.payload),
    runAt: new Date(row.run_at),
    priority: row.priority,
    state: row.state,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    leaseOwner: row.owner,
    lastError: row.last_error,
  };
}

function cut(text: string): string {
  return text.slice(0, LONGEST_ERROR);
}
