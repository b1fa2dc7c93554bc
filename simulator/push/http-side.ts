import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { constants } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { PushBroker, PushSubscriptionRecord } from "./broker.ts";
import type { Certificate } from "./certificate.ts";
import { checkPush, isRefusal, MAX_BODY_BYTES } from "./check-push.ts";
import { checkVapid } from "./check-vapid.ts";
import type { Fault, FaultPlan } from "./faults.ts";

// The application server's side of a push service: RFC 8030 with VAPID, over HTTP/2 and HTTP/1.1 on one TLS port.

export type Answer = { status: number; headers?: Record<string, string>; body?: unknown };

/** A push request as it came in, with its answer; for tests and the story. */
export type PushRequestRecord = {
  sequence: number;
  at: string;
  path: string;
  httpVersion: string;
  headers: Record<string, string>;
  /** Null when it was larger than the service takes. */
  bytes: number | null;
  /** Null when it was left without an answer. */
  status: number | null;
};

export type HttpSideOptions = {
  host: string;
  port: number;
  certificate: Certificate;
  /** Host names of the vendors this service stands in for; their endpoints are on port 443. */
  aliases: readonly string[];
  broker: PushBroker;
  faults: FaultPlan;
  maxTtlSeconds: number;
  /** Push requests remembered; older ones are forgotten. */
  requestsKept: number;
  nowMs(): number;
  /** Answers `/_sim/…`, from loopback only. */
  simApi(method: string, url: URL, body: Buffer): Promise<Answer>;
};

export type HttpSide = {
  port: number;
  origin: string;
  requests: PushRequestRecord[];
  endpointOf(subscription: PushSubscriptionRecord): string;
  /** From now on, on connections anew: those there are end. */
  presentCertificate(certificate: Certificate): void;
  close(): Promise<void>;
};

const MAX_SIM_BODY_BYTES = 65_536;

export async function startHttpSide(options: HttpSideOptions): Promise<HttpSide> {
  const { host, certificate, aliases, broker, faults, maxTtlSeconds, requestsKept, nowMs } = options;
  const requests: PushRequestRecord[] = [];
  const sockets = new Set<Socket>();
  let lastSequence = 0;

  const server = createSecureServer({ key: certificate.key, cert: certificate.cert, allowHTTP1: true });
  server.on("secureConnection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {}); // a client that breaks off is part of the tests
  });
  server.on("sessionError", () => {});
  server.on("request", (request, response) => {
    request.on("error", () => {});
    response.on("error", () => {});
    handle(request, response).catch((error: unknown) => {
      if (isBrokenOff(error)) return;
      console.error("push service:", error);
      if (!response.headersSent) answer(response, { status: 500, body: { message: String(error) } });
    });
  });
  await listen(server, options.port, host);
  const { port } = server.address() as AddressInfo;
  const origin = `https://${host}:${port}`;

  async function handle(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const authority = (request.authority || request.headers.host || "").toLowerCase().replace(/:443$/, "");
    const isOwnName = [`${host}:${port}`, `localhost:${port}`].includes(authority);
    if (!isOwnName && !aliases.includes(authority)) {
      return answer(response, { status: 421, body: { message: "this host is not served here" } });
    }
    const url = new URL(request.url, `https://${authority}`);
    if (url.pathname.startsWith("/_sim/")) {
      if (!isOwnName || !isLoopback(request.socket.remoteAddress)) return answer(response, { status: 404 });
      const body = await readBody(request, MAX_SIM_BODY_BYTES);
      if (body === null) return answer(response, { status: 413 });
      return answer(response, await options.simApi(request.method, url, body));
    }
    await handlePush(request, response, url);
  }

  async function handlePush(request: Http2ServerRequest, response: Http2ServerResponse, url: URL): Promise<void> {
    const body = await readBody(request, MAX_BODY_BYTES);
    const record: PushRequestRecord = {
      sequence: ++lastSequence,
      at: new Date(nowMs()).toISOString(),
      path: url.pathname,
      httpVersion: request.httpVersion,
      headers: plainHeaders(request),
      bytes: body?.length ?? null,
      status: null,
    };
    requests.push(record);
    if (requests.length > requestsKept) requests.shift();

    const fault = faults.take(url.pathname);
    if (fault && !fault.lostAnswer) return misbehave(fault, request, response, record);

    const given = takePush(request.method, url, record.headers, body);
    if (fault) return breakOff(request, response);
    record.status = given.status;
    answer(response, given);
  }

  function takePush(method: string, url: URL, headers: Record<string, string>, body: Buffer | null): Answer {
    const messageId = /^\/m\/([\w-]+)$/.exec(url.pathname)?.[1];
    if (messageId) {
      if (method !== "DELETE") return refuse(405, "a message can only be deleted", { allow: "DELETE" });
      return broker.cancel(messageId) ? { status: 204 } : refuse(404, "no such message");
    }

    const token = /^\/(?:wpush\/v2|fcm\/send|wp|push)\/([\w-]+)$/.exec(url.pathname)?.[1];
    const subscription = token ? broker.find(token) : undefined;
    if (!subscription) return refuse(404, "no such subscription");
    if (method !== "POST") return refuse(405, "pushes are posted", { allow: "POST" });
    if (subscription.isGone) return refuse(410, "the subscription has gone");

    const denied = checkVapid(
      headers.authorization,
      { audience: url.origin, applicationServerKey: subscription.applicationServerKey },
      nowMs(),
    );
    if (denied) return refuse(denied.status, denied.message, { "www-authenticate": "vapid" });
    const checked = checkPush(headers, body, maxTtlSeconds);
    if (isRefusal(checked)) return refuse(checked.status, checked.message);

    const message = broker.accept(subscription, { ...checked, headers, body: body ?? Buffer.alloc(0) });
    return {
      status: 201,
      headers: { location: `${url.origin}/m/${message.id}`, ttl: String(checked.ttlSeconds) },
    };
  }

  return {
    port,
    origin,
    requests,
    endpointOf(subscription) {
      // Chromium writes its vendor's host into the endpoint itself; this is where the same message goes.
      const path =
        subscription.kind === "chromium" ? "fcm/send" : subscription.kind === "firefox" ? "wpush/v2" : "push";
      return `${origin}/${path}/${subscription.token}`;
    },
    presentCertificate({ key, cert }) {
      server.setSecureContext({ key, cert });
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function misbehave(
  fault: Fault,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  record: PushRequestRecord,
): void {
  if (fault.hang) return;
  if (fault.status) {
    record.status = fault.status;
    const headers: Record<string, string> = fault.retryAfter ? { "retry-after": fault.retryAfter } : {};
    return answer(response, { ...refuse(fault.status, "ordered by the test"), headers });
  }
  if (fault.goaway && request.httpVersionMajor === 2) {
    const { session, id = 1 } = request.stream;
    // The last stream named is the one before this: it was not looked at, so the sender may send it again elsewhere.
    session?.goaway(constants.NGHTTP2_NO_ERROR, Math.max(0, id - 2));
    request.stream.close(constants.NGHTTP2_REFUSED_STREAM);
    return;
  }
  breakOff(request, response);
}

function breakOff(request: Http2ServerRequest, response: Http2ServerResponse): void {
  if (request.httpVersionMajor === 2) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else request.socket.destroy();
}

function refuse(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: { code: status, message } };
}

function answer(response: Http2ServerResponse, { status, headers = {}, body }: Answer): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    ...(text !== "" && { "content-type": "application/json" }),
    "content-length": String(Buffer.byteLength(text)),
    ...headers,
  });
  response.end(text);
}

/** Reads to the end all the same when it is over the limit, so that the answer arrives. */
async function readBody(request: Http2ServerRequest, limit: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= limit) parts.push(part);
  }
  return size > limit ? null : Buffer.concat(parts);
}

function plainHeaders(request: Http2ServerRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(":")) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

function isLoopback(address: string | undefined): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address ?? "");
}

function listen(server: Http2SecureServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** The sender went away in the middle: a part of the tests, and nothing to answer. */
function isBrokenOff(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}
