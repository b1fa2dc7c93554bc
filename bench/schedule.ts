import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describeMachine, notMeasured, progress, report } from "./support/bench-result.ts";
import type { Peer } from "./support/bench-result.ts";
import { startChild } from "./support/child.ts";
import type { Child, Measured } from "./support/child.ts";
import { readOptions } from "./support/options.ts";
import { installPeers, peerFile, peerVersion } from "./support/peers.ts";
import { startRedis } from "./support/redis.ts";
import type { Redis } from "./support/redis.ts";
import { median, medianRatio, range, round } from "./support/statistics.ts";
import type { Lateness } from "./schedule/ours.ts";

// Durable jobs on disk, synchronous=FULL: draining due ones with a real handler per job and re-arming by key while many wait;
// the same with few and with very many rows; how late jobs begin. The peers are graphile-worker on PostgreSQL and, for the drain, BullMQ on Redis.

const { size, rounds } = readOptions({ size: 1_000_000, rounds: 5 });
const due = Math.min(100_000, Math.ceil(size / 10));
const rearms = Math.min(5_000, Math.ceil(size / 100));
const sequentialRearms = Math.ceil(rearms / 4);
const few = 10_000;
const many = size * 5;
const dueOfSizes = Math.ceil(due / 2);
const IN_FLIGHT = 20;

const folder = mkdtempSync(path.join(os.tmpdir(), "beckon-bench-schedule-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const oursFile = path.join(import.meta.dirname, "schedule", "ours.ts");

type Figures = { drain: Measured[]; rearm: Measured[]; rearmSequential: Measured[]; serverCpuMs: number[] };
const ours = await startOurs("ours.db", size);
const graphile = await startGraphile();
const bullmq = await startBullmq();
const figures = { ours: emptyFigures(), graphile: emptyFigures(), bullmq: emptyFigures() };

for (let index = 0; index < rounds; index++) {
  const engines: [string, Child | null, Figures][] = [
    ["ours", ours, figures.ours],
    ["graphile-worker", graphile.child, figures.graphile],
    ["bullmq", bullmq.child, figures.bullmq],
  ];
  for (let turn = 0; turn < engines.length; turn++) {
    const [name, child, found] = engines[(index + turn) % engines.length] as (typeof engines)[number];
    if (!child) continue;
    const drained = await child.ask<Measured & { serverCpuMs?: number }>({ type: "drain", due });
    found.drain.push(drained);
    found.serverCpuMs.push(drained.serverCpuMs ?? 0);
    if (found === figures.bullmq) {
      progress(`round ${index + 1}/${rounds} ${name}: drain ${perSecond(due)(drained).toFixed(0)}/s`);
      continue;
    }
    found.rearm.push(await child.ask<Measured>({ type: "rearm", count: rearms, inFlight: IN_FLIGHT }));
    found.rearmSequential.push(await child.ask<Measured>({ type: "rearm", count: sequentialRearms, inFlight: 1 }));
    progress(
      `round ${index + 1}/${rounds} ${name}: drain ${perSecond(due)(drained).toFixed(0)}/s, re-arm ${perSecond(rearms)(
        found.rearm.at(-1) as Measured,
      ).toFixed(
        0,
      )}/s, sequential ${perSecond(sequentialRearms)(found.rearmSequential.at(-1) as Measured).toFixed(0)}/s`,
    );
  }
}
if (graphile.child) {
  await graphile.child.ask({ type: "stop" });
  await graphile.child.close();
}
if (bullmq.child) {
  await bullmq.child.ask({ type: "stop" });
  await bullmq.child.close();
}
bullmq.redis?.end();

progress("lateness …");
const idle = await ours.ask<Lateness>({ type: "lateness", perSecond: 10, seconds: 20 });
const busy = await ours.ask<Lateness>({ type: "lateness", perSecond: 2_000, seconds: 15 });
await ours.close();

progress(`filling ${many} rows …`);
const small = await startOurs("few.db", few);
const large = await startOurs("many.db", many);
const sizes = { few: [] as Measured[], many: [] as Measured[] };
for (let index = 0; index < rounds; index++) {
  const both = [
    [small, sizes.few],
    [large, sizes.many],
  ] as const;
  for (const [child, found] of index % 2 === 0 ? both : both.toReversed()) {
    found.push(await child.ask<Measured>({ type: "drain", due: dueOfSizes }));
  }
}
await small.close();
await large.close();

const rates = {
  drain: figures.ours.drain.map(perSecond(due)),
  rearm: figures.ours.rearm.map(perSecond(rearms)),
  sequential: figures.ours.rearmSequential.map(perSecond(sequentialRearms)),
  peerDrain: figures.graphile.drain.map(perSecond(due)),
  peerRearm: figures.graphile.rearm.map(perSecond(rearms)),
  peerSequential: figures.graphile.rearmSequential.map(perSecond(sequentialRearms)),
  bullmqDrain: figures.bullmq.drain.map(perSecond(due)),
  few: sizes.few.map(perSecond(dueOfSizes)),
  many: sizes.many.map(perSecond(dueOfSizes)),
};
const isCompared = graphile.child !== null;
const graphilePeer: Peer = isCompared
  ? {
      drain_per_s: round(median(rates.peerDrain)),
      drain_client_cpu_us: round(median(figures.graphile.drain.map(({ cpuMs }) => (cpuMs * 1_000) / due)), 1),
      drain_server_cpu_us: round(median(figures.graphile.serverCpuMs.map((ms) => (ms * 1_000) / due)), 1),
      rearm_per_s: round(median(rates.peerRearm)),
      rearm_sequential_per_s: round(median(rates.peerSequential)),
      settings: "localQueue 500, 24 jobs at once, batched completion, shared_buffers 1 GB, synchronous_commit on",
    }
  : notMeasured(graphile.reason);
const bullmqPeer: Peer = bullmq.child
  ? {
      drain_per_s: round(median(rates.bullmqDrain)),
      drain_client_cpu_us: round(median(figures.bullmq.drain.map(({ cpuMs }) => (cpuMs * 1_000) / due)), 1),
      drain_server_cpu_us: round(median(figures.bullmq.serverCpuMs.map((ms) => (ms * 1_000) / due)), 1),
      settings: "200 jobs at once, completed ones removed; append-only file, appendfsync everysec, noeviction",
    }
  : notMeasured(bullmq.reason);

report(
  {
    bench: "schedule",
    machine: describeMachine({
      sqlite: "better-sqlite3",
      graphile_worker: peerVersion("graphile-worker"),
      postgres: graphile.version,
      bullmq: peerVersion("bullmq"),
      redis: bullmq.redis?.version ?? "none",
    }),
    ours: {
      waiting: size,
      due,
      rounds,
      synchronous: "FULL",
      drain_per_s: round(median(rates.drain)),
      drain_cpu_us: round(median(figures.ours.drain.map(({ cpuMs }) => (cpuMs * 1_000) / due)), 1),
      rearm_per_s: round(median(rates.rearm)),
      rearm_sequential_per_s: round(median(rates.sequential)),
      drain_per_s_few: round(median(rates.few)),
      drain_per_s_many: round(median(rates.many)),
      few,
      many,
      lateness_idle: idle,
      lateness_busy: busy,
    },
    peers: { "graphile-worker": graphilePeer, bullmq: bullmqPeer },
    ratios: {
      drain_vs_graphile: isCompared ? medianRatio(rates.drain, rates.peerDrain) : null,
      drain_vs_bullmq: bullmq.child ? medianRatio(rates.drain, rates.bullmqDrain) : null,
      rearm_vs_graphile: isCompared ? medianRatio(rates.rearm, rates.peerRearm) : null,
      rearm_sequential_vs_graphile: isCompared ? medianRatio(rates.sequential, rates.peerSequential) : null,
      rate_5m_vs_10k: medianRatio(rates.many, rates.few),
      lateness_idle_p99_ms: idle.p99Ms,
      lateness_busy_p99_ms: busy.p99Ms,
    },
    limit: {},
  },
  [
    row(`ours, ${size} waiting`, rates.drain, rates.rearm, rates.sequential),
    ...(isCompared ? [row("graphile-worker, the same", rates.peerDrain, rates.peerRearm, rates.peerSequential)] : []),
    ...(bullmq.child ? [row("BullMQ, the same", rates.bullmqDrain, [], [])] : []),
    row(`ours, ${few} waiting`, rates.few, [], []),
    row(`ours, ${many} waiting`, rates.many, [], []),
  ],
  [
    `Drain: ${due} due jobs, a handler for each, every one done once.`,
    `Re-arm: ${rearms} keys at random with ${IN_FLIGHT} in flight, ${sequentialRearms} one after the other. Medians of ${rounds} interleaved rounds.`,
    `Lateness: ${idle.jobs} jobs at 10 a second and ${busy.jobs} at 2,000 a second, beside ${size} that wait.`,
  ],
);
process.exit(0);

async function startOurs(name: string, waiting: number): Promise<Child> {
  const child = startChild(oursFile, { file: path.join(folder, name) });
  await child.ask({ type: "fill", waiting });
  return child;
}

async function startGraphile(): Promise<{ child: Child | null; reason: string; version: string }> {
  const problem = installPeers();
  if (problem) return { child: null, reason: problem, version: "none" };
  const child = startChild(peerFile("graphile.js"), {});
  try {
    const version = await child.ask<string>({ type: "start" });
    progress(`filling PostgreSQL ${version} …`);
    await child.ask({ type: "fill", waiting: size });
    return { child, reason: "", version };
  } catch (error) {
    await child.close();
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { child: null, reason: `PostgreSQL did not start: ${reason}`, version: "none" };
  }
}

/** Redis promises less than we do (up to a second is lost in a power cut): that is what BullMQ is run with. */
async function startBullmq(): Promise<{ child: Child | null; redis: Redis | null; reason: string }> {
  const redis = await startRedis(folder);
  if (!redis) return { child: null, redis, reason: "no redis-server on this machine" };
  const problem = installPeers();
  if (problem) return { child: null, redis, reason: problem };
  const child = startChild(peerFile("bullmq.js"), { port: redis.port, pid: redis.pid });
  progress(`filling Redis ${redis.version} …`);
  await child.ask({ type: "fill", waiting: size });
  return { child, redis, reason: "" };
}

function emptyFigures(): Figures {
  return { drain: [], rearm: [], rearmSequential: [], serverCpuMs: [] };
}

function perSecond(count: number): (measured: Measured) => number {
  return ({ wallMs }) => count / (wallMs / 1_000);
}

function row(engine: string, drain: number[], rearm: number[], sequential: number[]) {
  const show = (values: number[]) => (values.length === 0 ? "" : `${round(median(values))} [${range(values)}]`);
  return {
    engine,
    "drain/s [min..max]": show(drain),
    "re-arm/s, 20 in flight": show(rearm),
    "one by one": show(sequential),
  };
}
