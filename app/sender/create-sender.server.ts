import { createSecureContext, getCACertificates } from "node:tls";
import type { Config } from "../config.server.ts";
import { checkEndpoint, createEndpointPolicy } from "./check-endpoint.server.ts";
import { encryptPayload, InvalidSubscriptionKeysError } from "./encrypt-payload.server.ts";
import { NoAnswerError } from "./no-answer-error.ts";
import { MAX_PAYLOAD_BYTES, PayloadTooLargeError } from "./payload-limit.ts";
import { publicLookup } from "./public-lookup.server.ts";
import type { DeliveryOutcome, PushRequest, SendPush } from "./push-request.ts";
import { PushServiceClient } from "./push-service-client.server.ts";
import { isApplePushService, pushVendor, type PushVendor } from "./push-services.ts";
import { readAnswer } from "./read-answer.ts";
import { createVapidSigner } from "./vapid.server.ts";

export type SenderOptions = {
  /** VAPID_SUBJECT: `mailto:` or `https:`. */
  vapidSubject: string;
  /** PUSH_HOSTS, PUSH_ROUTES, PUSH_CA_FILE and PUSH_CONCURRENCY. */
  push: Config["push"];
  machineNow(): Date;
  /** Told of each outcome, for metrics. */
  onOutcome?(sent: SentPush): void;
  connectTimeoutMs?: number;
  requestTimeoutMs?: number;
};

/** For metrics: names neither shop nor endpoint. `seconds` is machine time, waiting for a place included. */
export type SentPush = {
  vendor: PushVendor;
  outcome: DeliveryOutcome["type"];
  status: number | null;
  seconds: number;
};

/** `close` cuts every connection: call it when nothing is being sent any more. */
export type Sender = SendPush & { close(): void };

const IDLE_TIMEOUT_MS = 60_000;
const MAX_IDLE_CLIENTS = 64;

/**
 * Makes the one sender of the process. Push services share nothing: each has its own connections and its own limit, so a
 * slow one holds up nobody else's messages.
 */
export function createSender(options: SenderOptions): Sender {
  const policy = createEndpointPolicy(options.push.hosts);
  const connections = connectionSettings(options);
  const sign = createVapidSigner(options.vapidSubject);
  const clients = new Map<string, PushServiceClient>();

  function clientFor(url: URL, isOperatorHost: boolean): PushServiceClient {
    const known = clients.get(url.origin);
    if (known) return known;
    if (clients.size >= MAX_IDLE_CLIENTS) {
      for (const [origin, other] of clients) {
        if (!other.isIdle) continue;
        other.close();
        clients.delete(origin);
      }
    }
    const client = new PushServiceClient(connections(url, isOperatorHost));
    clients.set(url.origin, client);
    return client;
  }

  async function send(request: PushRequest, signal?: AbortSignal): Promise<DeliveryOutcome> {
    const bytes = Buffer.byteLength(request.payload, "utf8");
    if (bytes > MAX_PAYLOAD_BYTES) throw new PayloadTooLargeError(bytes);

    const endpoint = checkEndpoint(request.endpoint, policy);
    if (!endpoint.ok) return { type: "refused", status: null, cause: endpoint.problem };

    const startedAtMs = performance.now();
    const outcome = await attempt(request, endpoint.url, endpoint.isOperatorHost, signal);
    options.onOutcome?.({
      vendor: pushVendor(endpoint.pushService),
      outcome: outcome.type,
      status: outcome.status,
      seconds: (performance.now() - startedAtMs) / 1_000,
    });
    return outcome;
  }

  async function attempt(
    request: PushRequest,
    url: URL,
    isOperatorHost: boolean,
    signal: AbortSignal | undefined,
  ): Promise<DeliveryOutcome> {
    try {
      const makePush = () => ({
        path: `${url.pathname}${url.search}`,
        headers: pushHeaders(request, url, sign(url.origin, request.vapid, options.machineNow())),
        body: encryptPayload(request.payload, request),
      });
      const answer = await clientFor(url, isOperatorHost).send(makePush, signal);
      return readAnswer(answer, options.machineNow());
    } catch (error) {
      if (error instanceof NoAnswerError) {
        const { message: cause, mayHaveArrived } = error;
        return { type: "later", status: null, retryAfterMs: null, cause, mayHaveArrived };
      }
      if (error instanceof InvalidSubscriptionKeysError) return { type: "refused", status: null, cause: error.message };
      if (signal?.aborted && error === signal.reason) {
        return { type: "later", status: null, retryAfterMs: null, cause: "the sender is stopping" };
      }
      throw error;
    }
  }

  return Object.assign(send, {
    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  });
}

function pushHeaders(request: PushRequest, url: URL, authorization: string): Record<string, string> {
  return {
    authorization,
    ttl: String(request.ttlSeconds),
    urgency: request.urgency,
    topic: request.pushTopic,
    "content-encoding": "aes128gcm",
    // Marks Declarative Web Push, which is what the payload for Apple is.
    "content-type": isApplePushService(url.host) ? "application/notification+json" : "application/octet-stream",
  };
}

/** How to connect to an endpoint's origin. Routes, own roots and unchecked addresses are for the operator's hosts alone. */
function connectionSettings(options: SenderOptions) {
  const { routes, ca, concurrency } = options.push;
  const operatorRoots = ca === null ? null : createSecureContext({ ca: [...getCACertificates("default"), ca] });

  return (url: URL, isOperatorHost: boolean) => {
    const route = routes.find(({ host }) => host === url.host || host === url.hostname) ?? null;
    const isTrusted = isOperatorHost || route !== null;
    return {
      hostname: url.hostname,
      port: url.port === "" ? 443 : Number(url.port),
      route,
      lookup: isTrusted ? null : publicLookup,
      secureContext: isTrusted ? operatorRoots : null,
      concurrency,
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
    };
  };
}
