import { randomBytes } from "node:crypto";
import { getTableName, is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, test } from "vitest";
import { createApiKey } from "../../app/api-keys/api-keys.server.ts";
import { createKeyring } from "../../app/encryption.server.ts";
import { createLogger } from "../../app/log.server.ts";
import { ENDPOINTS } from "../../app/rest-api/endpoints.ts";
import { replayer } from "../../app/replay/replayer.server.ts";
import { handleApiRequest } from "../../app/rest-api/handle-request.server.ts";
import * as schema from "../../app/store/sqlite/schema.server.ts";
import type { Store } from "../../app/store/store.ts";
import { manualClock } from "../support/manual-clock.ts";
import { createTestStore } from "../support/test-store.ts";
import { tell } from "./support/summary.ts";

// Two shops, one with a row in every table, and everything that can be asked for a shop asked for the other, with the
// first one's ids. Nothing of the first may come out, and nothing of it may change. What is added later is found by itself.

const VICTIM = "victim.myshopify.com";
const OTHER = "other.myshopify.com";
/** Every id, token and key of the victim. */
const ID = "victim-id";
/** Every other text of the victim. */
const SECRET = "victim-secret";
const NUMBER = 1;
const NOW = new Date("2026-11-21T12:00:00Z");

async function twoShops() {
  const store = await createTestStore();
  const { sqlite } = store.database;
  await store.shops.install(OTHER, ["read_orders"], NOW);
  sqlite.pragma("foreign_keys = OFF");
  sqlite.pragma("ignore_check_constraints = ON");
  const tables = Object.values(schema).filter((value) => is(value, SQLiteTable));
  const ofShop = tables.filter((table) => getTableConfig(table).columns.some(({ name }) => name === "shop"));
  for (const table of ofShop) {
    const columns = getTableConfig(table).columns;
    const names = columns.map(({ name }) => `"${name}"`).join(", ");
    const values = columns.map((column) => {
      if (column.name === "shop") return VICTIM;
      if (column.enumValues?.length) return column.enumValues[0];
      if (column.dataType === "json") return JSON.stringify([SECRET]);
      if (column.columnType === "SQLiteTimestamp") return NOW.getTime();
      if (column.columnType === "SQLiteBoolean" || column.getSQLType() === "integer") return NUMBER;
      return /(^|_)(id|token|key|hash|kind|code|handle|offer|endpoint)$/.test(column.name) ? ID : SECRET;
    });
    sqlite
      .prepare(`insert into "${getTableName(table)}" (${names}) values (${values.map(() => "?").join(", ")})`)
      .run(...values);
  }
  const readings = ofShop.map((table) => sqlite.prepare(`select * from "${getTableName(table)}" where shop = ?`));
  const writesSoFar = sqlite.prepare("select total_changes()").pluck();
  let known = { writes: -1, rows: "" };
  /** Every row of the victim, as text; read again when anything was written. */
  const rows = () => {
    const writes = writesSoFar.get() as number;
    if (writes !== known.writes)
      known = { writes, rows: readings.map((reading) => JSON.stringify(reading.all(VICTIM))).join("\n") };
    return known.rows;
  };
  return { store, tables: ofShop.length, rows };
}

type Call = (...args: unknown[]) => unknown;

/** The functions of the store whose first argument is the shop, with the names of the others. */
function shopFunctions(store: Store): { name: string; call: Call; others: string[] }[] {
  return Object.entries(store).flatMap(([part, functions]) => {
    if (typeof functions !== "object" || functions === null) return [];
    return Object.entries(functions as Record<string, unknown>).flatMap(([name, call]) => {
      if (typeof call !== "function") return [];
      const parameters = /^[^(]*\(([^]*?)\)\s*(?:=>|\{)/.exec(String(call))?.[1] ?? "";
      const [first, ...others] = splitParameters(parameters);
      return first === "shop" ? [{ name: `${part}.${name}`, call: call.bind(functions) as Call, others }] : [];
    });
  });
}

/** At the commas that stand in no braces. */
function splitParameters(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of text) {
    if ("{[(".includes(character)) depth++;
    if ("}])".includes(character)) depth--;
    if (character === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += character;
  }
  return [...parts, part.trim()].filter(Boolean);
}

/** What may be meant by a parameter of this name, the likeliest first. */
function guesses(parameter: string): unknown[] {
  const name = parameter.split("=")[0]?.trim() ?? "";
  if (name.startsWith("{")) {
    const inner = splitParameters(name.slice(1, -1)).map((field) => field.split(/[:=]/)[0]?.trim() ?? "");
    const fields = inner.filter((field) => !field.startsWith("..."));
    return [0, 1].map((index) =>
      Object.fromEntries(fields.map((field) => [field, guesses(field)[index] ?? guesses(field)[0]])),
    );
  }
  if (name.endsWith("Ids")) return [[ID]];
  if (/^(id|.*Id)$/.test(name)) return [ID, NUMBER];
  if (/^(now|at|since|until|.*At|.*Now|validUntil)$/.test(name)) return [NOW];
  if (/^(limit|days|.*Hours|.*Ms)$/.test(name)) return [50];
  if (/^(before|after)$/.test(name)) return [null];
  if (name === "range") return [{ from: new Date(0), until: NOW, to: NOW, timezone: "UTC" }];
  return [ID, {}, [], [ID], null, NUMBER];
}

function combinations(lists: unknown[][]): unknown[][] {
  return lists
    .reduce<unknown[][]>((made, list) => made.flatMap((args) => list.map((value) => [...args, value])), [[]])
    .slice(0, 200);
}

test("no store function gives out or changes anything of another shop", async () => {
  const { store, tables, rows } = await twoShops();
  const before = rows();
  const leaks: string[] = [];
  const neverRan: string[] = [];
  const functions = shopFunctions(store);
  let calls = 0;

  for (const { name, call, others } of functions) {
    let ran = false;
    for (const args of combinations(others.map(guesses))) {
      calls++;
      try {
        const found: unknown = await call(OTHER, ...args);
        ran = true;
        if ((JSON.stringify(found) ?? "").includes(SECRET)) leaks.push(`${name} gave ${JSON.stringify(found)}`);
      } catch {
        // Refused for its shape, which tells nothing; counted below when every guess was.
      }
      if (rows() !== before) {
        leaks.push(`${name} changed rows`);
        break;
      }
    }
    if (!ran) neverRan.push(name);
  }
  tell("store functions asked for another shop", { functions: functions.length, calls, tables, neverRan, leaks });

  expect(leaks).toEqual([]);
  expect(functions.length).toBeGreaterThan(80);
  expect(neverRan.length).toBeLessThan(functions.length / 4);
});

test("asked for the shop itself, the same calls do give out its rows: the search above can find", async () => {
  const { store } = await twoShops();
  const told = new Set<string>();
  for (const { name, call, others } of shopFunctions(store)) {
    for (const args of combinations(others.map(guesses)).slice(0, 20)) {
      const found: unknown = await Promise.resolve(call(VICTIM, ...args)).catch(() => null);
      if ((JSON.stringify(found) ?? "").includes(SECRET)) told.add(name);
    }
  }

  expect(told.size).toBeGreaterThan(15);
});

test("no endpoint of the REST API gives out or changes anything of another shop", async () => {
  const { store, rows } = await twoShops();
  const { key } = await createApiKey(store, OTHER, "test", NOW);
  const before = rows();
  const leaks: string[] = [];
  let calls = 0;
  const bodies = [
    { visitorId: ID, name: "spun" },
    { subscriberId: ID, name: "spun" },
    { to: { visitorId: ID }, message: { title: "T", body: "B" } },
    { to: { subscriberId: ID }, message: { title: "T", body: "B" } },
    { to: { tag: ID }, message: { title: "T", body: "B" } },
    { add: [ID], remove: [SECRET], tags: [ID] },
    { days: 3 },
    {},
  ];
  const query = new URLSearchParams({ visitorId: ID, subscriberId: ID });

  for (const { method, path, query: asked } of ENDPOINTS) {
    const names = Object.keys(asked?.shape ?? {}).filter((name) => /Id$|^tag$|^alias$/.test(name));
    const search = new URLSearchParams(names.map((name) => [name, query.get(name) ?? ID]));
    for (const id of [ID, String(NUMBER), "cart_recovery"]) {
      for (const body of method === "GET" || method === "DELETE" ? [undefined] : bodies) {
        calls++;
        const where = path.replace(/\{\w+\}/g, id);
        const request = new Request(`https://app.example/api/v1/${where}?${search}`, {
          method,
          headers: { authorization: `Bearer ${key}`, "idempotency-key": randomBytes(8).toString("hex") },
          ...(body && { body: JSON.stringify(body) }),
        });
        const keyring = createKeyring([Buffer.alloc(32, 1).toString("base64")]);
        const clock = manualClock(NOW);
        const deps = { store, clock, log: createLogger("silent"), keyring, replay: replayer({ store, clock }) };
        const answer = await handleApiRequest(deps, request, where);
        const text = await answer.text();
        if (answer.status >= 500) leaks.push(`${method} ${where} answered ${answer.status}`);
        if (text.includes(SECRET) || text.includes(VICTIM)) leaks.push(`${method} ${where} gave ${text}`);
        if (rows() !== before) throw new Error(`${method} ${where} changed rows of another shop`);
      }
    }
  }
  tell("REST endpoints asked with another shop's ids", { endpoints: ENDPOINTS.length, calls, leaks });

  expect(leaks).toEqual([]);
});
