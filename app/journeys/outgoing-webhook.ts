import type { NewJob } from "../scheduler/job.ts";
import type { Run } from "./person-view.ts";

/** Calls an address of the merchant's for a webhook step. Its own job: the run goes on without an answer. */
export const CALL_WEBHOOK_JOB = "call-webhook";

/** What the merchant's system is told: who is where. No names, no contents of carts or orders. */
export type WebhookBody = {
  /** The same however often it is tried: by it a receiver knows a repeat. */
  id: string;
  type: "journey_step";
  shop: string;
  journey: string;
  step: string;
  visitorId: string;
  customerId: string | null;
  /** Shop time, ISO 8601. */
  at: string;
};

export type CallWebhookPayload = { shop: string; runId: number; url: string; body: WebhookBody };

export function callWebhookJob(
  { id: runId, shop, journey, step, visitorId }: Run,
  customerId: string | null,
  url: string,
  now: Date,
): NewJob {
  const id = `${runId}-${step}`;
  const body = { id, type: "journey_step", shop, journey, step, visitorId, customerId, at: now.toISOString() } as const;
  return {
    kind: CALL_WEBHOOK_JOB,
    key: `webhook:${id}`,
    payload: { shop, runId, url, body } satisfies CallWebhookPayload,
    runAt: now,
    priority: 5,
    // With the back-off of jobs about three hours.
    maxAttempts: 15,
  };
}
