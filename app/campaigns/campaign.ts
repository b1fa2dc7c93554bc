import { z } from "zod";
import { messageTextSchema } from "../journeys/message-text.ts";
import type { NewJob } from "../scheduler/job.ts";

/** Everyone who may be written to, or those with a tag. */
export const audienceSchema = z.union([
  z.strictObject({ all: z.literal(true) }),
  z.strictObject({ tag: z.string().trim().min(1).max(100) }),
]);
export type Audience = z.output<typeof audienceSchema>;

/** What a campaign says and how, as it is kept until the last person has it. */
export const campaignRequestSchema = z.object({
  texts: z.record(z.string(), messageTextSchema),
  ttlSeconds: z.number().int(),
  urgency: z.enum(["very-low", "low", "normal", "high"]),
  transactional: z.boolean(),
});
export type CampaignRequest = z.output<typeof campaignRequestSchema>;

/** The kind of its notifications, in the ledger and among what a shopper can switch off. */
export const CAMPAIGN_KIND = "campaign";

/** People on one page: decided, composed and written in one transaction short enough that no request waits for it. */
export const PAGE_SIZE = 50;

/** Pages that are written before the ones before them have begun to leave, so that sending never waits for writing. */
export const PAGES_AHEAD = 6;

/** Decides and writes the next page. Key `campaign:ID`, payload `{shop, campaignId}`. */
export const ADVANCE_CAMPAIGN_JOB = "advance-campaign";
/** Sends the deliveries of one page. Payload `{shop, campaignId, deliveryIds}`. */
export const SEND_CAMPAIGN_PAGE_JOB = "send-campaign-page";

export const advanceCampaignSchema = z.object({ shop: z.string(), campaignId: z.string() });
export const sendCampaignPageSchema = advanceCampaignSchema.extend({ deliveryIds: z.array(z.string()) });

export function campaignKey(campaignId: string): string {
  return `campaign:${campaignId}`;
}

export function advanceCampaignJob(shop: string, campaignId: string, runAt: Date): NewJob {
  const payload: z.output<typeof advanceCampaignSchema> = { shop, campaignId };
  return { kind: ADVANCE_CAMPAIGN_JOB, key: campaignKey(campaignId), payload, runAt };
}

/** One job for a page instead of one for each delivery: what is tried again later gets a job of its own then. */
export function sendCampaignPageJob(
  shop: string,
  campaignId: string,
  deliveryIds: string[],
  isTransactional: boolean,
  runAt: Date,
): NewJob {
  const payload: z.output<typeof sendCampaignPageSchema> = { shop, campaignId, deliveryIds };
  return { kind: SEND_CAMPAIGN_PAGE_JOB, payload, runAt, priority: isTransactional ? -10 : 0 };
}
