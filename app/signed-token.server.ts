import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Keyring } from "./encryption.server.ts";

/** A token signed for one purpose is refused for every other. */
export type TokenPurpose = "receipt" | "go" | "preferences" | "recommended" | "session";

/**
 * What tokens say, with short keys because they travel in payloads: receipt `{d: deliveryId, s: shop}`, go `{d, s, a?:
 * actionName}`, preferences `{u: subscriptionId, s: shop}`. Readable by whoever holds the token: nothing secret belongs
 * in it.
 */
export type TokenClaims = Record<string, unknown>;

// 128 bits: nobody guesses it, and a push payload carries several tokens.
const SIGNATURE_BYTES = 16;

/** @returns `CLAIMS.SIGNATURE`, both base64url: fits a path segment or a query as it is */
export function signToken(keyring: Keyring, purpose: TokenPurpose, claims: object): string {
  const [key] = keyring.keys;
  if (!key) throw new RangeError("A keyring needs at least one key");
  const body = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${body}.${signature(key.root, purpose, body).toString("base64url")}`;
}

/** @returns the claims, or null for anything no key of ours signed for this purpose */
export function readToken(keyring: Keyring, purpose: TokenPurpose, token: string): TokenClaims | null {
  const [body, signed, ...rest] = token.split(".");
  if (!body || !signed || rest.length > 0) return null;
  const given = Buffer.from(signed, "base64url");
  // The second check refuses other spellings of the same bytes: one token, one text.
  if (given.length !== SIGNATURE_BYTES || given.toString("base64url") !== signed) return null;
  if (!keyring.keys.some(({ root }) => timingSafeEqual(signature(root, purpose, body), given))) return null;

  try {
    const claims: unknown = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? (claims as TokenClaims) : null;
  } catch {
    return null;
  }
}

// Key objects, because preparing a key from bytes costs four times the signature.
const derived = new WeakMap<Buffer, Map<TokenPurpose, KeyObject>>();

function signature(root: Buffer, purpose: TokenPurpose, body: string): Buffer {
  let keys = derived.get(root);
  if (!keys) derived.set(root, (keys = new Map()));
  let key = keys.get(purpose);
  if (!key) {
    const bytes = Buffer.from(hkdfSync("sha256", root, "", `beckon token ${purpose} v1`, 32));
    keys.set(purpose, (key = createSecretKey(bytes)));
  }
  return createHmac("sha256", key).update(body).digest().subarray(0, SIGNATURE_BYTES);
}
