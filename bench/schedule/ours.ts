import { rmSync } from "node:fs";
import { Scheduler } from "../../app/scheduler/scheduler.server.ts";
import { systemClock } from "../../app/clock-system.server.ts";
import { storeOf } from "../../app/store/sqlite/create-store.server.ts";
import { openDatabase } from "../../app/store/sqlite/database.server.ts";
import type { HandlerBinding } from "../../app/scheduler/scheduler.server.ts";
import { answer, childArguments, measure, pool } from "../support/child.ts";
import type { Measured } from "../support/child.ts";
import { percentile } from "../support/statistics.ts";
import { createWork, keyOf, payloadOf } from "./work.js";

// The app's own scheduler and store on a file, synchronous=FULL, in a process of its own.

export type OursQuestion =
  | { type: "fill"; waiting: number }
  | { type: "drain"; due: number }
  | { type: "rearm"; count: number; inFlight: number }
  | { type: "lateness"; perSecond: number; seconds: number };
export type Lateness = { p50Ms: number; p99Ms: number; jobs: number; cpuMs: number };

const { file } = childArguments<{ file: string }>();
const clock = systemClock();
let scheduler: Scheduler | null = null;
const db = openDatabase({ file, synchronous: "FULL", onJobScheduled: (runAt) => scheduler?.jobScheduled(runAt) });
const store = storeOf(db);
let waiting = 0;
/** Far enough that none of them comes due. */
const DAY_MS = 86_400_000;
/** Jobs at once. The peer fetches 500 at a time; claims here may be as large as this. */
const CONCURRENCY = 1_000;
const random = createRandom(7);

answer(async (question: OursQuestion) => {
  switch (question.type) {
    case "fill":
      return fill(question.waiting);
    case "drain":
      return drain(question.due);
    case "rearm":
      return rearm(question.count, question.inFlight);
    case "lateness":
      return lateness(question.perSecond, question.seconds);
  }
});
process.on("exit", () => {
  db.sqlite.close();
  for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
});

function fill(count: number): null {
  const write = db.sqlite.transaction((from: number, to: number) => {
    for (let n = from; n < to; n++) {
      const runAt = new Date(Date.now() + DAY_MS + random() * 30 * DAY_MS);
      db.jobs.schedule({ kind: "work", key: keyOf(n), payload: payloadOf(n), runAt });
    }
  });
  for (let from = 0; from < count; from += 50_000) write.immediate(from, Math.min(count, from + 50_000));
  db.sqlite.pragma("wal_checkpoint(TRUNCATE)");
  waiting = count;
  return null;
}

/** From the first job's start to the last one's end. */
async function drain(due: number): Promise<Measured> {
  const add = db.sqlite.transaction(() => {
    const runAt = new Date(Date.now() - 1_000);
    for (let n = 0; n < due; n++) db.jobs.schedule({ kind: "work", key: `due:${n}`, payload: payloadOf(n), runAt });
  });
  add.immediate();
  db.sqlite.pragma("wal_checkpoint(TRUNCATE)");

  const work = createWork(due);
  await withScheduler(
    async (job) => {
      await work.run(job.payload as { n: number; text: string });
      return { type: "done" };
    },
    () => work.finished,
  );
  work.check();
  return (await work.finished) as Measured;
}

async function rearm(count: number, inFlight: number): Promise<Measured> {
  const items = Array.from({ length: count }, () => Math.floor(random() * waiting));
  return measure(() =>
    pool(items, inFlight, async (n) => {
      const runAt = new Date(Date.now() + DAY_MS + random() * DAY_MS);
      await store.jobs.schedule({ kind: "work", key: keyOf(n), payload: payloadOf(n), runAt });
    }),
  );
}

/** How late jobs begin when so many come due in a second, at random moments. */
async function lateness(perSecond: number, seconds: number): Promise<Lateness> {
  const late: number[] = [];
  const count = perSecond * seconds;
  const startAt = Date.now() + 500;
  const add = db.sqlite.transaction(() => {
    for (let n = 0; n < count; n++) {
      const runAt = new Date(startAt + Math.floor(random() * seconds * 1_000));
      db.jobs.schedule({ kind: "work", key: `late:${n}`, payload: payloadOf(n), runAt });
    }
  });
  add.immediate();
  let resolve = () => {};
  const all = new Promise<void>((done) => (resolve = done));
  const measured = await measure(() =>
    withScheduler(
      async (job) => {
        late.push(Math.max(0, Date.now() - job.runAt.getTime()));
        if (late.length === count) resolve();
        return { type: "done" };
      },
      () => all,
    ),
  );
  return { p50Ms: percentile(late, 0.5), p99Ms: percentile(late, 0.99), jobs: late.length, cpuMs: measured.cpuMs };
}

async function withScheduler(handler: HandlerBinding["handler"], until: () => Promise<unknown>): Promise<void> {
  scheduler = new Scheduler({
    jobs: store.jobs,
    clock,
    handlers: { work: { handler, concurrency: CONCURRENCY } },
    owner: `bench:${process.pid}:1`,
  });
  await scheduler.start();
  await until();
  await scheduler.stop(5_000);
  scheduler = null;
}

function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
