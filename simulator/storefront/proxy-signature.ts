import { createHmac } from "node:crypto";

/**
 * The signature that Shopify's app proxy adds to a query, in lower-case hex: values of a repeated key are joined by a
 * comma, the "key=value" strings are sorted bytewise and joined by nothing.
 *
 * Source: https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies
 */
export function signProxyQuery(query: URLSearchParams, secret: string): string {
  const values = new Map<string, string[]>();
  for (const [key, value] of query) {
    if (key === "signature") continue;
    values.set(key, [...(values.get(key) ?? []), value]);
  }

  const message = [...values]
    .map(([key, list]) => `${key}=${list.join(",")}`)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .join("");

  return createHmac("sha256", secret).update(message).digest("hex");
}

/** What the app proxy adds to a shopper's query. Machine time, because Shopify's servers live in it. */
export type ProxyContext = {
  shop: string;
  /** Customer signed in to the shop, or null. Sent as an empty value then. */
  customerId: string | null;
  /** Path of the proxy in this shop, such as "/apps/beckon". */
  pathPrefix: string;
  secret: string;
};

// Shopify's own words win: a shopper cannot slip in a value under the same name.
const OWN_KEYS = ["shop", "logged_in_customer_id", "path_prefix", "timestamp", "signature"];

/** The query as the app receives it: the shopper's own parameters, then Shopify's, then the signature. */
export function proxiedQuery(query: URLSearchParams, context: ProxyContext, now: Date): URLSearchParams {
  const signed = new URLSearchParams();
  for (const [key, value] of query) if (!OWN_KEYS.includes(key)) signed.append(key, value);

  signed.append("shop", context.shop);
  signed.append("logged_in_customer_id", context.customerId ?? "");
  signed.append("path_prefix", context.pathPrefix);
  signed.append("timestamp", String(Math.floor(now.getTime() / 1000)));
  signed.append("signature", signProxyQuery(signed, context.secret));
  return signed;
}
