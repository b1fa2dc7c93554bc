import type { NewJob } from "../scheduler/job.ts";
import type { Audience } from "../store/sqlite/schema.server.ts";
import type { NewRun } from "./run-store.ts";

export type { Audience };

/** What an occasion tells its kind, and the kind puts into the runs it starts. */
export type Said = Record<string, string | number>;

/** A moment that concerns many people at once. The same key is gone through once. */
export type Occasion = { key: string; audience: Audience; said: Said };

/** Somebody in an audience. The order is that of `last_ordered`. */
export type AudienceMember = { visitorId: string; order: { orderId: string; createdAt: Date } | null };

/** One way through an audience. `cursor` "" is its beginning. */
export type Sweep = Occasion & { shop: string; journey: string; cursor: string; createdAt: Date; endedAt: Date | null };

export type SweepName = Pick<Sweep, "shop" | "journey"> & { occasion: string };

export type AudienceStore = {
  /** Begins to go through an occasion's people, with its job. False when that was begun before. */
  open(name: SweepName, occasion: Occasion, job: NewJob, now: Date): Promise<boolean>;
  sweep(name: SweepName): Promise<Sweep | null>;
  /** The occasion of a journey that was begun last. */
  last(shop: string, journey: string): Promise<{ key: string; createdAt: Date } | null>;
  /** The next people, by key and not by number, so that the last page costs what the first does. `next` null: the last. */
  page(
    shop: string,
    audience: Audience,
    cursor: string,
    limit: number,
  ): Promise<{ members: AudienceMember[]; next: string | null }>;
  /**
   * Starts the runs of a page and moves on, together. False, and nothing was written, when the page was done before.
   *
   * @param next null: that was the last page
   */
  advance(
    name: SweepName,
    page: { cursor: string; next: string | null; looked: number; runs: NewRun[] },
    now: Date,
  ): Promise<boolean>;
  /** What visitors did in each hour of the day in UTC, clicks on messages weighing most: 24 weights. */
  activity(shop: string, visitorIds: string[], since: Date): Promise<number[]>;
  /** Journeys that are switched on, of every shop that has the app. For the start of the process. */
  enabled(kinds: string[]): Promise<{ shop: string; journey: string }[]>;
};
