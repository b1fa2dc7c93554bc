import { and, eq, inArray, lt, ne, sql } from "drizzle-orm";
import type { DiscountStore } from "../../journeys/discount-store.ts";
import type { Database } from "./database.server.ts";
import { discountCodes, discounts, journeys, journeyVersions } from "./schema.server.ts";

export function discountStore({ drizzle, sqlite, jobs }: Database): DiscountStore {
  return {
    async cohorts(shop) {
      return drizzle
        .select({
          id: discounts.id,
          offer: discounts.offer,
          endsAt: discounts.endsAt,
          shopifyId: discounts.shopifyId,
          state: discounts.state,
          free: codesIn("free"),
          pending: codesIn("pending"),
        })
        .from(discounts)
        .where(and(eq(discounts.shop, shop), ne(discounts.state, "deleted")))
        .orderBy(discounts.endsAt)
        .all();
    },

    async promisedDefinitions(shop) {
      const enabled = drizzle
        .select({ definition: journeyVersions.definition })
        .from(journeys)
        .innerJoin(
          journeyVersions,
          and(
            eq(journeyVersions.shop, journeys.shop),
            eq(journeyVersions.kind, journeys.kind),
            eq(journeyVersions.version, journeys.version),
          ),
        )
        .where(and(eq(journeys.shop, shop), eq(journeys.enabled, true)))
        .all();
      const underWay = drizzle
        .select({ definition: journeyVersions.definition })
        .from(journeyVersions)
        .where(
          and(
            eq(journeyVersions.shop, shop),
            sql`exists (select 1 from runs r where r.shop = ${shop} and r.state = 'active'
                  and r.journey = ${journeyVersions.kind} and r.version = ${journeyVersions.version})`,
          ),
        )
        .all();
      return [...enabled, ...underWay].map(({ definition }) => definition);
    },

    async demand(shop, offer, since) {
      const taken = sqlite
        .prepare<[string, string, number], number>(
          `select count(*) from discounts d join discount_codes c on c.discount_id = d.id
           where d.shop = ? and d.offer = ? and c.state in ('taken', 'used') and c.taken_at >= ?`,
        )
        .pluck()
        .get(shop, offer, since.getTime());
      const active = sqlite
        .prepare<[string], number>(
          // More than this needs no counting: the pool has a ceiling.
          "select count(*) from (select 1 from runs where shop = ? and state = 'active' limit 5000)",
        )
        .pluck()
        .get(shop);
      return { takenLastDay: taken ?? 0, activeRuns: active ?? 0 };
    },

    async beginCohort(shop, offer, endsAt, now) {
      drizzle
        .insert(discounts)
        .values({ shop, offer, endsAt, state: "creating", createdAt: now })
        .onConflictDoNothing()
        .run();
      const row = drizzle
        .select({ id: discounts.id })
        .from(discounts)
        .where(and(eq(discounts.shop, shop), eq(discounts.offer, offer), eq(discounts.endsAt, endsAt)))
        .get();
      if (!row) throw new Error(`The discount ${offer} of ${shop} was not written`);
      return row.id;
    },

    async openCohort(shop, cohortId, shopifyId, firstCode, now) {
      sqlite
        .transaction(() => {
          const { changes } = drizzle
            .update(discounts)
            .set({ state: "open", shopifyId })
            .where(and(eq(discounts.shop, shop), eq(discounts.id, cohortId), eq(discounts.state, "creating")))
            .run();
          if (changes === 0) return;
          drizzle
            .insert(discountCodes)
            .values({ shop, code: firstCode, discountId: cohortId, state: "free", createdAt: now })
            .onConflictDoNothing()
            .run();
        })
        .immediate();
    },

    async addPending(shop, cohortId, bulkCreationId, codes, now) {
      sqlite
        .transaction(() => {
          for (const code of codes) {
            drizzle
              .insert(discountCodes)
              .values({ shop, code, discountId: cohortId, state: "pending", bulkCreationId, createdAt: now })
              .onConflictDoNothing()
              .run();
          }
        })
        .immediate();
    },

    async pendingBatches(shop) {
      const rows = drizzle
        .select({
          cohortId: discountCodes.discountId,
          bulkCreationId: discountCodes.bulkCreationId,
          code: discountCodes.code,
        })
        .from(discounts)
        .innerJoin(discountCodes, eq(discountCodes.discountId, discounts.id))
        .where(and(eq(discounts.shop, shop), eq(discounts.state, "open"), eq(discountCodes.state, "pending")))
        .all();
      const batches = Map.groupBy(rows, ({ bulkCreationId }) => bulkCreationId ?? "");
      return [...batches].map(([bulkCreationId, codes]) => ({
        bulkCreationId,
        cohortId: codes[0]?.cohortId ?? 0,
        codes: codes.map(({ code }) => code),
      }));
    },

    async settleBatch(shop, bulkCreationId, good, failed) {
      const settle = (codes: string[], state: "free" | "failed") => {
        for (let at = 0; at < codes.length; at += 200) {
          drizzle
            .update(discountCodes)
            .set({ state })
            .where(
              and(
                eq(discountCodes.shop, shop),
                inArray(discountCodes.code, codes.slice(at, at + 200)),
                eq(discountCodes.bulkCreationId, bulkCreationId),
                eq(discountCodes.state, "pending"),
              ),
            )
            .run();
        }
      };
      sqlite
        .transaction(() => {
          settle(good, "free");
          settle(failed, "failed");
        })
        .immediate();
    },

    async closeEnded(shop, now) {
      drizzle
        .update(discounts)
        .set({ state: "closed" })
        .where(and(eq(discounts.shop, shop), eq(discounts.state, "open"), lt(discounts.endsAt, now)))
        .run();
    },

    async markDeleted(shop, cohortId) {
      sqlite
        .transaction(() => {
          drizzle
            .update(discounts)
            .set({ state: "deleted" })
            .where(and(eq(discounts.shop, shop), eq(discounts.id, cohortId)))
            .run();
          drizzle
            .delete(discountCodes)
            .where(
              and(
                eq(discountCodes.shop, shop),
                eq(discountCodes.discountId, cohortId),
                inArray(discountCodes.state, ["pending", "free", "failed"]),
              ),
            )
            .run();
        })
        .immediate();
    },

    async schedulePool(job) {
      jobs.schedule(job);
    },
  };
}

function codesIn(state: "free" | "pending") {
  return sql<number>`(select count(*) from discount_codes c where c.discount_id = ${discounts.id} and c.state = ${state})`;
}
