import { z } from "zod";
import type { Clock } from "../clock.server.ts";
import { decrypt, type Keyring } from "../encryption.server.ts";
import type { Logger } from "../log.server.ts";
import type { JobHandler, JobResult } from "../scheduler/job.ts";
import { ConcurrencyLimit } from "../sender/concurrency-limit.ts";
import { decideNextTry, decideSend } from "../sender/decide-send.ts";
import type {
  DeliveryResult,
  DeliveryToSend,
  NotificationToSend,
  SubscriptionToSend,
} from "../sender/delivery-store.ts";
import { createBeat, createGroup } from "../sender/group-work.ts";
import { PayloadTooLargeError } from "../sender/payload-limit.ts";
import type { DeliveryOutcome, SendPush } from "../sender/push-request.ts";
import { createServiceLoad, type ServiceLoad } from "../sender/service-load.ts";
import { createServicePauses } from "../sender/service-pauses.ts";
import type { Store } from "../store/store.ts";

// Sends one delivery. It is marked as `sending` before it leaves and its outcome is written after; if the process dies
// between the two, it is found as `sending` and sent again under the same Topic and tag.

export type BuildPayload = (parts: {
  notification: NotificationToSend;
  delivery: { id: string; visitorId: string };
  subscription: SubscriptionToSend;
  keyring: Keyring;
}) => string;

export type SendDeliveryDeps = {
  store: Pick<Store, "deliveries">;
  clock: Clock;
  sendPush: SendPush;
  keyring: Keyring;
  buildPayload: BuildPayload;
  /** Jobs of this kind that run at once. */
  concurrency?: number;
  log?: Pick<Logger, "warn">;
  /** From 0 to 1, for jitter. */
  random?(): number;
  /** How long, in real time, what is written waits for more to be written with it. */
  gatherMs?: number;
};

const payloadSchema = z.object({ deliveryId: z.string() });

const GROUP_LIMIT = 100;
/** A commit waits for the disk: at hundreds of pushes a second one for each turn of the event loop costs more than they do. */
const GATHER_MS = 10;
const STALLED_WAIT_MS = 500;
const MAX_PRIVATE_KEYS = 1_000;

/** Resuming the campaign brings it forward. */
const HELD_FOR_MS = 3_600_000;

/** A delivery has a place from before it is marked as being sent until the push service has answered. */
export type SendingPlaces = { limit: ConcurrencyLimit; load: ServiceLoad };

/** @param count pushes under way at once; one push service that does not answer gets two thirds of them */
export function createSendingPlaces(count: number): SendingPlaces {
  return { limit: new ConcurrencyLimit(count), load: createServiceLoad(Math.ceil((count * 2) / 3)) };
}

/** What became of one delivery in one try. */
export type DeliverResult =
  | JobResult
  /** Its campaign is paused. */
  | { type: "hold"; until: Date }
  /** Asked for a first try only: it was tried before, and a job of its own tries it again. */
  | { type: "retrying" };

export type Deliver = (
  deliveryId: string,
  options: {
    isLastAttempt: boolean;
    isFirstTryOnly?: boolean;
    /** Of the work it is part of; else those of deliveries that have a job of their own. */
    places?: SendingPlaces;
  },
  signal: AbortSignal,
) => Promise<DeliverResult>;

/** A job for each delivery. */
export function createSendDeliveryHandler(deps: SendDeliveryDeps, deliver = createDeliver(deps)): JobHandler {
  return async (job, signal) => {
    const { deliveryId } = payloadSchema.parse(job.payload);
    const result = await deliver(deliveryId, { isLastAttempt: job.attempt >= job.maxAttempts }, signal);
    if (result.type === "hold") return { type: "snooze", until: result.until };
    if (result.type === "retrying") throw new Error("A job of its own was taken for a first try");
    return result;
  };
}

/** What sends deliveries, whoever asks: pauses asked for by a push service and what is written together are shared. */
export function createDeliver(deps: SendDeliveryDeps): Deliver {
  const { store, clock, sendPush, keyring, buildPayload, log, random = Math.random, gatherMs = GATHER_MS } = deps;
  const pauses = createServicePauses();
  const ownPlaces = createSendingPlaces(deps.concurrency ?? 300);
  const readPrivateKey = createPrivateKeyReader(keyring);

  const load = createGroup((ids: string[]) => store.deliveries.load(ids), GROUP_LIMIT);
  // What begins and what has ended is written by one transaction.
  const beat = createBeat(gatherMs);
  const markSending = createGroup(
    async (ids: string[]) => {
      const marked = new Set(await store.deliveries.markSending(ids));
      return ids.map((id) => marked.has(id));
    },
    GROUP_LIMIT,
    beat,
  );
  const record = createGroup(
    async (results: DeliveryResult[]) => {
      await store.deliveries.recordResults(results, clock.now(), clock.machineNow());
      return results.map(() => undefined);
    },
    GROUP_LIMIT,
    beat,
  );

  return deliver;

  async function deliver(
    deliveryId: string,
    options: Parameters<Deliver>[1],
    signal: AbortSignal,
    isSecondLook = false,
  ): Promise<DeliverResult> {
    const { isLastAttempt, isFirstTryOnly = false, places = ownPlaces } = options;
    const loaded = await load(deliveryId);
    if (!loaded) return { type: "cancel", reason: "the delivery's data was deleted" };

    const decision = decideSend(loaded, clock.now(), clock.machineNow());
    if (decision.type === "over") return { type: "cancel", reason: `the delivery is ${loaded.delivery.state}` };
    if (decision.type === "hold") return { type: "hold", until: clock.afterMachineMs(HELD_FOR_MS) };
    if (isFirstTryOnly && loaded.delivery.state === "queued" && loaded.delivery.attempts > 0)
      return { type: "retrying" };
    if (decision.type === "drop") return finish({ deliveryId, type: "dropped", reason: decision.reason });
    if (decision.type === "expire") return finish({ deliveryId, type: "expired", cause: "its TTL is over" });

    const pausedUntil = pauses.pausedUntil(loaded.delivery.shop, loaded.subscription.pushService, clock.machineNow());
    if (pausedUntil) return waitForService(loaded, pausedUntil);

    try {
      const result = await send(loaded, decision.ttlSeconds, places, signal);
      if (result !== "not_to_be_sent") return result;
      // Its campaign was paused or stopped, or it was dropped, while it waited for its place.
      if (!isSecondLook) return await deliver(deliveryId, options, signal, true);
      return { type: "cancel", reason: "the delivery was dropped meanwhile" };
    } catch (error) {
      if (error instanceof PayloadTooLargeError) {
        return finish({ deliveryId, type: "refused", status: null, cause: error.message });
      }
      // The scheduler tries again. When it will not, the delivery must not look as if it were on its way.
      if (isLastAttempt) {
        await record({ deliveryId, type: "refused", status: null, cause: "it could not be prepared for sending" });
      }
      throw error;
    }
  }

  async function send(
    loaded: DeliveryToSend,
    ttlSeconds: number,
    places: SendingPlaces,
    signal: AbortSignal,
  ): Promise<JobResult | "not_to_be_sent"> {
    const { delivery, notification, subscription, vapid } = loaded;
    const deliveryId = delivery.id;
    if (!vapid) {
      return finish({ deliveryId, type: "refused", status: null, cause: "the VAPID key it was made with is missing" });
    }
    const { pushService } = subscription;
    const push = async (): Promise<DeliveryOutcome | "stalled" | "not_to_be_sent"> => {
      if (places.load.isStalled(pushService, clock.machineNow())) return "stalled";
      const leave = places.load.enter(pushService, clock.machineNow());
      try {
        const payload = buildPayload({ notification, delivery, subscription, keyring });
        const privateKey = readPrivateKey(delivery.shop, vapid.encryptedPrivateKey);
        if (!(await markSending(deliveryId))) return "not_to_be_sent";
        return await sendPush(
          {
            endpoint: subscription.endpoint,
            p256dh: subscription.p256dh,
            auth: subscription.auth,
            vapid: { publicKey: vapid.publicKey, privateKey },
            payload,
            ttlSeconds,
            urgency: delivery.urgency,
            pushTopic: delivery.pushTopic,
          },
          signal,
        );
      } finally {
        leave(clock.machineNow());
      }
    };

    const outcome = await places.limit.run(push, signal);
    if (outcome === "not_to_be_sent") return outcome;
    if (outcome === "stalled") {
      return { type: "snooze", until: clock.afterMachineMs(STALLED_WAIT_MS * (1 + random())) };
    }
    if (outcome.type === "later") return tryLater(loaded, outcome);
    if (outcome.type === "refused") {
      const { shop } = delivery;
      log?.warn({ shop, deliveryId, pushService, status: outcome.status, cause: outcome.cause }, "a push was refused");
    }
    return finish({ deliveryId, ...outcome });
  }

  async function tryLater(
    loaded: DeliveryToSend,
    outcome: Extract<DeliveryOutcome, { type: "later" }>,
  ): Promise<JobResult> {
    const { delivery, subscription } = loaded;
    const deliveryId = delivery.id;
    const machineNow = clock.machineNow();
    if (outcome.retryAfterMs !== null) {
      const until = new Date(machineNow.getTime() + outcome.retryAfterMs);
      pauses.pause(delivery.shop, subscription.pushService, until);
    }
    const next = decideNextTry(loaded, outcome, delivery.attempts + 1, machineNow, random());
    if (next.type === "drop") return finish({ deliveryId, type: "dropped", reason: next.reason });
    if (next.type === "expire") return finish({ deliveryId, type: "expired", cause: outcome.cause });

    await record({ deliveryId, type: "later", status: outcome.status, cause: outcome.cause });
    return { type: "snooze", until: clock.afterMachineMs(next.delayMs) };
  }

  /** The service asked this shop to wait, on the occasion of another push. */
  async function waitForService({ delivery }: DeliveryToSend, untilMachine: Date): Promise<JobResult> {
    if (untilMachine >= delivery.deadlineAt) {
      return finish({
        deliveryId: delivery.id,
        type: "expired",
        cause: "the push service asked to wait beyond its TTL",
      });
    }
    const waitMs = untilMachine.getTime() - clock.machineNow().getTime();
    const jitterMs = random() * Math.min(10_000, waitMs * 0.1);
    return { type: "snooze", until: clock.afterMachineMs(waitMs + jitterMs) };
  }

  async function finish(result: DeliveryResult): Promise<JobResult> {
    await record(result);
    return { type: "done" };
  }
}

/** Decrypted once each; a shop has one or a few. */
function createPrivateKeyReader(keyring: Keyring): (shop: string, encrypted: string) => string {
  const known = new Map<string, string>();
  return (shop, encrypted) => {
    const cacheKey = `${shop} ${encrypted}`;
    const kept = known.get(cacheKey);
    if (kept !== undefined) return kept;
    const privateKey = decrypt(keyring, encrypted, `vapid:${shop}`);
    if (known.size >= MAX_PRIVATE_KEYS) known.delete(known.keys().next().value as string);
    known.set(cacheKey, privateKey);
    return privateKey;
  };
}
