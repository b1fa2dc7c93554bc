import { createECDH } from "node:crypto";
import { createSecureServer } from "node:http2";
import type { Http2SecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { selfSignedCertificate } from "../../simulator/push/certificate.ts";
import { checkVapid } from "../../simulator/push/check-vapid.ts";
import { decryptPush } from "../../simulator/push/decrypt.ts";
import { answer, childArguments } from "../support/child.ts";
import { nameOf } from "../campaign/name-of.ts";
import { payloadOf, readWorld } from "./subscriptions.ts";

// Three push services in one process: HTTP/2, and HTTP/1.1 for who knows nothing else. They take a message and answer 201;
// every 40th is kept, and looked at after the round: decrypted with the browser's key, its VAPID token verified.

const { sampleEvery } = childArguments<{ sampleEvery: number }>();

type Kept = { path: string; origin: string; authorization: string; body: Buffer };
export type SinkQuestion =
  { type: "listen" } | { type: "reset" } | { type: "check"; world: string; emptyBodies: boolean; isCampaign?: boolean };
export type SinkCount = {
  received: number;
  distinct: number;
  badHeaders: number;
  cpuMs: number;
  sampled: number;
  wrong: number;
};

let received = 0;
let badHeaders = 0;
let seen = new Set<string>();
let kept: Kept[] = [];
let cpuAtStart = process.cpuUsage();

const { cert, key } = selfSignedCertificate(["127.0.0.1", "localhost"], new Date());

function startService(): Promise<{ server: Http2SecureServer; origin: string }> {
  const server = createSecureServer({ cert, key, allowHTTP1: true, settings: { maxConcurrentStreams: 1_000 } });
  let origin = "";
  server.on("session", (session) => session.on("error", () => {}));
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    const parts: Buffer[] = [];
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("end", () => {
      take(headers, String(headers[":path"]), origin, parts);
      stream.respond({ ":status": 201 }, { endStream: true });
    });
  });
  server.on("request", (request, response) => {
    if (request.httpVersionMajor !== 1) return;
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      take(request.headers, request.url, origin, parts);
      response.writeHead(201, { "content-length": "0" });
      response.end();
    });
  });
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      resolve({ server, origin });
    }),
  );
}

function take(headers: Record<string, unknown>, path: string, origin: string, parts: Buffer[]): void {
  received++;
  seen.add(path);
  const isWhole = headers["content-encoding"] === "aes128gcm" && headers.ttl !== undefined && headers.authorization;
  if (!isWhole) badHeaders++;
  if (received % sampleEvery === 0)
    kept.push({ path, origin, authorization: String(headers.authorization), body: Buffer.concat(parts) });
}

function check(worldFile: string, isRight: (text: string, index: number) => boolean): number {
  const world = readWorld(worldFile);
  let wrong = 0;
  for (const { path, origin, authorization, body } of kept) {
    const index = Number(/^\/push\/(\d+)-/.exec(path)?.[1]);
    const subscription = world.subscriptions[index];
    const expected = { audience: origin, applicationServerKey: world.vapid.publicKey };
    if (!subscription || checkVapid(authorization, expected, Date.now()) !== null) {
      wrong++;
      continue;
    }
    const ecdh = createECDH("prime256v1");
    ecdh.setPrivateKey(subscription.privateKey, "base64url");
    try {
      const text = decryptPush(body, { ecdh, auth: Buffer.from(subscription.auth, "base64url") }).toString("utf8");
      if (!isRight(text, index)) wrong++;
    } catch {
      wrong++;
    }
  }
  return wrong;
}

function isPayload(text: string, index: number): boolean {
  return text === payloadOf(index);
}

/** A campaign greets each person by name. */
function isForPerson(text: string, index: number): boolean {
  const { notification } = JSON.parse(text) as { notification: { title: string } };
  return notification.title.startsWith(`${nameOf(index)},`);
}

answer(async (question: SinkQuestion) => {
  if (question.type === "listen") {
    const services = await Promise.all([startService(), startService(), startService()]);
    return { origins: services.map(({ origin }) => origin), ca: cert };
  }
  if (question.type === "reset") {
    received = badHeaders = 0;
    seen = new Set();
    kept = [];
    cpuAtStart = process.cpuUsage();
    return null;
  }
  const { user, system } = process.cpuUsage(cpuAtStart);
  const count: SinkCount = {
    received,
    distinct: seen.size,
    badHeaders,
    cpuMs: (user + system) / 1_000,
    sampled: kept.length,
    wrong: question.emptyBodies ? 0 : check(question.world, question.isCampaign ? isForPerson : isPayload),
  };
  return count;
});
