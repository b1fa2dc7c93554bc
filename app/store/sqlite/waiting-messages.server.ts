import type { WaitingMessage } from "../../journeys/run-store.ts";
import type { Database } from "./database.server.ts";

/** How far ahead the caps look for more important messages. */
const LOOK_AHEAD_MS = 86_400_000;

/** What journeys that are switched on have due for a visitor within a day, read through the index of runs under way. */
export function waitingMessages({ sqlite }: Pick<Database, "sqlite">) {
  const dueSoon = sqlite.prepare<
    [string, string, number],
    { runId: number; kind: string; step: string; priority: number | null; dueAt: number }
  >(
    `select r.id as runId, r.journey as kind, r.step, r.due_at as dueAt, (
       select json_extract(v.definition, '$.priority') from journey_versions v
       where v.shop = r.shop and v.kind = r.journey and v.version = r.version) as priority
     from runs r
     where r.shop = ? and r.visitor_id = ? and r.state = 'active' and r.due_at <= ?
       and exists (select 1 from journeys j where j.shop = r.shop and j.kind = r.journey and j.enabled = 1)`,
  );

  /** @param exceptRunId the run that asks; null: none does */
  return function ofVisitors(shop: string, ids: string[], exceptRunId: number | null, now: Date): WaitingMessage[] {
    return ids
      .flatMap((id) => dueSoon.all(shop, id, now.getTime() + LOOK_AHEAD_MS))
      .filter(({ runId }) => runId !== exceptRunId)
      .map(({ kind, step, priority, dueAt }) => ({ kind, step, priority, dueAt: new Date(dueAt) }));
  };
}
