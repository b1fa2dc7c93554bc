import { advanceCampaignSchema, PAGE_SIZE, PAGES_AHEAD } from "../campaigns/campaign.ts";
import { planPage } from "../campaigns/plan-page.server.ts";
import type { Clock } from "../clock.server.ts";
import type { JobHandler } from "../scheduler/job.ts";
import type { Store } from "../store/store.ts";

/** Pages in one job; most when there is nobody on them to send to. */
const PAGES_IN_A_ROW = 20;

/**
 * Decides and writes the next pages of a campaign. A page's own job asks for more when it begins to send and few are left, so
 * that a campaign is never more than a few pages ahead of what leaves: memory does not grow with the audience, a pause
 * holds nearly all of it, and the pages of two shops take turns.
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
      // A page's job brings the next one; should it be lost, a job of ours was written with the page.
      if (advance.pagesWaiting >= PAGES_AHEAD) return { type: "done" };
      // Requests have their turn between two pages.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await store.jobs.schedule({ kind: job.kind, key: job.key ?? undefined, payload: job.payload, runAt: clock.now() });
    return { type: "done" };
  };
}
