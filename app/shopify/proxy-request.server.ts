import type { z } from "zod";
import type { Services } from "../services.server.ts";
import { issuesOf, methodNotAllowed, problem } from "./problem.server.ts";
import { verifyProxyQuery } from "./proxy-signature.server.ts";
import type { ProxyClaims } from "./proxy-signature.server.ts";
import { createRateLimiter, firstPublicAddress, UNLIMITED } from "./rate-limits.server.ts";
import type { RateLimiter } from "./rate-limits.server.ts";
import { incomingOf } from "./incoming-request.server.ts";
import type { IncomingRequest } from "./incoming-request.server.ts";
import { parseJson } from "./read-body.server.ts";
import type { Shop } from "./shop-store.ts";
import { scheduleShopSync } from "./sync-shop.server.ts";

/** A request that came through Shopify's app proxy, checked. */
export type ProxyRequest<Body> = ProxyClaims & {
  shopRow: Shop;
  /** First public address of X-Forwarded-For. Never stored. */
  address: string | null;
  query: URLSearchParams;
  body: Body;
};

/** Bytes a storefront request's body may have. */
export const PROXY_BODY_LIMIT = 64 * 1024;

const VISITOR_ID = /^[A-Za-z0-9_-]{8,64}$/;

let limiter: RateLimiter | undefined;

/** Forgets what was counted. For tests. */
export function resetRateLimits(): void {
  limiter = undefined;
}

type ProxyRules<Body> = { methods: string[]; schema: z.ZodType<Body> | null; encoding?: "json" | "form" };

/**
 * Checks a storefront request in the order of docs/http.md: 405, 400 for the signature, 413, 429 with Retry-After, then what
 * is wrong with its shape. Nothing is stored for a request that is refused.
 *
 * @param rules `schema` of the JSON body, whatever its Content-Type; null for requests without one. `encoding` "form" for
 *   what our own pages post: every field is a list of texts then
 * @throws Response, always problem details
 */
export function checkProxyRequest<Body = null>(
  request: Request,
  services: Services,
  rules: ProxyRules<Body>,
): Promise<ProxyRequest<Body>> {
  return checkProxy(incomingOf(request), services, rules);
}

/** Likewise, whichever way the request came in. */
export async function checkProxy<Body = null>(
  incoming: IncomingRequest,
  services: Services,
  { methods, schema, encoding = "json" }: ProxyRules<Body>,
): Promise<ProxyRequest<Body>> {
  if (!methods.includes(incoming.method)) throw methodNotAllowed(methods);

  const { config, clock, store } = services;
  const { query } = incoming;
  const secrets = [config.shopify.apiSecret, ...(config.shopify.apiSecretOld ? [config.shopify.apiSecretOld] : [])];
  const claims = verifyProxyQuery(query, secrets, clock.machineNow());
  if (!claims) throw problem(400, "The app proxy's signature is missing, wrong or too old.");

  const bytes = schema ? await incoming.readBody(PROXY_BODY_LIMIT) : Buffer.alloc(0);
  if (bytes === null) throw problem(413, "A body may have at most 64 KB.");
  const json = schema ? (encoding === "form" ? parseForm(bytes) : parseJson(bytes)) : null;

  const address = firstPublicAddress(incoming.header("x-forwarded-for"));
  limiter ??= config.rateLimit ? createRateLimiter() : UNLIMITED;
  const waitSeconds = limiter.take({ shop: claims.shop, visitorId: visitorIn(json), address }, clock.machineNow());
  if (waitSeconds !== null)
    throw problem(429, "Too many requests.", { headers: { "Retry-After": String(waitSeconds) } });

  const contentEncoding = incoming.header("content-encoding");
  if (contentEncoding !== null && contentEncoding !== "identity") throw problem(415, "A body must not be compressed.");
  const shopRow = await store.shops.get(claims.shop);
  if (shopRow?.state !== "installed") throw problem(404, "The app is not installed in this shop.");
  const body = schema ? parseBody(json, schema) : (null as Body);

  await learnProxyPath(services, shopRow, claims.pathPrefix);
  return { ...claims, shopRow, address, query, body };
}

function parseBody<Body>(json: unknown, schema: z.ZodType<Body>): Body {
  if (json === undefined) throw problem(400, "The body is not JSON.");
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw problem(400, "The body has a wrong shape.", { issues: issuesOf(parsed.error) });
  return parsed.data;
}

function parseForm(bytes: Buffer): Record<string, string[]> {
  const fields = new URLSearchParams(bytes.toString("utf8"));
  return Object.fromEntries([...new Set(fields.keys())].map((name) => [name, fields.getAll(name)]));
}

/** Known before the shape is checked, so that a stream of broken bodies is limited too. */
function visitorIn(json: unknown): string | null {
  if (typeof json !== "object" || json === null || !("visitorId" in json)) return null;
  return typeof json.visitorId === "string" && VISITOR_ID.test(json.visitorId) ? json.visitorId : null;
}

/** Merchants may move the proxy; pages and links must follow. */
async function learnProxyPath({ store, clock }: Services, shop: Shop, pathPrefix: string): Promise<void> {
  if (pathPrefix === shop.proxyPath || !/^(\/[A-Za-z0-9_-]{1,60}){1,4}$/.test(pathPrefix)) return;
  if (await store.shops.learnProxyPath(shop.shop, pathPrefix)) await scheduleShopSync(store, shop.shop, clock.now());
}
