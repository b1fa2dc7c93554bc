/** A key of the REST API as it is stored: never the key itself. */
export type ApiKey = {
  id: number;
  name: string;
  /** Last four characters of the key. */
  hint: string;
  createdAt: Date;
  lastUsedAt: Date | null;
};

/** The answer kept for an Idempotency-Key. */
export type KeptAnswer = { requestHash: string; status: number; body: string };

export type ApiKeyStore = {
  /** `hash` is the key's sha256 in hex. */
  add(key: { shop: string; name: string; hash: string; hint: string }, now: Date): Promise<ApiKey>;
  /** Keys that were not revoked, newest first. */
  list(shop: string): Promise<ApiKey[]>;
  /** @returns false when the shop has no such key, or it was revoked before */
  revoke(shop: string, id: number, now: Date): Promise<boolean>;
  /** The shop of a key that was not revoked; notes that it was used, at most once a minute. */
  shopOfHash(hash: string, now: Date): Promise<string | null>;
  keptAnswer(shop: string, idempotencyKey: string): Promise<KeptAnswer | null>;
  /** Keeps the first answer: a second call with the same key changes nothing. `machineNow` is machine time. */
  keepAnswer(shop: string, idempotencyKey: string, answer: KeptAnswer, machineNow: Date): Promise<void>;
};
