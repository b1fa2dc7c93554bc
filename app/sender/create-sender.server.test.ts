import { createECDH, randomBytes } from "node:crypto";
import { createSecureServer } from "node:http2";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createPushClient } from "../../simulator/push/client.ts";
import { selfSignedCertificate } from "../../simulator/push/certificate.ts";
import { startPushService, type PushService } from "../../simulator/push/push-service.ts";
import { createSender, type SenderOptions, type SentPush } from "./create-sender.server.ts";
import { PayloadTooLargeError } from "./payload-limit.ts";
import type { PushRequest } from "./push-request.ts";

test("sends a push that the receiver can decrypt, with the headers asked for", async () => {
  const { service, sender, subscribe } = await setUp();
  const shopper = await subscribe();

  const outcome = await sender({
    ...shopper.request,
    payload: '{"title":"Günaydın 👋"}',
    ttlSeconds: 1_234,
    urgency: "high",
  });

  expect(outcome).toEqual({ type: "accepted", status: 201 });
  const push = await shopper.subscription.next();
  expect(push.payload).toEqual({ title: "Günaydın 👋" });
  expect(push.headers).toMatchObject({
    ttl: "1234",
    urgency: "high",
    topic: "marketing",
    "content-encoding": "aes128gcm",
    "content-type": "application/octet-stream",
  });
  expect(service.requests.at(-1)?.httpVersion).toBe("2.0");
});

test("sends 3,993 bytes and names the excess above", async () => {
  const { sender, subscribe, service } = await setUp();
  const { request, subscription } = await subscribe();

  expect(await sender({ ...request, payload: "x".repeat(3_993) })).toMatchObject({ type: "accepted" });
  const tooLong = sender({ ...request, payload: `${"x".repeat(3_992)}é` });

  await expect(tooLong).rejects.toThrow(PayloadTooLargeError);
  await expect(tooLong).rejects.toThrow(/3994 bytes as UTF-8 and may be at most 3993/);
  expect((await subscription.next()).text).toHaveLength(3_993);
  expect(service.requests).toHaveLength(1);
});

test("shares few connections among many pushes, and signs once for all", async () => {
  const { sender, subscribe, service } = await setUp();
  const { request, subscription } = await subscribe();

  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, i) => sender({ ...request, payload: String(i), pushTopic: `t${i}` })),
  );

  expect(outcomes.every(({ type }) => type === "accepted")).toBe(true);
  const received = await subscription.drain();
  expect(received.map(({ text }) => Number(text)).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 50 }, (_, i) => i),
  );
  expect(new Set(service.requests.map(({ headers }) => headers.authorization)).size).toBe(1);
});

test.each([
  [404, "gone"],
  [410, "gone"],
  [400, "refused"],
  [401, "refused"],
  [403, "refused"],
  [413, "refused"],
  [406, "later"],
  [429, "later"],
  [500, "later"],
  [503, "later"],
  [301, "refused"],
] as const)("an answer of %i means %s", async (status, type) => {
  const { sender, subscribe, service } = await setUp();
  const { request } = await subscribe();
  service.addFault({ status });

  expect(await sender(request)).toMatchObject({ type, status });
});

test("understands Retry-After in seconds and as a date", async () => {
  const { sender, subscribe, service } = await setUp({ machineNow: () => new Date("2026-03-01T12:00:00Z") });
  const { request } = await subscribe();
  service.addFault({ status: 429, retryAfter: "120" });
  service.addFault({ status: 503, retryAfter: "Sun, 01 Mar 2026 12:05:00 GMT" });
  service.addFault({ status: 503, retryAfter: "soon" });

  expect(await sender(request)).toMatchObject({ type: "later", retryAfterMs: 120_000 });
  expect(await sender(request)).toMatchObject({ type: "later", retryAfterMs: 300_000 });
  expect(await sender(request)).toMatchObject({ type: "later", retryAfterMs: null });
});

test("a key the subscription was not made with is refused in plain words", async () => {
  const { sender, subscribe } = await setUp();
  const { request } = await subscribe();

  const outcome = await sender({ ...request, vapid: createKeyPair() });

  expect(outcome).toMatchObject({ type: "refused", status: 403 });
  expect(outcome).toHaveProperty("cause", expect.stringContaining("VAPID key"));
});

test("a subscription that ended is gone", async () => {
  const { sender, subscribe, service } = await setUp();
  const { request } = await subscribe();
  service.endSubscription(request.endpoint);

  expect(await sender(request)).toEqual({ type: "gone", status: 410 });
});

test("a request that the service says it has not looked at is sent again on a new connection", async () => {
  const { sender, subscribe, service } = await setUp();
  const { request, subscription } = await subscribe();
  service.addFault({ goaway: true });

  expect(await sender(request)).toMatchObject({ type: "accepted" });
  expect(await subscription.drain()).toHaveLength(1);
});

test("a lost answer means later, and that the push may have arrived", async () => {
  const { sender, subscribe, service } = await setUp();
  const { request, subscription } = await subscribe();
  service.addFault({ lostAnswer: true });

  expect(await sender(request)).toMatchObject({ type: "later", status: null, mayHaveArrived: true });
  expect(await subscription.drain()).toHaveLength(1);
});

test("a service that does not answer means later, within the time set", async () => {
  const { sender, subscribe, service } = await setUp({ requestTimeoutMs: 150 });
  const { request } = await subscribe();
  service.addFault({ hang: true });

  expect(await sender(request)).toMatchObject({ type: "later", status: null, mayHaveArrived: true });
  expect(await sender(request)).toMatchObject({ type: "accepted" });
});

test("a service that cannot be reached means later, never gone", async () => {
  const { sender, subscribe, service } = await setUp();
  const { request } = await subscribe();
  await service.close();

  expect(await sender(request)).toMatchObject({ type: "later", status: null, mayHaveArrived: false });
});

test("a certificate that nobody vouches for is not accepted", async () => {
  const { service, subscribe } = await setUp();
  const { request } = await subscribe();
  const sender = makeSender(service, { push: { ...pushConfig(service), ca: null } });

  expect(await sender(request)).toMatchObject({ type: "later", status: null });
  expect(service.requests).toHaveLength(0);
});

test("a slow service holds up nobody else's pushes", async () => {
  const slow = await startTestService();
  const quick = await startTestService();
  const key = createKeyPair();
  const sender = createSender({
    vapidSubject: "mailto:ops@example.com",
    push: {
      hosts: [slow, quick].map(({ port }) => ({ host: "127.0.0.1", port })),
      routes: [],
      ca: slow.ca + quick.ca,
      concurrency: 1,
    },
    machineNow: () => new Date(),
  });
  onTestFinished(() => sender.close());
  const slowOne = await subscribeAt(slow, key);
  const quickOne = await subscribeAt(quick, key);
  slow.addFault({ hang: true });
  const waiting = sender(slowOne.request);

  expect(await sender(quickOne.request)).toMatchObject({ type: "accepted" });

  sender.close();
  expect(await waiting).toMatchObject({ type: "later" });
});

test("an aborted signal gives up what waits for its turn and sees through what has left", async () => {
  const { sender, subscribe, service } = await setUp({ concurrency: 1 });
  const { request } = await subscribe();
  service.addFault({ status: 503 });
  const stopping = new AbortController();

  const first = sender(request, stopping.signal);
  const second = sender(request, stopping.signal);
  stopping.abort();

  expect(await second).toMatchObject({ type: "later", status: null, cause: "the sender is stopping" });
  expect(await first).toMatchObject({ type: "later", status: 503 });
  expect(service.requests).toHaveLength(1);
});

test("speaks HTTP/1.1 where the service has nothing newer", async () => {
  const certificate = selfSignedCertificate(["127.0.0.1"], new Date());
  const seen: string[] = [];
  const server = createHttpsServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    request.resume().on("end", () => {
      seen.push(`${request.method} ${request.url} ${request.headers.host} HTTP/${request.httpVersion}`);
      response.writeHead(429, { "retry-after": "3" }).end("slow down");
    });
  });
  const port = await listen(server);
  const sender = makeSender({ port, ca: certificate.cert });

  const outcome = await sender({ ...anyRequest(), endpoint: `https://127.0.0.1:${port}/push/abc?token=1` });

  expect(outcome).toEqual({
    type: "later",
    status: 429,
    retryAfterMs: 3_000,
    cause: "the push service answered 429 (slow down)",
  });
  expect(seen).toEqual([`POST /push/abc?token=1 127.0.0.1:${port} HTTP/1.1`]);
});

test("a service that takes the connection and says nothing means later", async () => {
  const certificate = selfSignedCertificate(["127.0.0.1"], new Date());
  const server = createTlsServer({ key: certificate.key, cert: certificate.cert, ALPNProtocols: ["h2"] }, () => {});
  const port = await listen(server);
  const sender = makeSender({ port, ca: certificate.cert }, { connectTimeoutMs: 150 });

  const outcome = await sender({ ...anyRequest(), endpoint: `https://127.0.0.1:${port}/push/abc` });

  expect(outcome).toMatchObject({ type: "later", mayHaveArrived: false });
});

test("a service that says goodbye on every connection means later", async () => {
  const certificate = selfSignedCertificate(["127.0.0.1"], new Date());
  const server = createSecureServer({ key: certificate.key, cert: certificate.cert });
  server.on("session", (session) => session.goaway());
  server.on("sessionError", () => {});
  const port = await listen(server);
  const sender = makeSender({ port, ca: certificate.cert });

  const outcome = await sender({ ...anyRequest(), endpoint: `https://127.0.0.1:${port}/push/abc` });

  expect(outcome).toMatchObject({ type: "later", status: null, mayHaveArrived: false });
});

test("no more requests are under way than allowed, however few a connection takes", async () => {
  const certificate = selfSignedCertificate(["127.0.0.1"], new Date());
  const server = createSecureServer({
    key: certificate.key,
    cert: certificate.cert,
    settings: { maxConcurrentStreams: 2 },
  });
  const connections = new Set<unknown>();
  let underWay = 0;
  let most = 0;
  server.on("session", (session) => connections.add(session));
  server.on("stream", (stream) => {
    most = Math.max(most, ++underWay);
    stream.resume().on("end", () =>
      setImmediate(() => {
        underWay--;
        stream.respond({ ":status": 201 }, { endStream: true });
      }),
    );
  });
  const port = await listen(server);
  const sender = makeSender({ port, ca: certificate.cert }, { concurrency: 6 });
  const request = { ...anyRequest(), endpoint: `https://127.0.0.1:${port}/push/abc` };

  const outcomes = await Promise.all(Array.from({ length: 60 }, () => sender(request)));

  expect(outcomes.every(({ type }) => type === "accepted")).toBe(true);
  expect(most).toBeLessThanOrEqual(6);
  expect(connections.size).toBeGreaterThan(1);
  expect(connections.size).toBeLessThanOrEqual(8);
});

test("refuses without asking: another port, another host, keys that no browser makes", async () => {
  const { sender, subscribe, service } = await setUp();
  const { request } = await subscribe();

  const refused = { type: "refused", status: null };
  expect(await sender({ ...request, endpoint: "https://127.0.0.1:9/push/abc" })).toMatchObject(refused);
  expect(await sender({ ...request, endpoint: "https://example.com/push/abc" })).toMatchObject(refused);
  expect(await sender({ ...request, p256dh: "AAAA" })).toMatchObject(refused);
  const offCurve = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]).toString("base64url");
  expect(await sender({ ...request, p256dh: offCurve })).toMatchObject(refused);
  expect(await sender({ ...request, auth: "AAAA" })).toMatchObject(refused);
  expect(service.requests).toHaveLength(0);
});

test("a route leads a vendor's host elsewhere, with the vendor's name in the token and on the certificate", async () => {
  const service = await startTestService();
  const key = createKeyPair();
  const { request, subscription } = await subscribeAt(service, key);
  const sender = makeSender(service, {
    push: {
      ...pushConfig(service),
      hosts: [],
      routes: [{ host: "fcm.googleapis.com", address: "127.0.0.1", port: service.port }],
    },
  });
  const token = request.endpoint.split("/").at(-1);

  const outcome = await sender({ ...request, endpoint: `https://fcm.googleapis.com/fcm/send/${token}` });

  expect(outcome).toMatchObject({ type: "accepted" });
  expect((await subscription.next()).payload).toEqual({ hello: "world" });
});

test("tells of every outcome by vendor, for the metrics", async () => {
  const told: SentPush[] = [];
  const { sender, subscribe, service } = await setUp({ onOutcome: (sent) => told.push(sent) });
  const { request } = await subscribe();
  service.addFault({ status: 410 });

  await sender(request);
  await sender(request);

  expect(told.map(({ vendor, outcome, status }) => ({ vendor, outcome, status }))).toEqual([
    { vendor: "other", outcome: "gone", status: 410 },
    { vendor: "other", outcome: "accepted", status: 201 },
  ]);
});

type Overrides = Partial<SenderOptions> & { concurrency?: number };

async function setUp(overrides: Overrides = {}) {
  const service = await startTestService();
  const sender = makeSender(service, overrides);
  const key = createKeyPair();
  return { service, sender, subscribe: () => subscribeAt(service, key) };
}

async function startTestService(): Promise<PushService> {
  const service = await startPushService();
  onTestFinished(() => service.close());
  return service;
}

function makeSender(service: { port: number; ca: string }, { concurrency, ...overrides }: Overrides = {}) {
  const push = pushConfig(service);
  const sender = createSender({
    vapidSubject: "mailto:ops@example.com",
    push: { ...push, concurrency: concurrency ?? push.concurrency },
    machineNow: () => new Date(),
    ...overrides,
  });
  onTestFinished(() => sender.close());
  return sender;
}

function pushConfig({ port, ca }: { port: number; ca: string }): SenderOptions["push"] {
  return { hosts: [{ host: "127.0.0.1", port }], routes: [], ca, concurrency: 100 };
}

async function subscribeAt(service: PushService, key: { publicKey: string; privateKey: string }) {
  const subscription = await createPushClient(service).subscribe(key.publicKey);
  const { endpoint, keys } = subscription.toJSON();
  const request: PushRequest = { ...anyRequest(), endpoint, ...keys, vapid: key };
  return { subscription, request };
}

function anyRequest(): PushRequest {
  return {
    endpoint: "",
    p256dh: createKeyPair().publicKey,
    auth: randomBytes(16).toString("base64url"),
    vapid: createKeyPair(),
    payload: '{"hello":"world"}',
    ttlSeconds: 60,
    urgency: "normal",
    pushTopic: "marketing",
  };
}

function createKeyPair(): { publicKey: string; privateKey: string } {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  return {
    publicKey: ecdh.getPublicKey("base64url"),
    privateKey: Buffer.concat([Buffer.alloc(32), ecdh.getPrivateKey()])
      .subarray(-32)
      .toString("base64url"),
  };
}

function listen(server: TlsServer): Promise<number> {
  onTestFinished(() => void server.close());
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
