import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { createGroupCommit } from "./group-commit.server.ts";
import type { GroupCommit } from "./group-commit.server.ts";
import { jobStatements } from "./job-statements.server.ts";
import type { JobStatements } from "./job-statements.server.ts";
import * as schema from "./schema.server.ts";

const MIGRATION_ATTEMPTS = 4;

/** What every store part is given. Transactions: `sqlite.transaction(fn).immediate(...)`, synchronous and short. */
export type Database = {
  /** The typed builder, for queries that are not hot. */
  drizzle: BetterSQLite3Database<typeof schema>;
  /** The handle, for prepared statements. */
  sqlite: BetterSqlite3.Database;
  /** Synchronous, to be called inside another part's transaction: what is written together is committed together. */
  jobs: JobStatements;
  /** Shares one transaction, and one wait for the disk, among what is asked for in a turn of the event loop. */
  commit: GroupCommit;
};

export type OpenOptions = {
  /** A path, or ":memory:". Missing folders are made. */
  file: string;
  /**
   * FULL (the default) waits for the disk on every commit: nothing acknowledged is lost in a power cut. NORMAL is quicker
   * and may lose the last commits then, though never the database's consistency.
   */
  synchronous?: "FULL" | "NORMAL";
  /** For tools that look: the file must exist, and its schema is left as it is. */
  asItIs?: boolean;
  /** Called inside the transaction for each scheduled job, with its due time (shop time). */
  onJobScheduled?: (runAt: Date) => void;
};

/**
 * Opens the SQLite database and brings its schema up to date.
 *
 * @throws when the file cannot be opened or a migration fails; the database is unchanged then
 */
export function openDatabase({ file, synchronous = "FULL", asItIs = false, onJobScheduled }: OpenOptions): Database {
  if (asItIs) {
    const sqlite = new BetterSqlite3(file, { fileMustExist: true });
    sqlite.pragma("busy_timeout = 5000");
    const typed = drizzle(sqlite, { schema });
    return { drizzle: typed, sqlite, jobs: jobStatements(sqlite), commit: createGroupCommit(sqlite) };
  }
  if (file !== ":memory:") mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  const sqlite = new BetterSqlite3(file);
  try {
    sqlite.pragma("busy_timeout = 5000");
    // Only takes effect on a new file; lets housekeeping give space back bit by bit.
    sqlite.pragma("auto_vacuum = INCREMENTAL");
    sqlite.pragma("journal_mode = WAL");
    sqlite.pragma(`synchronous = ${synchronous}`);
    sqlite.pragma("foreign_keys = ON");
    sqlite.pragma("temp_store = MEMORY");
    sqlite.pragma("cache_size = -16384"); // 16 MiB: what else is read often lies in the memory of the operating system
    const typed = drizzle(sqlite, { schema });
    bringUpToDate(typed);
    return {
      drizzle: typed,
      sqlite,
      jobs: jobStatements(sqlite, onJobScheduled),
      commit: createGroupCommit(sqlite),
    };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/**
 * Several processes may start at once on a new version. Whoever comes second fails on what the first has just made, in a
 * transaction that is rolled back, and finds it done when it looks again.
 */
function bringUpToDate(typed: BetterSQLite3Database<typeof schema>): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      migrate(typed, { migrationsFolder: migrationsFolder() });
      return;
    } catch (error) {
      if (attempt === MIGRATION_ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100 * attempt);
    }
  }
}

/** The folder of migrations beside the sources, found from here or from the built bundle. */
export function migrationsFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = path.join(folder, "drizzle");
    if (existsSync(path.join(candidate, "meta", "_journal.json"))) return candidate;
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error("The folder drizzle/ with the database migrations is missing");
    folder = parent;
  }
}
