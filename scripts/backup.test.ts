import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createSqliteStore } from "../app/store/sqlite/create-store.server.ts";
import { backUp } from "./backup.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-backup-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("copies what is committed while the app goes on writing, and the copy opens as a database", async () => {
  const folder = temporaryFolder();
  const [file, target] = [path.join(folder, "live.db"), path.join(folder, "copy.db")];
  const live = createSqliteStore({ file });
  onTestFinished(() => live.close());
  for (let index = 0; index < 500; index += 1) {
    await live.jobs.schedule({ kind: "a", payload: index, runAt: new Date(0) });
  }

  const bytes = backUp(file, target);
  await live.jobs.schedule({ kind: "a", payload: "after", runAt: new Date(0) });

  expect(bytes).toBeGreaterThan(10_000);
  expect(readdirSync(folder).filter((name) => name.startsWith("copy"))).toEqual(["copy.db"]);
  const restored = createSqliteStore({ file: target });
  expect(await restored.jobs.list({})).toHaveLength(500);
  expect(await restored.health.problem()).toBeNull();
  await restored.close();
});

test("refuses to overwrite a file, and leaves nothing behind when it fails", () => {
  const folder = temporaryFolder();
  const [noDatabase, target] = [path.join(folder, "text.db"), path.join(folder, "copy.db")];
  writeFileSync(noDatabase, "this is no database, however long it may be");

  expect(() => backUp(path.join(folder, "nothing.db"), target)).toThrow("There is no database");
  expect(() => backUp(noDatabase, target)).toThrow("not a database");
  expect(() => backUp(noDatabase, noDatabase)).toThrow("never overwrites");
  expect(readdirSync(folder)).toEqual(["text.db"]);
});

test("as a command it says where the copy is, or what is missing", () => {
  const folder = temporaryFolder();
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(import.meta.dirname, "backup.ts"), ...args], {
      encoding: "utf8",
      env: {
        PATH: process.env.PATH,
        NODE_ENV: "development",
        SHOPIFY_API_KEY: "k",
        SHOPIFY_API_SECRET: "s",
        SHOPIFY_APP_URL: "http://127.0.0.1",
        DATABASE_URL: `file:${path.join(folder, "none.db")}`,
      },
    });

  expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining("Where to?") });
  expect(run("x.db")).toMatchObject({ status: 1, stderr: expect.stringContaining("There is no database") });
  expect(existsSync(path.join(folder, "none.db"))).toBe(false);
});
