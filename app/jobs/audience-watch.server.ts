import { readFeed } from "../articles/read-feed.server.ts";
import type { FetchFeed } from "../articles/fetch-feed.server.ts";
import type { Clock } from "../clock.server.ts";
import { AUDIENCE_KINDS, audienceSweepJob, audienceWatchJob } from "../journeys/audience-jobs.ts";
import type { AudienceWatchPayload } from "../journeys/audience-jobs.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import type { JobHandler } from "../scheduler/job.ts";
import { shopOrigin } from "../shopify/shop-domain.ts";
import type { Store } from "../store/store.ts";

type Deps = { store: Store; clock: Clock; fetchFeed: FetchFeed };

/** Looks whether a journey has an occasion that concerns many, begins to go through them, and comes back for the next. */
export function audienceWatchHandler({ store, clock, fetchFeed }: Deps): JobHandler {
  return async (job) => {
    const { shop, kind } = job.payload as AudienceWatchPayload;
    const rules = journeyKind(kind)?.audience;
    const row = await store.shops.get(shop);
    const journey = (await store.runs.currentJourneys(shop)).find((one) => one.kind === kind);
    // Switched on again, it is scheduled again.
    if (!rules || row?.state !== "installed" || !journey) return { type: "done" };

    const { definition, version } = journey;
    const last = await store.audiences.last(shop, kind);
    if (rules.readsFeed && definition.trigger.type === "article") {
      await readFeed({ store, fetchFeed }, { shop, origin: shopOrigin(row) }, definition.trigger.feedUrl, clock.now());
    }
    const newsFoundAt = rules.readsFeed ? await store.articles.newsFoundAt(shop, last?.createdAt ?? new Date(0)) : [];
    const now = clock.now();
    const { occasions, lookAgainAt } = rules.occasions({ definition, version, last, newsFoundAt, now });
    for (const occasion of occasions) {
      const name = { shop, journey: kind, occasion: occasion.key };
      await store.audiences.open(name, occasion, audienceSweepJob(name, now), now);
    }
    return { type: "snooze", until: lookAgainAt };
  };
}

/** Makes sure that each journey that goes through people has its job. Called at each start. */
export async function scheduleAudienceWatches(store: Store, clock: Clock): Promise<void> {
  for (const { shop, journey } of await store.audiences.enabled(AUDIENCE_KINDS)) {
    await store.jobs.schedule(audienceWatchJob(shop, journey, clock.now()));
  }
}
