import { advanceCampaignJob, PAGES_AHEAD, sendCampaignPageSchema } from "../campaigns/campaign.ts";
import type { Clock } from "../clock.server.ts";
import type { JobHandler } from "../scheduler/job.ts";
import { sendDeliveryJob } from "../sender/delivery-jobs.ts";
import type { Store } from "../store/store.ts";
import { createSendingPlaces } from "./send-delivery.server.ts";
import type { Deliver, DeliverResult } from "./send-delivery.server.ts";

type Deps = {
  store: Pick<Store, "jobs" | "campaigns">;
  clock: Clock;
  deliver: Deliver;
  /** Campaign pushes under way at once in this process, whatever their campaign: what else leaves has its place beside them. */
  inFlight: number;
};

/**
 * Sends a page of a campaign. What cannot leave now gets a job of its own, as any other delivery has. A page that is sent
 * again after a crash passes over what is done, and sends again only what was on its way at that moment.
 */
export function sendCampaignPageHandler({ store, clock, deliver, inFlight }: Deps): JobHandler {
  const places = createSendingPlaces(inFlight);

  return async (job, signal) => {
    const { shop, campaignId, deliveryIds } = sendCampaignPageSchema.parse(job.payload);
    const asked = askForMore(shop, campaignId);

    const settled = await Promise.allSettled(
      deliveryIds.map((id) => deliver(id, { isLastAttempt: false, isFirstTryOnly: true, places }, signal)),
    );
    await asked;
    if (signal.aborted) throw signal.reason;

    let heldUntil: Date | null = null;
    for (const [index, result] of settled.entries()) {
      const deliveryId = deliveryIds[index] ?? "";
      const retryAt = retryAtOf(result, clock);
      if (result.status === "fulfilled" && result.value.type === "hold") heldUntil = result.value.until;
      else if (retryAt === "if_forgotten") await remember(deliveryId);
      else if (retryAt) await store.jobs.schedule(jobFor(deliveryId, retryAt));
    }
    return heldUntil ? { type: "snooze", until: heldUntil } : { type: "done" };
  };

  /** While a page leaves, the next ones are written: several at a time, because each asking costs a job. */
  async function askForMore(shop: string, campaignId: string) {
    const waiting = await store.campaigns.pagesWaiting(shop, campaignId);
    if (waiting <= PAGES_AHEAD / 2) await store.jobs.schedule(advanceCampaignJob(shop, campaignId, clock.now()));
  }

  /** The process may have died between the try and writing the job of the next one. */
  async function remember(deliveryId: string) {
    const retry = jobFor(deliveryId, clock.now());
    const waiting = await store.jobs.list({ key: retry.key, limit: 10 });
    const isKnown = waiting.some(({ state }) => state !== "cancelled" && state !== "discarded");
    if (!isKnown) await store.jobs.schedule(retry);
  }
}

function retryAtOf(result: PromiseSettledResult<DeliverResult>, clock: Clock): Date | "if_forgotten" | null {
  // A delivery that cannot be prepared must not hold its page up: its own job tries again, and in the end says so.
  if (result.status === "rejected") return clock.now();
  if (result.value.type === "snooze") return result.value.until;
  return result.value.type === "retrying" ? "if_forgotten" : null;
}

function jobFor(deliveryId: string, runAt: Date) {
  // Other deliveries go first: a campaign can wait.
  return { ...sendDeliveryJob(deliveryId, false, runAt), priority: 5 };
}
