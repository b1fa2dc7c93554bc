import { and, eq } from "drizzle-orm";
import type { JourneyDefinition } from "../../journeys/definition.ts";
import type { Journey, JourneyStore } from "../../journeys/journey-store.ts";
import type { Database } from "./database.server.ts";
import { journeys, journeyVersions } from "./schema.server.ts";

export function journeyStore({ drizzle, sqlite, jobs }: Database): JourneyStore {
  const current = () =>
    drizzle
      .select({
        kind: journeys.kind,
        enabled: journeys.enabled,
        version: journeys.version,
        definition: journeyVersions.definition,
        updatedAt: journeys.updatedAt,
      })
      .from(journeys)
      .innerJoin(
        journeyVersions,
        and(
          eq(journeyVersions.shop, journeys.shop),
          eq(journeyVersions.kind, journeys.kind),
          eq(journeyVersions.version, journeys.version),
        ),
      );

  function get(shop: string, kind: string): Journey | null {
    const row = current()
      .where(and(eq(journeys.shop, shop), eq(journeys.kind, kind)))
      .get();
    return row ? journeyOf(row) : null;
  }

  return {
    async list(shop) {
      return current().where(eq(journeys.shop, shop)).orderBy(journeys.kind).all().map(journeyOf);
    },

    async get(shop, kind) {
      return get(shop, kind);
    },

    async save(shop, kind, definition, now, wanted) {
      return sqlite
        .transaction(() => {
          const before = get(shop, kind);
          if (!before) throw new Error(`${shop} has no journey ${kind}`);
          const version = before.version + 1;
          drizzle.insert(journeyVersions).values({ shop, kind, version, definition, createdAt: now }).run();
          drizzle
            .update(journeys)
            .set({ version, updatedAt: now })
            .where(and(eq(journeys.shop, shop), eq(journeys.kind, kind)))
            .run();
          for (const job of wanted) jobs.schedule(job);
          return { ...before, version, definition, updatedAt: now };
        })
        .immediate();
    },

    async setEnabled(shop, kind, enabled, now, wanted) {
      return sqlite
        .transaction(() => {
          const { changes } = drizzle
            .update(journeys)
            .set({ enabled, updatedAt: now })
            .where(and(eq(journeys.shop, shop), eq(journeys.kind, kind)))
            .run();
          if (changes > 0) for (const job of wanted) jobs.schedule(job);
          return changes > 0;
        })
        .immediate();
    },

    async addMissing(shop, missing, now, wanted) {
      sqlite
        .transaction(() => {
          for (const { kind, enabled, definition } of missing) {
            const { changes } = drizzle
              .insert(journeys)
              .values({ shop, kind, enabled, version: 1, updatedAt: now })
              .onConflictDoNothing()
              .run();
            if (changes === 0) continue;
            drizzle.insert(journeyVersions).values({ shop, kind, version: 1, definition, createdAt: now }).run();
          }
          for (const job of wanted) jobs.schedule(job);
        })
        .immediate();
    },
  };
}

/** Stored definitions were checked when they were saved. */
function journeyOf(row: Omit<Journey, "definition"> & { definition: Record<string, unknown> }): Journey {
  return { ...row, definition: row.definition as unknown as JourneyDefinition };
}
