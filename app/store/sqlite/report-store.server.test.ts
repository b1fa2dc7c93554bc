import { expect, test } from "vitest";
import {
  insertCreditedOrder,
  insertDecision,
  insertSent,
  insertSubscription,
  insertVisitor,
  OTHER_SHOP,
  SHOP,
} from "../../../tests/support/report-rows.ts";
import { createTestStore } from "../../../tests/support/test-store.ts";
import { sumTotals } from "../../reports/totals.ts";
import { reportStore } from "./report-store.server.ts";
import { deliveries } from "./schema.server.ts";

const NOVEMBER = { from: new Date("2026-11-01T00:00:00Z"), until: new Date("2026-12-01T00:00:00Z") };
const seen = new Date("2026-11-20T12:01:00Z");

test("counts what was sent, accepted, shown and clicked, a notification on two devices once", async () => {
  const store = await createTestStore();
  const { notificationId } = insertSent(store.database, { notification: { shownAt: seen, clickedAt: seen } });
  const first = store.database.drizzle.select().from(deliveries).get();
  if (!first) throw new Error("no delivery");
  store.database.drizzle
    .insert(deliveries)
    .values({ ...first, id: "second-device", notificationId })
    .run();
  insertSent(store.database, { delivery: { state: "failed", lastStatus: 403 } });
  insertSent(store.database, { delivery: { state: "queued", sentAt: null } });

  const totals = sumTotals(await store.reports.journeyTotals(SHOP, NOVEMBER));

  expect(totals).toMatchObject({ sent: 2, accepted: 1, shown: 1, clicked: 1 });
});

test("gives revenue per currency, less refunds and without cancelled orders", async () => {
  const store = await createTestStore();
  insertCreditedOrder(store.database, { amount: 5000, refunded: 1500, discountCost: 750 });
  insertCreditedOrder(store.database, { amount: 2000, kind: "welcome" });
  insertCreditedOrder(store.database, { amount: 900, currency: "JPY" });
  insertCreditedOrder(store.database, { amount: 99_999, cancelledAt: seen });

  const totals = sumTotals(await store.reports.journeyTotals(SHOP, NOVEMBER));

  expect(totals.orders).toBe(3);
  expect(totals.revenue).toEqual([
    { currency: "JPY", amount: 900 },
    { currency: "USD", amount: 5500 },
  ]);
  expect(totals.discountCost).toContainEqual({ currency: "USD", amount: 750 });
});

test("tells journeys apart", async () => {
  const store = await createTestStore();
  insertSent(store.database, { notification: { kind: "welcome" } });
  insertSent(store.database);
  insertCreditedOrder(store.database, { kind: "cart_recovery" });

  const journeys = await store.reports.journeyTotals(SHOP, NOVEMBER);

  expect(journeys.map(({ kind, sent, orders }) => ({ kind, sent, orders }))).toEqual([
    { kind: "cart_recovery", sent: 1, orders: 1 },
    { kind: "welcome", sent: 1, orders: 0 },
  ]);
});

test("counts subscribers gained in the range, lost with their causes, and active now", async () => {
  const store = await createTestStore();
  insertSubscription(store.database);
  insertSubscription(store.database, { createdAt: new Date("2026-10-01T00:00:00Z") });
  insertSubscription(store.database, { state: "ended", endedAt: seen, endedCause: "endpoint_gone" });
  insertSubscription(store.database, { state: "ended", endedAt: seen, endedCause: "unsubscribed" });
  insertSubscription(store.database, { shop: OTHER_SHOP });

  const totals = await store.reports.subscriberTotals(SHOP, NOVEMBER);

  expect(totals).toEqual({
    active: 2,
    gained: 3,
    lost: 2,
    lostByCause: { endpoint_gone: 1, unsubscribed: 1 },
  });
});

test("never counts or lists another shop's rows", async () => {
  const store = await createTestStore();
  insertSent(store.database, { notification: { shop: OTHER_SHOP } });
  insertCreditedOrder(store.database, { shop: OTHER_SHOP });
  const entry = insertDecision(store.database, { shop: OTHER_SHOP });
  insertVisitor(store.database, { shop: OTHER_SHOP, visitorId: "theirs" });

  expect(sumTotals(await store.reports.journeyTotals(SHOP, NOVEMBER))).toMatchObject({ sent: 0, orders: 0 });
  expect((await store.reports.pushLog(SHOP, {}, null, 10)).rows).toEqual([]);
  expect((await store.reports.decisions(SHOP, {}, null, 10)).rows).toEqual([]);
  expect(await store.reports.logEntry(SHOP, entry)).toBeNull();
  expect(await store.reports.person(SHOP, "theirs")).toBeNull();
});

test.each([
  ["waiting", {}, { state: "queued", sentAt: null }],
  ["accepted", {}, {}],
  ["shown", { shownAt: seen }, {}],
  ["clicked", { shownAt: seen, clickedAt: seen }, {}],
  ["dismissed", { shownAt: seen, dismissedAt: seen }, {}],
  ["failed", {}, { state: "failed", lastStatus: 403 }],
  ["expired", {}, { state: "expired" }],
  ["superseded", {}, { state: "superseded" }],
  ["dropped", {}, { state: "dropped", reason: "uncertain" }],
] as const)("shows a notification as %s and finds it by that state", async (state, notification, delivery) => {
  const store = await createTestStore();
  insertSent(store.database, { notification, delivery });
  insertDecision(store.database, { verdict: "delayed", reason: "quiet_hours" });

  const found = await store.reports.pushLog(SHOP, { state }, null, 10);

  expect(found.rows).toHaveLength(1);
  expect(found.rows[0]).toMatchObject({ state, verdict: "sent", notification: { deliveries: [{}] } });
});

test("lists what was held back with its reason", async () => {
  const store = await createTestStore();
  insertDecision(store.database, { verdict: "delayed", reason: "quiet_hours", values: { until: "08:00" } });
  insertDecision(store.database, { verdict: "dropped", reason: "bought" });

  const { rows } = await store.reports.pushLog(SHOP, {}, null, 10);

  expect(rows.map(({ state, reason, notification }) => ({ state, reason, notification }))).toEqual([
    { state: "dropped", reason: "bought", notification: null },
    { state: "delayed", reason: "quiet_hours", notification: null },
  ]);
});

test("pages through the log by keyset, newest first, each entry once", async () => {
  const store = await createTestStore();
  for (let i = 0; i < 7; i++) insertDecision(store.database, { visitorId: i % 2 ? "odd" : "even" });

  const all: number[] = [];
  let before: number | null = null;
  do {
    const page = await store.reports.pushLog(SHOP, { visitorId: "even" }, before, 3);
    all.push(...page.rows.map((row) => row.id));
    before = page.next;
  } while (before !== null);

  expect(all).toEqual([7, 5, 3, 1]);
});

test("looks at a bounded part of a long log for a rare state and says where to go on", async () => {
  const store = await createTestStore();
  insertDecision(store.database, { verdict: "dropped", reason: "bought" });
  store.database.sqlite.exec(`
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000)
    insert into ledger (shop, at, visitor_id, journey, verdict, reason, "values")
    select '${SHOP}', 1795000000000 + i, 'visitor-' || i, 'welcome', 'delayed', 'quiet_hours', '{}' from n`);

  const first = await store.reports.pushLog(SHOP, { state: "dropped" }, null, 10);
  const second = await store.reports.pushLog(SHOP, { state: "dropped" }, first.next, 10);

  expect(first.rows).toEqual([]);
  expect(first.next).not.toBeNull();
  expect(second.rows.map((row) => row.reason)).toEqual(["bought"]);
  expect(second.next).toBeNull();
});

test("reads every list through the index that is made for it", async () => {
  const store = await createTestStore();
  const { sqlite } = store.database;
  const plans: string[] = [];
  const prepare = sqlite.prepare.bind(sqlite);
  sqlite.prepare = ((source: string) => {
    if (/^\s*(select|with)/i.test(source)) {
      const parameters = (source.match(/\?/g) ?? []).map(() => 1);
      const rows = prepare(`explain query plan ${source}`).all(...parameters) as { detail: string }[];
      plans.push(...rows.map((row) => row.detail));
    }
    return prepare(source);
  }) as typeof sqlite.prepare;
  const reports = reportStore(store.database);

  for (const filter of [{}, { visitorId: "v" }, { journey: "welcome" }, { state: "clicked" as const }]) {
    await reports.pushLog(SHOP, filter, null, 50);
  }
  for (const filter of [{}, { visitorId: "v" }, { visitorId: "v", subscriptionId: "s" }, { journey: "welcome" }]) {
    await reports.decisions(SHOP, filter, 99, 50);
  }

  expect(plans.filter((plan) => /^SCAN (?!l$|made|\(subquery)/.test(plan))).toEqual([]);
  const ofDeliveries = plans.filter((plan) => plan.startsWith("SEARCH d "));
  expect(ofDeliveries.length).toBeGreaterThan(0);
  expect(ofDeliveries.filter((plan) => !plan.includes("deliveries_by_notification"))).toEqual([]);
  expect(plans.length).toBeGreaterThan(20);
});

test("tells what is known of a person on all browsers of the same customer", async () => {
  const store = await createTestStore();
  insertVisitor(store.database, { visitorId: "phone", customerId: "77", tags: ["vip"] });
  insertVisitor(store.database, { visitorId: "laptop", customerId: "77" });
  insertSubscription(store.database, { visitorId: "phone", deviceType: "mobile" });
  insertSubscription(store.database, { visitorId: "laptop" });
  insertCreditedOrder(store.database, { visitorId: "laptop", amount: 4200 });

  const person = await store.reports.person(SHOP, "phone");

  expect(person).toMatchObject({ customerId: "77", tags: ["vip"], otherVisitorIds: ["laptop"] });
  expect(person?.devices.map((device) => device.deviceType).toSorted()).toEqual(["desktop", "mobile"]);
  expect(person?.creditedOrders).toMatchObject([{ amount: 4200, currency: "USD" }]);
});

test("counts refused pushes by the service's answer", async () => {
  const store = await createTestStore();
  for (let i = 0; i < 3; i++) insertSent(store.database, { delivery: { state: "failed", lastStatus: 403 } });
  insertSent(store.database, { delivery: { state: "failed", lastStatus: 500 } });

  const refused = await store.reports.refusedPushes(SHOP, NOVEMBER.from);

  expect(refused).toMatchObject([{ status: 403, count: 3 }]);
});
