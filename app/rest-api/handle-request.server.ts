import { shopOfBearer } from "../api-keys/api-keys.server.ts";
import { journeyJsonSchema } from "../journeys/definition.ts";
import { readBody } from "../shopify/read-body.server.ts";
import { matchPath } from "./endpoint.ts";
import type { ApiDeps, ApiReply, Endpoint } from "./endpoint.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { withIdempotency } from "./idempotency.server.ts";
import { JOURNEY_SCHEMA_PATH, openApiDocument } from "./openapi.ts";
import { fieldProblems, ProblemError, problemResponse } from "./problem.ts";

/** Bytes of a request body. A journey with texts in sixty languages is a tenth of it. */
const LONGEST_BODY = 1_000_000;

/**
 * Answers a request below /api/v1. Every error is problem details (RFC 9457); what we did not expect is a 500 without its
 * inner words, logged. The order of answers: 401, 404, 405, 413, 400.
 *
 * @param path what follows "/api/v1/", as sent
 */
export async function handleApiRequest(deps: ApiDeps, request: Request, path: string): Promise<Response> {
  try {
    const wanted = path.replace(/\/$/, "");
    // The documents say nothing of any shop: tools may read them without a key.
    const describe = DOCUMENTS[wanted];
    if (describe) return readDocument(request, describe);

    const shop = await shopOfBearer(deps.store, request.headers.get("authorization"), deps.clock.now());
    if (shop === null) {
      throw new ProblemError(401, "Send a key made in the app's settings as `Authorization: Bearer KEY`.", [], {
        "www-authenticate": "Bearer",
      });
    }
    const { endpoint, params } = findEndpoint(request, wanted);
    const text = endpoint.method === "GET" ? "" : await readText(request);
    const run = () => callEndpoint(deps, endpoint, { request, shop, params, text });

    if (endpoint.method !== "POST") return respond(await run());
    return respond(await withIdempotency(deps, request, { shop, text }, run));
  } catch (error) {
    if (error instanceof ProblemError) return problemResponse(error);
    deps.log.error({ err: error, path }, "A REST API request failed");
    return problemResponse(new ProblemError(500, "Something went wrong here. It was logged."));
  }
}

const DOCUMENTS: Record<string, () => Record<string, unknown>> = {
  "openapi.json": openApiDocument,
  [JOURNEY_SCHEMA_PATH]: journeyJsonSchema,
};

function readDocument(request: Request, describe: () => Record<string, unknown>): Response {
  if (!isRead(request)) throw new ProblemError(405, "This path can only be read.", [], { allow: "GET" });
  return respond({ status: 200, body: describe() });
}

function findEndpoint(request: Request, path: string): { endpoint: Endpoint; params: Record<string, string> } {
  const matches = ENDPOINTS.flatMap((endpoint) => {
    const params = matchPath(endpoint.path, path);
    return params ? [{ endpoint, params }] : [];
  });
  if (matches.length === 0) throw new ProblemError(404, "There is nothing at this path: see /api/v1/openapi.json.");

  const method = isRead(request) ? "GET" : request.method;
  const match = matches.find(({ endpoint }) => endpoint.method === method);
  if (!match) {
    const allowed = matches.map(({ endpoint }) => endpoint.method).join(", ");
    throw new ProblemError(405, `This path takes ${allowed}.`, [], { allow: allowed });
  }
  return match;
}

type Incoming = { request: Request; shop: string; params: Record<string, string>; text: string };

async function callEndpoint(
  deps: ApiDeps,
  endpoint: Endpoint,
  { request, shop, params, text }: Incoming,
): Promise<ApiReply> {
  const query = endpoint.query ? parseQuery(endpoint, request) : null;
  const body = endpoint.body ? parseBody(endpoint, text) : null;
  return endpoint.handle({ ...deps, shop, params, query, body });
}

function parseQuery(endpoint: Endpoint, request: Request): unknown {
  const given = Object.fromEntries(new URL(request.url).searchParams);
  const result = endpoint.query?.strict().safeParse(given);
  if (result?.success === false) {
    throw new ProblemError(400, "The query is wrong.", fieldProblems(result.error.issues));
  }
  return result?.data;
}

function parseBody(endpoint: Endpoint, text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ProblemError(400, "The body is not JSON.", [{ path: "", message: "is not JSON" }]);
  }
  if (endpoint.checksBodyItself) return json;

  const result = endpoint.body?.safeParse(json);
  if (result?.success === false) {
    throw new ProblemError(400, "The body is wrong.", fieldProblems(result.error.issues));
  }
  return result?.data;
}

async function readText(request: Request): Promise<string> {
  const bytes = await readBody(request, LONGEST_BODY);
  if (bytes === null) throw new ProblemError(413, `A body may have ${LONGEST_BODY} bytes.`);
  return bytes.toString("utf8");
}

function respond({ status, body }: ApiReply): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return body === undefined ? new Response(null, { status }) : new Response(JSON.stringify(body), { status, headers });
}

function isRead(request: Request): boolean {
  return request.method === "GET" || request.method === "HEAD";
}
