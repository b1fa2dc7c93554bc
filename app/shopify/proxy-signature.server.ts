import { createHmac, timingSafeEqual } from "node:crypto";
import { normalizeShop } from "./shop-domain.ts";

/** What a valid app proxy signature vouches for. */
export type ProxyClaims = {
  /** Normalised. */
  shop: string;
  /** Where the proxy is mounted on the shop's domain, without a trailing slash: "/apps/beckon". */
  pathPrefix: string;
  /** The customer signed in at this moment; null: nobody. */
  loggedInCustomerId: string | null;
};

/** How far the signature's timestamp may be from the machine's clock. */
const TOLERANCE_SECONDS = 90;
const SINGLE = ["shop", "path_prefix", "timestamp", "logged_in_customer_id", "signature"];

/**
 * Verifies an app proxy query: `k=v` for every key but `signature` (several values joined by a comma), sorted bytewise,
 * joined by nothing, hex HMAC-SHA256. The library's own check sorts by locale and refuses valid requests.
 *
 * @param secrets the app's secret, then the one it replaced
 * @returns null when the signature is missing, wrong, or more than 90 s old
 * @see https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies
 */
export function verifyProxyQuery(query: URLSearchParams, secrets: string[], machineNow: Date): ProxyClaims | null {
  const signature = query.get("signature");
  if (!signature || SINGLE.some((key) => query.getAll(key).length > 1)) return null;
  if (!isSigned(query, signature, secrets)) return null;

  const timestamp = query.get("timestamp") ?? "";
  const ageSeconds = machineNow.getTime() / 1000 - Number(timestamp);
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(ageSeconds) > TOLERANCE_SECONDS) return null;

  const shop = normalizeShop(query.get("shop"));
  if (!shop) return null;
  const customer = query.get("logged_in_customer_id") ?? "";
  return {
    shop,
    pathPrefix: (query.get("path_prefix") ?? "").replace(/\/+$/, ""),
    loggedInCustomerId: /^\d{1,20}$/.test(customer) ? customer : null,
  };
}

/** The hex signature of a query, as Shopify makes it. */
export function signProxyQuery(query: URLSearchParams, secret: string): string {
  const pairs = [...new Set(query.keys())]
    .filter((key) => key !== "signature")
    .map((key) => Buffer.from(`${key}=${query.getAll(key).join(",")}`))
    .toSorted(Buffer.compare);
  return createHmac("sha256", secret).update(Buffer.concat(pairs)).digest("hex");
}

function isSigned(query: URLSearchParams, signature: string, secrets: string[]): boolean {
  const given = Buffer.from(signature, "hex");
  return secrets
    .map((secret) => {
      const expected = Buffer.from(signProxyQuery(query, secret), "hex");
      return given.length === expected.length && timingSafeEqual(given, expected);
    })
    .some(Boolean);
}
