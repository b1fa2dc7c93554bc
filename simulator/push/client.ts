import { randomBytes } from "node:crypto";
import { request } from "node:https";
import { createReceiverKeys, decryptPush, type ReceiverKeys } from "./decrypt.ts";
import type { SimMessage } from "./sim-api.ts";

// A shopper without a browser: makes its own keys, subscribes at the local push service, receives and decrypts. The
// private key never leaves this module.

/** As `PushSubscription.toJSON()` gives it. */
export type SubscriptionJson = {
  endpoint: string;
  expirationTime: null;
  keys: { p256dh: string; auth: string };
};

export type ReceivedPush = {
  sequence: number;
  receivedAt: string;
  /** Decrypted. */
  text: string;
  /** `text` as JSON, or null when it is none. */
  payload: unknown;
  /** Of the push request, names in lower case. */
  headers: Record<string, string>;
};

export type ShopperSubscription = {
  toJSON(): SubscriptionJson;
  /** The next push that was not returned yet; rejects after `timeoutMs` (15 s). */
  next(timeoutMs?: number): Promise<ReceivedPush>;
  /** Everything waiting now, without waiting for more. Not returned again by `next`. */
  drain(): Promise<ReceivedPush[]>;
};

export type PushClient = {
  /** @param applicationServerKey the shop's VAPID public key, base64url */
  subscribe(applicationServerKey: string): Promise<ShopperSubscription>;
};

/** @param service origin and PEM certificate of the local push service */
export function createPushClient(service: { origin: string; ca: string }): PushClient {
  return {
    async subscribe(applicationServerKey) {
      const keys = createReceiverKeys(randomBytes(16));
      const made = await call(service, "POST", "/_sim/subscriptions", { applicationServerKey });
      return receiveFor(service, (made as { endpoint: string }).endpoint, keys);
    },
  };
}

function receiveFor(
  service: { origin: string; ca: string },
  endpoint: string,
  keys: ReceiverKeys,
): ShopperSubscription {
  let after = 0;
  const unread: ReceivedPush[] = [];

  async function poll(waitSeconds: number): Promise<void> {
    const query = new URLSearchParams({ endpoint, after: String(after), waitSeconds: String(waitSeconds) });
    const answer = (await call(service, "GET", `/_sim/messages?${query}`)) as { messages: SimMessage[]; next: number };
    after = answer.next;
    unread.push(...answer.messages.map((message) => open(message, keys)));
  }

  return {
    toJSON: () => ({
      endpoint,
      expirationTime: null,
      keys: { p256dh: keys.ecdh.getPublicKey("base64url"), auth: keys.auth.toString("base64url") },
    }),
    async next(timeoutMs = 15_000) {
      const endsAt = performance.now() + timeoutMs;
      for (;;) {
        const push = unread.shift();
        if (push) return push;
        const leftMs = endsAt - performance.now();
        if (leftMs <= 0) throw new Error(`no push arrived within ${timeoutMs} ms`);
        await poll(Math.min(leftMs / 1_000, 25));
      }
    },
    async drain() {
      await poll(0);
      return unread.splice(0);
    },
  };
}

function open(message: SimMessage, keys: ReceiverKeys): ReceivedPush {
  const text = decryptPush(Buffer.from(message.body, "base64"), keys).toString("utf8");
  return {
    sequence: message.sequence,
    receivedAt: message.receivedAt,
    text,
    payload: parseJson(text),
    headers: message.headers,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function call(service: { origin: string; ca: string }, method: string, path: string, body?: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${service.origin}${path}`, { method, ca: service.ca }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("error", reject);
      response.on("end", () => {
        if ((response.statusCode ?? 0) < 300) resolve(text === "" ? null : JSON.parse(text));
        else reject(new Error(`${method} ${path.split("?")[0]} answered ${response.statusCode}: ${text}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
