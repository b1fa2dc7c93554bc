import { and, desc, eq, gte, inArray, isNull, or, sql } from "drizzle-orm";
import type { JourneyDefinition } from "../../journeys/definition.ts";
import type { FulfillmentView, RunContext } from "../../journeys/person-view.ts";
import type { RunCount } from "../../journeys/run-places.ts";
import type { MessageCommit, RunChange, RunStore, SentMessage, StepEffects } from "../../journeys/run-store.ts";
import type { Database } from "./database.server.ts";
import { codeGiver } from "./give-code.server.ts";
import { concernedReader } from "./concerned-reader.server.ts";
import { ledgerStatements } from "./ledger-store.server.ts";
import { notificationStatements } from "./notification-store.server.ts";
import { repeatIntervals } from "./repeat-intervals.server.ts";
import { advanceJob, advanceRunKey, runStarter } from "./start-run.server.ts";
import { waitingMessages } from "./waiting-messages.server.ts";
import { tagStatements } from "./visitor-tags.server.ts";
import { personReader } from "./person-reader.server.ts";
import {
  checkouts,
  customers,
  fulfillments,
  journeys,
  journeyVersions,
  notifications,
  orders,
  runs,
  stockAlerts,
  variants,
  visitors,
} from "./schema.server.ts";
import { prepareRows } from "./typed-rows.server.ts";

const WEEK_MS = 7 * 86_400_000;
const POSSIBLE_PURCHASE_MS = 30 * 60_000;

/** Undoes the transaction that throws it; the value becomes the answer. */
class Undo extends Error {
  readonly answer: "changed" | "code_gone";
  constructor(answer: "changed" | "code_gone") {
    super(answer);
    this.answer = answer;
  }
}

export function runStore(database: Database): RunStore {
  const { drizzle, sqlite, jobs, commit } = database;
  const people = personReader(database);
  const concerned = concernedReader(database, people);
  const ledger = ledgerStatements(database);
  const outgoing = notificationStatements(database);
  const repeats = repeatIntervals(database);
  const waiting = waitingMessages(database);
  const insertRun = runStarter(database);
  const changeTags = tagStatements(database);
  const definitions = new Map<string, JourneyDefinition>();
  const versionMadeAt = sqlite
    .prepare<[string, string, number], number>(
      "select created_at from journey_versions where shop = ? and kind = ? and version = ?",
    )
    .pluck();

  const countRuns = sqlite.prepare<[string, string], RunCount>(
    `select version, state, case state when 'active' then step end as step,
       case state when 'exited' then exit_reason end as reason, count(*) as count
     from runs where shop = ? and journey = ? group by 1, 2, 3, 4`,
  );
  const markProcessed = sqlite.prepare("update events set processed_at = ? where id = ? and processed_at is null");
  // A timer that starts again is these two statements: the row of the run, and its keyed job.
  const rearm = sqlite.prepare(
    `update runs set anchor_at = ?, due_at = ?, context = ? where id = ? and state = 'active' and step = ?`,
  );
  const suspend = sqlite.prepare(`update runs set due_at = null where id = ? and state = 'active'`);
  const exit = sqlite.prepare(
    `update runs set state = 'exited', exit_reason = ?, ended_at = ?, due_at = null where id = ? and state = 'active'`,
  );
  const reopen = sqlite.prepare(
    `update or ignore runs set state = 'active', exit_reason = null, ended_at = null, step = ?, anchor_at = ?, due_at = ?, context = ?
     where id = ? and state in ('active', 'finished')`,
  );
  const moveOn = sqlite.prepare(
    `update runs set step = ?, due_at = ?, context = ? where id = ? and state = 'active' and step = ? and due_at = ?`,
  );
  const end = sqlite.prepare(
    `update runs set state = ?, exit_reason = ?, ended_at = ?, due_at = null, context = coalesce(?, context)
     where id = ? and state = 'active' and step = ? and due_at = ?`,
  );
  const giveCode = codeGiver(database);

  const ofSubject = "where shop = ? and journey = ? and subject = ?";
  const lastRun = prepareRows(sqlite, runs, null, `${ofSubject} order by id desc limit 1`);
  const lastRunOfVisitor = prepareRows(sqlite, runs, null, `${ofSubject} and visitor_id = ? order by id desc limit 1`);
  const lastRunOfCustomer = prepareRows(
    sqlite,
    runs,
    null,
    `${ofSubject} and visitor_id in (select visitor_id from visitors where shop = ? and customer_id = ?)
     order by id desc limit 1`,
  );

  const isWaitedFor = sqlite
    .prepare<[string, string], 1>(
      `select 1 from stock_alerts where shop = ? and variant_id = ? and kind = 'back_in_stock' and state = 'waiting' limit 1`,
    )
    .pluck();

  function schedule(shop: string, runId: number, dueAt: Date) {
    jobs.schedule(advanceJob(shop, runId, dueAt));
  }

  function applyChange(shop: string, change: RunChange, now: Date) {
    switch (change.type) {
      case "start":
        insertRun(change.run);
        return;
      case "rearm": {
        const { runId, anchorAt, dueAt, context, step } = change;
        const { changes } = rearm.run(anchorAt.getTime(), dueAt.getTime(), JSON.stringify(context), runId, step);
        if (changes > 0) schedule(shop, runId, dueAt);
        return;
      }
      case "suspend":
        if (suspend.run(change.runId).changes > 0) jobs.cancelByKey(advanceRunKey(change.runId));
        return;
      case "exit":
        if (exit.run(change.reason, now.getTime(), change.runId).changes > 0)
          jobs.cancelByKey(advanceRunKey(change.runId));
        return;
      case "reopen": {
        const { runId, step, anchorAt, dueAt, context } = change;
        const { changes } = reopen.run(step, anchorAt.getTime(), dueAt.getTime(), JSON.stringify(context), runId);
        if (changes > 0) schedule(shop, runId, dueAt);
      }
    }
  }

  function definition(shop: string, kind: string, version: number): JourneyDefinition | null {
    // Versions never change, so what was parsed once stays true; the oldest leave first. A shop that comes back after its
    // data was deleted counts its versions anew.
    const madeAt = versionMadeAt.get(shop, kind, version);
    if (madeAt === undefined) return null;
    const key = `${shop} ${kind} ${version} ${madeAt}`;
    const known = definitions.get(key);
    if (known) return known;
    const row = drizzle
      .select({ definition: journeyVersions.definition })
      .from(journeyVersions)
      .where(and(eq(journeyVersions.shop, shop), eq(journeyVersions.kind, kind), eq(journeyVersions.version, version)))
      .get();
    if (!row) return null;
    // Checked when it was saved.
    const parsed = row.definition as unknown as JourneyDefinition;
    if (definitions.size >= 500) definitions.delete(definitions.keys().next().value ?? "");
    definitions.set(key, parsed);
    return parsed;
  }

  function fulfillmentView(shop: string, fulfillmentId: string, journey: string): FulfillmentView | null {
    const row = drizzle
      .select()
      .from(fulfillments)
      .innerJoin(orders, and(eq(orders.shop, fulfillments.shop), eq(orders.orderId, fulfillments.orderId)))
      .where(and(eq(fulfillments.shop, shop), eq(fulfillments.fulfillmentId, fulfillmentId)))
      .get();
    if (!row) return null;
    const prefix = `fulfillment:${fulfillmentId}:`;
    const all = drizzle
      .select()
      .from(runs)
      .where(
        and(
          eq(runs.shop, shop),
          eq(runs.journey, journey),
          sql`${runs.subject} >= ${prefix} and ${runs.subject} < ${`${prefix}\u{10FFFF}`}`,
        ),
      )
      .all();
    return { fulfillment: row.fulfillments, order: row.orders, runs: all };
  }

  const commitMessage = sqlite.transaction((commit: MessageCommit, now: Date) => {
    const { expected, person, next, context, code } = commit;
    const { shop } = person.shop;
    const { customerId } = person.visitor;
    const cartToken = person.cart?.cartToken ?? null;
    const ordersNow = people.orders(shop, person.visitorIds, customerId, cartToken, now);
    if (ordersNow.map(idOf).join() !== person.orders.map(idOf).join()) throw new Undo("changed");

    const where = [expected.runId, expected.step, expected.dueAt.getTime()] as const;
    const { changes } = next
      ? moveOn.run(next.step, next.dueAt.getTime(), JSON.stringify(next.context), ...where)
      : end.run("finished", null, now.getTime(), JSON.stringify(context), ...where);
    if (changes === 0) throw new Undo("changed");

    if (code && !giveCode(code, commit.outgoing.notification, now)) throw new Undo("code_gone");
    outgoing.create(commit.outgoing);
    if (next) schedule(shop, expected.runId, next.dueAt);
  });

  return {
    async concerned(event) {
      return concerned(event);
    },

    async person(shop, visitorId, now) {
      return people.read(shop, visitorId, now);
    },

    async fulfillment(shop, fulfillmentId, journey) {
      return fulfillmentView(shop, fulfillmentId, journey);
    },

    async fulfillmentsOf(shop, orderId) {
      return drizzle
        .select({ fulfillmentId: fulfillments.fulfillmentId })
        .from(fulfillments)
        .where(and(eq(fulfillments.shop, shop), eq(fulfillments.orderId, orderId)))
        .orderBy(fulfillments.createdAt, fulfillments.fulfillmentId)
        .all()
        .map(({ fulfillmentId }) => fulfillmentId);
    },

    async lastOf(shop, journey, subject, visitorId) {
      const run =
        visitorId === null
          ? lastRun.get(shop, journey, subject)
          : lastRunOfVisitor.get(shop, journey, subject, visitorId);
      return run ?? null;
    },

    async lastOfCustomer(shop, journey, subject, customerId) {
      return lastRunOfCustomer.get(shop, journey, subject, shop, customerId) ?? null;
    },

    async counts(shop, journey) {
      return countRuns.all(shop, journey);
    },

    async byId(runId) {
      return drizzle.select().from(runs).where(eq(runs.id, runId)).get() ?? null;
    },

    async ofNotification(shop, notificationId) {
      const row = drizzle
        .select({ run: runs, step: notifications.step })
        .from(notifications)
        .innerJoin(runs, eq(runs.id, notifications.runId))
        .where(and(eq(notifications.id, notificationId), eq(notifications.shop, shop)))
        .get();
      return row && row.step !== null ? { run: row.run, step: row.step } : null;
    },

    async watchedVariants(shop, { inventoryItemId, variantIds }) {
      // A variant's inventory item is known from the moment somebody first waits for it.
      const changed =
        inventoryItemId === undefined
          ? (variantIds ?? [])
          : drizzle
              .select({ variantId: variants.variantId })
              .from(variants)
              .where(and(eq(variants.shop, shop), eq(variants.inventoryItemId, inventoryItemId)))
              .all()
              .map(({ variantId }) => variantId);
      return changed.filter((variantId) => isWaitedFor.get(shop, variantId) !== undefined);
    },

    async currentJourneys(shop) {
      return drizzle
        .select({ kind: journeys.kind, version: journeys.version })
        .from(journeys)
        .where(and(eq(journeys.shop, shop), eq(journeys.enabled, true)))
        .all()
        .flatMap(({ kind, version }) => {
          const current = definition(shop, kind, version);
          return current ? [{ kind, version, definition: current }] : [];
        });
    },

    async definition(shop, kind, version) {
      return definition(shop, kind, version);
    },

    async apply(event, outcome, now) {
      return commit(() => {
        if (markProcessed.run(now.getTime(), event.id).changes === 0) return false;
        for (const change of outcome.changes) applyChange(event.shop, change, now);
        outcome.ledger.forEach(ledger.append);
        outcome.jobs.forEach((job) => jobs.schedule(job));
        return true;
      });
    },

    async repeatDays(shop, productId, now) {
      return repeats.daysOf(shop, productId, now);
    },

    async orderCount(shop, visitorIds, customerId) {
      const ofPerson = or(
        inArray(orders.visitorId, visitorIds),
        customerId === null ? undefined : eq(orders.customerId, customerId),
      );
      return drizzle.$count(orders, and(eq(orders.shop, shop), ofPerson));
    },

    async marketingSent(shop, visitorIds, now) {
      return marketingSent(shop, visitorIds, now);
    },

    async leaving(runId, now, also) {
      const run = drizzle
        .select()
        .from(runs)
        .where(and(eq(runs.id, runId), also?.alsoEnded ? undefined : sql`${runs.state} = 'active'`))
        .get();
      if (!run) return null;
      const { shop } = run;
      const person = people.read(shop, run.visitorId, now);
      const parsed = definition(shop, run.journey, run.version);
      if (!person || !parsed) return null;
      const context: RunContext = run.context;

      const customer = person.visitor.customerId
        ? drizzle
            .select({ firstName: customers.firstName })
            .from(customers)
            .where(and(eq(customers.shop, shop), eq(customers.customerId, person.visitor.customerId)))
            .get()
        : undefined;
      const checkout = context.checkoutToken
        ? (drizzle
            .select()
            .from(checkouts)
            .where(and(eq(checkouts.shop, shop), eq(checkouts.checkoutToken, context.checkoutToken)))
            .get() ?? null)
        : null;
      const fulfillment = context.fulfillmentId ? fulfillmentView(shop, context.fulfillmentId, run.journey) : null;
      const order = context.orderId
        ? (drizzle
            .select()
            .from(orders)
            .where(and(eq(orders.shop, shop), eq(orders.orderId, context.orderId)))
            .get() ?? null)
        : null;
      const variantIds = [
        ...new Set([
          ...(person.cart?.items ?? []).map((item) => item.variantId),
          ...(checkout?.items ?? []).map((item) => item.variantId),
          ...(context.variantId ? [context.variantId] : []),
        ]),
      ];
      const known =
        variantIds.length === 0
          ? []
          : drizzle
              .select()
              .from(variants)
              .where(and(eq(variants.shop, shop), inArray(variants.variantId, variantIds)))
              .all();

      const marketing = marketingSent(shop, person.visitorIds, now);
      return {
        situation: {
          run,
          context,
          person,
          firstName: customer?.firstName ?? null,
          variants: new Map(known.map((variant) => [variant.variantId, variant])),
          checkout,
          fulfillment,
          interests: [],
          prices: [],
          local: null,
          related: [],
          offered: null,
          order,
          orderCount: null,
          repeatDays: null,
          trigger: parsed.trigger,
          history: [],
          articles: [],
        },
        definition: parsed,
        journeyIsOn: person.enabledKinds.has(run.journey),
        marketingSent: marketing,
        waiting: waiting(shop, person.visitorIds, runId, now),
        unknownOrders: drizzle
          .select({ orderId: orders.orderId, createdAt: orders.createdAt, items: orders.items })
          .from(orders)
          .where(
            and(
              eq(orders.shop, shop),
              gte(orders.createdAt, new Date(now.getTime() - POSSIBLE_PURCHASE_MS)),
              isNull(orders.visitorId),
              eq(orders.isShopping, true),
            ),
          )
          .orderBy(desc(orders.createdAt))
          .limit(200)
          .all(),
      };
    },

    async commitMessage(commit, now) {
      try {
        commitMessage.immediate(commit, now);
        return "done";
      } catch (error) {
        if (error instanceof Undo) return error.answer;
        throw error;
      }
    },

    async commitDelay(expected, next, entries, effects = {}) {
      return sqlite
        .transaction(() => {
          const { changes } = moveOn.run(
            next.step,
            next.dueAt.getTime(),
            JSON.stringify(next.context),
            expected.runId,
            expected.step,
            expected.dueAt.getTime(),
          );
          if (changes === 0) return false;
          entries.forEach(ledger.append);
          const shop = entries[0]?.shop ?? shopOf(expected.runId);
          if (shop) schedule(shop, expected.runId, next.dueAt);
          if (shop) carryOut(shop, effects);
          return true;
        })
        .immediate();
    },

    async commitEnd(expected, { state, reason, context }, entries, now, effects = {}) {
      return sqlite
        .transaction(() => {
          const { changes } = end.run(
            state,
            reason,
            now.getTime(),
            context ? JSON.stringify(context) : null,
            expected.runId,
            expected.step,
            expected.dueAt.getTime(),
          );
          if (changes === 0) return false;
          entries.forEach(ledger.append);
          if (reason === "out_of_stock" || reason === "no_longer_true") waitAgain(expected.runId);
          const shop = shopOf(expected.runId);
          if (shop) carryOut(shop, effects);
          return true;
        })
        .immediate();
    },

    async stockAlerts(shop, variantId, journey, limit) {
      const ofVariant = and(
        eq(stockAlerts.shop, shop),
        eq(stockAlerts.variantId, variantId),
        eq(stockAlerts.kind, "back_in_stock"),
      );
      const waiting = drizzle
        .select({
          id: stockAlerts.id,
          visitorId: stockAlerts.visitorId,
          customerId: visitors.customerId,
          createdAt: stockAlerts.createdAt,
        })
        .from(stockAlerts)
        .leftJoin(visitors, and(eq(visitors.shop, stockAlerts.shop), eq(visitors.visitorId, stockAlerts.visitorId)))
        .where(
          and(
            ofVariant,
            sql`${stockAlerts.state} = 'waiting'`,
            // Who cannot be written to takes nobody's place in a wave.
            sql`exists (select 1 from subscriptions s where s.shop = ${shop}
                  and s.visitor_id = ${stockAlerts.visitorId} and s.state = 'active')`,
          ),
        )
        .orderBy(stockAlerts.createdAt, stockAlerts.id)
        .limit(limit)
        .all();
      const last = drizzle
        .select({ at: runs.startedAt })
        .from(runs)
        .where(and(eq(runs.shop, shop), eq(runs.journey, journey), eq(runs.subject, `variant:${variantId}`)))
        .orderBy(desc(runs.startedAt))
        .limit(1)
        .get();
      return { waiting, lastWaveAt: last?.at ?? null };
    },

    async startWave({ shop, alerts, runs: started }, now) {
      sqlite
        .transaction(() => {
          const told = new Set(
            alerts.flatMap(({ id }) => {
              const { changes } = drizzle
                .update(stockAlerts)
                .set({ state: "notified", notifiedAt: now })
                .where(and(eq(stockAlerts.shop, shop), eq(stockAlerts.id, id), eq(stockAlerts.state, "waiting")))
                .run();
              return changes > 0 ? [id] : [];
            }),
          );
          for (const run of started)
            if (run.context.alertId === undefined || told.has(run.context.alertId)) insertRun(run);
        })
        .immediate();
    },
  };

  function marketingSent(shop: string, visitorIds: string[], now: Date): SentMessage[] {
    return drizzle
      .select({ at: notifications.createdAt, kind: notifications.kind, step: notifications.step })
      .from(notifications)
      .where(
        and(
          eq(notifications.shop, shop),
          inArray(notifications.visitorId, visitorIds),
          gte(notifications.createdAt, new Date(now.getTime() - WEEK_MS)),
          eq(notifications.isTransactional, false),
          // What never reached an eye does not use up anybody's patience.
          sql`exists (select 1 from deliveries d where d.notification_id = ${notifications.id}
                and d.suppressed_at is null and d.state not in ('dropped', 'failed', 'expired'))`,
        ),
      )
      .orderBy(desc(notifications.createdAt))
      .limit(200)
      .all();
  }

  function carryOut(shop: string, { tags, jobs: made = [] }: StepEffects) {
    for (const visitorId of tags?.visitorIds ?? []) if (tags) changeTags(shop, visitorId, tags);
    made.forEach((job) => jobs.schedule(job));
  }

  function shopOf(runId: number): string | null {
    return drizzle.select({ shop: runs.shop }).from(runs).where(eq(runs.id, runId)).get()?.shop ?? null;
  }

  function waitAgain(runId: number) {
    sqlite
      .prepare(
        `update or ignore stock_alerts set state = 'waiting', notified_at = null
         where state = 'notified' and id = (select json_extract(context, '$.alertId') from runs where id = ?)`,
      )
      .run(runId);
  }
}

function idOf({ orderId }: { orderId: string }): string {
  return orderId;
}
