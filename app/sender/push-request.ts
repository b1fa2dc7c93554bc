/** One push to one subscription, ready to be encrypted and sent (RFC 8030, 8291, 8292). */
export type PushRequest = {
  endpoint: string;
  /** base64url, the browser's P-256 public key, 65 bytes. */
  p256dh: string;
  /** base64url, 16 bytes. */
  auth: string;
  /** The VAPID key pair the subscription was made with; base64url. */
  vapid: { publicKey: string; privateKey: string };
  /** At most 3,993 bytes as UTF-8. */
  payload: string;
  ttlSeconds: number;
  urgency: "very-low" | "low" | "normal" | "high";
  /** At most 32 base64url characters: a newer message with the same topic replaces a waiting one. */
  pushTopic: string;
};

/** What the push service answered. `accepted` means the service took it, not that anybody saw it. */
export type DeliveryOutcome =
  | { type: "accepted"; status: number }
  /** 404 or 410: the subscription is over. */
  | { type: "gone"; status: number }
  /**
   * 429, 406 (Edge), 5xx or no answer at all: try again inside the TTL. `retryAfterMs` is machine time. `mayHaveArrived`:
   * the request left and the answer was lost, so a second try may be a repeat.
   */
  | { type: "later"; status: number | null; retryAfterMs: number | null; cause: string; mayHaveArrived?: boolean }
  /**
   * 400, 401, 403, 413 and other answers that are our fault. The subscription is kept; the merchant is told. `status` is
   * null when the push service was not asked: endpoint not allowed, or keys no browser makes.
   */
  | { type: "refused"; status: number | null; cause: string };

/**
 * Sends one push. Never throws for what a push service does; throws `PayloadTooLargeError` above 3,993 bytes. An aborted
 * `signal` gives up while the push waits for its turn (`later`); one that has left is seen through.
 */
export type SendPush = (request: PushRequest, signal?: AbortSignal) => Promise<DeliveryOutcome>;
