import { request as requestHttp } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { html } from "../http.ts";
import type { SimResponse } from "../http.ts";
import { isInstalled } from "../sim.ts";
import type { Sim } from "../sim.ts";
import type { PageRenderer } from "./page.ts";
import { proxyPathOf } from "./proxy-path.ts";
import { proxiedQuery } from "./proxy-signature.ts";
import type { Visit } from "./visit.ts";

const TIMEOUT_MS = 15_000;
const MAX_REDIRECTS = 5;

// https://shopify.dev/docs/apps/build/online-store/app-proxies
const STRIPPED = new Set([
  "accept-patch", "accept-ranges", "connection", "cookie", "date", "delta-base", "im", "p3p", "pragma",
  "preference-applied", "proxy-authenticate", "public-key-pins", "server", "service-worker-allowed", "set-cookie",
  "trailer", "tk", "warning", "x-powered-by",
  // Between two servers only.
  "keep-alive", "transfer-encoding", "content-length", "upgrade",
]); // prettier-ignore

const NOT_FORWARDED = new Set([
  "cookie",
  "host",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "expect",
  "te",
  "content-length",
]);

// What a shopper's address looks like to the app when the request itself names none: any public one will do.
const SHOPPER_ADDRESS = "81.2.69.160";

/** Sends a shopper's request to the app, signed, and brings the app's answer back; null when it is not for the proxy. */
export async function forwardToApp(sim: Sim, visit: Visit, pages: PageRenderer): Promise<SimResponse | null> {
  const prefix = proxyPathOf(sim);
  const { proxy } = sim.options.appConfig();
  if (!prefix || !proxy || !isInstalled(sim)) return null;
  if (visit.path !== prefix && !visit.path.startsWith(`${prefix}/`)) return null;

  const { request } = visit;
  const query = proxiedQuery(
    request.url.searchParams,
    {
      shop: sim.state.shop.domain,
      customerId: visit.customer?.id ?? null,
      pathPrefix: prefix,
      secret: sim.options.apiSecret,
    },
    sim.clock.machineNow(),
  );
  const target = new URL(`${sim.options.appUrl}${proxy.path}${visit.path.slice(prefix.length)}?${query.toString()}`);

  try {
    const answer = await follow(request.method, target, forwardedHeaders(visit), request.body);
    if (/^application\/liquid\b/i.test(answer.headers["content-type"] ?? "")) {
      return pages.renderLiquid(visit, answer.body.toString("utf8"), answer.status);
    }
    return { status: answer.status, headers: passedHeaders(answer.headers), body: answer.body };
  } catch (error) {
    console.error(
      `app proxy: ${request.method} ${visit.path}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return html("<!doctype html><title>Error</title><p>There was an error in the third-party application.</p>", 502);
  }
}

/** Headers of the shopper that the app gets to see. */
function forwardedHeaders({ request }: Visit): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !NOT_FORWARDED.has(name)) headers[name] = value;
  }
  headers["x-forwarded-for"] = String(request.headers["x-forwarded-for"] ?? SHOPPER_ADDRESS);
  headers["x-forwarded-host"] = request.url.host;
  headers["x-forwarded-proto"] = request.url.protocol.replace(":", "");
  headers["accept-encoding"] = "identity";
  return headers;
}

/** Headers of the app's answer that reach the shopper. */
function passedHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !STRIPPED.has(name)) passed[name] = value;
  }
  return passed;
}

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

// Shopify follows the app's redirects itself: the shopper never sees them.
async function follow(
  method: string,
  target: URL,
  headers: Record<string, string | string[]>,
  body: Buffer,
): Promise<Answer> {
  let answer = await send(method, target, headers, body);
  for (let step = 0; step < MAX_REDIRECTS; step += 1) {
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status > 399 || !location) break;
    target = new URL(location, target);
    const keepsBody = answer.status === 307 || answer.status === 308;
    answer = await send(keepsBody ? method : "GET", target, headers, keepsBody ? body : Buffer.alloc(0));
  }
  return answer;
}

function send(method: string, target: URL, headers: Record<string, string | string[]>, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const hasBody = body.length > 0;
    const outgoing = requestHttp(
      target,
      {
        method,
        agent: false,
        timeout: TIMEOUT_MS,
        headers: { ...headers, host: target.host, ...(hasBody ? { "content-length": String(body.length) } : {}) },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({ status: incoming.statusCode ?? 502, headers: incoming.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    outgoing.on("error", reject);
    outgoing.end(hasBody ? body : undefined);
  });
}
