import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, test } from "vitest";
import { createTestStore } from "../../../tests/support/test-store.ts";
import * as schema from "./schema.server.ts";

// A change of the schema needs a migration: npx drizzle-kit generate

test("the migrations make the tables, columns and indexes that the schema describes", async () => {
  const { sqlite } = (await createTestStore()).database;
  const indexes = sqlite.prepare<[string], { name: string; unique: number }>(
    `select name, "unique" from pragma_index_list(?) where origin = 'c' order by name`,
  );
  const columns = sqlite.prepare<[string], { name: string; notnull: number }>(
    `select name, "notnull" from pragma_table_info(?) order by name`,
  );
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  const tables = Object.values(schema).filter((value) => is(value, SQLiteTable));

  for (const table of tables) {
    const described = getTableConfig(table);
    expect(
      columns.all(described.name).map(({ name, notnull }) => ({ name, notNull: notnull === 1 })),
      described.name,
    ).toEqual(described.columns.map(({ name, notNull }) => ({ name, notNull })).toSorted(byName));
    expect(
      indexes.all(described.name).map(({ name, unique }) => ({ name, unique: unique === 1 })),
      described.name,
    ).toEqual(
      described.indexes.map(({ config }) => ({ name: config.name, unique: Boolean(config.unique) })).toSorted(byName),
    );
  }
  const made = sqlite
    .prepare<[], string>("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
    .pluck()
    .all();
  expect(made.filter((name) => !name.startsWith("__"))).toHaveLength(tables.length);
});
