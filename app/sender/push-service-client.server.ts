import { connect as connectHttp2, constants, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { Agent, request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { checkServerIdentity, connect as connectTls, type SecureContext, type TLSSocket } from "node:tls";
import { ConcurrencyLimit } from "./concurrency-limit.ts";
import { describeNetworkError, NoAnswerError } from "./no-answer-error.ts";
import type { PushAnswer } from "./read-answer.ts";

// The connections to one push service. HTTP/2 where the service offers it (all of the vendors' do): requests share few
// connections and answers overtake each other. Else HTTP/1.1 on kept-alive connections.

export type PushServiceClientOptions = {
  /** Host and port that the endpoint names: they are what the certificate must be for, wherever we connect. */
  hostname: string;
  port: number;
  /** Where to connect instead (PUSH_ROUTES). */
  route: { address: string; port: number } | null;
  /** Null: the system's. */
  lookup: LookupFunction | null;
  /** Null: Node's default roots. */
  secureContext: SecureContext | null;
  concurrency: number;
  connectTimeoutMs: number;
  requestTimeoutMs: number;
  idleTimeoutMs: number;
};

/** A request as late as possible: it is made when its turn has come. */
export type OutgoingPush = { path: string; headers: Record<string, string>; body: Buffer };

const MAX_SESSIONS = 8;
const MAX_ANSWER_BYTES = 2_048;
/** Tries for a request that the service has certainly not begun to look at, because it closed the connection first. */
const MAX_UNPROCESSED_TRIES = 3;

type Session = {
  http2: ClientHttp2Session;
  active: number;
  maxStreams: number;
  /** No new requests: the service said goodbye, or has stopped answering. */
  isDraining: boolean;
  /** Streams above it were not looked at (GOAWAY). */
  lastStreamId: number;
  lastAnswerAtMs: number;
};

/** The service closed the connection before it looked at the request. */
class UnprocessedError extends Error {}

export class PushServiceClient {
  readonly #options: PushServiceClientOptions;
  readonly #limit: ConcurrencyLimit;
  readonly #sessions = new Set<Session>();
  readonly #authority: string;
  #connecting: Promise<void> | null = null;
  #http1: Agent | null = null;

  constructor(options: PushServiceClientOptions) {
    this.#options = options;
    const { hostname, port } = options;
    this.#authority = port === 443 ? hostname : `${hostname}:${port}`;
    this.#limit = new ConcurrencyLimit(options.concurrency);
  }

  /** Nothing under way and no HTTP/2 connection open: it may be closed and forgotten. */
  get isIdle(): boolean {
    return this.#limit.isIdle && this.#sessions.size === 0;
  }

  /**
   * @throws NoAnswerError when the service could not be reached or did not answer in time
   * @throws what `makePush` throws, and the signal's reason while the push waits for its turn
   */
  send(makePush: () => OutgoingPush, signal?: AbortSignal): Promise<PushAnswer> {
    return this.#limit.run(() => this.#sendNow(makePush()), signal);
  }

  close(): void {
    for (const session of this.#sessions) session.http2.destroy();
    this.#sessions.clear();
    this.#http1?.destroy();
  }

  async #sendNow(push: OutgoingPush): Promise<PushAnswer> {
    for (let attempt = 1; ; attempt++) {
      const session = await this.#freeSession();
      if (!session) return this.#sendHttp1(push);
      try {
        return await this.#sendHttp2(session, push);
      } catch (error) {
        if (!(error instanceof UnprocessedError)) throw error;
        if (attempt >= MAX_UNPROCESSED_TRIES) {
          throw new NoAnswerError("the push service gave no answer: it keeps closing the connection", false, {
            cause: error,
          });
        }
      }
    }
  }

  /** @returns null when the service speaks HTTP/1.1 only */
  async #freeSession(): Promise<Session | null> {
    // Others that wait may take the place a new connection brings; there are as many more as connections allowed.
    for (let connects = 0; ; connects++) {
      if (this.#http1) return null;
      const usable = [...this.#sessions].filter(({ http2, isDraining }) => !isDraining && !http2.destroyed);
      const free = usable.find(({ active, maxStreams }) => active < maxStreams);
      if (free) return free;
      // All full: Node keeps further streams back until the service allows them.
      const leastBusy = usable.toSorted((a, b) => a.active - b.active)[0];
      if (leastBusy && usable.length >= MAX_SESSIONS) return leastBusy;

      if (connects > MAX_SESSIONS) {
        throw new NoAnswerError("the push service gave no answer: it closes every connection", false);
      }
      this.#connecting ??= this.#connect().finally(() => (this.#connecting = null));
      await this.#connecting;
    }
  }

  async #connect(): Promise<void> {
    const { hostname, port, connectTimeoutMs, idleTimeoutMs, concurrency } = this.#options;
    let socket: TLSSocket | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(new ConnectTimeoutError()), connectTimeoutMs);
        const connecting = connectTls({ ...this.#tlsOptions(), ALPNProtocols: ["h2", "http/1.1"] });
        socket = connecting;
        connecting.on("error", reject); // for good: an error without a listener would end the process
        connecting.once("close", () => reject(new ClosedError()));
        connecting.once("secureConnect", () => {
          if (connecting.alpnProtocol !== "h2") {
            this.#http1 = new Agent({ keepAlive: true, maxSockets: concurrency, timeout: idleTimeoutMs });
            connecting.destroy();
            return resolve();
          }
          const http2 = connectHttp2(`https://${hostname}:${port}`, { createConnection: () => connecting });
          http2.on("error", reject);
          http2.once("close", () => reject(new ClosedError()));
          // The service's settings are its first frame: they say how many requests may share the connection.
          http2.once("remoteSettings", (settings) => {
            this.#adopt(http2, settings.maxConcurrentStreams);
            resolve();
          });
        });
      });
    } catch (error) {
      socket?.destroy();
      throw new NoAnswerError(`the push service gave no answer: ${describeNetworkError(error)}`, false, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #adopt(http2: ClientHttp2Session, maxStreams: number | undefined): void {
    const session: Session = {
      http2,
      active: 0,
      maxStreams: Math.max(1, maxStreams ?? this.#options.concurrency),
      isDraining: false,
      lastStreamId: Number.POSITIVE_INFINITY,
      lastAnswerAtMs: performance.now(),
    };
    this.#sessions.add(session);
    http2.on("remoteSettings", (settings) => {
      session.maxStreams = Math.max(1, settings.maxConcurrentStreams ?? session.maxStreams);
    });
    http2.on("goaway", (_code, lastStreamId) => {
      session.isDraining = true;
      session.lastStreamId = lastStreamId;
    });
    http2.on("close", () => this.#sessions.delete(session));
    http2.on("error", () => (session.isDraining = true)); // each of its requests hears of it too
    http2.setTimeout(this.#options.idleTimeoutMs, () => {
      if (session.active === 0) this.#drain(session);
    });
  }

  #sendHttp2(session: Session, push: OutgoingPush): Promise<PushAnswer> {
    const { requestTimeoutMs } = this.#options;
    const startedAtMs = performance.now();
    session.active++;
    return new Promise<PushAnswer>((resolve, reject) => {
      let stream: ClientHttp2Stream;
      try {
        stream = session.http2.request({
          [constants.HTTP2_HEADER_METHOD]: "POST",
          [constants.HTTP2_HEADER_AUTHORITY]: this.#authority,
          [constants.HTTP2_HEADER_PATH]: push.path,
          ...push.headers,
          "content-length": String(push.body.length),
        });
      } catch (cause) {
        session.isDraining = true; // the session ended between being chosen and being used
        return reject(new UnprocessedError("the connection had ended", { cause }));
      }

      let answer: PushAnswer | undefined;
      let failure: unknown;
      const timer = setTimeout(() => {
        // Silent since this request began: the connection is probably dead. Others on it may still be answered.
        if (session.lastAnswerAtMs < startedAtMs) this.#drain(session);
        failure = new NoAnswerError("the push service gave no answer in time", true);
        stream.close(constants.NGHTTP2_CANCEL);
      }, requestTimeoutMs);

      stream.on("response", (headers) => {
        session.lastAnswerAtMs = performance.now();
        answer = { status: Number(headers[":status"]), retryAfter: firstOf(headers["retry-after"]), body: "" };
      });
      stream.setEncoding("utf8");
      stream.on("data", (part: string) => {
        if (answer && answer.body.length < MAX_ANSWER_BYTES) answer.body += part;
      });
      stream.on("error", (error) => (failure ??= error));
      stream.on("close", () => {
        clearTimeout(timer);
        if (answer) return resolve(answer); // the status is all that matters, even if the body broke off
        if (failure instanceof NoAnswerError) return reject(failure);
        const isUnprocessed =
          stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ||
          stream.id === undefined ||
          stream.id > session.lastStreamId;
        if (isUnprocessed) return reject(new UnprocessedError("the request was not looked at", { cause: failure }));
        reject(
          new NoAnswerError(`the push service gave no answer: ${describeNetworkError(failure)}`, true, {
            cause: failure,
          }),
        );
      });
      stream.end(push.body);
    }).finally(() => session.active--);
  }

  #drain(session: Session): void {
    session.isDraining = true;
    session.http2.close();
  }

  #sendHttp1(push: OutgoingPush): Promise<PushAnswer> {
    const { requestTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      let hasLeft = false;
      const fail = (error: unknown) => {
        clearTimeout(timer);
        if (error instanceof NoAnswerError) return reject(error);
        reject(
          new NoAnswerError(`the push service gave no answer: ${describeNetworkError(error)}`, hasLeft, {
            cause: error,
          }),
        );
      };
      const request = httpsRequest({
        ...this.#tlsOptions(),
        agent: this.#http1 ?? undefined,
        method: "POST",
        path: push.path,
        headers: {
          ...push.headers,
          host: this.#authority,
          "content-length": String(push.body.length),
        },
      });
      const timer = setTimeout(() => {
        fail(new NoAnswerError("the push service gave no answer in time", hasLeft));
        request.destroy();
      }, requestTimeoutMs);
      request.on("error", fail);
      request.on("finish", () => (hasLeft = true));
      request.on("response", (response) => {
        const answer: PushAnswer = {
          status: response.statusCode ?? 0,
          retryAfter: response.headers["retry-after"],
          body: "",
        };
        const settle = () => {
          clearTimeout(timer);
          resolve(answer);
        };
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          if (answer.body.length < MAX_ANSWER_BYTES) answer.body += part;
        });
        response.on("end", settle);
        response.on("error", settle);
      });
      request.end(push.body);
    });
  }

  #tlsOptions() {
    const { hostname, port, route, lookup, secureContext } = this.#options;
    const name = withoutBrackets(hostname);
    return {
      host: route ? withoutBrackets(route.address) : name,
      port: route?.port ?? port,
      servername: isIP(name) ? "" : name,
      // Where we connect to may be called otherwise than what the certificate is for.
      checkServerIdentity: (_host: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
        checkServerIdentity(name, certificate),
      ...(lookup && { lookup }),
      ...(secureContext && { secureContext }),
    };
  }
}

class ConnectTimeoutError extends Error {
  readonly code = "ETIMEDOUT";
}

class ClosedError extends Error {
  readonly code = "ECONNRESET";
}

/** An IPv6 address in a URL stands in brackets; sockets and certificates know it without. */
function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

function firstOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
