import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../clock-system.server.ts";
import { createSqliteStore } from "../store/sqlite/create-store.server.ts";
import { isDeadOwner, thisOwner } from "./owner.server.ts";
import { Scheduler } from "./scheduler.server.ts";

const APP = path.join(import.meta.dirname, "..");

/** A worker of its own, that says when it has begun its job and never ends it. */
const WORKER = `
  const { createSqliteStore } = await import(${JSON.stringify(path.join(APP, "store/sqlite/create-store.server.ts"))});
  const { Scheduler } = await import(${JSON.stringify(path.join(APP, "scheduler/scheduler.server.ts"))});
  const { thisOwner } = await import(${JSON.stringify(path.join(APP, "scheduler/owner.server.ts"))});
  const { systemClock } = await import(${JSON.stringify(path.join(APP, "clock-system.server.ts"))});
  const store = createSqliteStore({ file: process.argv[1] });
  const handler = (job) => { console.log(JSON.stringify(job)); return new Promise(() => {}); };
  const scheduler = new Scheduler({
    jobs: store.jobs, clock: systemClock(), owner: thisOwner(), handlers: { greet: { handler, concurrency: 1 } },
  });
  await scheduler.start();
  setInterval(() => {}, 1000);
`;

test("a job of a killed process runs at once in the next one, and only there", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-crash-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "test.db");
  const store = createSqliteStore({ file });
  onTestFinished(() => store.close());
  await store.jobs.schedule({ kind: "greet", key: "k", payload: "hello", runAt: new Date() });

  const child = spawn(process.execPath, ["--input-type=module", "-e", WORKER, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  expect(JSON.parse(line)).toMatchObject({ payload: "hello", attempt: 1 });
  child.kill("SIGKILL");
  await once(child, "exit");

  const seen: { payload: unknown; attempt: number }[] = [];
  const scheduler = new Scheduler({
    jobs: store.jobs,
    clock: systemClock(),
    owner: thisOwner(),
    handlers: {
      greet: {
        concurrency: 1,
        async handler({ payload, attempt }) {
          seen.push({ payload, attempt });
          return { type: "done" };
        },
      },
    },
  });
  const startedAt = performance.now();
  await scheduler.start(isDeadOwner);
  onTestFinished(() => scheduler.stop(100));
  await expect.poll(() => store.jobs.list({}), { timeout: 5_000 }).toEqual([]);

  expect(seen).toEqual([{ payload: "hello", attempt: 2 }]);
  // Long before the lease of a minute ends.
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
