import type { NewJob } from "../scheduler/job.ts";

export const SEND_DELIVERY_KIND = "send-delivery";
export const HAND_OVER_KIND = "hand-over";

/**
 * How long one device has to show a notification before the person's next device gets it: the TTL of every delivery but
 * the one to the last device.
 */
export const HAND_OVER_SECONDS = 30 * 60;

export type SendDeliveryPayload = { deliveryId: string };

/**
 * Sends a delivery at `runAt` (shop time). Scheduled in the transaction that writes the delivery. Its retries are written
 * down in the delivery, so the job itself needs few attempts: only a fault of ours uses them up.
 */
export function sendDeliveryJob(deliveryId: string, isTransactional: boolean, runAt: Date): NewJob {
  return {
    kind: SEND_DELIVERY_KIND,
    key: `delivery:${deliveryId}`,
    payload: { deliveryId } satisfies SendDeliveryPayload,
    runAt,
    priority: isTransactional ? -10 : 0,
  };
}

/** `untilMachineMs`: machine time at which the whole notification is stale: its creation plus the message's own TTL. */
export type HandOverPayload = { shop: string; notificationId: string; untilMachineMs: number };

function handOverKey(notificationId: string): string {
  return `hand-over:${notificationId}`;
}

/**
 * Hands a notification to the person's next device unless it was shown by `runAt` (shop time: the clock's
 * `afterMachineMs(HAND_OVER_SECONDS)`, when the first delivery's TTL is over).
 * Scheduled in the transaction that writes the first delivery, when the person has several devices and the one used last
 * is not Apple's.
 */
export function handOverJob(payload: HandOverPayload, isTransactional: boolean, runAt: Date): NewJob {
  return {
    kind: HAND_OVER_KIND,
    key: handOverKey(payload.notificationId),
    payload,
    runAt,
    priority: isTransactional ? -10 : 0,
  };
}
