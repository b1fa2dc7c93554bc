import { expect, test } from "vitest";
import { insertCreditedOrder, insertSent, insertSubscription, SHOP } from "../../tests/support/report-rows.ts";
import { createTestStore } from "../../tests/support/test-store.ts";
import { parsePeriod } from "./period.ts";
import { reportPeriod } from "./summary.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

test("gives the same numbers as a whole, by day and by journey", async () => {
  const store = await createTestStore();
  insertSubscription(store.database, { createdAt: new Date("2026-11-19T10:00:00Z") });
  insertSent(store.database, { notification: { kind: "welcome", createdAt: new Date("2026-11-19T10:00:00Z") } });
  insertSent(store.database, { notification: { createdAt: new Date("2026-11-20T10:00:00Z") } });
  insertSent(store.database, { notification: { createdAt: new Date("2026-11-21T10:00:00Z"), clickedAt: NOW } });
  insertCreditedOrder(store.database, { orderedAt: new Date("2026-11-20T11:00:00Z"), amount: 1000 });
  insertCreditedOrder(store.database, { orderedAt: new Date("2026-11-21T11:00:00Z"), amount: 500, currency: "JPY" });
  const parsed = parsePeriod({ from: "2026-11-19", to: "2026-11-21" }, "UTC", NOW);
  if ("problems" in parsed) throw new Error("wrong period");

  const { summary, days, journeys } = await reportPeriod(store, SHOP, parsed.period, "UTC");

  expect(summary).toMatchObject({
    from: "2026-11-19",
    to: "2026-11-21",
    sent: 3,
    clicked: 1,
    orders: 2,
    subscribers: 1,
  });
  expect(summary.revenue).toEqual([
    { currency: "USD", amount: 1000 },
    { currency: "JPY", amount: 500 },
  ]);
  expect(days.map(({ date, sent, orders, gained }) => ({ date, sent, orders, gained }))).toEqual([
    { date: "2026-11-19", sent: 1, orders: 0, gained: 1 },
    { date: "2026-11-20", sent: 1, orders: 1, gained: 0 },
    { date: "2026-11-21", sent: 1, orders: 1, gained: 0 },
  ]);
  expect(journeys.map(({ kind, sent, orders }) => ({ kind, sent, orders }))).toEqual([
    { kind: "cart_recovery", sent: 2, orders: 2 },
    { kind: "welcome", sent: 1, orders: 0 },
  ]);
});
