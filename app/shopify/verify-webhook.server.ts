import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether Shopify signed these bytes: base64 HMAC-SHA256 of the raw body with the app's secret. While a secret is being
 * rotated Shopify may sign with the former one for up to an hour.
 *
 * @param secrets the secret, then the one it replaced
 * @see https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
 */
export function isSignedByShopify(body: Buffer, hmac: string, secrets: string[]): boolean {
  const given = Buffer.from(hmac, "base64");
  // Every secret is tried whatever the first one gives: the time taken tells nothing.
  return secrets
    .map((secret) => {
      const expected = createHmac("sha256", secret).update(body).digest();
      return given.length === expected.length && timingSafeEqual(given, expected);
    })
    .some(Boolean);
}
