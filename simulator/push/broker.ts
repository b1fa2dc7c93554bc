import { EventEmitter } from "node:events";
import { randomBytes } from "node:crypto";

// What a push service remembers: subscriptions, messages that wait for a browser, and which browsers are connected.
// Everything is in memory; time is the machine's.

export type SubscriptionKind = "firefox" | "chromium" | "plain";

export type PushSubscriptionRecord = {
  /** Last part of the endpoint. */
  readonly token: string;
  readonly kind: SubscriptionKind;
  /** The browser (or program) that owns it. */
  readonly clientId: string;
  /** The owner's own name for it. */
  readonly channelId: string;
  /** The VAPID public key it was made with, base64url; null where the page gave none. */
  readonly applicationServerKey: string | null;
  /** Chromium only: the `app` of the registration, which every message must name again. */
  readonly category: string;
  isGone: boolean;
  /** Messages by id, until the owner acknowledges them. */
  readonly waiting: Map<string, PushMessage>;
  /** The last messages handed over, oldest first. */
  readonly delivered: PushMessage[];
};

export type PushMessage = {
  readonly id: string;
  /** Counts up over the whole service. */
  readonly sequence: number;
  readonly subscription: PushSubscriptionRecord;
  readonly topic: string | null;
  readonly urgency: string;
  readonly ttlSeconds: number;
  readonly receivedAtMs: number;
  readonly expiresAtMs: number;
  /** Of the push request, names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  deliveredAtMs: number | null;
};

export type NewMessage = Pick<PushMessage, "topic" | "urgency" | "ttlSeconds" | "headers" | "body">;

/** `code`: Firefox's 100 delivered, 101 not decrypted, 102 not delivered; Chromium acknowledges with 100 always. */
export type Acknowledgement = { messageId: string; code: number };

export type BrokerEvents = {
  connected: [{ clientId: string }];
  disconnected: [{ clientId: string }];
  subscribed: [PushSubscriptionRecord];
  unsubscribed: [PushSubscriptionRecord];
  /** A push was taken. */
  accepted: [PushMessage];
  replaced: [PushMessage];
  expired: [PushMessage];
  delivered: [PushMessage];
  acknowledged: [Acknowledgement];
  /** Firefox: the page's push handler failed. 301 threw, 302 rejected. */
  failed: [{ messageId: string; code: number }];
};

type Deliver = (message: PushMessage) => void;

const DELIVERED_KEPT = 200;
const SWEEP_EVERY_MS = 30_000;

export class PushBroker {
  readonly events = new EventEmitter<BrokerEvents>();
  readonly #subscriptions = new Map<string, PushSubscriptionRecord>();
  readonly #messages = new Map<string, PushMessage>();
  readonly #clients = new Map<string, Deliver>();
  readonly #now: () => number;
  readonly #sweep: NodeJS.Timeout;
  #lastSequence = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#sweep = setInterval(() => this.#dropExpired(), SWEEP_EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#sweep);
  }

  subscribe(
    made: Pick<PushSubscriptionRecord, "kind" | "clientId" | "channelId" | "applicationServerKey"> & {
      category?: string;
    },
  ): PushSubscriptionRecord {
    const subscription: PushSubscriptionRecord = {
      ...made,
      category: made.category ?? "",
      token: randomBytes(32).toString("base64url"),
      isGone: false,
      waiting: new Map(),
      delivered: [],
    };
    this.#subscriptions.set(subscription.token, subscription);
    this.events.emit("subscribed", subscription);
    return subscription;
  }

  find(token: string): PushSubscriptionRecord | undefined {
    return this.#subscriptions.get(token);
  }

  count(): { subscriptions: number; clients: number; waiting: number } {
    return { subscriptions: this.#subscriptions.size, clients: this.#clients.size, waiting: this.#messages.size };
  }

  /** The owner unsubscribed, or the service gave the subscription up: pushes get 410 from now on. */
  end(subscription: PushSubscriptionRecord): void {
    if (subscription.isGone) return;
    subscription.isGone = true;
    for (const message of subscription.waiting.values()) this.#forget(message);
    this.events.emit("unsubscribed", subscription);
  }

  endChannel(clientId: string, channelId: string): void {
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.clientId === clientId && subscription.channelId === channelId) this.end(subscription);
    }
  }

  /** As if it had never been: pushes get 404. */
  remove(subscription: PushSubscriptionRecord): void {
    this.end(subscription);
    this.#subscriptions.delete(subscription.token);
  }

  /** Takes a message: it goes out at once when its browser is connected, else waits for its TTL. */
  accept(subscription: PushSubscriptionRecord, made: NewMessage): PushMessage {
    const receivedAtMs = this.#now();
    const message: PushMessage = {
      ...made,
      id: randomBytes(16).toString("base64url"),
      sequence: ++this.#lastSequence,
      subscription,
      receivedAtMs,
      expiresAtMs: receivedAtMs + made.ttlSeconds * 1_000,
      deliveredAtMs: null,
    };
    if (made.topic !== null) this.#replaceTopic(subscription, made.topic);

    const deliver = this.#clients.get(subscription.clientId);
    this.events.emit("accepted", message);
    if (!deliver && made.ttlSeconds === 0) {
      this.events.emit("expired", message); // now or never
      return message;
    }
    this.#messages.set(message.id, message);
    subscription.waiting.set(message.id, message);
    if (deliver) this.#handOver(message, deliver);
    return message;
  }

  /** RFC 8030 section 6.2. @returns false when the message is no more */
  cancel(messageId: string): boolean {
    const message = this.#messages.get(messageId);
    if (!message) return false;
    this.#forget(message);
    return true;
  }

  acknowledge(messageId: string, code: number): void {
    const message = this.#messages.get(messageId);
    if (!message) return;
    this.#forget(message);
    this.events.emit("acknowledged", { messageId, code });
  }

  isConnected(clientId: string): boolean {
    return this.#clients.has(clientId);
  }

  /** A browser connected: it is handed all that waits for it. An older connection of the same browser is given up. */
  attach(clientId: string, deliver: Deliver): void {
    this.#clients.set(clientId, deliver);
    this.events.emit("connected", { clientId });
    this.#dropExpired();
    for (const message of this.#messages.values()) {
      if (message.subscription.clientId === clientId) this.#handOver(message, deliver);
    }
  }

  detach(clientId: string, deliver: Deliver): void {
    if (this.#clients.get(clientId) !== deliver) return; // it has connected anew already
    this.#clients.delete(clientId);
    this.events.emit("disconnected", { clientId });
  }

  #handOver(message: PushMessage, deliver: Deliver): void {
    if (message.deliveredAtMs === null) {
      message.deliveredAtMs = this.#now();
      const { delivered } = message.subscription;
      delivered.push(message);
      if (delivered.length > DELIVERED_KEPT) delivered.shift();
    }
    deliver(message);
    this.events.emit("delivered", message);
  }

  #replaceTopic(subscription: PushSubscriptionRecord, topic: string): void {
    for (const message of subscription.waiting.values()) {
      if (message.topic !== topic) continue;
      this.#forget(message);
      this.events.emit("replaced", message);
    }
  }

  #dropExpired(): void {
    const nowMs = this.#now();
    for (const message of this.#messages.values()) {
      if (message.expiresAtMs > nowMs) continue;
      this.#forget(message);
      this.events.emit("expired", message);
    }
  }

  #forget(message: PushMessage): void {
    this.#messages.delete(message.id);
    message.subscription.waiting.delete(message.id);
  }
}
