import { readFileSync } from "node:fs";
import { type SubscriptionJson, createPushClient } from "../../simulator/push/client.ts";

/** A push as the push service received it, decrypted with the shopper's own keys. */
export type ReceivedPush = {
  payload: {
    notification: {
      title: string;
      body: string;
      navigate: string;
      data: { token: string; id: string; kind: string; url: string; code: string | null };
    };
  };
  headers: Record<string, string>;
};

export type Inbox = {
  /** As `PushSubscription.toJSON()` gives it. */
  subscription: SubscriptionJson;
  /** The next push; null when none arrives within `patienceMs`. */
  next(patienceMs: number): Promise<ReceivedPush | null>;
};

/** Subscribes at the local push service with keys of its own. */
export async function openInbox(origin: string, caFile: string, applicationServerKey: string): Promise<Inbox> {
  const client = createPushClient({ origin, ca: readFileSync(caFile, "utf8") });
  const subscription = await client.subscribe(applicationServerKey);
  const unread: ReceivedPush[] = [];
  return {
    subscription: subscription.toJSON(),
    async next(patienceMs) {
      const end = performance.now() + patienceMs;
      while (unread.length === 0 && performance.now() < end) {
        const push = await subscription.next(Math.min(500, end - performance.now())).catch(onlySilence);
        if (push) unread.push({ payload: push.payload as ReceivedPush["payload"], headers: push.headers });
      }
      return unread.shift() ?? null;
    },
  };
}

function onlySilence(error: unknown): null {
  if (error instanceof Error && error.message.startsWith("no push arrived")) return null;
  throw error;
}
