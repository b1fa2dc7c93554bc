import { createHmac, randomUUID } from "node:crypto";
import type { SimClock } from "../clock.ts";
import { hasScope } from "../app-config.ts";
import type { WebhookSubscription } from "../app-config.ts";
import type { SimOptions } from "../sim.ts";
import type { SimState } from "../state.ts";
import { postWebhook } from "./post.ts";
import { TOPIC_SCOPES } from "./topics.ts";

/** Shopify's: eight retries; spread here over about a minute of machine time, so that a restarted app gets them. */
const RETRY_DELAYS_MS = [500, 1000, 2000, 4000, 8000, 12_000, 16_000, 20_000];
/** How long webhooks are gathered before they leave in another order. */
const SHUFFLE_WINDOW_MS = 200;
const LOG_LENGTH = 1000;

export type DeliveryState = "waiting" | "delivered" | "failed" | "dropped";

/** One webhook for one subscription, with each attempt to hand it over. */
export type Delivery = {
  webhookId: string;
  eventId: string;
  topic: string;
  address: string;
  body: string;
  /** Shop time. */
  triggeredAt: Date;
  state: DeliveryState;
  attempts: { at: Date; status: number | null; error: string | null; milliseconds: number }[];
  /** Settles when it was delivered (with its duplicates), given up or dropped. Never rejects. */
  done: Promise<void>;
};

/** What `POST /_sim/webhooks` sets. All zero and false: as it should be. */
export type WebhookDisturbance = {
  /** Further copies of each webhook, under the same webhook id. */
  duplicate: number;
  /** Machine milliseconds before it leaves. */
  delayMs: number;
  shuffle: boolean;
  /** Share of webhooks, 0..1, that never leave. */
  drop: number;
};

export const NO_DISTURBANCE: WebhookDisturbance = { duplicate: 0, delayMs: 0, shuffle: false, drop: 0 };

export type WebhookSender = {
  /**
   * Sends `payload` to every subscription to `topic` the app declared and has the scope for; returns at once.
   * Webhooks of one `lane` (a cart, an order) leave one after the other.
   * @returns the deliveries; none when the app is not installed or did not declare the topic
   */
  send(topic: string, payload: object, lane: string): Delivery[];
  /** Runs `act` and gives every delivery it caused. Webhooks of one call share their event id. */
  collect<T>(act: () => T): { value: T; deliveries: Delivery[] };
  /** Resolves when all of `deliveries` are done, or after `timeoutMs` of machine time. */
  settle(deliveries: Delivery[], timeoutMs?: number): Promise<void>;
  /** Sends a logged webhook once more as it was; null: no such delivery. */
  resend(webhookId: string): Delivery | null;
  disturb(disturbance: WebhookDisturbance): void;
  disturbance(): WebhookDisturbance;
  /** Newest first. */
  log(): Delivery[];
  /** Ends waiting retries. */
  close(): void;
};

type Dependencies = { options: SimOptions; state: SimState; clock: SimClock };

export function createWebhookSender({ options, state, clock }: Dependencies): WebhookSender {
  const log: Delivery[] = [];
  const lanes = new Map<string, Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let disturbance = NO_DISTURBANCE;
  let collecting: { deliveries: Delivery[]; eventId: string } | null = null;
  let gathered: (() => void)[] = [];
  let isGathering = false;
  let isClosed = false;

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, milliseconds);
      timers.add(timer);
    });
  }

  /** Waits until the shuffled bunch this call joins is let go, each in a random place. */
  function shuffled(): Promise<void> {
    return new Promise((resolve) => {
      gathered.push(resolve);
      if (isGathering) return;
      isGathering = true;
      void pause(SHUFFLE_WINDOW_MS).then(async () => {
        const bunch = shuffle(gathered);
        gathered = [];
        isGathering = false;
        for (const release of bunch) {
          release();
          await pause(5);
        }
      });
    });
  }

  async function attempt(delivery: Delivery): Promise<boolean> {
    const startedAt = Date.now();
    const answer = await postWebhook(delivery.address, headersFor(delivery), delivery.body);
    delivery.attempts.push({
      at: clock.now(),
      status: "status" in answer ? answer.status : null,
      error: "error" in answer ? answer.error : null,
      milliseconds: Date.now() - startedAt,
    });
    return "status" in answer && answer.status >= 200 && answer.status < 300;
  }

  async function deliver(delivery: Delivery, lane: string, asked: WebhookDisturbance): Promise<boolean> {
    if (asked.delayMs > 0) await pause(asked.delayMs);
    if (asked.shuffle) await shuffled();
    const isFirstGood = asked.shuffle ? await attempt(delivery) : await inLane(lane, () => attempt(delivery));
    if (isFirstGood) return true;
    for (const delay of RETRY_DELAYS_MS) {
      if (isClosed) return false;
      await pause(delay);
      if (await attempt(delivery)) return true;
    }
    return false;
  }

  function inLane(lane: string, run: () => Promise<boolean>): Promise<boolean> {
    const before = lanes.get(lane) ?? Promise.resolve();
    const result = before.then(run);
    const after = result.then(() => {
      if (lanes.get(lane) === after) lanes.delete(lane);
    });
    lanes.set(lane, after);
    return result;
  }

  async function deliverAll(delivery: Delivery, lane: string, asked: WebhookDisturbance): Promise<void> {
    const copies = Array.from({ length: 1 + asked.duplicate }, (_, index) =>
      deliver(delivery, lane || `copy-${index}`, asked),
    );
    const results = await Promise.all(copies);
    delivery.state = results.some(Boolean) ? "delivered" : "failed";
  }

  function start(fields: Omit<Delivery, "state" | "attempts" | "done">, lane: string): Delivery {
    const asked = disturbance;
    const delivery: Delivery = { ...fields, state: "waiting", attempts: [], done: Promise.resolve() };
    if (asked.drop > 0 && Math.random() < asked.drop) delivery.state = "dropped";
    else delivery.done = deliverAll(delivery, lane, asked);
    log.unshift(delivery);
    log.length = Math.min(log.length, LOG_LENGTH);
    collecting?.deliveries.push(delivery);
    return delivery;
  }

  function headersFor(delivery: Delivery): Record<string, string> {
    return {
      "content-type": "application/json",
      "user-agent": "Shopify-Captain-Hook",
      "x-shopify-topic": delivery.topic,
      "x-shopify-hmac-sha256": signWebhook(options.apiSecret, Buffer.from(delivery.body, "utf8")),
      "x-shopify-shop-domain": options.shopDomain,
      "x-shopify-api-version": options.appConfig().apiVersion,
      "x-shopify-webhook-id": delivery.webhookId,
      "x-shopify-event-id": delivery.eventId,
      "x-shopify-triggered-at": delivery.triggeredAt.toISOString().replace("Z", "000Z"),
    };
  }

  return {
    send(topic, payload, lane) {
      const eventId = collecting?.eventId ?? randomUUID();
      return subscriptionsTo(topic, options, state).map((subscription) =>
        start(
          {
            webhookId: randomUUID(),
            eventId,
            topic,
            address: addressOf(options.appUrl, subscription.uri),
            body: JSON.stringify(pick(payload, subscription.includeFields)),
            triggeredAt: clock.now(),
          },
          lane,
        ),
      );
    },
    collect(act) {
      const outer = collecting;
      const mine = { deliveries: [] as Delivery[], eventId: outer?.eventId ?? randomUUID() };
      collecting = mine;
      try {
        return { value: act(), deliveries: mine.deliveries };
      } finally {
        collecting = outer;
        outer?.deliveries.push(...mine.deliveries);
      }
    },
    async settle(deliveries, timeoutMs = 20_000) {
      await Promise.race([Promise.all(deliveries.map((delivery) => delivery.done)), pause(timeoutMs)]);
    },
    resend(webhookId) {
      const found = log.find((delivery) => delivery.webhookId === webhookId);
      if (!found) return null;
      const { eventId, topic, address, body, triggeredAt } = found;
      return start({ webhookId, eventId, topic, address, body, triggeredAt }, "");
    },
    disturb(next) {
      disturbance = { ...next };
    },
    disturbance: () => ({ ...disturbance }),
    log: () => [...log],
    close() {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** base64 HMAC-SHA256 of the raw body under the app's secret. */
function signWebhook(secret: string, body: Buffer): string {
  return createHmac("sha256", secret).update(body).digest("base64");
}

/** Who is to hear of `topic`: nobody of an app that is not installed, did not declare it, or lacks its scope. */
function subscriptionsTo(topic: string, options: SimOptions, state: SimState): WebhookSubscription[] {
  const scope = TOPIC_SCOPES[topic];
  const installation = state.installation;
  if (scope === undefined || !installation) return [];

  const declared = options.appConfig().subscriptions.filter((subscription) => subscription.topic === topic);
  if (topic === "shop/redact") return declared.filter((subscription) => subscription.isCompliance);
  if (installation.uninstalledAt !== null) return [];
  if (scope !== null && !hasScope(installation.scopes, scope)) return [];

  const ownOfShop = [...state.shopWebhooks.values()]
    .filter((webhook) => webhook.topic === topic)
    .map((webhook) => ({ ...webhook, isCompliance: false }));
  return [...declared, ...ownOfShop];
}

function addressOf(appUrl: string, uri: string): string {
  return new URL(uri, appUrl).toString();
}

function pick(payload: object, fields: string[]): object {
  if (fields.length === 0) return payload;
  return Object.fromEntries(Object.entries(payload).filter(([name]) => fields.includes(name)));
}

function shuffle<T>(items: T[]): T[] {
  const mixed = [...items];
  for (let index = mixed.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    const held = mixed[index] as T;
    mixed[index] = mixed[other] as T;
    mixed[other] = held;
  }
  return mixed;
}
