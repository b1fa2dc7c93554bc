import type { AdvanceRunPayload, NewRun } from "../../journeys/run-store.ts";
import type { NewJob } from "../../scheduler/job.ts";
import type { Database } from "./database.server.ts";

/** Inserts a run with its job, inside a transaction that the caller holds; null when one is under way already. */
export function runStarter({ sqlite, jobs }: Pick<Database, "sqlite" | "jobs">): (run: NewRun) => number | null {
  const start = sqlite
    .prepare<(string | number | null)[], number>(
      `insert into runs (shop, journey, version, visitor_id, customer_id, subject, state, step, anchor_at, due_at, context, started_at)
       values (?, ?, ?, ?, ?, ?, 'active', ?, ?, ?, ?, ?)
       on conflict (shop, journey, visitor_id, subject) where state = 'active' do nothing returning id`,
    )
    .pluck();

  return (run) => {
    const runId = start.get(
      run.shop,
      run.journey,
      run.version,
      run.visitorId,
      run.customerId,
      run.subject,
      run.step,
      run.anchorAt.getTime(),
      run.dueAt.getTime(),
      JSON.stringify(run.context),
      run.startedAt.getTime(),
    );
    if (runId === undefined) return null;
    jobs.schedule(advanceJob(run.shop, runId, run.dueAt));
    return runId;
  };
}

// The same job as journeys/run-store.ts names it: the store takes only types from there.
export function advanceRunKey(runId: number): string {
  return `run:${runId}`;
}

export function advanceJob(shop: string, runId: number, runAt: Date): NewJob {
  return {
    kind: "advance-run",
    key: advanceRunKey(runId),
    payload: { shop, runId } satisfies AdvanceRunPayload,
    runAt,
  };
}
