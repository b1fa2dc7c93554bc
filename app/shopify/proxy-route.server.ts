import { services } from "../services.server.ts";
import type { Services } from "../services.server.ts";
import { problem } from "./problem.server.ts";

/**
 * Runs a public path: whatever it throws becomes an answer. Problems of ours (the database is away) are 503, so that
 * workers and pages try again; nothing of them is told.
 *
 * @param path a fixed name for the metrics, such as "events"
 */
export async function answerPublicly(path: string, work: (app: Services) => Promise<Response>): Promise<Response> {
  const app = services();
  let response: Response;
  try {
    response = await work(app);
  } catch (thrown) {
    if (thrown instanceof Response) response = thrown;
    else {
      app.log.error({ path, err: thrown }, "a storefront request failed");
      response = problem(503, "Not now. Please try again later.", { headers: { "Retry-After": "30" } });
    }
  }
  app.metrics.storefrontRequests.inc({ path, status: String(response.status) });
  return response;
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers },
  });
}

/** For 202 and 204, which say everything by themselves. */
export function emptyAnswer(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { "Cache-Control": "no-store", ...headers } });
}
