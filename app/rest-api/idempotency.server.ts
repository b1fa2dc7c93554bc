import { createHash } from "node:crypto";
import type { ApiDeps, ApiReply } from "./endpoint.ts";
import { ProblemError } from "./problem.ts";

/**
 * Runs a POST once per `Idempotency-Key` and shop: the same request again gets the first answer, another request under the
 * same key is refused (422), and one that comes while the first is still running too (409). Only what succeeded is kept, so
 * that a corrected request can use the key again.
 */
export async function withIdempotency(
  { store, clock }: ApiDeps,
  request: Request,
  { shop, text }: { shop: string; text: string },
  run: () => Promise<ApiReply>,
): Promise<ApiReply> {
  const key = request.headers.get("idempotency-key");
  if (key === null) return run();
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new ProblemError(400, "The Idempotency-Key is wrong.", [
      { path: "Idempotency-Key", message: "must be 1 to 200 printable characters" },
    ]);
  }

  const { pathname } = new URL(request.url);
  const requestHash = createHash("sha256").update(`${request.method} ${pathname}\n${text}`).digest("hex");
  const begun = await store.apiKeys.beginRequest(shop, key, requestHash, clock.machineNow());
  if (begun.type === "running") throw new ProblemError(409, "The first request with this Idempotency-Key still runs.");
  if (begun.type === "different") throw new ProblemError(422, "This Idempotency-Key was used for another request.");
  if (begun.type === "answered") {
    return { status: begun.status, body: begun.body === "" ? undefined : JSON.parse(begun.body) };
  }

  try {
    const reply = await run();
    const body = reply.body === undefined ? "" : JSON.stringify(reply.body);
    await store.apiKeys.finishRequest(shop, key, { status: reply.status, body });
    return reply;
  } catch (error) {
    await store.apiKeys.forgetRequest(shop, key);
    throw error;
  }
}
