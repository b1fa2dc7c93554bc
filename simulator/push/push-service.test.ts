import { createECDH, createPrivateKey, sign, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { createPushClient } from "./client.ts";
import { startPushService, type PushService, type PushServiceOptions } from "./push-service.ts";

test("takes a push, says where it lies and for how long", async () => {
  const { post, endpoint, service } = await setUp({ maxTtlSeconds: 100 });

  const answer = await post(endpoint, { headers: { ttl: "5000" } });

  expect(answer.status).toBe(201);
  expect(answer.headers.ttl).toBe("100");
  expect(answer.headers.location).toMatch(new RegExp(`^${service.origin}/m/`));
});

test("takes pushes over HTTP/2 and over HTTP/1.1", async () => {
  const { post, postHttp2, endpoint, service } = await setUp();

  expect((await post(endpoint)).status).toBe(201);
  expect(await postHttp2(endpoint)).toBe(201);

  expect(service.requests.map(({ httpVersion }) => httpVersion)).toEqual(["1.1", "2.0"]);
});

test.each([
  ["no Authorization", 401, { headers: { authorization: undefined } }],
  ["another scheme", 401, { headers: { authorization: "Bearer abc" } }],
  ["another key than the subscription's", 403, { otherKey: true }],
  ["a signature of another key", 403, { otherSigner: true }],
  ["another audience", 403, { claims: { aud: "https://example.com" } }],
  ["an audience with a path", 403, { claims: { aud: "https://127.0.0.1/push" } }],
  ["no expiry", 403, { claims: { exp: undefined } }],
  ["a past expiry", 403, { claims: { exp: nowSeconds() - 1 } }],
  ["an expiry beyond a day", 403, { claims: { exp: nowSeconds() + 86_460 } }],
  ["no contact", 403, { claims: { sub: undefined } }],
  ["a contact with brackets", 403, { claims: { sub: "mailto:<ops@example.com>" } }],
  ["an http contact", 403, { claims: { sub: "http://example.com" } }],
  ["no TTL", 400, { headers: { ttl: undefined } }],
  ["a negative TTL", 400, { headers: { ttl: "-1" } }],
  ["an unknown urgency", 400, { headers: { urgency: "urgent" } }],
  ["a topic of 33 characters", 400, { headers: { topic: "x".repeat(33) } }],
  ["a topic with a colon", 400, { headers: { topic: "order:1" } }],
  ["another encoding", 400, { headers: { "content-encoding": "aesgcm" } }],
  ["no encryption", 400, { body: Buffer.from("hello") }],
  ["a body over 4,096 bytes", 413, { body: buildBody(4_097) }],
  ["a body of two records", 400, { body: buildBody(300, 100) }],
] as const)("refuses %s with %i", async (_name, status, given) => {
  const { post, endpoint } = await setUp();

  expect((await post(endpoint, given)).status).toBe(status);
});

test("takes the largest body, and none at all", async () => {
  const { post, endpoint } = await setUp();

  expect((await post(endpoint, { body: buildBody(4_096) })).status).toBe(201);
  expect((await post(endpoint, { body: Buffer.alloc(0) })).status).toBe(201);
});

test("knows no other subscription than its own, and says when one has gone", async () => {
  const { post, endpoint, service } = await setUp();

  expect((await post(`${endpoint}x`)).status).toBe(404);
  expect((await post(endpoint, { method: "GET" })).status).toBe(405);
  service.endSubscription(endpoint);
  expect((await post(endpoint)).status).toBe(410);
  service.forgetSubscription(endpoint);
  expect((await post(endpoint)).status).toBe(404);
});

test("a newer message replaces a waiting one of its topic, in its own subscription only", async () => {
  const { post, endpoint, service, subscribe, messages } = await setUp();
  const other = await subscribe();
  await post(endpoint, { headers: { topic: "a", ttl: "60" } });
  await post(endpoint, { headers: { topic: "b", ttl: "60" } });
  await post(other, { headers: { topic: "a", ttl: "60" } });
  await post(endpoint, { headers: { topic: "a", ttl: "61" } });

  expect(service.count().waiting).toBe(3);
  expect((await messages(endpoint)).map(({ topic, ttlSeconds }) => [topic, ttlSeconds])).toEqual([
    ["b", 60],
    ["a", 61],
  ]);
  expect(await messages(other)).toHaveLength(1);
});

test("a message that was handed over is not replaced any more", async () => {
  const { post, endpoint, messages } = await setUp();
  await post(endpoint, { headers: { topic: "a" } });
  await messages(endpoint);
  await post(endpoint, { headers: { topic: "a" } });

  expect(await messages(endpoint)).toHaveLength(2);
});

test("forgets a message when its TTL is over, and takes TTL 0 for now or never", async () => {
  let nowMs = Date.now();
  const { post, endpoint, messages } = await setUp({ now: () => nowMs });
  await post(endpoint, { headers: { ttl: "0" } });
  await post(endpoint, { headers: { ttl: "10" } });
  await post(endpoint, { headers: { ttl: "20" } });
  nowMs += 10_000;

  expect((await messages(endpoint)).map(({ ttlSeconds }) => ttlSeconds)).toEqual([20]);
});

test("deletes a waiting message on request", async () => {
  const { post, endpoint, messages } = await setUp();
  const { headers } = await post(endpoint);
  const location = String(headers.location);

  expect((await post(location, { method: "DELETE" })).status).toBe(204);
  expect((await post(location, { method: "DELETE" })).status).toBe(404);
  expect(await messages(endpoint)).toEqual([]);
});

test("misbehaves as ordered, and only so often", async () => {
  const { post, endpoint, call } = await setUp();
  await call("POST", "/_sim/faults", { status: 429, retryAfter: 7, times: 2 });
  await call("POST", "/_sim/faults", { reset: true });

  expect(await post(endpoint)).toMatchObject({ status: 429, headers: { "retry-after": "7" } });
  expect((await post(endpoint)).status).toBe(429);
  await expect(post(endpoint)).rejects.toThrow();
  expect((await post(endpoint)).status).toBe(201);
});

test.each([{ status: 42 }, { times: 1 }, { status: 500, colour: "red" }, []])(
  "does not take %j for a fault",
  async (fault) => {
    const { call } = await setUp();

    expect((await call("POST", "/_sim/faults", fault)).status).toBe(400);
  },
);

test("its own API is not there under a vendor's name", async () => {
  const { post, service } = await setUp();

  const answer = await post(`${service.origin}/_sim/state`, {
    method: "GET",
    headers: { host: "fcm.googleapis.com" },
  });

  expect(answer.status).toBe(404);
});

test("serves no host that it does not stand in for", async () => {
  const { post, endpoint } = await setUp();

  expect((await post(endpoint, { headers: { host: "example.com" } })).status).toBe(421);
});

test("a vendor's endpoint is its own audience", async () => {
  const { post, endpoint, service } = await setUp();
  const url = `${service.origin}/fcm/send/${endpoint.split("/").at(-1)}`;
  const headers = { host: "fcm.googleapis.com" };

  const right = await post(url, { headers, claims: { aud: "https://fcm.googleapis.com" } });
  const wrong = await post(url, { headers, claims: { aud: service.origin } });

  expect([right.status, wrong.status]).toEqual([201, 403]);
});

test("keeps its certificate over a restart", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-push-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const caFile = path.join(folder, "deep", "ca.pem");

  const first = await startPushService({ caFile });
  await first.close();
  const second = await startPushService({ caFile });
  onTestFinished(() => second.close());

  expect(second.ca).toBe(first.ca);
  const certificate = new X509Certificate(readFileSync(caFile));
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(certificate.checkHost("jmt17.google.com")).toBe("jmt17.google.com");
});

test("a program without a browser waits for its messages", async () => {
  const { service, post, key } = await setUp();
  const shopper = await createPushClient(service).subscribe(key.publicKey);
  const { endpoint } = shopper.toJSON();
  const waiting = service.once("connected").then(() => post(endpoint, { headers: { ttl: "0" } }));

  // Not encrypted for it: that it tries to open the message is proof enough that it came.
  await expect(shopper.next(5_000)).rejects.toThrow();
  expect((await waiting).status).toBe(201);
});

test("speaks Firefox's protocol: hello, register, notification, ack, unregister", async () => {
  const { service, post, key } = await setUp();
  const firefox = await connectFirefox(service);

  const hello = await firefox.ask({ messageType: "hello", use_webpush: true });
  expect(hello).toMatchObject({ messageType: "hello", status: 200, use_webpush: true });
  const { pushEndpoint } = await firefox.ask({ messageType: "register", channelID: "c1", key: `${key.publicKey}=` });
  const arriving = firefox.next();
  const { status } = await post(String(pushEndpoint));
  const notification = await arriving;

  expect(status).toBe(201);
  expect(notification).toMatchObject({
    messageType: "notification",
    channelID: "c1",
    headers: { encoding: "aes128gcm" },
    data: buildBody(150).toString("base64url"),
  });
  const acknowledged = service.once("acknowledged");
  firefox.say({ messageType: "ack", updates: [{ channelID: "c1", version: notification.version, code: 100 }] });
  expect(await acknowledged).toEqual({ messageId: notification.version, code: 100 });
  expect(await firefox.ask({})).toEqual({}); // a ping
  await firefox.ask({ messageType: "unregister", channelID: "c1" });
  expect((await post(String(pushEndpoint))).status).toBe(410);
});

test("a Firefox that comes back gets what waited, until it acknowledges", async () => {
  const { service, post, key } = await setUp();
  const before = await connectFirefox(service);
  const { uaid } = await before.ask({ messageType: "hello", use_webpush: true });
  const { pushEndpoint } = await before.ask({ messageType: "register", channelID: "c1", key: key.publicKey });
  const gone = service.once("disconnected");
  before.close();
  await gone;
  await post(String(pushEndpoint));

  for (let time = 0; time < 2; time++) {
    const after = await connectFirefox(service);
    const arriving = after.next(2);
    after.say({ messageType: "hello", use_webpush: true, uaid });
    expect(await arriving).toMatchObject({ messageType: "notification", channelID: "c1" });
    after.close();
  }
  expect(service.count().waiting).toBe(1);
});

type PostOptions = {
  method?: string;
  headers?: Record<string, string | undefined>;
  claims?: Record<string, unknown>;
  body?: Buffer;
  otherKey?: boolean;
  otherSigner?: boolean;
};

async function setUp(options: PushServiceOptions = {}) {
  const service = await startPushService(options);
  onTestFinished(() => service.close());
  const key = createKeyPair();

  const call = async (method: string, apiPath: string, body?: unknown) => {
    const answer = await exchange(service, `${service.origin}${apiPath}`, method, {}, JSON.stringify(body ?? null));
    return { status: answer.status, body: answer.body === "" ? null : (JSON.parse(answer.body) as never) };
  };
  const subscribe = async () => {
    const made = await call("POST", "/_sim/subscriptions", { applicationServerKey: key.publicKey });
    return (made.body as unknown as { endpoint: string }).endpoint;
  };
  const headersFor = (url: string, { headers = {}, claims = {}, otherKey, otherSigner }: PostOptions) => {
    const signer = otherKey || otherSigner ? createKeyPair() : key;
    const named = otherKey ? signer : key;
    const payload = {
      aud: new URL(url).origin,
      exp: (options.now ? Math.floor(options.now() / 1_000) : nowSeconds()) + 3_600,
      sub: "mailto:ops@example.com",
      ...claims,
    };
    return definedOnly({
      authorization: `vapid t=${signToken(payload, signer)}, k=${named.publicKey}`,
      ttl: "60",
      "content-encoding": "aes128gcm",
      ...headers,
    });
  };

  return {
    service,
    key,
    call,
    subscribe,
    endpoint: await subscribe(),
    post: (url: string, given: PostOptions = {}) =>
      exchange(service, url, given.method ?? "POST", headersFor(url, given), given.body ?? buildBody(150)),
    postHttp2: (url: string) => exchangeHttp2(service, url, headersFor(url, {}), buildBody(150)),
    async messages(endpoint: string) {
      const query = new URLSearchParams({ endpoint, waitSeconds: "0" });
      const answer = await call("GET", `/_sim/messages?${query}`);
      return (answer.body as unknown as { messages: { topic: string; ttlSeconds: number }[] }).messages;
    },
  };
}

function exchange(
  service: PushService,
  url: string,
  method: string,
  headers: Record<string, string>,
  body: Buffer | string,
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      url,
      { method, headers, ca: service.ca, agent: false, servername: "" },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(method === "POST" ? body : undefined);
  });
}

function exchangeHttp2(
  service: PushService,
  url: string,
  headers: Record<string, string>,
  body: Buffer,
): Promise<number> {
  const session = connectHttp2(service.origin, { ca: service.ca });
  onTestFinished(() => session.destroy());
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":method": "POST", ":path": new URL(url).pathname, ...headers });
    stream.on("response", (answer) => resolve(Number(answer[":status"])));
    stream.on("error", reject);
    stream.end(body);
  });
}

/** Looks encrypted: the header is right, the record is noise. */
function buildBody(size: number, recordSize = 4_096): Buffer {
  const body = Buffer.alloc(size, 7);
  body.writeUInt32BE(recordSize, 16);
  body[20] = 65;
  body[21] = 4;
  return body;
}

function signToken(claims: Record<string, unknown>, key: { publicKey: string; privateKey: string }): string {
  const point = Buffer.from(key.publicKey, "base64url");
  const privateKey = createPrivateKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
      d: key.privateKey,
    },
  });
  const text = `${encode({ typ: "JWT", alg: "ES256" })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function createKeyPair(): { publicKey: string; privateKey: string } {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  const privateKey = Buffer.concat([Buffer.alloc(32), ecdh.getPrivateKey()]).subarray(-32);
  return { publicKey: ecdh.getPublicKey("base64url"), privateKey: privateKey.toString("base64url") };
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}

function definedOnly(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

async function connectFirefox(service: PushService) {
  const socket = new WebSocket(service.firefoxUrl, "push-notification");
  onTestFinished(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  /** The next message, or the one after so many. */
  const next = (count = 1) =>
    new Promise<Record<string, unknown>>((resolve) => {
      let left = count;
      const listener = (data: Buffer) => {
        if (--left > 0) return;
        socket.off("message", listener);
        resolve(JSON.parse(data.toString()) as Record<string, unknown>);
      };
      socket.on("message", listener);
    });
  const say = (message: object) => socket.send(JSON.stringify(message));
  return {
    next,
    say,
    close: () => socket.close(),
    ask(message: object) {
      const answer = next();
      say(message);
      return answer;
    },
  };
}
