import type { NewJob } from "../scheduler/job.ts";

/** Keeps the codes of a shop's offers ahead of need. Payload `{shop}`. */
export const DISCOUNT_POOL_JOB = "discount-pool";
export function discountPoolKey(shop: string): string {
  return `discount-pool:${shop}`;
}

/** A code that may be given away. `endsAt` is when Shopify stops taking it. */
export type PoolCode = { code: string; discountId: number; endsAt: Date };

/** A code that a person was given. `offer` is the canonical text of its terms. */
export type HeldCode = {
  code: string;
  isUnique: boolean;
  offer: string;
  /** Null: without an end. */
  endsAt: Date | null;
  runId: number | null;
  givenAt: Date;
  usedAt: Date | null;
};

/** How much may be given away in a week; null: without a limit. `cost` is in minor units of the shop's currency. */
export type WeeklyBudget = { codes: number | null; cost: number | null; codesOfJourney: number | null };
export type Spent = { codes: number; cost: number; codesOfJourney: number };

/** A code as a message takes it. */
export type CodeToGive = Pick<HeldCode, "code" | "isUnique" | "offer" | "endsAt"> & {
  personKey: string;
  /** The person has it already: nothing is taken and no budget used. */
  isAgain: boolean;
  budget: WeeklyBudget;
};

/** One discount in Shopify: an offer's codes for one day of validity. */
export type Cohort = {
  id: number;
  offer: string;
  endsAt: Date;
  /** Null while it is being made. */
  shopifyId: string | null;
  firstCode: string | null;
  /** Why Shopify would not make it or more of its codes, in Shopify's words. */
  problem: string | null;
  state: "creating" | "open" | "closed" | "deleted";
  free: number;
  pending: number;
};

export type PendingBatch = { cohortId: number; bulkCreationId: string; codes: string[] };

/** What of an offer's codes is needed, to size its pool. */
export type OfferDemand = { takenLastDay: number; activeRuns: number };

/** What one step of a journey gave on the same terms. `cost` is of orders that were not cancelled. */
export type GivenOnTerms = {
  journey: string;
  step: string;
  offer: string;
  given: number;
  used: number;
  cost: { currency: string; amount: number }[];
};

export type DiscountStore = {
  /** Codes given between the two instants, whenever they were used. The most given first. */
  given(shop: string, range: { from: Date; until: Date }): Promise<GivenOnTerms[]>;
  /** Codes of our own made between the two instants, by offer: those given, and those that may still be. */
  made(shop: string, range: { from: Date; until: Date }): Promise<{ offer: string; made: number }[]>;
  /** The cohorts of the shop that are not deleted. */
  cohorts(shop: string): Promise<Cohort[]>;
  /** Definitions that may still promise codes: those switched on, and those runs under way go by. */
  promisedDefinitions(shop: string): Promise<{ journey: string; definition: unknown }[]>;
  /** `journeys`: those that promise the offer. */
  demand(shop: string, offer: string, journeys: string[], since: Date): Promise<OfferDemand>;
  /**
   * Makes the row of a cohort before Shopify is asked, with the code by which its discount is found again should the
   * answer be lost; the row that exists already otherwise.
   */
  beginCohort(shop: string, offer: string, endsAt: Date, firstCode: string, now: Date): Promise<Cohort>;
  /** Null: all is well again. */
  noteProblem(shop: string, cohortId: number, problem: string | null): Promise<void>;
  /** Shopify has made the discount, with its first code. */
  openCohort(shop: string, cohortId: number, shopifyId: string, firstCode: string, now: Date): Promise<void>;
  addPending(shop: string, cohortId: number, bulkCreationId: string, codes: string[], now: Date): Promise<void>;
  pendingBatches(shop: string): Promise<PendingBatch[]>;
  /** The bulk creation is done: these codes exist, those do not. */
  settleBatch(shop: string, bulkCreationId: string, good: string[], failed: string[]): Promise<void>;
  /** No codes are given away any more from cohorts that end before `now`. */
  closeEnded(shop: string, now: Date): Promise<void>;
  /** Shopify has deleted the discount. Its codes that nobody got go with it; the others still tell who was promised what. */
  markDeleted(shop: string, cohortId: number): Promise<void>;
  /** A code of an offer that nobody has and that holds at least until `validUntil`; the one that ends first. */
  freeCode(shop: string, offer: string, validUntil: Date): Promise<PoolCode | null>;
  /** What a person was given since then, newest first, used and ended codes too. */
  heldCodes(shop: string, personKey: string, since: Date): Promise<HeldCode[]>;
  spent(shop: string, journey: string, since: Date): Promise<Spent>;
  /** Whether the person's last order followed a reminder that had no code, and used none. */
  boughtWithoutCode(shop: string, visitorIds: string[], customerId: string | null): Promise<boolean>;
  /** Has the pool looked at when `job` says, in place of the look that waits. */
  schedulePool(job: NewJob): Promise<void>;
};
