import { randomUUID } from "node:crypto";
import type { PushBroker, PushMessage, PushSubscriptionRecord } from "./broker.ts";
import { parseFault, type FaultPlan } from "./faults.ts";
import type { Answer, PushRequestRecord } from "./http-side.ts";

// The service's own API, for programs without a browser and for tests. Loopback only.
//
//   POST   /_sim/subscriptions {"applicationServerKey"}      201 {"endpoint"}: the asker makes and keeps its own keys
//   GET    /_sim/messages?endpoint=…&after=N&waitSeconds=25  {"messages":[…],"next":N}, answered when there is one
//   POST   /_sim/subscriptions/end {"endpoint"}              pushes to it get 410 from now on
//   POST   /_sim/subscriptions/forget {"endpoint"}           … 404
//   POST   /_sim/faults {…}  ·  POST /_sim/faults/clear      see faults.ts
//   GET    /_sim/requests?after=N                            push requests as they came in, with their answers
//   POST   /_sim/browsers {"online":bool}                    cuts the browsers off, or lets them in again
//   GET    /_sim/browsers                                    {"firefoxUrl","chromiumArgs","chromiumHosts"}: how to lead one here
//   GET    /_sim/state                                       how many subscriptions, connected browsers, waiting messages

export type SimApiParts = {
  broker: PushBroker;
  faults: FaultPlan;
  requests(): readonly PushRequestRecord[];
  endpointOf(subscription: PushSubscriptionRecord): string;
  setOnline(isOnline: boolean): void;
  browsers(): { firefoxUrl: string; chromiumArgs: readonly string[]; chromiumHosts: readonly string[] };
};

/** A message as `GET /_sim/messages` gives it. */
export type SimMessage = {
  sequence: number;
  id: string;
  receivedAt: string;
  topic: string | null;
  urgency: string;
  ttlSeconds: number;
  /** Of the push request, names in lower case. */
  headers: Record<string, string>;
  /** base64, still encrypted. */
  body: string;
};

const MAX_WAIT_SECONDS = 60;

class BadRequest extends Error {}

export function createSimApi(parts: SimApiParts): (method: string, url: URL, body: Buffer) => Promise<Answer> {
  const { broker, faults } = parts;

  return async (method, url, body) => {
    try {
      switch (`${method} ${url.pathname}`) {
        case "POST /_sim/subscriptions":
          return subscribe(readJson(body));
        case "POST /_sim/subscriptions/end":
          broker.end(subscriptionOf(readJson(body).endpoint));
          return { status: 204 };
        case "POST /_sim/subscriptions/forget":
          broker.remove(subscriptionOf(readJson(body).endpoint));
          return { status: 204 };
        case "GET /_sim/messages":
          return { status: 200, body: await messages(url.searchParams) };
        case "POST /_sim/faults":
          faults.add(parseFault(readJson(body)));
          return { status: 204 };
        case "POST /_sim/faults/clear":
          faults.clear();
          return { status: 204 };
        case "GET /_sim/requests": {
          const after = Number(url.searchParams.get("after") ?? 0);
          return { status: 200, body: { requests: parts.requests().filter(({ sequence }) => sequence > after) } };
        }
        case "POST /_sim/browsers": {
          const { online } = readJson(body);
          if (typeof online !== "boolean") throw new BadRequest("online is not true or false");
          parts.setOnline(online);
          return { status: 204 };
        }
        case "GET /_sim/browsers":
          return { status: 200, body: parts.browsers() };
        case "GET /_sim/state":
          return { status: 200, body: broker.count() };
        default:
          return { status: 404, body: { message: `nothing answers ${method} ${url.pathname}` } };
      }
    } catch (error) {
      if (error instanceof BadRequest || error instanceof TypeError) {
        return { status: 400, body: { message: error.message } };
      }
      throw error;
    }
  };

  function subscribe({ applicationServerKey }: Record<string, unknown>): Answer {
    if (typeof applicationServerKey !== "string" || Buffer.from(applicationServerKey, "base64url").length !== 65) {
      throw new BadRequest("applicationServerKey is not 65 bytes in base64url");
    }
    const id = randomUUID();
    const subscription = broker.subscribe({
      kind: "plain",
      clientId: `plain-${id}`,
      channelId: id,
      applicationServerKey: applicationServerKey.replace(/=+$/, ""),
    });
    return { status: 201, body: { endpoint: parts.endpointOf(subscription), expirationTime: null } };
  }

  /**
   * While somebody waits here, the subscription counts as connected. What was handed over once stays readable, and is no
   * longer replaced by its Topic.
   */
  async function messages(query: URLSearchParams): Promise<{ messages: SimMessage[]; next: number }> {
    const subscription = subscriptionOf(query.get("endpoint"));
    const after = Number(query.get("after") ?? 0);
    const waitSeconds = Math.min(Number(query.get("waitSeconds") ?? 25), MAX_WAIT_SECONDS);
    const { clientId } = subscription;
    const newer = () => subscription.delivered.filter(({ sequence }) => sequence > after);

    if (subscription.kind === "plain") {
      let wake: (() => void) | null = null;
      const deliver = (message: PushMessage) => {
        broker.acknowledge(message.id, 100);
        wake?.();
      };
      broker.attach(clientId, deliver);
      if (newer().length === 0 && waitSeconds > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitSeconds * 1_000);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      broker.detach(clientId, deliver);
    }
    const found = newer();
    return { messages: found.map(describeMessage), next: found.at(-1)?.sequence ?? after };
  }

  function subscriptionOf(endpoint: unknown): PushSubscriptionRecord {
    const token = typeof endpoint === "string" ? endpoint.split("/").at(-1) : undefined;
    const subscription = token ? broker.find(token) : undefined;
    if (!subscription) throw new BadRequest("endpoint is not a subscription of this service");
    return subscription;
  }
}

function describeMessage(message: PushMessage): SimMessage {
  const { sequence, id, topic, urgency, ttlSeconds, headers } = message;
  const receivedAt = new Date(message.receivedAtMs).toISOString();
  return { sequence, id, receivedAt, topic, urgency, ttlSeconds, headers, body: message.body.toString("base64") };
}

function readJson(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new BadRequest("the body is not JSON");
  }
  if (typeof value !== "object" || value === null) throw new BadRequest("the body is not an object");
  return value as Record<string, unknown>;
}
