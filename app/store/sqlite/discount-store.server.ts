import { and, desc, eq, gte, inArray, lt, ne, or, sql } from "drizzle-orm";
import type { DiscountStore, GivenOnTerms } from "../../journeys/discount-store.ts";
import type { Database } from "./database.server.ts";
import { spentReader } from "./give-code.server.ts";
import {
  attributions,
  discountCodes,
  discounts,
  givenCodes,
  journeys,
  journeyVersions,
  notifications,
  orders,
} from "./schema.server.ts";

type GivenRow = Omit<GivenOnTerms, "cost"> & { currency: string | null; cost: number };

const COHORT = {
  id: discounts.id,
  offer: discounts.offer,
  endsAt: discounts.endsAt,
  shopifyId: discounts.shopifyId,
  firstCode: discounts.firstCode,
  problem: discounts.problem,
  state: discounts.state,
  free: codesIn("free"),
  pending: codesIn("pending"),
};

export function discountStore(database: Database): DiscountStore {
  const { drizzle, sqlite, jobs } = database;
  const spentIn = spentReader(database);
  return {
    async cohorts(shop) {
      return drizzle
        .select(COHORT)
        .from(discounts)
        .where(and(eq(discounts.shop, shop), ne(discounts.state, "deleted")))
        .orderBy(discounts.endsAt)
        .all();
    },

    async promisedDefinitions(shop) {
      const enabled = drizzle
        .select({ journey: journeyVersions.kind, definition: journeyVersions.definition })
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
        .select({ journey: journeyVersions.kind, definition: journeyVersions.definition })
        .from(journeyVersions)
        .where(
          and(
            eq(journeyVersions.shop, shop),
            sql`exists (select 1 from runs r where r.shop = ${shop} and r.state = 'active'
                  and r.journey = ${journeyVersions.kind} and r.version = ${journeyVersions.version})`,
          ),
        )
        .all();
      return [...enabled, ...underWay];
    },

    async demand(shop, offer, promising, since) {
      const taken = sqlite
        .prepare<[string, string, number], number>(
          `select count(*) from discounts d join discount_codes c on c.discount_id = d.id
           where d.shop = ? and d.offer = ? and c.state in ('taken', 'used') and c.taken_at >= ?`,
        )
        .pluck()
        .get(shop, offer, since.getTime());
      const active = sqlite
        .prepare<[string, string], number>(
          // More than this needs no counting: the pool has a ceiling.
          `select count(*) from (select 1 from runs where shop = ? and state = 'active'
             and journey in (select value from json_each(?)) limit 5000)`,
        )
        .pluck()
        .get(shop, JSON.stringify(promising));
      return { takenLastDay: taken ?? 0, activeRuns: active ?? 0 };
    },

    async beginCohort(shop, offer, endsAt, firstCode, now) {
      drizzle
        .insert(discounts)
        .values({ shop, offer, endsAt, state: "creating", firstCode, createdAt: now })
        .onConflictDoNothing()
        .run();
      const isThis = and(eq(discounts.shop, shop), eq(discounts.offer, offer), eq(discounts.endsAt, endsAt));
      // Begun by a version that did not keep the code.
      drizzle
        .update(discounts)
        .set({ firstCode })
        .where(and(isThis, sql`${discounts.firstCode} is null and ${discounts.state} = 'creating'`))
        .run();
      const row = drizzle.select(COHORT).from(discounts).where(isThis).get();
      if (!row) throw new Error(`The discount ${offer} of ${shop} was not written`);
      return row;
    },

    async noteProblem(shop, cohortId, problem) {
      drizzle
        .update(discounts)
        .set({ problem })
        .where(and(eq(discounts.shop, shop), eq(discounts.id, cohortId), sql`${discounts.problem} is not ${problem}`))
        .run();
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

    async given(shop, range) {
      const rows = sqlite
        .prepare<[string, number, number], GivenRow>(
          `select g.journey, g.step, g.offer, g.currency, count(*) as given, count(g.used_at) as used,
             coalesce(sum(case when o.cancelled_at is null then g.cost end), 0) as cost
           from given_codes g left join orders o on o.shop = g.shop and o.order_id = g.order_id
           where g.shop = ? and g.given_at >= ? and g.given_at < ? group by 1, 2, 3, 4`,
        )
        .all(shop, range.from.getTime(), range.until.getTime());
      const byTerms = new Map<string, GivenOnTerms>();
      for (const { journey, step, offer, given, used, currency, cost } of rows) {
        const key = JSON.stringify([journey, step, offer]);
        const sum = byTerms.get(key) ?? { journey, step, offer, given: 0, used: 0, cost: [] };
        sum.given += given;
        sum.used += used;
        if (currency !== null) sum.cost.push({ currency, amount: cost });
        byTerms.set(key, sum);
      }
      return [...byTerms.values()].toSorted((a, b) => b.given - a.given);
    },

    async made(shop, range) {
      return sqlite
        .prepare<[string, number, number], { offer: string; made: number }>(
          `select d.offer, count(*) as made from discounts d join discount_codes c on c.discount_id = d.id
           where d.shop = ? and c.created_at >= ? and c.created_at < ? and c.state in ('free', 'taken', 'used') group by 1`,
        )
        .all(shop, range.from.getTime(), range.until.getTime());
    },

    async freeCode(shop, offer, validUntil) {
      const found = drizzle
        .select({ code: discountCodes.code, discountId: discounts.id, endsAt: discounts.endsAt })
        .from(discounts)
        .innerJoin(discountCodes, eq(discountCodes.discountId, discounts.id))
        .where(
          and(
            eq(discounts.shop, shop),
            eq(discounts.offer, offer),
            eq(discounts.state, "open"),
            gte(discounts.endsAt, validUntil),
            eq(discountCodes.state, "free"),
          ),
        )
        .orderBy(discounts.endsAt)
        .limit(1)
        .get();
      return found ?? null;
    },

    async heldCodes(shop, personKey, since) {
      return drizzle
        .select({
          code: givenCodes.code,
          isUnique: givenCodes.isUnique,
          offer: givenCodes.offer,
          endsAt: givenCodes.endsAt,
          runId: givenCodes.runId,
          givenAt: givenCodes.givenAt,
          usedAt: givenCodes.usedAt,
        })
        .from(givenCodes)
        .where(
          and(eq(givenCodes.shop, shop), sql`${givenCodes.personKey} = ${personKey}`, gte(givenCodes.givenAt, since)),
        )
        .orderBy(desc(givenCodes.givenAt))
        .limit(50)
        .all();
    },

    async spent(shop, journey, since) {
      return spentIn(shop, journey, since);
    },

    async boughtWithoutCode(shop, visitorIds, customerId) {
      const last = drizzle
        .select({
          codes: orders.discountCodes,
          runId: notifications.runId,
          isTransactional: notifications.isTransactional,
          code: notifications.discountCode,
        })
        .from(orders)
        .leftJoin(attributions, and(eq(attributions.shop, orders.shop), eq(attributions.orderId, orders.orderId)))
        .leftJoin(notifications, eq(notifications.id, attributions.notificationId))
        .where(
          and(
            eq(orders.shop, shop),
            or(
              inArray(orders.visitorId, visitorIds),
              customerId === null ? undefined : eq(orders.customerId, customerId),
            ),
            eq(orders.isShopping, true),
            sql`${orders.cancelledAt} is null`,
          ),
        )
        .orderBy(desc(orders.createdAt))
        .limit(1)
        .get();
      return (
        last !== undefined && last.runId !== null && !last.isTransactional && !last.code && last.codes.length === 0
      );
    },

    async schedulePool(job) {
      jobs.schedule(job);
    },
  };
}

function codesIn(state: "free" | "pending") {
  return sql<number>`(select count(*) from discount_codes c where c.discount_id = ${discounts.id} and c.state = ${state})`;
}
