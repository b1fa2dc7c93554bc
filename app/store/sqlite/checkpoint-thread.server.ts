import { workerData } from "node:worker_threads";
import BetterSqlite3 from "better-sqlite3";

// The thread of background-checkpoints.server.ts.

const { file, everyMs } = workerData as { file: string; everyMs: number };
const sqlite = new BetterSqlite3(file, { fileMustExist: true });
sqlite.pragma("cache_size = -256");

setInterval(() => {
  try {
    sqlite.pragma("wal_checkpoint(PASSIVE)");
  } catch {
    // A full disk or a lock: the writers hear of it themselves, and here the next turn tries again.
  }
}, everyMs);
