import { createECDH } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { createPushClient } from "../../simulator/push/client.ts";
import { startPushService } from "../../simulator/push/push-service.ts";
import type { SentPush } from "./create-sender.server.ts";
import { PayloadTooLargeError } from "./payload-limit.ts";
import type { PushRequest } from "./push-request.ts";
import { createThreadedSender } from "./threaded-sender.server.ts";

test("pushes sent through threads arrive once each, and their outcomes are told", async () => {
  const { sender, request, subscription, outcomes } = await setUp();

  const sent = await Promise.all(
    Array.from({ length: 40 }, (_, i) => sender({ ...request, payload: String(i), pushTopic: `t${i}` })),
  );

  expect(sent.every(({ type }) => type === "accepted")).toBe(true);
  const received = await subscription.drain();
  expect(received.map(({ text }) => Number(text)).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 40 }, (_, i) => i),
  );
  expect(outcomes).toHaveLength(40);
});

test("what can never be sent is refused as by the plain sender", async () => {
  const { sender, request } = await setUp();

  await expect(sender({ ...request, payload: "x".repeat(3_994) })).rejects.toThrow(PayloadTooLargeError);
  expect(await sender({ ...request, auth: "short" })).toMatchObject({ type: "refused", status: null });
  expect(await sender({ ...request, endpoint: "https://example.com/x" })).toMatchObject({ type: "refused" });
});

test("a push that was taken back before it began does not leave", async () => {
  const { sender, request } = await setUp();

  await expect(sender(request, AbortSignal.abort(new Error("stopping")))).rejects.toThrow("stopping");
});

test("a sender that is closed says of what it held that it may have arrived; the next push has a new thread", async () => {
  const { sender, request } = await setUp();

  const held = sender({ ...request, payload: "second" });
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  sender.close();
  expect(await held).toMatchObject({ type: "later", mayHaveArrived: true });
  expect(await sender({ ...request, payload: "third" })).toMatchObject({ type: "accepted" });
});

async function setUp() {
  const service = await startPushService();
  onTestFinished(() => service.close());
  const outcomes: SentPush[] = [];
  const sender = createThreadedSender({
    vapidSubject: "mailto:push@example.com",
    push: {
      hosts: [{ host: "127.0.0.1", port: service.port }],
      routes: [],
      ca: service.ca,
      concurrency: 10,
    },
    onOutcome: (outcome) => outcomes.push(outcome),
    threads: 2,
  });
  onTestFinished(() => sender.close());

  const vapidKeys = createECDH("prime256v1");
  vapidKeys.generateKeys();
  const scalar = Buffer.concat([Buffer.alloc(32), vapidKeys.getPrivateKey()]).subarray(-32);
  const vapid = { publicKey: vapidKeys.getPublicKey("base64url"), privateKey: scalar.toString("base64url") };
  const subscription = await createPushClient(service).subscribe(vapid.publicKey);
  const { endpoint, keys } = subscription.toJSON();
  const request: PushRequest = {
    endpoint,
    p256dh: keys.p256dh,
    auth: keys.auth,
    vapid,
    payload: "hello",
    ttlSeconds: 60,
    urgency: "normal",
    pushTopic: "marketing",
  };
  return { sender, request, subscription, outcomes };
}
