import { getTableConfig } from "drizzle-orm/sqlite-core";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, test } from "vitest";
import { createTestStore } from "../../../tests/support/test-store.ts";
import type { Perishable } from "../retention-store.ts";
import type { Database } from "./database.server.ts";
import * as schema from "./schema.server.ts";

const LIMIT = new Date("2026-11-02T12:00:00Z");
const OLD = new Date(LIMIT.getTime() - 1);
const SHOP = "a.myshopify.com";

/** Inserts a row with neutral values in every column that is not given. */
function insert(database: Database, table: SQLiteTable, values: Record<string, unknown>): void {
  const row = Object.fromEntries(
    getTableConfig(table)
      .columns.filter((column) => column.notNull && !column.hasDefault && !column.primary)
      .map((column) => [keyOf(table, column.name), neutral(column.dataType)]),
  );
  database.drizzle
    .insert(table)
    .values({ ...row, ...values } as never)
    .run();
}

function keyOf(table: SQLiteTable, columnName: string): string {
  const found = Object.entries(table).find(([, column]) => (column as { name?: string } | null)?.name === columnName);
  return found?.[0] ?? columnName;
}

function neutral(dataType: string): unknown {
  if (dataType === "date") return LIMIT;
  if (dataType === "json") return {};
  if (dataType === "boolean") return false;
  return dataType === "number" ? 0 : "x";
}

function count(database: Database, table: string): number {
  return database.sqlite.prepare<[], number>(`select count(*) from ${table}`).pluck().get() ?? 0;
}

const CASES: { what: Perishable; table: SQLiteTable; name: string; old: object; kept: object[] }[] = [
  {
    what: "events",
    table: schema.events,
    name: "events",
    old: { shop: SHOP, sourceId: "1", receivedAt: OLD, processedAt: OLD },
    kept: [
      { shop: SHOP, sourceId: "2", receivedAt: LIMIT, processedAt: LIMIT },
      { shop: SHOP, sourceId: "unprocessed", receivedAt: OLD, processedAt: null },
    ],
  },
  {
    what: "ledger",
    table: schema.ledger,
    name: "ledger",
    old: { verdict: "sent", at: OLD },
    kept: [{ verdict: "sent" }],
  },
  {
    what: "runs",
    table: schema.runs,
    name: "runs",
    old: { state: "finished", endedAt: OLD },
    kept: [
      { state: "finished", endedAt: LIMIT },
      { state: "active", endedAt: null, subject: "active" },
    ],
  },
  {
    what: "checkouts",
    table: schema.checkouts,
    name: "checkouts",
    old: { shop: SHOP, checkoutToken: "1", stage: "contact", updatedAt: OLD },
    kept: [{ shop: SHOP, checkoutToken: "2", stage: "contact" }],
  },
  {
    what: "cartTokens",
    table: schema.cartTokens,
    name: "cart_tokens",
    old: { shop: SHOP, cartToken: "1", updatedAt: OLD },
    kept: [{ shop: SHOP, cartToken: "2" }],
  },
  {
    what: "stockAlerts",
    table: schema.stockAlerts,
    name: "stock_alerts",
    old: { kind: "price_drop", state: "notified", createdAt: OLD },
    kept: [
      { kind: "price_drop", state: "notified", createdAt: LIMIT },
      { kind: "price_drop", state: "waiting", createdAt: OLD },
    ],
  },
  {
    what: "directMessages",
    table: schema.directMessages,
    name: "direct_messages",
    old: { id: "1", state: "left", createdAt: OLD },
    kept: [
      { id: "2", state: "left", createdAt: LIMIT },
      { id: "3", state: "waiting", createdAt: OLD },
    ],
  },
  {
    what: "sweeps",
    table: schema.audienceSweeps,
    name: "audience_sweeps",
    old: { occasion: "1", journey: "holiday", endedAt: OLD, createdAt: OLD },
    kept: [
      { occasion: "2", journey: "holiday", endedAt: LIMIT, createdAt: LIMIT },
      { occasion: "3", journey: "holiday", createdAt: OLD },
    ],
  },
  {
    what: "idempotencyKeys",
    table: schema.idempotencyKeys,
    name: "idempotency_keys",
    old: { shop: SHOP, key: "1", createdAt: OLD },
    kept: [{ shop: SHOP, key: "2" }],
  },
];

test.each(CASES)("deletes old $what and keeps what is new or open", async ({ what, table, name, old, kept }) => {
  const { database, retention } = await createTestStore();
  for (const row of [old, ...kept]) insert(database, table, row as Record<string, unknown>);

  expect(await retention.deleteOld(what, LIMIT, 10)).toBe(1);

  expect(count(database, name)).toBe(kept.length);
  expect(await retention.deleteOld(what, LIMIT, 10)).toBe(0);
});

test("deletes no more than a batch", async () => {
  const { database, retention } = await createTestStore();
  for (let index = 0; index < 5; index += 1) insert(database, schema.ledger, { verdict: "sent", at: OLD });

  expect(await retention.deleteOld("ledger", LIMIT, 3)).toBe(3);
  expect(count(database, "ledger")).toBe(2);
});

test("a notification goes with its deliveries, but not while one is open or an order was credited to it", async () => {
  const { database, retention } = await createTestStore();
  insert(database, schema.shops, { shop: SHOP, state: "installed" });
  const ids = ["old", "open", "credited", "new"];
  for (const id of ids) {
    insert(database, schema.notifications, { id, shop: SHOP, createdAt: id === "new" ? LIMIT : OLD });
    const state = id === "open" ? "sending" : "accepted";
    insert(database, schema.deliveries, { id: `d-${id}`, shop: SHOP, notificationId: id, state, urgency: "normal" });
  }
  insert(database, schema.attributions, {
    shop: SHOP,
    orderId: "1",
    notificationId: "credited",
    linkedBy: "code",
  });

  expect(await retention.deleteOld("notifications", LIMIT, 10)).toBe(1);

  const left = database.sqlite.prepare<[], string>("select id from notifications order by id").pluck().all();
  expect(left).toEqual(["credited", "new", "open"]);
  expect(count(database, "deliveries")).toBe(3);
});

test("a code given long ago and never used goes, also from the pool; one that was used or holds on stays", async () => {
  const { database, retention } = await createTestStore();
  insert(database, schema.shops, { shop: SHOP, state: "installed" });
  const codes = [
    { code: "unused", endsAt: OLD },
    { code: "without-end", endsAt: null },
    { code: "used", endsAt: OLD, usedAt: OLD, orderId: "1" },
    { code: "lasting", endsAt: LIMIT },
    { code: "new", givenAt: LIMIT },
  ];
  for (const [index, row] of codes.entries()) {
    insert(database, schema.givenCodes, { shop: SHOP, givenAt: OLD, personKey: `visitor:${index}`, ...row });
    const orderId = row.orderId ?? null;
    insert(database, schema.discountCodes, { shop: SHOP, code: row.code, state: "taken", orderId });
  }

  expect(await retention.deleteOld("givenCodes", LIMIT, 10)).toBe(2);

  for (const table of ["given_codes", "discount_codes"]) {
    const left = database.sqlite.prepare<[], string>(`select code from ${table} order by code`).pluck().all();
    expect(left).toEqual(["lasting", "new", "used"]);
  }
});

test("a browser that never subscribed goes with its cart and links; who subscribed or waits for stock stays", async () => {
  const { database, retention } = await createTestStore();
  for (const visitorId of ["stranger", "subscriber", "waiting", "recent"]) {
    const lastSignalAt = visitorId === "recent" ? LIMIT : OLD;
    insert(database, schema.visitors, { shop: SHOP, visitorId, lastSignalAt });
    insert(database, schema.carts, { shop: SHOP, visitorId });
    insert(database, schema.links, { shop: SHOP, visitorId, linkId: `link-${visitorId}` });
  }
  insert(database, schema.subscriptions, { id: "s", shop: SHOP, visitorId: "subscriber", state: "ended" });
  insert(database, schema.stockAlerts, {
    shop: SHOP,
    visitorId: "waiting",
    variantId: "1",
    kind: "back_in_stock",
    state: "waiting",
  });

  expect(await retention.deleteOld("visitors", LIMIT, 10)).toBe(1);

  const left = database.sqlite.prepare<[], string>("select visitor_id from visitors order by 1").pluck().all();
  expect(left).toEqual(["recent", "subscriber", "waiting"]);
  expect([count(database, "carts"), count(database, "links")]).toEqual([3, 3]);
});

test("gives free pages back bit by bit", async () => {
  const { database, retention } = await createTestStore();
  const values = { text: "x".repeat(2_000) };
  for (let index = 0; index < 500; index += 1) {
    insert(database, schema.ledger, { verdict: "sent", at: OLD, values });
  }
  await retention.deleteOld("ledger", LIMIT, 1_000);
  const before = Number(database.sqlite.pragma("freelist_count", { simple: true }));

  const remaining = await retention.shrink(50);

  expect(before).toBeGreaterThan(100);
  expect(remaining).toBe(before - 50);
});
