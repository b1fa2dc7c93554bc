import type { NewJob } from "../scheduler/job.ts";
import type { JourneyDefinition } from "./definition.ts";

/** A journey as the merchant has it now. */
export type Journey = {
  kind: string;
  enabled: boolean;
  version: number;
  definition: JourneyDefinition;
  updatedAt: Date;
};

/**
 * Journeys and their versions. A version is never changed in place: runs under way go on with theirs. `jobs` are scheduled in
 * the same transaction.
 */
export type JourneyStore = {
  /** All of the shop, in the order of their names. */
  list(shop: string): Promise<Journey[]>;
  get(shop: string, kind: string): Promise<Journey | null>;
  /** Writes a new version and makes it current. Saving what is current already makes no version. */
  save(shop: string, kind: string, definition: JourneyDefinition, now: Date, jobs: NewJob[]): Promise<Journey>;
  /** False when the shop has no such journey. */
  setEnabled(shop: string, kind: string, enabled: boolean, now: Date, jobs: NewJob[]): Promise<boolean>;
  /** Adds those the shop does not have yet; leaves the others alone. */
  addMissing(
    shop: string,
    journeys: { kind: string; enabled: boolean; definition: JourneyDefinition }[],
    now: Date,
    jobs: NewJob[],
  ): Promise<void>;
};
