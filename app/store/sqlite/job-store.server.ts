import type { Job } from "../../scheduler/job.ts";
import type { FinishedJob, JobState, JobStore, StoredJob } from "../../scheduler/job-store.ts";
import type { Database } from "./database.server.ts";

const WAITING = "state in ('scheduled', 'available', 'retryable')";

// A waiting job whose key is running must wait for that one's end.
const KEY_IS_FREE = `(key is null or not exists (
  select 1 from jobs as other where other.key = jobs.key and other.state = 'running' and other.key is not null))`;

// A job that would wait again, while a newer one of its key waits already.
const IS_REPLACED = `key is not null and exists (
  select 1 from jobs as newer where newer.key = jobs.key and newer.key is not null
  and newer.state in ('scheduled', 'available', 'retryable'))`;

const FREE_OF_LEASE = "lease_owner = null, lease_until_machine = null";

/** Errors are kept for a person to read; a page of it is enough. */
const LONGEST_ERROR = 4000;

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
  lease_owner: string | null;
  last_error: string | null;
};

export function jobStore({ sqlite, jobs, commit }: Database): JobStore {
  // A loose index scan: the next priority of a kind is one seek, however many jobs lie before it.
  const nextPriority = sqlite
    .prepare<[string, number], number | null>(
      `select min(priority) from jobs where kind = ? and priority > ? and ${WAITING}`,
    )
    .pluck();
  const firstDue = sqlite
    .prepare<[string, number], number>(
      `select run_at from jobs where kind = ? and priority = ? and ${WAITING} and ${KEY_IS_FREE} order by run_at limit 1`,
    )
    .pluck();
  const claimDue = sqlite.prepare<[ClaimParameters], JobRow>(
    `update jobs set state = 'running', attempts = attempts + 1, lease_owner = $owner, lease_until_machine = $leaseUntil
     where id in (
       select id from jobs where kind = $kind and priority = $priority and run_at <= $now and ${WAITING} and ${KEY_IS_FREE}
       order by run_at, id limit $limit)
     returning *`,
  );

  const held = "id = $id and state = 'running' and lease_owner = $owner";
  const end = sqlite.prepare<[{ id: number; owner: string; state: JobState; error: string | null; now: number }]>(
    `update jobs set state = $state, last_error = coalesce($error, last_error), finished_at_machine = $now,
       ${FREE_OF_LEASE} where ${held}`,
  );
  // Most jobs end well: all of a batch in one statement, a third of the time of one each.
  const complete = sqlite.prepare<[{ ids: string; owner: string; now: number }]>(
    `update jobs set state = 'completed', finished_at_machine = $now, ${FREE_OF_LEASE}
     where id in (select value from json_each($ids)) and state = 'running' and lease_owner = $owner`,
  );
  const endReplaced = sqlite.prepare<[{ id: number; owner: string; now: number }]>(
    `update jobs set state = 'cancelled', last_error = coalesce(last_error, 'replaced by a newer job of its key'),
       finished_at_machine = $now, ${FREE_OF_LEASE} where ${held} and ${IS_REPLACED}`,
  );
  const waitAgain = sqlite.prepare<[WaitAgainParameters]>(
    `update jobs set state = $state, run_at = $runAt, attempts = attempts - $uncounted,
       last_error = coalesce($error, last_error), ${FREE_OF_LEASE} where ${held}`,
  );

  const renew = sqlite
    .prepare<[number, string], number>(
      "update jobs set lease_until_machine = ? where state = 'running' and lease_owner = ? returning id",
    )
    .pluck();
  const expired = sqlite.prepare<[number], { id: number; owner: string }>(
    "select id, lease_owner as owner from jobs where state = 'running' and lease_until_machine < ?",
  );
  const heldBy = sqlite.prepare<[string], { id: number; owner: string }>(
    "select id, lease_owner as owner from jobs where state = 'running' and lease_owner = ?",
  );
  const endExhausted = sqlite.prepare<[{ id: number; owner: string; now: number }]>(
    `update jobs set state = 'discarded', last_error = 'its worker died ' || attempts || ' times',
       finished_at_machine = $now, ${FREE_OF_LEASE} where ${held} and attempts >= max_attempts`,
  );
  const release = sqlite.prepare<[{ id: number; owner: string; uncounted: number }]>(
    `update jobs set state = 'available', attempts = attempts - $uncounted, ${FREE_OF_LEASE} where ${held}`,
  );
  const distinctOwners = sqlite
    .prepare<[], string>("select distinct lease_owner from jobs where state = 'running'")
    .pluck();
  const deleteOld = sqlite.prepare<[{ completed: number; discarded: number; limit: number }]>(
    `delete from jobs where id in (
       select id from jobs where state in ('completed', 'cancelled', 'discarded')
       and finished_at_machine < max($completed, $discarded)
       and finished_at_machine < case state when 'discarded' then $discarded else $completed end
       order by finished_at_machine limit $limit)`,
  );

  const claim = (request: Parameters<JobStore["claim"]>[0]) => {
    const claimed: Job[] = [];
    const now = request.now.getTime();
    for (const { kind, limit } of request.kinds) {
      let room = limit;
      for (const priority of priorities(kind)) {
        if (room <= 0) break;
        const rows = claimDue.all({
          kind,
          priority,
          now,
          limit: room,
          owner: request.owner,
          leaseUntil: request.leaseUntil.getTime(),
        });
        // RETURNING promises no order.
        rows.sort((a, b) => a.run_at - b.run_at || a.id - b.id);
        for (const row of rows) claimed.push(toJob(row));
        room -= rows.length;
      }
    }
    return claimed;
  };

  function* priorities(kind: string): Generator<number> {
    let priority = nextPriority.get(kind, Number.MIN_SAFE_INTEGER) ?? null;
    while (priority !== null) {
      yield priority;
      priority = nextPriority.get(kind, priority) ?? null;
    }
  }

  function earliestDue(kind: string): number | null {
    let earliest: number | null = null;
    for (const priority of priorities(kind)) {
      const due = firstDue.get(kind, priority);
      if (due !== undefined && (earliest === null || due < earliest)) earliest = due;
    }
    return earliest;
  }

  const finish = (owner: string, outcomes: FinishedJob[], now: number) => {
    const done = outcomes.filter(({ type }) => type === "done").map(({ id }) => id);
    if (done.length > 0) complete.run({ ids: JSON.stringify(done), owner, now });
    for (const outcome of outcomes) if (outcome.type !== "done") finishOne(owner, outcome, now);
  };

  function finishOne(owner: string, outcome: Exclude<FinishedJob, { type: "done" }>, now: number): void {
    const { id } = outcome;
    if (outcome.type === "cancel") end.run({ id, owner, state: "cancelled", error: cut(outcome.reason), now });
    else if (outcome.type === "discard") end.run({ id, owner, state: "discarded", error: cut(outcome.error), now });
    else if (endReplaced.run({ id, owner, now }).changes === 0) {
      const isRetry = outcome.type === "retry";
      waitAgain.run({
        id,
        owner,
        state: isRetry ? "retryable" : "scheduled",
        runAt: outcome.runAt.getTime(),
        uncounted: isRetry ? 0 : 1,
        error: isRetry ? cut(outcome.error) : null,
      });
    }
  }

  const releaseAbandoned = sqlite.transaction((abandoned: { id: number; owner: string }[], now: number) => {
    let count = 0;
    for (const { id, owner } of abandoned) {
      if (endReplaced.run({ id, owner, now }).changes > 0) count += 1;
      else if (endExhausted.run({ id, owner, now }).changes > 0) count += 1;
      else count += release.run({ id, owner, uncounted: 0 }).changes;
    }
    return count;
  });

  const giveBack = sqlite.transaction((owner: string, ids: number[], now: number) => {
    let count = 0;
    for (const id of ids) {
      if (endReplaced.run({ id, owner, now }).changes > 0) count += 1;
      else count += release.run({ id, owner, uncounted: 1 }).changes;
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
      const now = request.now.getTime();
      const isDue = (kind: string) => (earliestDue(kind) ?? Infinity) <= now;
      const kinds = request.kinds.filter(({ limit }) => limit > 0);
      // Looking first costs a few microseconds and spares an idle worker the write lock. When there is something to be
      // written anyway, such as the ends of jobs that others of their key wait for, it looks after that.
      if (!commit.isWaiting() && !kinds.some(({ kind }) => isDue(kind))) return [];
      return commit(() => claim({ ...request, kinds: kinds.filter(({ kind }) => isDue(kind)) }));
    },

    async nextDueAt(kinds) {
      const due = kinds.map(earliestDue).filter((at) => at !== null);
      return due.length === 0 ? null : new Date(Math.min(...due));
    },

    async finish(owner, outcomes, machineNow) {
      if (outcomes.length > 0) await commit(() => finish(owner, outcomes, machineNow.getTime()));
    },

    async renewLeases(owner, leaseUntil) {
      return renew.all(leaseUntil.getTime(), owner);
    },

    async releaseExpired(machineNow) {
      const now = machineNow.getTime();
      const abandoned = expired.all(now);
      return abandoned.length === 0 ? 0 : releaseAbandoned.immediate(abandoned, now);
    },

    async releaseOwner(owner, machineNow) {
      const abandoned = heldBy.all(owner);
      return abandoned.length === 0 ? 0 : releaseAbandoned.immediate(abandoned, machineNow.getTime());
    },

    async giveBack(owner, ids, machineNow) {
      return ids.length === 0 ? 0 : giveBack.immediate(owner, ids, machineNow.getTime());
    },

    async owners() {
      return distinctOwners.all();
    },

    async counts() {
      return sqlite
        .prepare<[], { kind: string; state: JobState; count: number }>(
          "select kind, state, count(*) as count from jobs group by kind, state order by kind, state",
        )
        .all();
    },

    async list({ kind, key, state, limit = 1000 }) {
      const rows = sqlite
        .prepare<[{ kind: string | null; key: string | null; state: string | null; limit: number }], JobRow>(
          `select * from jobs where ($kind is null or kind = $kind) and ($key is null or key = $key)
           and ($state is null or state = $state) order by id limit $limit`,
        )
        .all({ kind: kind ?? null, key: key ?? null, state: state ?? null, limit });
      return rows.map(toStoredJob);
    },

    async deleteFinished(before, limit) {
      return deleteOld.run({
        completed: before.completed.getTime(),
        discarded: before.discarded.getTime(),
        limit,
      }).changes;
    },
  };
}

type ClaimParameters = {
  kind: string;
  priority: number;
  now: number;
  limit: number;
  owner: string;
  leaseUntil: number;
};

type WaitAgainParameters = {
  id: number;
  owner: string;
  state: JobState;
  runAt: number;
  uncounted: number;
  error: string | null;
};

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    key: row.key,
    payload: JSON.parse(row.payload),
    runAt: new Date(row.run_at),
    attempt: row.attempts,
    maxAttempts: row.max_attempts,
  };
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
    leaseOwner: row.lease_owner,
    lastError: row.last_error,
  };
}

function cut(text: string): string {
  return text.slice(0, LONGEST_ERROR);
}
