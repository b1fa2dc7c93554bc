import { randomBytes } from "node:crypto";
import { HAND_OVER_SECONDS, handOverJob, sendDeliveryJob } from "./delivery-jobs.ts";
import type { HandOverPlan, HandOverStanding } from "./delivery-store.ts";
import { isApplePushService } from "./push-services.ts";

export type HandOverTimes = {
  shop: string;
  now: Date;
  machineNow: Date;
  /** Machine time at which the notification is stale. */
  untilMachine: Date;
  /** Shop time at which the next device's turn to show it is over: the TTL there is machine time. */
  nextAt: Date;
};

/** How a delivery can have ended on its device so that another device may still get the notification. */
const NOT_REACHED = ["accepted", "superseded", "expired", "failed", "queued"];
/** Drops that concern one device only. */
const DEVICE_DROPS = ["unsubscribed", "endpoint_gone", "replaced", "handed_over"];

/**
 * Whether and to which device a notification is handed over. The next device gets it for the hand-over
 * time, the last one for all that is left. There is no hand-over where 'shown' cannot be known: from and to Apple's.
 */
export function planHandOver(standing: HandOverStanding, times: HandOverTimes): HandOverPlan | null {
  const { notification, deliveries } = standing;
  const last = deliveries[0];
  const leftSeconds = Math.floor((times.untilMachine.getTime() - times.machineNow.getTime()) / 1_000);
  if (!last || standing.wasSeen || !standing.isShopInstalled || leftSeconds <= 0) return null;
  if (standing.stopReason !== null) return null;
  if (!mayFollow(last) || deliveries.some(({ pushService }) => isApplePushService(pushService))) return null;

  const candidates = standing.candidates.filter((candidate) => mayReceive(candidate, notification, times.now));
  const next = candidates[0];
  if (!next) return null;

  const hasMore = candidates.length > 1 && leftSeconds > HAND_OVER_SECONDS;
  const ttlSeconds = hasMore ? HAND_OVER_SECONDS : leftSeconds;
  const id = randomBytes(16).toString("base64url");
  const jobs = [sendDeliveryJob(id, notification.isTransactional, times.now)];
  if (hasMore) {
    const payload = {
      shop: times.shop,
      notificationId: notification.id,
      untilMachineMs: times.untilMachine.getTime(),
    };
    jobs.push(handOverJob(payload, notification.isTransactional, times.nextAt));
  }
  return {
    delivery: {
      id,
      subscriptionId: next.id,
      visitorId: next.visitorId,
      pushTopic: last.pushTopic,
      urgency: last.urgency,
      ttlSeconds,
      deadlineAt: new Date(times.machineNow.getTime() + ttlSeconds * 1_000),
      createdAt: times.now,
    },
    jobs,
    giveUpDeliveryIds: deliveries.filter(({ state }) => state === "queued").map((waiting) => waiting.id),
  };
}

function mayFollow({ state, reason }: HandOverStanding["deliveries"][number]): boolean {
  return NOT_REACHED.includes(state) || (state === "dropped" && DEVICE_DROPS.includes(reason ?? ""));
}

function mayReceive(
  candidate: HandOverStanding["candidates"][number],
  notification: HandOverStanding["notification"],
  now: Date,
): boolean {
  if (isApplePushService(candidate.pushService)) return false;
  if (notification.isTransactional) return true;
  const isPaused = candidate.pausedUntil !== null && candidate.pausedUntil > now;
  return candidate.consentMarketing && !isPaused && !candidate.mutedKinds.includes(notification.kind);
}
