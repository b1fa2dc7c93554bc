/** A key of the REST API as it is stored: never the key itself. */
export type ApiKey = {
  id: number;
  name: string;
  /** Last four characters of the key. */
  hint: string;
  createdAt: Date;
  lastUsedAt: Date | null;
};

/** What is known of an Idempotency-Key when a request comes with it. */
export type BegunRequest =
  | { type: "new" }
  | { type: "answered"; status: number; body: string }
  /** The first request with it has not been answered yet. */
  | { type: "running" }
  /** It was used for another request. */
  | { type: "different" };

export type ApiKeyStore = {
  /** `hash` is the key's sha256 in hex. */
  add(key: { shop: string; name: string; hash: string; hint: string }, now: Date): Promise<ApiKey>;
  /** Keys that were not revoked, newest first. */
  list(shop: string): Promise<ApiKey[]>;
  /** @returns false when the shop has no such key, or it was revoked before */
  revoke(shop: string, id: number, now: Date): Promise<boolean>;
  /** The shop of a key that was not revoked; notes that it was used, at most once a minute. */
  shopOfHash(hash: string, now: Date): Promise<string | null>;
  /**
   * Takes an Idempotency-Key for a request. One that was taken over a minute ago and never answered (the process died) is
   * taken anew. `machineNow` is machine time.
   */
  beginRequest(shop: string, idempotencyKey: string, requestHash: string, machineNow: Date): Promise<BegunRequest>;
  finishRequest(shop: string, idempotencyKey: string, answer: { status: number; body: string }): Promise<void>;
  /** The request failed: its key can be used again. */
  forgetRequest(shop: string, idempotencyKey: string): Promise<void>;
};
