import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createTestStore } from "../../../tests/support/test-store.ts";
import { storeOf } from "./create-store.server.ts";
import { openDatabase } from "./database.server.ts";

function temporaryFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-health-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, "inside", "test.db");
}

test("a migrated database that can be written has no problem", async () => {
  const { health } = await createTestStore();

  expect(await health.problem()).toBeNull();
  expect(await health.corruption()).toBeNull();
});

test("makes missing folders, writes ahead and keeps its data across openings", async () => {
  const file = temporaryFile();
  const first = storeOf(openDatabase({ file }));
  await first.jobs.schedule({ kind: "a", payload: 1, runAt: new Date(0) });
  await first.close();

  const database = openDatabase({ file });
  onTestFinished(() => void database.sqlite.close());

  expect(await storeOf(database).jobs.list({})).toHaveLength(1);
  expect(database.sqlite.pragma("journal_mode", { simple: true })).toBe("wal");
  expect(database.sqlite.pragma("synchronous", { simple: true })).toBe(2);
  expect(database.sqlite.pragma("foreign_keys", { simple: true })).toBe(1);
  expect(database.sqlite.pragma("auto_vacuum", { simple: true })).toBe(2);
});

test("says that a migration is missing", async () => {
  const { health, database } = await createTestStore();
  database.sqlite.prepare("delete from __drizzle_migrations").run();

  expect(await health.problem()).toMatch(/migrations are missing/);
});

test("opened as it is, a database is not migrated, and must exist", async () => {
  const file = temporaryFile();

  expect(() => openDatabase({ file, asItIs: true })).toThrow();
  await storeOf(openDatabase({ file })).close();
  const database = openDatabase({ file, asItIs: true });
  onTestFinished(() => void database.sqlite.close());
  expect(await storeOf(database).health.problem()).toBeNull();
});

test("says that a database cannot be written", async () => {
  const { health, database } = await createTestStore();
  database.sqlite.pragma("query_only = on");

  expect(await health.problem()).toContain("cannot be written");
});

test("several processes may start at once on a new database", async () => {
  const file = temporaryFile();
  const module = path.join(import.meta.dirname, "create-store.server.ts");
  const program = `
    const { createSqliteStore } = await import(${JSON.stringify(module)});
    const store = createSqliteStore({ file: process.argv[1] });
    const problem = await store.health.problem();
    if (problem) throw new Error(problem);
  `;
  const run = async () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, file], { stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number];
    return code;
  };

  expect(await Promise.all([run(), run(), run(), run()])).toEqual([0, 0, 0, 0]);
}, 60_000);

test("two connections write to one file without losing a write", async () => {
  const file = temporaryFile();
  const stores = [storeOf(openDatabase({ file })), storeOf(openDatabase({ file }))] as const;

  for (let index = 0; index < 100; index += 1) {
    await stores[index % 2]!.jobs.schedule({ kind: "a", key: `k${index % 10}`, payload: index, runAt: new Date(0) });
  }

  expect(await stores[0].jobs.list({})).toHaveLength(10);
  for (const store of stores) await store.close();
});
