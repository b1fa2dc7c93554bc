import { z } from "zod";
import { messageTextSchema } from "../journeys/message-text.ts";
import type { NewJob } from "../scheduler/job.ts";

/** What the merchant's system asked to have sent to one person, as it is kept until it is composed. */
export const directRequestSchema = z.object({
  texts: z.record(z.string(), messageTextSchema),
  ttlSeconds: z.number().int(),
  urgency: z.enum(["very-low", "low", "normal", "high"]),
  transactional: z.boolean(),
});
export type DirectRequest = z.output<typeof directRequestSchema>;

/** Composes and sends one at its time. Key `direct:ID`, payload `{shop, id}`. */
export const SEND_DIRECT_JOB = "send-direct-message";

export type SendDirectPayload = { shop: string; id: string };

export function sendDirectJob(shop: string, id: string, isTransactional: boolean, runAt: Date): NewJob {
  const payload: SendDirectPayload = { shop, id };
  return { kind: SEND_DIRECT_JOB, key: directKey(id), payload, runAt, priority: isTransactional ? -10 : 0 };
}

function directKey(id: string): string {
  return `direct:${id}`;
}
