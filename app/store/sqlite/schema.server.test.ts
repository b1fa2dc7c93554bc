import { readFileSync } from "node:fs";
import path from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, test } from "vitest";
import { createTestStore } from "../../../tests/support/test-store.ts";
import { migrationsFolder } from "./database.server.ts";
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

test("jobs that ran in an older version are leased still, and give way to a newer one of their key", () => {
  const sqlite = new BetterSqlite3(":memory:");
  const folder = migrationsFolder();
  const journal = JSON.parse(readFileSync(path.join(folder, "meta", "_journal.json"), "utf8")) as {
    entries: { tag: string }[];
  };
  const leases = journal.entries.findIndex(({ tag }) => tag.endsWith("_job_leases"));
  const migrate = (from: number, to: number) => {
    for (const { tag } of journal.entries.slice(from, to))
      sqlite.exec(readFileSync(path.join(folder, `${tag}.sql`), "utf8"));
  };
  migrate(0, leases);
  const insert = sqlite.prepare(
    `insert into jobs (kind, key, payload, run_at, state, attempts, lease_owner, lease_until_machine, finished_at_machine)
     values ('greet', ?, 'null', 0, ?, ?, ?, ?, ?)`,
  );
  insert.run("alone", "running", 1, "host:1:a", 7, null);
  insert.run("twice", "running", 2, "host:1:a", 8, null);
  insert.run("twice", "scheduled", 0, null, null, null);
  insert.run("over", "completed", 1, null, null, 9);

  migrate(leases, leases + 1);

  expect(sqlite.prepare("select id, key, state, attempts from jobs order by id").all()).toEqual([
    { id: 1, key: "alone", state: "available", attempts: 0 },
    { id: 2, key: null, state: "available", attempts: 1 },
    { id: 3, key: "twice", state: "scheduled", attempts: 0 },
  ]);
  expect(sqlite.prepare("select * from job_leases order by job_id").all()).toEqual([
    { job_id: 1, owner: "host:1:a", until_machine: 7, key: null },
    { job_id: 2, owner: "host:1:a", until_machine: 8, key: "twice" },
  ]);
});
