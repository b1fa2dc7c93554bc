import type { NewJob } from "../scheduler/job.ts";
import type { SweepName } from "./audience-store.ts";
import { JOURNEY_KINDS } from "./kinds/registry.server.ts";

/** Looks whether a journey has an occasion now that concerns many. Key `audience:SHOP:KIND`, payload `{shop, kind}`. */
export const AUDIENCE_WATCH_JOB = "audience-watch";
export type AudienceWatchPayload = { shop: string; kind: string };

/** Goes through an occasion's people. Key `sweep:SHOP:KIND:OCCASION`, payload `{shop, journey, occasion}`. */
export const AUDIENCE_SWEEP_JOB = "audience-sweep";

export function audienceWatchJob(shop: string, kind: string, now: Date): NewJob {
  return {
    kind: AUDIENCE_WATCH_JOB,
    key: `audience:${shop}:${kind}`,
    payload: { shop, kind } satisfies AudienceWatchPayload,
    runAt: now,
    priority: 5,
    // It comes back for as long as the journey is on.
    maxAttempts: Number.MAX_SAFE_INTEGER,
  };
}

/** For each of the kinds given that goes through people, the job that looks when. */
export function audienceWatchJobs(shop: string, kinds: string[], now: Date): NewJob[] {
  return AUDIENCE_KINDS.filter((kind) => kinds.includes(kind)).map((kind) => audienceWatchJob(shop, kind, now));
}

export const AUDIENCE_KINDS = JOURNEY_KINDS.filter(({ audience }) => audience).map(({ kind }) => kind);

export function audienceSweepJob(name: SweepName, now: Date): NewJob {
  const { shop, journey, occasion } = name;
  return {
    kind: AUDIENCE_SWEEP_JOB,
    key: `sweep:${shop}:${journey}:${occasion}`,
    payload: { shop, journey, occasion } satisfies SweepName,
    runAt: now,
    priority: 5,
  };
}
