import type { DeliveryToSend, DropReason } from "./delivery-store.ts";
import type { DeliveryOutcome } from "./push-request.ts";
import { isApplePushService } from "./push-services.ts";

/** What is to be done with a delivery whose turn has come. */
export type SendDecision =
  /** It is final already. */
  | { type: "over" }
  | { type: "drop"; reason: DropReason }
  | { type: "expire" }
  /** Its campaign is paused: to be looked at again. */
  | { type: "hold" }
  /** `ttlSeconds`: what is left of the TTL. */
  | { type: "send"; ttlSeconds: number };

/** The last look before a push leaves. Minutes or hours may have passed since it was decided, if the service was away. */
export function decideSend(loaded: DeliveryToSend, now: Date, machineNow: Date): SendDecision {
  const { delivery, notification, subscription } = loaded;
  if (delivery.state !== "queued" && delivery.state !== "sending") return { type: "over" };
  if (!loaded.isShopInstalled) return { type: "drop", reason: "uninstalled" };
  if (!subscription.isActive) return { type: "drop", reason: "unsubscribed" };

  if (loaded.campaignState === "stopped") return { type: "drop", reason: "cancelled" };
  if (loaded.campaignState === "paused") return { type: "hold" };

  if (!notification.isTransactional) {
    if (loaded.stopReason !== null) return { type: "drop", reason: loaded.stopReason };
    if (subscription.pausedUntil !== null && subscription.pausedUntil > now) return { type: "drop", reason: "paused" };
    if (subscription.mutedKinds.includes(notification.kind)) return { type: "drop", reason: "muted" };
    // Elsewhere a repeat is replaced silently by its tag. Apple's devices would show it a second time.
    if (delivery.state === "sending" && isApplePushService(subscription.pushService)) {
      return { type: "drop", reason: "uncertain" };
    }
  }

  const leftMs = delivery.deadlineAt.getTime() - machineNow.getTime();
  if (delivery.ttlSeconds === 0) return delivery.attempts === 0 ? { type: "send", ttlSeconds: 0 } : { type: "expire" };
  if (leftMs <= 0) return { type: "expire" };
  return { type: "send", ttlSeconds: Math.min(delivery.ttlSeconds, Math.ceil(leftMs / 1_000)) };
}

export type NextTry = { type: "drop"; reason: DropReason } | { type: "expire" } | { type: "retry"; delayMs: number };

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 15 * 60_000;
/** The last try is kept this far from the deadline, so that the push service still has something of the TTL. */
const LAST_TRY_BEFORE_DEADLINE_MS = 10_000;

/**
 * When to try again after `later`. Retry-After is obeyed to the letter: asked to wait beyond the deadline, the delivery
 * expires. Otherwise 5 s, doubled each time up to 15 minutes, half of it random, with one last try before the deadline.
 *
 * @param attempts tries made, the one just ended included
 * @param random from 0 to 1
 */
export function decideNextTry(
  loaded: DeliveryToSend,
  outcome: Extract<DeliveryOutcome, { type: "later" }>,
  attempts: number,
  machineNow: Date,
  random: number,
): NextTry {
  const { delivery, notification, subscription } = loaded;
  if (outcome.mayHaveArrived && !notification.isTransactional && isApplePushService(subscription.pushService)) {
    return { type: "drop", reason: "uncertain" };
  }

  const leftMs = delivery.deadlineAt.getTime() - machineNow.getTime();
  if (outcome.retryAfterMs !== null) {
    // Some jitter on top, so that a whole campaign does not come back in the same instant. A service that keeps asking for
    // no wait at all is not asked without one.
    const leastMs = Math.max(outcome.retryAfterMs, Math.min(60_000, 1_000 * 2 ** Math.min(attempts - 1, 20)));
    const delayMs = leastMs + random * Math.min(leastMs * 0.1, 10_000);
    return delayMs < leftMs ? { type: "retry", delayMs } : { type: "expire" };
  }

  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempts - 1, 20));
  const delayMs = full / 2 + (random * full) / 2;
  if (delayMs < leftMs) return { type: "retry", delayMs };
  const lastTryMs = leftMs - LAST_TRY_BEFORE_DEADLINE_MS;
  return lastTryMs > FIRST_DELAY_MS ? { type: "retry", delayMs: lastTryMs } : { type: "expire" };
}
