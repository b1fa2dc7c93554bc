import type { LedgerEntry } from "../journeys/ledger-store.ts";
import type { NewDelivery, NewNotification } from "../journeys/notification-store.ts";
import type { WaitingMessage } from "../journeys/run-store.ts";
import type { ShopFacts } from "../journeys/person-view.ts";
import type { NewJob } from "../scheduler/job.ts";
import type { campaigns } from "../store/sqlite/schema.server.ts";
import type { Subscription } from "../subscriptions/subscription-store.ts";
import type { Audience } from "./campaign.ts";

export type CampaignRow = typeof campaigns.$inferSelect;

/** `done`: everybody is decided on and no delivery waits. It is seen when it is read, and never written. */
export type CampaignState = CampaignRow["state"] | "done";

/**
 * Deliveries by what became of them. `queued` counts people who wait for quiet hours or a cap too; `dropped` people who got
 * no delivery, with the reason in the ledger.
 */
export type CampaignCounts = {
  queued: number;
  sent: number;
  accepted: number;
  failed: number;
  expired: number;
  dropped: number;
  shown: number;
  clicked: number;
};

export type Campaign = Omit<CampaignRow, "state"> & { state: CampaignState; counts: CampaignCounts };

export type NewCampaign = Pick<
  CampaignRow,
  "id" | "shop" | "audience" | "request" | "dueAt" | "createdAt" | "audienceSize"
> & { state: "scheduled" | "sending" };

/** What deciding and composing for one person needs: its visitors, their devices, what it got this week. */
export type CampaignPerson = {
  visitor: {
    visitorId: string;
    customerId: string | null;
    locale: string | null;
    timezone: string | null;
    country: string | null;
    city: string | null;
    consentWithdrawnAt: Date | null;
  };
  firstName: string | null;
  /** Through which the audience named the person. */
  subscriptionId: string;
  /** Of all the person's visitors, ended ones too. */
  subscriptions: CampaignDevice[];
  /** The last sign of life of each of the person's visitors. */
  signals: ReadonlyMap<string, Date>;
  /** Marketing that left for the person in the last week, newest first; empty for a transactional campaign. */
  marketingSent: { at: Date; kind: string; step: string | null }[];
  /** What journeys have due for the person within a day; empty for a transactional campaign. */
  waiting: WaitingMessage[];
};

export type CampaignDevice = Pick<
  Subscription,
  | "id"
  | "visitorId"
  | "state"
  | "pushService"
  | "locale"
  | "timezone"
  | "country"
  | "city"
  | "consentMarketing"
  | "pausedUntil"
  | "mutedKinds"
  | "lastSeenAt"
>;

export type CampaignPage = { campaign: CampaignRow; shop: ShopFacts; people: CampaignPerson[] };

/** What is written of a page, together with the new position. */
export type PagePlan = {
  sent: { notification: NewNotification; delivery: NewDelivery }[];
  /** People who wait, and until when. */
  delayed: { visitorId: string; subscriptionId: string; until: Date }[];
  /** How many people were decided against. */
  dropped: number;
  ledger: LedgerEntry[];
  jobs: NewJob[];
};

export type Advance =
  /** A page was written. `pagesWaiting`: those of this campaign that nobody has begun to send. */
  | { type: "wrote"; pagesWaiting: number }
  /** Nothing is due before `until`: the campaign itself, or the first person who waits. */
  | { type: "wait"; until: Date }
  /** Everybody is decided on; or it is paused, stopped or deleted. */
  | { type: "over" };

export type CampaignStore = {
  /** Keeps it with the job that will begin it. */
  create(campaign: NewCampaign, job: NewJob): Promise<void>;
  /** Null for another shop's or an unknown id. */
  get(shop: string, campaignId: string): Promise<Campaign | null>;
  /** Newest first, without counts. */
  list(
    shop: string,
    before: { createdAt: Date; id: string } | null,
    limit: number,
  ): Promise<{ rows: CampaignRow[]; hasMore: boolean }>;
  /**
   * Pauses, resumes or stops. What was composed and has not left is held with it, and gets its whole TTL again when it is
   * resumed. Doing what is done already changes nothing.
   *
   * @param job begins it again, for `resume`
   * @returns `refused` when it is over (or, to be resumed, was stopped); null for another shop's or an unknown id
   */
  change(
    shop: string,
    campaignId: string,
    verb: "pause" | "resume" | "stop",
    times: { now: Date; machineNow: Date },
    job: NewJob,
  ): Promise<"changed" | "unchanged" | "refused" | null>;
  /**
   * Reads the next page of the audience (then of those who waited and are due), has it planned, and writes the plan and the
   * new position in one transaction: a page is done wholly or not at all. A person with several devices or browsers is on
   * one page only.
   *
   * @param limit people
   * @param plan must be synchronous and quick: nobody else writes meanwhile
   */
  advance(
    shop: string,
    campaignId: string,
    now: Date,
    limit: number,
    plan: (page: CampaignPage) => PagePlan,
  ): Promise<Advance>;
  /** Pages that were written and that nobody has begun to send. */
  pagesWaiting(shop: string, campaignId: string): Promise<number>;
  /**
   * Counts browsers with an active subscription and consent, part by part, so that a large shop's count holds nobody up.
   *
   * @param after `next` of the part before; "" at the beginning
   */
  countReach(
    shop: string,
    audience: Audience,
    after: string,
    limit: number,
  ): Promise<{ people: number; next: string | null }>;
  /** Tags in use, most frequent first, of the visitors seen last. */
  tags(shop: string, limit: number): Promise<string[]>;
};
