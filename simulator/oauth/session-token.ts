import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { Sim } from "../sim.ts";

/** The merchant whose browser the simulated admin is. */
export const MERCHANT = {
  id: "902541635",
  firstName: "Juniper",
  lastName: "Oakes",
  email: "juniper@juniper-and-oak.example.com",
} as const;

/** A session token is good for one minute of machine time. */
const LIFETIME_SECONDS = 60;
/** What clocks may differ by. */
const LEEWAY_SECONDS = 10;

export type SessionTokenClaims = {
  iss: string;
  dest: string;
  aud: string;
  sub: string;
  exp: number;
  nbf: number;
  iat: number;
  jti: string;
  sid: string;
};

/** The JWT (HS256, the app's secret) that App Bridge's `idToken()` and the `id_token` parameter carry. */
export function mintSessionToken(sim: Sim, changes: Partial<SessionTokenClaims> = {}): string {
  const now = Math.floor(sim.clock.machineNow().getTime() / 1000);
  const claims: SessionTokenClaims = {
    iss: `https://${sim.options.shopDomain}/admin`,
    dest: `https://${sim.options.shopDomain}`,
    aud: sim.options.apiKey,
    sub: MERCHANT.id,
    exp: now + LIFETIME_SECONDS,
    nbf: now,
    iat: now,
    jti: randomUUID(),
    sid: randomUUID(),
    ...changes,
  };
  const head = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${head}.${sign(sim, head)}`;
}

/** The claims when signature, times, audience, issuer and destination are right; null otherwise. */
export function verifySessionToken(sim: Sim, token: string): SessionTokenClaims | null {
  const [header, payload, signature, ...rest] = token.split(".");
  if (!header || !payload || !signature || rest.length > 0) return null;
  const given = Buffer.from(signature, "base64url");
  const expected = Buffer.from(sign(sim, `${header}.${payload}`), "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;

  const claims = decode(payload) as SessionTokenClaims | null;
  const now = sim.clock.machineNow().getTime() / 1000;
  const { shopDomain, apiKey } = sim.options;
  if (!claims || (decode(header) as { alg?: string } | null)?.alg !== "HS256") return null;
  if (claims.exp + LEEWAY_SECONDS < now || claims.nbf - LEEWAY_SECONDS > now || claims.aud !== apiKey) return null;
  if (claims.dest !== `https://${shopDomain}` || claims.iss !== `https://${shopDomain}/admin`) return null;
  return claims;
}

/** The `host` parameter of embedded pages. */
function embeddedHost(sim: Sim): string {
  const name = sim.options.shopDomain.replace(".myshopify.com", "");
  return Buffer.from(`admin.shopify.com/store/${name}`).toString("base64").replace(/=+$/, "");
}

/** The address the admin gives its frame: `path` of the app with shop, host, a fresh token, signed as Shopify signs. */
export function embeddedUrl(sim: Sim, path = "/app"): string {
  const url = new URL(path, sim.options.appUrl);
  const parameters: Record<string, string> = {
    embedded: "1",
    host: embeddedHost(sim),
    id_token: mintSessionToken(sim),
    locale: "en",
    session: randomUUID().replaceAll("-", ""),
    shop: sim.options.shopDomain,
    timestamp: String(Math.floor(sim.clock.machineNow().getTime() / 1000)),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const message = [...url.searchParams]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  url.searchParams.set("hmac", createHmac("sha256", sim.options.apiSecret).update(message).digest("hex"));
  return url.toString();
}

function sign(sim: Sim, head: string): string {
  return createHmac("sha256", sim.options.apiSecret).update(head).digest("base64url");
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
