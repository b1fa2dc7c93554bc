import type { z } from "zod";
import { issuesOf, methodNotAllowed, problem } from "./problem.server.ts";
import { PROXY_BODY_LIMIT } from "./proxy-request.server.ts";
import { parseJson, readBody } from "./read-body.server.ts";

// Paths that browsers reach without the app proxy: the web pixel's sandbox has an opaque origin, and the service worker
// another one than the app. Nothing here is signed by Shopify, so nothing here may create or reveal anything.

export function withOpenCors(response: Response): Response {
  response.headers.set("Access-Control-Allow-Origin", "*");
  return response;
}

export function openPreflight(methods: string[]): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Methods": methods.join(", "),
      "Access-Control-Allow-Headers": "Content-Type",
      "Access-Control-Max-Age": "86400",
    },
  });
}

/** @throws Response: 405, 413, 415 or 400 as problem details */
export async function readOpenBody<Body>(request: Request, methods: string[], schema: z.ZodType<Body>): Promise<Body> {
  if (!methods.includes(request.method)) throw withOpenCors(methodNotAllowed(methods));
  const bytes = await readBody(request, PROXY_BODY_LIMIT);
  if (bytes === null) throw withOpenCors(problem(413, "A body may have at most 64 KB."));
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    throw withOpenCors(problem(415, "A body must not be compressed."));
  }
  const json = parseJson(bytes);
  if (json === undefined) throw withOpenCors(problem(400, "The body is not JSON."));
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw withOpenCors(problem(400, "The body has a wrong shape.", { issues: issuesOf(parsed.error) }));
  }
  return parsed.data;
}
