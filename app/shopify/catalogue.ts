import type { NewJob } from "../scheduler/job.ts";

/** Reads what a shop sells. Key `catalogue:SHOP`, payload {@link CataloguePayload}. */
export const CATALOGUE_JOB = "read-catalogue";

/** How far a reading has come; instants are milliseconds of shop time. */
export type CataloguePayload = {
  shop: string;
  part: "variants" | "collections" | "prices";
  /** Where the part goes on; null: at its beginning. */
  after: string | null;
  /** When this reading began; null: it begins with the next page. */
  startedAt: number | null;
  /** Only variants changed since are read; null: all. */
  changedSince: number | null;
};

export function catalogueKey(shop: string): string {
  return `catalogue:${shop}`;
}

/** A reading from the beginning. */
export function catalogueJob(shop: string, runAt: Date, changedSince: Date | null): NewJob {
  const payload: CataloguePayload = {
    shop,
    part: "variants",
    after: null,
    startedAt: null,
    changedSince: changedSince?.getTime() ?? null,
  };
  return { kind: CATALOGUE_JOB, key: catalogueKey(shop), payload, runAt, priority: 10 };
}
