import { Worker } from "node:worker_threads";
import type { Database as Sqlite } from "better-sqlite3";
import { threadFile } from "../../thread-file.server.ts";

/** Written in so much time at the busiest, and still to be folded in when a writer has to do it itself: a few megabytes. */
const EVERY_MS = 250;
/** Pages of 4 kB that the log may grow to, 64 MB, before a writer does what the thread could not keep up with. */
const LONGEST_LOG_PAGES = 16_384;

/**
 * Folds the write-ahead log into the database on a thread of its own. SQLite would do it inside the commit that fills the
 * log: a wait for the disk of tens of milliseconds, several times a second during a campaign, with every request behind
 * it. What a commit promises stays the same, because the log itself is on the disk before anything is acknowledged.
 *
 * @param sqlite the connection that writes: it is told to leave the log to the thread until it is long
 * @returns what ends the thread
 */
export function checkpointInBackground(sqlite: Sqlite): () => Promise<void> {
  sqlite.pragma(`wal_autocheckpoint = ${LONGEST_LOG_PAGES}`);
  const thread = new Worker(threadFile(import.meta.url, "checkpoint-thread"), {
    workerData: { file: sqlite.name, everyMs: EVERY_MS },
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 },
  });
  thread.unref();
  // Without it the writer does the work, as SQLite does of itself.
  thread.on("error", () => sqlite.open && sqlite.pragma("wal_autocheckpoint = 1000"));
  return async () => void (await thread.terminate());
}
