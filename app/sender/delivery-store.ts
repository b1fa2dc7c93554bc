import type { ComposedMessage } from "../store/sqlite/schema.server.ts";
import type { PushRequest } from "./push-request.ts";

export type DeliveryState = "queued" | "sending" | "accepted" | "failed" | "expired" | "dropped" | "superseded";

/** Why a delivery was not handed over although it could have been; also the ledger's reason. */
export type DropReason =
  /** The app was uninstalled. */
  | "uninstalled"
  /** The shopper unsubscribed, withdrew consent, or the endpoint is over. */
  | "subscription_ended"
  /** The shopper paused messages. Marketing only. */
  | "paused"
  /** The shopper switched this kind off. Marketing only. */
  | "muted"
  /** The person ordered since the message was decided. Marketing only. */
  | "purchased"
  /** The run that made it was ended since, by the merchant or by what the shopper did. Marketing only. */
  | "run_exited"
  /** The process died or lost the answer while sending to Apple, whose devices would show a repeat. Marketing only. */
  | "uncertain";

/** A delivery with everything that sending it needs. Instants are shop time unless they say `machine`. */
export type DeliveryToSend = {
  delivery: {
    id: string;
    shop: string;
    notificationId: string;
    subscriptionId: string;
    visitorId: string;
    /** `sending` means that a process died between sending and writing the outcome: it may have arrived. */
    state: DeliveryState;
    pushTopic: string;
    urgency: PushRequest["urgency"];
    ttlSeconds: number;
    /** Machine time: created + TTL. */
    deadlineAt: Date;
    /** Tries made so far. */
    attempts: number;
    createdAt: Date;
  };
  notification: NotificationToSend;
  subscription: SubscriptionToSend;
  /** The pair the subscription was made with. `encryptedPrivateKey` is as app/encryption.server.ts wrote it. */
  vapid: { publicKey: string; encryptedPrivateKey: string };
  shopIsInstalled: boolean;
  /** Why a marketing message may no longer leave; null when nothing speaks against it. */
  stop: "purchased" | "run_exited" | null;
};

export type NotificationToSend = {
  id: string;
  shop: string;
  visitorId: string;
  kind: string;
  step: string | null;
  runId: number | null;
  isTransactional: boolean;
  locale: string;
  message: ComposedMessage;
  targetUrl: string;
  discountCode: string | null;
  createdAt: Date;
};

export type SubscriptionToSend = {
  id: string;
  endpoint: string;
  p256dh: string;
  auth: string;
  /** host[:port] of the endpoint. */
  pushService: string;
  /** Storefront origin the subscription was made on. */
  origin: string;
  proxyPath: string;
  isActive: boolean;
  pausedUntil: Date | null;
  mutedKinds: string[];
};

/** What became of one try, or of a delivery that was not tried. */
export type DeliveryResult = { deliveryId: string } & (
  | { type: "accepted"; status: number }
  /** The push service says that the subscription is over: it is ended with the cause `endpoint_gone`, its row kept. */
  | { type: "gone"; status: number }
  /** Our fault: the subscription is kept, its failures counted. `status` null: the push service was not asked. */
  | { type: "refused"; status: number | null; cause: string }
  /** Back to `queued`: a later try follows. */
  | { type: "later"; status: number | null; cause: string }
  /** The deadline passed. */
  | { type: "expired"; cause: string }
  | { type: "dropped"; reason: DropReason }
);

/** What the hand-over to the next device came to. */
export type HandOver =
  | { type: "done"; deliveryId: null }
  /** A delivery to the next device was written, with its job. */
  | { type: "handed_over"; deliveryId: string };

/**
 * Deliveries on their way out. Creating the first one belongs to whoever writes the notification; reading them for reports
 * belongs to the reports.
 */
export type DeliveryStore = {
  /** @returns null when the delivery, its notification or its subscription is no more (data was deleted) */
  load(deliveryId: string, now: Date): Promise<DeliveryToSend | null>;

  /** Marks deliveries as being sent, before they are: what is found so later may have arrived. Counts the try. */
  markSending(deliveryIds: string[]): Promise<void>;

  /**
   * Writes results, many in one transaction. A result for a delivery that is already final changes nothing.
   * Accepted: older deliveries of the same subscription and topic that wait unshown at the push service are `superseded`.
   * Dropped and expired: a row in the ledger says why. Ended without being accepted: a waiting hand-over is brought forward.
   *
   * @param now shop time @param machineNow machine time
   */
  recordResults(results: DeliveryResult[], now: Date, machineNow: Date): Promise<void>;

  /**
   * Gives a notification that was not shown to the person's next device: the active subscription used last among those
   * that have not had it, Apple's excepted. Writes the delivery with its job, and the next hand-over while devices are left.
   *
   * @param untilMachine machine time at which the notification is stale
   */
  handOver(shop: string, notificationId: string, untilMachine: Date, now: Date, machineNow: Date): Promise<HandOver>;
};
