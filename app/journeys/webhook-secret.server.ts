import { createHmac, randomBytes } from "node:crypto";
import { decrypt, encrypt } from "../encryption.server.ts";
import type { Keyring } from "../encryption.server.ts";
import type { ShopStore } from "../shopify/shop-store.ts";

/** The secret that a shop's outgoing webhooks are signed with, made when it is first asked for. Null for an unknown shop. */
export async function webhookSecret(
  { shops }: { shops: ShopStore },
  keyring: Keyring,
  shop: string,
): Promise<string | null> {
  const stored = await shops.ensureWebhookSecret(shop, sealed(keyring, shop));
  return stored === null ? null : decrypt(keyring, stored, context(shop));
}

/** A new one in its place; what is sent from now on is signed with it. */
export async function renewWebhookSecret(
  { shops }: { shops: ShopStore },
  keyring: Keyring,
  shop: string,
): Promise<string | null> {
  await shops.replaceWebhookSecret(shop, sealed(keyring, shop));
  return webhookSecret({ shops }, keyring, shop);
}

/**
 * The header that proves to a receiver who is speaking: `t=SECONDS,v1=HEX`, an HMAC-SHA256 of "SECONDS.BODY".
 *
 * @param at machine time
 */
export function signWebhook(secret: string, body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1_000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

function sealed(keyring: Keyring, shop: string): string {
  return encrypt(keyring, `whsec_${randomBytes(32).toString("base64url")}`, context(shop));
}

function context(shop: string): string {
  return `webhook:${shop}`;
}
