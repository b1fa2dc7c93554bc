import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { describeMachine, notMeasured, progress, report } from "./support/bench-result.ts";
import { startChild } from "./support/child.ts";
import type { Child } from "./support/child.ts";
import { readOptions } from "./support/options.ts";
import { median, medianRatio, range, round } from "./support/statistics.ts";
import type { Round, Variant } from "./send/client.ts";
import type { SinkCount } from "./send/sink.ts";
import { makeSubscriptions, makeVapidKeys, writeWorld } from "./send/subscriptions.ts";

// How fast pushes leave: distinct subscriptions, three push services over TLS, 300 bytes each. web-push with 100 at a time
// is the peer. Every variant has a process of its own, and so has the sink; rounds are interleaved.

const { size, rounds } = readOptions({ size: 20_000, rounds: 5 });
const WARM_UP = Math.min(size, 1_000);
const SAMPLE_EVERY = 40;
const VARIANTS: Variant[] = ["web-push", "ours", "threads", "empty"];
// One fewer than two cores would be none; the thread that feeds them and the sink share the cores with them.
const THREADS = Math.max(2, os.availableParallelism() - 1);

const folder = mkdtempSync(path.join(os.tmpdir(), "beckon-bench-send-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

type Sample = Round & { sink: SinkCount };

const LABELS: Record<Variant, string> = {
  "web-push": "web-push, 100 at a time",
  ours: "ours, one process",
  threads: `ours, ${THREADS} threads`,
  empty: "HTTP/2 alone, empty POST",
};

const here = import.meta.dirname;
const sink = startChild(path.join(here, "send", "sink.ts"), { sampleEvery: SAMPLE_EVERY });
const { origins, ca } = await sink.ask<{ origins: string[]; ca: string }>({ type: "listen" });
const worldFile = path.join(folder, "world.json");
const caFile = path.join(folder, "ca.pem");
writeFileSync(caFile, ca);
progress(`making ${size} subscriptions …`);
writeWorld(worldFile, {
  origins,
  ca,
  vapid: makeVapidKeys(),
  subject: "mailto:push@example.com",
  subscriptions: makeSubscriptions(size, origins),
});

const clients = new Map<Variant, Child>();
const samples = new Map<Variant, Sample[]>();
for (const variant of VARIANTS) {
  const args = { variant, world: worldFile, threads: THREADS };
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: caFile, NODE_ENV: "production" as const };
  clients.set(variant, startChild(path.join(here, "send", "client.ts"), args, { env }));
  samples.set(variant, []);
  await runRound(variant, WARM_UP);
}
for (let index = 0; index < rounds; index++) {
  // The order turns, so that none always follows the same other.
  for (let step = 0; step < VARIANTS.length; step++) {
    const variant = VARIANTS[(index + step) % VARIANTS.length] as Variant;
    const sample = await runRound(variant, size);
    samples.get(variant)?.push(sample);
    progress(
      `round ${index + 1}/${rounds} ${variant.padEnd(8)} ${perSecond(sample).toFixed(0)}/s ${cpuMicros(sample).toFixed(0)} µs`,
    );
  }
}
const ceilingMicros = measureCeiling();
for (const client of clients.values()) await client.close();
await sink.close();

const cpu = (variant: Variant) => of(variant).map(cpuMicros);
const rate = (variant: Variant) => of(variant).map(perSecond);
const httpMicros = median(cpu("empty"));
const limitMicros = ceilingMicros === null ? null : ceilingMicros + httpMicros;

report(
  {
    bench: "send",
    machine: describeMachine({ web_push: versionOf("web-push") }),
    ours: {
      subscriptions: size,
      rounds,
      payload_bytes: 300,
      one_process: figures("ours"),
      threads: { count: THREADS, ...figures("threads") },
    },
    peers: { "web-push": { pool: 100, ...figures("web-push") } },
    ratios: {
      cpu_vs_web_push: medianRatio(cpu("web-push"), cpu("ours")),
      wall_vs_web_push: medianRatio(rate("ours"), rate("web-push")),
      wall_vs_web_push_workers: medianRatio(rate("threads"), rate("web-push")),
      share_of_limit: limitMicros === null ? null : round(limitMicros / median(cpu("ours")), 2),
      sink_headroom: medianRatio(rate("empty"), rate("threads")),
    },
    limit: {
      message_in_c_cpu_us: ceilingMicros ?? notMeasured("needs cc and OpenSSL's headers"),
      http2_empty_post_cpu_us: round(httpMicros, 1),
      http2_empty_posts_per_s: round(median(rate("empty"))),
      sum_cpu_us: limitMicros === null ? null : round(limitMicros, 1),
    },
  },
  VARIANTS.map((variant) => {
    const { cpu_us, per_s, sink_cpu_us, rss_mb } = figures(variant);
    return {
      variant: LABELS[variant],
      "pushes/s": per_s,
      "[min..max]": range(rate(variant)),
      "CPU µs": cpu_us,
      "sink µs": sink_cpu_us,
      "RSS MB": rss_mb,
    };
  }),
  [
    `${size} distinct subscriptions a round, medians of ${rounds} interleaved rounds; each ratio is the median of the rounds' ratios.`,
    `Nothing lost or repeated; ${(of("ours")[0]?.sink.sampled ?? 0) * rounds} pushes of each variant decrypted, their VAPID tokens verified.`,
  ],
);
process.exit(0);

async function runRound(variant: Variant, count: number): Promise<Sample> {
  await sink.ask({ type: "reset" });
  const client = clients.get(variant);
  if (!client) throw new Error(`no client for ${variant}`);
  const measured = await client.ask<Round>({ count });
  const counted = await sink.ask<SinkCount>({ type: "check", world: worldFile, emptyBodies: variant === "empty" });
  const isWhole = counted.received === count && counted.distinct === count;
  if (!isWhole || measured.failed > 0 || counted.wrong > 0 || counted.badHeaders > 0) {
    throw new Error(
      `${variant}: not every push arrived once and whole: ${JSON.stringify({ ...counted, ...measured })}`,
    );
  }
  return { ...measured, sink: counted };
}

function of(variant: Variant): Sample[] {
  return samples.get(variant) ?? [];
}

function perSecond({ sink: { received }, wallMs }: Sample): number {
  return received / (wallMs / 1_000);
}

function cpuMicros({ sink: { received }, cpuMs }: Sample): number {
  return (cpuMs * 1_000) / received;
}

function figures(variant: Variant) {
  return {
    per_s: round(median(rate(variant))),
    cpu_us: round(median(cpu(variant)), 1),
    sink_cpu_us: round(median(of(variant).map(({ sink: { cpuMs, received } }) => (cpuMs * 1_000) / received)), 1),
    rss_mb: round(median(of(variant).map(({ rssMb }) => rssMb))),
  };
}

/** The whole message in C, CPU microseconds; null where it cannot be compiled. */
function measureCeiling(): number | null {
  const program = path.join(folder, "ceiling");
  const source = path.join(here, "send", "ceiling.c");
  const compiled = spawnSync("cc", ["-O2", "-o", program, source, "-lcrypto"], { stdio: "ignore" });
  if (compiled.status !== 0) return null;
  const values = Array.from({ length: rounds }, () =>
    Number(spawnSync(program, ["10000"], { encoding: "utf8" }).stdout),
  );
  return values.every((value) => value > 0) ? round(median(values), 1) : null;
}

function versionOf(name: string): string {
  const found: unknown = createRequire(import.meta.url)(`${name}/package.json`);
  return typeof found === "object" && found !== null && "version" in found ? String(found.version) : "unknown";
}
