import type { ComposedMessage } from "../store/sqlite/schema.server.ts";
import type { NewJob } from "../scheduler/job.ts";
import type { PushRequest } from "./push-request.ts";

export type DeliveryState = "queued" | "sending" | "accepted" | "failed" | "expired" | "dropped" | "superseded";

/**
 * Why a delivery was not sent although it could have been; also the ledger's reason.
 * `uninstalled`: the app was. `unsubscribed`: the subscription ended in any way. `paused`, `muted`: by the shopper, marketing
 * only. `bought`: the person ordered since the message was decided. `consent_withdrawn`: by the browser it goes to. `uncertain`: the process died, or the answer was lost,
 * while sending marketing to Apple, whose devices would show a repeat. Else the reason why the run was exited.
 */
export type DropReason = string;

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
  /** The pair the subscription was made with, encrypted for the context `vapid:SHOP`; null when it was deleted. */
  vapid: { publicKey: string; encryptedPrivateKey: string } | null;
  isShopInstalled: boolean;
  /** Why a marketing message may no longer leave: an order, withdrawn consent, or the run was exited. Null: nothing speaks against it. */
  stopReason: DropReason | null;
  /** Of the campaign it belongs to; null when it belongs to none. Paused, it is held; stopped, it is dropped. */
  campaignState: "scheduled" | "sending" | "paused" | "stopped" | null;
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
  checkoutToken: string | null;
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
  /** Path of the page the opt-in was made on. */
  page: string | null;
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

/** How a notification stands when it may be handed over. */
export type HandOverStanding = {
  notification: Pick<NotificationToSend, "id" | "kind" | "isTransactional">;
  /** Shown, clicked or dismissed on any device, or held back there because the shopper was in the shop. */
  wasSeen: boolean;
  isShopInstalled: boolean;
  stopReason: DropReason | null;
  /** Newest first; never empty. */
  deliveries: {
    id: string;
    state: DeliveryState;
    reason: string | null;
    pushTopic: string;
    urgency: PushRequest["urgency"];
    pushService: string;
  }[];
  /** Active subscriptions of the person that have not had it, the one used last first. */
  candidates: (Pick<SubscriptionToSend, "id" | "pushService" | "pausedUntil" | "mutedKinds"> & {
    visitorId: string;
    consentMarketing: boolean;
  })[];
};

export type HandOverPlan = {
  delivery: {
    id: string;
    subscriptionId: string;
    visitorId: string;
    pushTopic: string;
    urgency: PushRequest["urgency"];
    ttlSeconds: number;
    /** Machine time. */
    deadlineAt: Date;
    createdAt: Date;
  };
  jobs: NewJob[];
  /** Still waiting on the device before: dropped as `handed_over`, their jobs cancelled. */
  giveUpDeliveryIds: string[];
};

/**
 * Deliveries on their way out. Creating the first one belongs to whoever writes the notification; reading them for reports
 * belongs to the reports.
 */
export type DeliveryStore = {
  /**
   * Reads many at once, as one look at the data: alone, each would cost more in locks than in reading.
   *
   * @returns one for each id in their order, null where the delivery, its notification or its subscription is no more
   */
  load(deliveryIds: string[]): Promise<(DeliveryToSend | null)[]>;

  /**
   * Marks deliveries as being sent, before they are: what is found so later may have arrived. Counts the try.
   *
   * @returns the ids that are still to be sent: the others were dropped, or their campaign was paused or stopped meanwhile
   */
  markSending(deliveryIds: string[]): Promise<string[]>;

  /**
   * Writes results, many in one transaction. A result for a delivery that is already final changes nothing.
   * Accepted: older deliveries of the same subscription and topic that wait unshown at the push service are `superseded`.
   * Dropped and expired: a row in the ledger says why. Ended without being accepted: a waiting hand-over is brought forward.
   *
   * @param now shop time @param machineNow machine time
   */
  recordResults(results: DeliveryResult[], now: Date, machineNow: Date): Promise<void>;

  /**
   * Hands a notification to another device of the person. `plan` is called inside the transaction with how things stand
   * and must only build values; what it returns is written, with its jobs.
   *
   * @returns the new delivery's id, or null when nothing was handed over
   */
  handOver(
    shop: string,
    notificationId: string,
    plan: (standing: HandOverStanding) => HandOverPlan | null,
  ): Promise<string | null>;
};
