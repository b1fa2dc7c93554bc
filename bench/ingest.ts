import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { buildIfStale } from "../scripts/build-if-stale.ts";
import type { LoadAnswer } from "./ingest/load.ts";
import type { ServerState } from "./ingest/server.ts";
import { API_SECRET } from "./ingest/webhooks.ts";
import { describeMachine, progress, report } from "./support/bench-result.ts";
import { startChild } from "./support/child.ts";
import type { Child } from "./support/child.ts";
import { readOptions } from "./support/options.ts";
import { median, medianRatio, range, round } from "./support/statistics.ts";

// How fast webhooks are taken in: 6 kB checkouts, signed, one in ten a repeat. The built app as it serves, against the same
// work behind a plain Remix route on Express; synchronous=FULL against NORMAL; and the time to answer at 500 a second.
// "web" variants leave the journeys' look to a worker, "all" ones do it in the same process, as a small shop's server does.

const { size, rounds, minutes } = readOptions({ size: 6_000, rounds: 5 });
const CONNECTIONS = 32;
const CHECKOUTS = 2_000;
const PACED_PER_SECOND = 500;
const PACED_SECONDS = 20;

const VARIANTS = {
  ours: { way: "ours", synchronous: "FULL", role: "web" },
  remix: { way: "remix", synchronous: "FULL", role: "web" },
  normal: { way: "ours", synchronous: "NORMAL", role: "web" },
  "ours with journeys": { way: "ours", synchronous: "FULL", role: "all" },
  "remix with journeys": { way: "remix", synchronous: "FULL", role: "all" },
} as const;
const LABELS: Record<keyof typeof VARIANTS, string> = {
  ours: "ours",
  remix: "plain Remix route",
  normal: "ours, synchronous=NORMAL",
  "ours with journeys": "ours, with journeys",
  "remix with journeys": "plain Remix route, with journeys",
};
type Variant = keyof typeof VARIANTS;
const NAMES = Object.keys(VARIANTS) as Variant[];
type Sample = LoadAnswer & { cpuUs: number; perSecond: number; settledPerSecond: number; rssMb: number };

await buildIfStale();
const folder = mkdtempSync(path.join(os.tmpdir(), "beckon-bench-ingest-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => path.join(import.meta.dirname, "ingest", name);
const load = startChild(file("load.ts"), { checkouts: CHECKOUTS });

const servers = new Map<Variant, { child: Child; port: number }>();
const samples = new Map<Variant, Sample[]>(NAMES.map((name) => [name, []]));
for (const name of NAMES) {
  const databaseFile = path.join(folder, `${name.replaceAll(" ", "-")}.db`);
  const args = { ...VARIANTS[name], databaseFile, apiSecret: API_SECRET, checkouts: CHECKOUTS };
  const child = startChild(file("server.ts"), args, { env: { ...process.env, NODE_ENV: "production" as const } });
  servers.set(name, { child, port: await child.ask<number>({ type: "listen" }) });
  await runRound(name, Math.min(size, 1_500)); // warm
}
for (let index = 0; index < rounds; index++) {
  for (let step = 0; step < NAMES.length; step++) {
    const name = NAMES[(index + step) % NAMES.length] as Variant;
    const sample = await runRound(name, size);
    samples.get(name)?.push(sample);
    progress(
      `round ${index + 1}/${rounds} ${name.padEnd(20)} ${sample.perSecond.toFixed(0)}/s, ${sample.cpuUs.toFixed(0)} µs`,
    );
  }
}

progress(`${PACED_PER_SECOND} a second for ${PACED_SECONDS} s …`);
const paced: (LoadAnswer & ServerState)[] = [];
for (const name of ["ours", "ours with journeys"] as const) {
  const { child, port } = serverOf(name);
  await child.ask({ type: "empty" });
  const answered = await load.ask<LoadAnswer>({
    type: "paced",
    port,
    path: "/webhooks",
    perSecond: PACED_PER_SECOND,
    seconds: PACED_SECONDS,
  });
  const state = VARIANTS[name].role === "all" ? await settled(child) : await child.ask<ServerState>({ type: "state" });
  checkWhole(name, answered, state);
  paced.push({ ...answered, ...state });
}
const memory = minutes > 0 ? await memoryOver(minutes) : null;
for (const { child } of servers.values()) await child.close();
await load.close();

const rates = (name: Variant) => of(name).map(({ perSecond }) => perSecond);
const [pacedWeb, pacedAll] = paced;
report(
  {
    bench: "ingest",
    machine: describeMachine(),
    ours: {
      webhooks: size,
      rounds,
      connections: CONNECTIONS,
      full: figures("ours"),
      normal: figures("normal"),
      full_with_journeys: figures("ours with journeys"),
      memory,
      paced: {
        per_s: PACED_PER_SECOND,
        seconds: PACED_SECONDS,
        p50_ms: round(pacedWeb?.p50Ms ?? Number.NaN, 1),
        p99_ms: round(pacedWeb?.p99Ms ?? Number.NaN, 1),
        with_journeys_p50_ms: round(pacedAll?.p50Ms ?? Number.NaN, 1),
        with_journeys_p99_ms: round(pacedAll?.p99Ms ?? Number.NaN, 1),
        with_journeys_unprocessed: pacedAll?.unprocessed ?? null,
      },
    },
    peers: { "remix-route": { full: figures("remix"), full_with_journeys: figures("remix with journeys") } },
    ratios: {
      vs_remix_route: medianRatio(rates("ours"), rates("remix")),
      vs_remix_route_cpu: medianRatio(
        of("remix").map(({ cpuUs }) => cpuUs),
        of("ours").map(({ cpuUs }) => cpuUs),
      ),
      vs_remix_route_with_journeys: medianRatio(
        of("ours with journeys").map(({ settledPerSecond }) => settledPerSecond),
        of("remix with journeys").map(({ settledPerSecond }) => settledPerSecond),
      ),
      full_vs_normal: medianRatio(rates("ours"), rates("normal")),
      p99_ms: round(pacedWeb?.p99Ms ?? Number.NaN, 1),
      p99_with_journeys_ms: round(pacedAll?.p99Ms ?? Number.NaN, 1),
    },
    limit: {},
  },
  NAMES.map((name) => {
    const found = figures(name);
    return {
      variant: LABELS[name],
      "webhooks/s": found.per_s,
      "[min..max]": range(rates(name)),
      "p50 ms": found.p50_ms,
      "p99 ms": found.p99_ms,
      "CPU µs": found.cpu_us,
      "RSS MB": found.rss_mb,
    };
  }),
  [
    `${size} webhooks of 6 kB a round over ${CONNECTIONS} connections, one in ten a repeat, all answered 200 and recorded once.`,
    `CPU is the server process's; with journeys until the last event was looked at. Databases are emptied between rounds.`,
    `At ${PACED_PER_SECOND} a second: p99 ${round(pacedWeb?.p99Ms ?? Number.NaN, 1)} ms, with journeys in the process ${round(pacedAll?.p99Ms ?? Number.NaN, 1)} ms. Not beside a campaign.`,
  ],
);
process.exit(0);

async function runRound(name: Variant, count: number): Promise<Sample> {
  const { child, port } = serverOf(name);
  await child.ask({ type: "empty" });
  const startedAt = performance.now();
  const answered = await load.ask<LoadAnswer>({
    type: "closed",
    port,
    path: "/webhooks",
    count,
    connections: CONNECTIONS,
  });
  const requestsMadeMs = performance.now() - startedAt - answered.wallMs;
  const state = VARIANTS[name].role === "all" ? await settled(child) : await child.ask<ServerState>({ type: "state" });
  const untilSettledMs = performance.now() - startedAt - requestsMadeMs;
  checkWhole(name, answered, state);
  return {
    ...answered,
    cpuUs: (state.cpuMs * 1_000) / count,
    perSecond: count / (answered.wallMs / 1_000),
    settledPerSecond: count / (untilSettledMs / 1_000),
    rssMb: state.rssMb,
  };
}

/** 500 a second, with journeys, for so long: resident memory after every 20 s. */
async function memoryOver(forMinutes: number) {
  const { child, port } = serverOf("ours with journeys");
  await child.ask({ type: "empty" });
  const rssMb: number[] = [];
  for (let part = 0; part < forMinutes * 3; part++) {
    await load.ask({ type: "paced", port, path: "/webhooks", perSecond: PACED_PER_SECOND, seconds: 20 });
    rssMb.push(round((await child.ask<ServerState>({ type: "state" })).rssMb));
    progress(`${((part + 1) / 3).toFixed(1)} minutes: ${rssMb.at(-1)} MB`);
  }
  return { minutes: forMinutes, first_rss_mb: rssMb[0], last_rss_mb: rssMb.at(-1), most_rss_mb: Math.max(...rssMb) };
}

/** When every event was looked at, or after two minutes: what is left by then is in the state. */
async function settled(child: Child): Promise<ServerState> {
  const giveUpAt = performance.now() + 120_000;
  for (;;) {
    const state = await child.ask<ServerState>({ type: "state" });
    if (state.unprocessed === 0 || performance.now() > giveUpAt) return state;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function checkWhole(name: Variant, answered: LoadAnswer, state: ServerState): void {
  const expected = answered.answered - answered.repeats;
  if (answered.failed === 0 && state.events === expected) return;
  throw new Error(`${name}: ${answered.failed} not answered 200; ${state.events} events instead of ${expected}`);
}

function serverOf(name: Variant): { child: Child; port: number } {
  const server = servers.get(name);
  if (!server) throw new Error(`no server for ${name}`);
  return server;
}

function of(name: Variant): Sample[] {
  return samples.get(name) ?? [];
}

function figures(name: Variant) {
  const middle = (pick: (sample: Sample) => number, digits = 0) => round(median(of(name).map(pick)), digits);
  return {
    per_s: middle(({ perSecond }) => perSecond),
    settled_per_s: VARIANTS[name].role === "all" ? middle(({ settledPerSecond }) => settledPerSecond) : null,
    p50_ms: middle(({ p50Ms }) => p50Ms, 1),
    p99_ms: middle(({ p99Ms }) => p99Ms, 1),
    cpu_us: middle(({ cpuUs }) => cpuUs),
    load_cpu_us: middle(({ cpuMs, answered }) => (cpuMs * 1_000) / answered),
    rss_mb: middle(({ rssMb }) => rssMb),
  };
}
