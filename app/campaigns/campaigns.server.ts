import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.server.ts";
import type { Store } from "../store/store.ts";
import { advanceCampaignJob } from "./campaign.ts";
import type { Audience, CampaignRequest } from "./campaign.ts";
import type { Campaign } from "./campaign-store.ts";

/** Browsers counted in one go: a few milliseconds. */
const COUNTED_AT_ONCE = 5_000;

type Deps = { store: Store; clock: Clock };

/**
 * Keeps a message to an audience and has it begun at its time.
 *
 * @param dueAt shop time; past: now
 */
export async function createCampaign(
  { store, clock }: Deps,
  shop: string,
  { audience, request, dueAt }: { audience: Audience; request: CampaignRequest; dueAt: Date },
): Promise<{ id: string; state: "scheduled" | "sending" }> {
  const audienceSize = await reachOf(store, shop, audience);
  const now = clock.now();
  const id = randomBytes(12).toString("base64url");
  const state = dueAt > now ? "scheduled" : "sending";
  const row = { id, shop, state, audience, request, dueAt, createdAt: now, audienceSize } as const;
  await store.campaigns.create(row, advanceCampaignJob(shop, id, dueAt > now ? dueAt : now));
  return { id, state };
}

/**
 * Pauses, resumes or stops a campaign. It takes effect within the page that is being sent.
 *
 * @returns the campaign as it is then; `refused` when it is over; null when there is none
 */
export async function changeCampaign(
  { store, clock }: Deps,
  shop: string,
  id: string,
  verb: "pause" | "resume" | "stop",
): Promise<Campaign | "refused" | null> {
  const now = clock.now();
  const found = await store.campaigns.get(shop, id);
  if (!found) return null;
  const job = advanceCampaignJob(shop, id, found.dueAt > now ? found.dueAt : now);
  const result = await store.campaigns.change(shop, id, verb, { now, machineNow: clock.machineNow() }, job);
  return result === "refused" ? "refused" : store.campaigns.get(shop, id);
}

/** About how many people a message to this audience would reach: browsers with consent, people with several counted twice. */
export async function reachOf(store: Store, shop: string, audience: Audience): Promise<number> {
  let people = 0;
  let after: string | null = "";
  while (after !== null) {
    const part: { people: number; next: string | null } = await store.campaigns.countReach(
      shop,
      audience,
      after,
      COUNTED_AT_ONCE,
    );
    people += part.people;
    after = part.next;
    // Others have their turn between two parts.
    if (after !== null) await new Promise((resolve) => setImmediate(resolve));
  }
  return people;
}
