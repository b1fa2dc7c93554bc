import { onTestFinished } from "vitest";
import type { StoredJob } from "../../app/scheduler/job-store.ts";
import { storeOf } from "../../app/store/sqlite/create-store.server.ts";
import { openDatabase } from "../../app/store/sqlite/database.server.ts";
import type { Database, OpenOptions } from "../../app/store/sqlite/database.server.ts";
import type { Store } from "../../app/store/store.ts";

/**
 * A fresh store on an in-memory database with the real migrations, closed when the test ends. `database` is for arranging
 * rows and looking at them; what is tested goes through the store.
 */
export async function createTestStore(
  options: Partial<OpenOptions> = {},
): Promise<Store & { readonly database: Database }> {
  const database = openDatabase({ file: ":memory:", synchronous: "NORMAL", ...options });
  afterThisTest(() => {
    if (database.sqlite.open) database.sqlite.close();
  });
  return { ...storeOf(database), database };
}

/** The jobs of a kind that wait, oldest first. */
export async function jobsOfKind(store: Store, kind: string): Promise<StoredJob[]> {
  const jobs = await store.jobs.list({ kind });
  return jobs.filter((job) => ["scheduled", "available", "retryable"].includes(job.state));
}

function afterThisTest(close: () => void): void {
  try {
    onTestFinished(close);
  } catch {
    // Outside a test (beforeAll, a benchmark) whoever made the store closes it; an in-memory one goes with the process.
  }
}
