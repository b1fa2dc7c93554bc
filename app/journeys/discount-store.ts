import type { NewJob } from "../scheduler/job.ts";

/** Keeps the codes of a shop's offers ahead of need. Payload `{shop}`. */
export const DISCOUNT_POOL_JOB = "discount-pool";
export function discountPoolKey(shop: string): string {
  return `discount-pool:${shop}`;
}

/** What a code takes off. Its canonical text is the key of a pool: "percent:15". */
export type Offer = { percent: number };

/** A code that may be given away. `endsAt` is when Shopify stops taking it. */
export type PoolCode = { code: string; discountId: number; endsAt: Date };

/** One discount in Shopify: an offer's codes for one day of validity. */
export type Cohort = {
  id: number;
  offer: string;
  endsAt: Date;
  /** Null while it is being made. */
  shopifyId: string | null;
  state: "creating" | "open" | "closed" | "deleted";
  free: number;
  pending: number;
};

export type PendingBatch = { cohortId: number; bulkCreationId: string; codes: string[] };

/** What of an offer's codes is needed, to size its pool. */
export type OfferDemand = { takenLastDay: number; activeRuns: number };

export type DiscountStore = {
  /** The cohorts of the shop that are not deleted. */
  cohorts(shop: string): Promise<Cohort[]>;
  /** Definitions that may still promise codes: those switched on, and those runs under way go by. */
  promisedDefinitions(shop: string): Promise<unknown[]>;
  demand(shop: string, offer: string, since: Date): Promise<OfferDemand>;
  /** Makes the row of a cohort before Shopify is asked; the one that exists already otherwise. @returns its id */
  beginCohort(shop: string, offer: string, endsAt: Date, now: Date): Promise<number>;
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
  /** Has the pool looked at when `job` says, in place of the look that waits. */
  schedulePool(job: NewJob): Promise<void>;
};
