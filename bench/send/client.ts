import { connect } from "node:http2";
import type { ClientHttp2Session } from "node:http2";
import webPush from "web-push";
import { createSender } from "../../app/sender/create-sender.server.ts";
import type { SenderOptions } from "../../app/sender/create-sender.server.ts";
import type { SendPush } from "../../app/sender/push-request.ts";
import { createThreadedSender } from "../../app/sender/threaded-sender.server.ts";
import { answer, childArguments, measure, pool } from "../support/child.ts";
import { payloadOf, readWorld } from "./subscriptions.ts";
import type { TestSubscription } from "./subscriptions.ts";

// One way of sending, in its own process.

export type Variant = "web-push" | "ours" | "threads" | "empty";
export type Round = { wallMs: number; cpuMs: number; failed: number; rssMb: number };

const { variant, world: worldFile, threads } = childArguments<{ variant: Variant; world: string; threads: number }>();
const world = readWorld(worldFile);
const numbered = world.subscriptions.map((subscription, index) => ({ subscription, index }));
type Numbered = (typeof numbered)[number];

/** Places per push service, as PUSH_CONCURRENCY has it. */
const PLACES = 100;

const send = await createSend();
const inFlight = variant === "web-push" ? 100 : PLACES * world.origins.length;

async function createSend(): Promise<(subscription: TestSubscription, index: number) => Promise<boolean>> {
  if (variant === "web-push") return sendWithWebPush;
  if (variant === "empty") return sendEmpty();

  const hosts = world.origins.map((origin) => ({ host: new URL(origin).hostname, port: Number(new URL(origin).port) }));
  const options: SenderOptions = {
    vapidSubject: world.subject,
    push: { hosts, routes: [], ca: world.ca, concurrency: PLACES },
    machineNow: () => new Date(),
  };
  const sendPush: SendPush =
    variant === "threads" ? createThreadedSender({ ...options, threads }) : createSender(options);
  return async ({ endpoint, p256dh, auth }, index) => {
    const outcome = await sendPush({
      endpoint,
      p256dh,
      auth,
      vapid: world.vapid,
      payload: payloadOf(index),
      ttlSeconds: 3_600,
      urgency: "normal",
      pushTopic: "cart",
    });
    return outcome.type === "accepted";
  };
}

/** As its documentation says; the system's roots are widened by NODE_EXTRA_CA_CERTS. Node's agent keeps connections. */
async function sendWithWebPush({ endpoint, p256dh, auth }: TestSubscription, index: number): Promise<boolean> {
  const { statusCode } = await webPush.sendNotification({ endpoint, keys: { p256dh, auth } }, payloadOf(index), {
    vapidDetails: { subject: world.subject, ...world.vapid },
    TTL: 3_600,
    urgency: "normal",
    topic: "cart",
  });
  return statusCode === 201;
}

/** HTTP/2 and nothing else: what node:http2 costs, and proof that the sink could take more than anybody sends. */
async function sendEmpty() {
  const sessions = new Map<string, ClientHttp2Session>();
  for (const origin of world.origins) {
    const session = connect(origin, { ca: world.ca });
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    sessions.set(origin, session);
  }
  const headers = { ":method": "POST", ttl: "3600", "content-encoding": "aes128gcm", authorization: "none" };
  return ({ endpoint }: TestSubscription) =>
    new Promise<boolean>((resolve, reject) => {
      const url = new URL(endpoint);
      const stream = sessions.get(url.origin)?.request({ ...headers, ":path": url.pathname }, { endStream: true });
      if (!stream) return resolve(false);
      let status = 0;
      stream.on("response", (answered) => (status = Number(answered[":status"])));
      stream.on("error", reject);
      stream.on("close", () => resolve(status === 201));
      stream.resume();
    });
}

async function sendAll(items: Numbered[]): Promise<number> {
  let failed = 0;
  await pool(items, inFlight, async ({ subscription, index }) => {
    if (!(await send(subscription, index))) failed++;
  });
  return failed;
}

answer(async (question: { count: number }) => {
  let failed = 0;
  const measured = await measure(async () => {
    failed = await sendAll(numbered.slice(0, question.count));
  });
  const round: Round = { ...measured, failed, rssMb: process.memoryUsage().rss / 1_048_576 };
  return round;
});
