import { advanceCampaignSchema, PAGE_SIZE } from "../campaigns/campaign.ts";
import { planPage } from "../campaigns/plan-page.server.ts";
import type { Clock } from "../clock.server.ts";
import type { JobHandler } from "../scheduler/job.ts";
import type { Store } from "../store/store.ts";

/** Pages without anybody to send to that are passed over in one job. */
const PAGES_IN_A_ROW = 20;

/**
 * Decides and writes the next page of a campaign. The page's own job asks for the one after it when it begins to send, so
 * that a campaign is never more than a page ahead of what leaves: memory does not grow with the audience, a pause holds
 * nearly all of it, and the pages of two shops take turns.
 */
export function advanceCampaignHandler({ store, clock }: { store: Store; clock: Clock }): JobHandler {
  return async (job, signal) => {
    const { shop, campaignId } = advanceCampaignSchema.parse(job.payload);
    for (let page = 0; page < PAGES_IN_A_ROW && !signal.aborted; page += 1) {
      const advance = await store.campaigns.advance(shop, campaignId, clock.now(), PAGE_SIZE, (read) =>
        planPage(read, clock),
      );
      if (advance.type === "over") return { type: "done" };
      if (advance.type === "wait") return { type: "snooze", until: advance.until };
      // The page's job brings the next one; should it be lost, a job of ours was written with the page.
      if (advance.deliveries > 0) return { type: "done" };
      // Requests have their turn between two pages.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await store.jobs.schedule({ kind: job.kind, key: job.key ?? undefined, payload: job.payload, runAt: clock.now() });
    return { type: "done" };
  };
}
