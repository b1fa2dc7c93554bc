import { getTableName, is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import * as schema from "../../../app/store/sqlite/schema.server.ts";
import { createTestStore } from "../../support/test-store.ts";

export const VICTIM = "victim.myshopify.com";
export const OTHER = "other.myshopify.com";
/** Every id, token and key of the victim. */
export const ID = "victim-id";
/** Every other text of the victim. */
export const SECRET = "victim-secret";
export const NUMBER = 77;
export const NOW = new Date("2026-11-21T12:00:00Z");

export const INFO = {
  name: "Other",
  currency: "USD",
  timezone: "UTC",
  primaryLocale: "en",
  locales: ["en"],
  origin: `https://${OTHER}`,
  appInstallationId: "gid://shopify/AppInstallation/2",
};

/**
 * A store with a row of the victim in every table, found in the schema by itself, beside what `given` holds. The other shop
 * is installed and has nothing.
 */
export async function twoShops(given?: Awaited<ReturnType<typeof createTestStore>>) {
  const store = given ?? (await createTestStore());
  const { sqlite } = store.database;
  await store.shops.install(OTHER, ["read_orders"], NOW);
  await store.shops.saveInfo(OTHER, INFO, NOW);
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
      if (column.columnType === "SQLiteBoolean") return 1;
      if (column.getSQLType() === "integer") return NUMBER;
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
