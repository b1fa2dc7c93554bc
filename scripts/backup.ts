import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { loadConfig } from "../app/config.server.ts";

// `npm run backup -- FILE`: a complete copy of the database while the app runs.

/**
 * Copies a database into a new file, as it was at one moment. Readers and writers go on meanwhile: the copy is made in a
 * read transaction. (SQLite's page-wise backup starts anew with every write of another process, and may never end.)
 *
 * @returns size of the copy in bytes
 * @throws Error with a sentence for the operator when the target exists, or the copy is not sound; no file is left then
 */
export function backUp(databaseFile: string, target: string): number {
  if (!existsSync(databaseFile)) throw new Error(`There is no database at ${databaseFile}`);
  if (existsSync(target)) throw new Error(`${target} exists already: a backup never overwrites one`);
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { force: true });
  try {
    const source = new BetterSqlite3(databaseFile, { fileMustExist: true });
    try {
      source.pragma("busy_timeout = 10000");
      source.prepare("vacuum into ?").run(unfinished);
    } finally {
      source.close();
    }
    const copy = new BetterSqlite3(unfinished, { readonly: true });
    const found = copy.pragma("integrity_check(1)", { simple: true });
    copy.close();
    if (found !== "ok") throw new Error(`The copy is not sound: ${String(found)}`);
    flush(unfinished);
    renameSync(unfinished, target);
    flush(path.dirname(path.resolve(target)));
    return statSync(target).size;
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** On the disk, not only handed to the system: a backup that a power cut empties is none. */
function flush(file: string): void {
  const handle = openSync(file, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

if (import.meta.main) {
  const [target] = process.argv.slice(2);
  if (!target) {
    process.stderr.write("Where to? npm run backup -- FILE\n");
    process.exit(2);
  }
  try {
    const bytes = backUp(loadConfig(process.env).databaseFile, target);
    process.stdout.write(`${target}: ${(bytes / 1_048_576).toFixed(1)} MiB\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
