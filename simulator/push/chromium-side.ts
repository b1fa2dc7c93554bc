import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server as NetServer } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { PushBroker, PushMessage } from "./broker.ts";
import { publicKeyInfo, type Certificate } from "./certificate.ts";
import {
  bytesField,
  fixed64Field,
  intField,
  numberOf,
  readFields,
  readVarint,
  textOf,
  varint,
  type ProtobufFields,
} from "./protobuf.ts";

// The browser's side of Google's push service, as the client built into Chromium speaks it:
//   check-in      HTTP POST, protobuf both ways: gives the profile an id         --gcm-checkin-url
//   registration  HTTP POST, form in, text out: gives the end of the endpoint    --gcm-registration-url
//   MCS           TLS stream of [tag][size][protobuf]: login, heartbeat, pushes  --gcm-mcs-endpoint
// Field numbers are those of Chromium's google_apis/gcm/protocol/{checkin,mcs}.proto.

/** Hosts that Chromium writes into endpoints: branded builds the first, others the second. */
export const CHROMIUM_ENDPOINT_HOSTS = ["fcm.googleapis.com", "jmt17.google.com"] as const;

export type ChromiumSide = {
  /** Command-line arguments that lead Chromium here. */
  args: string[];
  goOffline(): void;
  goOnline(): void;
  close(): Promise<void>;
};

const MCS_VERSION = 41;
const PING = 0;
const PONG = 1;
const LOGIN = 2;
const LOGIN_RESPONSE = 3;
const IQ = 7;
const DATA = 8;

/** Where each message that Chromium sends says up to which of ours it has received. */
const LAST_STREAM_ID_FIELD = new Map([
  [PING, 2],
  [PONG, 2],
  [IQ, 10],
  [DATA, 11],
]);

export async function startChromiumSide(
  broker: PushBroker,
  certificate: Certificate,
  { host }: { host: string },
): Promise<ChromiumSide> {
  let isOffline = false;
  const sockets = new Set<TLSSocket>();

  const web = createServer((request, response) => {
    if (isOffline) return void response.writeHead(503).end();
    answerWeb(request, response, broker).catch(() => response.writeHead(400).end());
  });
  const mcs = createTlsServer({ key: certificate.key, cert: certificate.cert }, (socket) => {
    if (isOffline) return void socket.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveStream(socket, broker);
  });
  mcs.on("tlsClientError", () => {});
  const [webPort, mcsPort] = await Promise.all([listen(web, host), listen(mcs, host)]);
  const keyHash = createHash("sha256").update(publicKeyInfo(certificate.cert)).digest("base64");

  return {
    args: [
      `--gcm-checkin-url=http://${host}:${webPort}/checkin`,
      `--gcm-registration-url=http://${host}:${webPort}/register`,
      `--gcm-mcs-endpoint=https://${host}:${mcsPort}`,
      `--ignore-certificate-errors-spki-list=${keyHash}`, // trusts this one key and no other
    ],
    goOffline() {
      isOffline = true;
      for (const socket of sockets) socket.destroy();
    },
    goOnline() {
      isOffline = false;
    },
    async close() {
      web.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await Promise.all([web, mcs].map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    },
  };
}

async function answerWeb(request: IncomingMessage, response: ServerResponse, broker: PushBroker): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const body = Buffer.concat(parts);

  if (request.url?.startsWith("/checkin")) {
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end(checkIn(body));
    return;
  }
  const form = new URLSearchParams(body.toString("utf8"));
  response.writeHead(200, { "content-type": "text/plain" }).end(register(form, broker));
}

/** A profile keeps the id it was given first. */
function checkIn(body: Buffer): Buffer {
  const known = readFields(body).get(2)?.[0];
  const profileId = typeof known === "bigint" && known > 0n ? known : randomBytes(8).readBigUInt64LE() >> 2n;
  return Buffer.concat([
    intField(1, 1), // stats ok
    intField(3, Date.now()),
    fixed64Field(7, profileId),
    fixed64Field(8, 1n), // security token
  ]);
}

function register(form: URLSearchParams, broker: PushBroker): string {
  const clientId = clientIdOf(form.get("device") ?? "");
  const app = form.get("app") ?? "";
  const channelId = form.get("X-subtype") ?? app; // names origin and service worker
  if (form.get("delete") === "true") {
    broker.endChannel(clientId, channelId);
    return `token=${form.get("sender") ?? ""}`;
  }
  const subscription = broker.subscribe({
    kind: "chromium",
    clientId,
    channelId,
    applicationServerKey: form.get("sender"), // the page's key, base64url
    category: app,
  });
  return `token=${subscription.token}`;
}

function serveStream(socket: TLSSocket, broker: PushBroker): void {
  let buffer: Buffer = Buffer.alloc(0);
  let isGreeted = false;
  let clientId: string | null = null;
  let received = 0;
  let sent = 0;
  /** Our stream ids, oldest first, with the pushes they carried. */
  const unacknowledged = new Map<number, string>();

  function send(tag: number, ...fields: Buffer[]): number {
    const body = Buffer.concat(fields);
    socket.write(Buffer.concat([Buffer.from([tag]), varint(body.length), body]));
    return ++sent;
  }

  const deliver = (message: PushMessage) => {
    const { subscription } = message;
    const streamId = send(
      DATA,
      bytesField(2, message.id),
      bytesField(3, subscription.applicationServerKey ?? ""), // from
      bytesField(5, subscription.category), // without it Chromium drops the message silently
      appData("subtype", subscription.channelId),
      appData("content-encoding", "aes128gcm"),
      bytesField(9, message.id), // persistent id
      intField(11, received),
      intField(17, message.ttlSeconds),
      intField(18, message.receivedAtMs),
      bytesField(21, message.body),
      intField(24, 1), // acknowledge at once
    );
    unacknowledged.set(streamId, message.id);
  };

  socket.on("error", () => {}); // the browser was closed: "close" follows
  socket.on("close", () => {
    if (clientId) broker.detach(clientId, deliver);
  });
  socket.on("data", (part: Buffer) => {
    buffer = Buffer.concat([buffer, part]);
    if (!isGreeted && buffer.length > 0) {
      isGreeted = true;
      buffer = buffer.subarray(1); // the client's version of the protocol
    }
    try {
      for (let message = nextMessage(); message; message = nextMessage()) obey(message.tag, message.fields);
    } catch {
      socket.destroy(); // not what Chromium speaks
    }
  });

  function nextMessage(): { tag: number; fields: ProtobufFields } | null {
    const size = buffer.length > 1 ? readVarint(buffer, 1) : null;
    if (!size) return null;
    const end = size.next + Number(size.value);
    if (buffer.length < end) return null;
    const message = { tag: buffer[0] as number, fields: readFields(buffer.subarray(size.next, end)) };
    buffer = buffer.subarray(end);
    return message;
  }

  function obey(tag: number, fields: ProtobufFields): void {
    received++;
    if (tag === LOGIN) return logIn(fields);
    if (tag === PING) send(PONG, intField(2, received));
    const upTo = numberOf(fields, LAST_STREAM_ID_FIELD.get(tag) ?? -1);
    if (upTo !== null) acknowledgeUpTo(upTo);
  }

  /** Chromium drops its first connection right after this and makes another: nothing is lost, for want of an answer. */
  function logIn(fields: ProtobufFields): void {
    socket.write(Buffer.from([MCS_VERSION]));
    send(LOGIN_RESPONSE, bytesField(1, textOf(fields, 1) ?? ""), intField(6, received), intField(8, Date.now()));
    for (const id of fields.get(10) ?? []) broker.acknowledge(id.toString(), 100);
    clientId = clientIdOf(textOf(fields, 3) ?? "");
    broker.attach(clientId, deliver);
  }

  function acknowledgeUpTo(streamId: number): void {
    for (const [id, messageId] of unacknowledged) {
      if (id > streamId) return;
      unacknowledged.delete(id);
      broker.acknowledge(messageId, 100);
    }
  }
}

function appData(key: string, value: string): Buffer {
  return bytesField(7, Buffer.concat([bytesField(1, key), bytesField(2, value)]));
}

/** The id of a profile as its check-in gave it, in decimal wherever it is sent back. */
function clientIdOf(profileId: string): string {
  return `chromium-${profileId}`;
}

function listen(server: NetServer, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
  });
}
