import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import BetterSqlite3 from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { expect, onTestFinished, test, vi } from "vitest";
import * as webhooks from "../../app/routes/webhooks.ts";
import { Scheduler } from "../../app/scheduler/scheduler.server.ts";
import { createSqliteStore } from "../../app/store/sqlite/create-store.server.ts";
import { migrationsFolder } from "../../app/store/sqlite/database.server.ts";
import { createEdgeApp } from "../support/edge-app.ts";
import type { RouteModule } from "../support/edge-app.ts";
import { manualClock } from "../support/manual-clock.ts";
import { createTestStore } from "../support/test-store.ts";
import { seededRandom } from "./support/random.ts";
import { seed, tell } from "./support/summary.ts";

// Processes are started: long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const ROOT = path.join(import.meta.dirname, "..", "..");

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-database-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("on a full disk webhooks are refused with 503, and those answered with 200 are stored, each once", async () => {
  const edge = await createEdgeApp();
  const { sqlite } = edge.store.database;
  const send = (id: string) =>
    edge.webhook(webhooks as RouteModule, "checkouts/update", { id: 1, token: id, note: "x".repeat(3_000) }, { id });
  const pages = sqlite.pragma("page_count", { simple: true }) as number;
  sqlite.pragma(`max_page_count = ${pages + 8}`);

  const ids = Array.from({ length: 400 }, (_, index) => `full-${index}`);
  const statuses = await Promise.all(ids.map(async (id) => (await send(id)).status));
  const taken = ids.filter((_, index) => statuses[index] === 200);
  const find = sqlite.prepare("select count(*) from events where source_id = ?").pluck();
  const stored = (id: string) => find.get(`webhook:${id}`) as number;

  expect([...new Set(statuses)].toSorted()).toEqual([200, 503]);
  expect(taken.filter((id) => stored(id) !== 1)).toEqual([]);
  expect(ids.filter((id) => !taken.includes(id) && stored(id) > 0)).toEqual([]);

  sqlite.pragma("max_page_count = 1000000");
  const again = await Promise.all(ids.map(async (id) => (await send(id)).status));
  const lost = ids.filter((id) => stored(id) !== 1);
  tell("disk full", { webhooks: ids.length, refusedAtFirst: ids.length - taken.length, lost });

  expect(new Set(again)).toEqual(new Set([200]));
  expect(lost).toEqual([]);
});

test("what was done while nothing could be written is not done again when it can", async () => {
  const store = await createTestStore();
  const clock = manualClock();
  const done: unknown[] = [];
  const scheduler = new Scheduler({
    jobs: store.jobs,
    clock,
    owner: "test",
    handlers: {
      greet: {
        concurrency: 20,
        async handler(job) {
          done.push(job.payload);
          store.database.sqlite.pragma("query_only = ON");
          return { type: "done" };
        },
      },
    },
  });
  for (let index = 0; index < 10; index++) {
    await store.jobs.schedule({ kind: "greet", payload: index, runAt: clock.now() });
  }

  await scheduler.poll();
  await sleep(0);
  await expect(scheduler.poll()).rejects.toThrow(/readonly/);
  store.database.sqlite.pragma("query_only = OFF");
  await scheduler.poll();
  await scheduler.poll();

  expect(done.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await store.jobs.list({ kind: "greet" })).toEqual([]);
});

test("migrations that are killed on the way are made up for by the next start", async () => {
  const random = seededRandom(seed());
  const file = path.join(temporaryFolder(), "killed.db");
  const open = `await import(${JSON.stringify(path.join(ROOT, "app/store/sqlite/database.server.ts"))}).then(
    ({ openDatabase }) => { console.log("go"); openDatabase({ file: ${JSON.stringify(file)} }); });`;
  let kills = 0;
  for (; kills < 4; kills++) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", open], { stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    await sleep(random.whole(0, 25));
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  const store = createSqliteStore({ file });
  onTestFinished(() => store.close());
  const problem = await store.health.problem();
  tell("migrations killed", { kills, lost: problem === null ? [] : [problem] });

  expect(problem).toBeNull();
});

test("a database of the first version is brought up to date and keeps what it holds", async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, "old.db");
  const first = path.join(folder, "drizzle");
  cpSync(migrationsFolder(), first, { recursive: true });
  const journalFile = path.join(first, "meta", "_journal.json");
  const journal = JSON.parse(readFileSync(journalFile, "utf8")) as { entries: object[] };
  mkdirSync(path.dirname(journalFile), { recursive: true });
  writeFileSync(journalFile, JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) }));
  const old = new BetterSqlite3(file);
  migrate(drizzle(old), { migrationsFolder: first });
  old
    .prepare(
      `insert into shops (shop, state, installed_at, locales, scopes, settings)
       values ('old.myshopify.com', 'installed', 1, '["en"]', '[]', '{}')`,
    )
    .run();
  old
    .prepare(
      "insert into jobs (kind, key, payload, run_at, priority, state, max_attempts) values ('greet', 'k', '1', 1, 0, 'scheduled', 20)",
    )
    .run();
  old.close();

  const store = createSqliteStore({ file });
  onTestFinished(() => store.close());

  expect(await store.health.problem()).toBeNull();
  expect(await store.shops.get("old.myshopify.com")).toMatchObject({ state: "installed" });
  expect(await store.jobs.list({ kind: "greet" })).toHaveLength(1);
});
