import { createHash, randomInt } from "node:crypto";
import type { Store } from "../store/store.ts";
import type { ApiKey } from "./api-key-store.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KEY_SHAPE = /^bk_[0-9A-Za-z]{32}$/;

/**
 * Makes a key for the REST API. Its 190 random bits need no slow hash: sha256 is stored, and the key can be shown to the
 * merchant only now.
 */
export async function createApiKey(
  store: Store,
  shop: string,
  name: string,
  now: Date,
): Promise<{ key: string; apiKey: ApiKey }> {
  let key = "bk_";
  for (let i = 0; i < 32; i++) key += ALPHABET[randomInt(ALPHABET.length)];

  const apiKey = await store.apiKeys.add({ shop, name, hash: hashOf(key), hint: key.slice(-4) }, now);
  return { key, apiKey };
}

/**
 * The shop that an `Authorization` header speaks for; null when it holds no valid key. The lookup is by hash, so its
 * time tells nothing about how much of a guess was right.
 */
export async function shopOfBearer(store: Store, authorization: string | null, now: Date): Promise<string | null> {
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (!key || !KEY_SHAPE.test(key)) return null;

  return store.apiKeys.shopOfHash(hashOf(key), now);
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
