import { services } from "../services.server.ts";

/** Able to work: the database can be written and is up to date, the scheduler comes round, the clock was read. */
export async function loader(): Promise<Response> {
  const { store, scheduler } = services();
  const problems = [await store.health.problem(), scheduler.isAlive() ? null : "The scheduler hangs"].filter(
    (problem) => problem !== null,
  );
  return Response.json(problems.length === 0 ? { status: "ready" } : { status: "not ready", problems }, {
    status: problems.length === 0 ? 200 : 503,
    headers: { "Cache-Control": "no-store" },
  });
}
