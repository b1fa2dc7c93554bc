import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildIfStale } from "../scripts/build-if-stale.ts";
import { freePorts } from "../tests/support/start-demo.ts";
import { seedShop } from "./campaign/seed.ts";
import type { Round } from "./send/client.ts";
import type { SinkCount } from "./send/sink.ts";
import { makeSubscriptions, makeVapidKeys, writeWorld } from "./send/subscriptions.ts";
import { describeMachine, progress, report } from "./support/bench-result.ts";
import { startChild } from "./support/child.ts";
import { readOptions } from "./support/options.ts";
import { median, percentile, range, round } from "./support/statistics.ts";

// A message to everyone, end to end, by the built server on its SQLite file with synchronous=FULL: ordered through the REST
// API; audience, caps, composing with personal fields, deliveries, sending, outcomes. What bare sending does with the same
// subscriptions and the same sink is measured before and after it.

const ROOT = path.join(import.meta.dirname, "..");
const { size, rounds } = readOptions({ size: 200_000, rounds: 3 });
const BARE = Math.min(size, 20_000);
const SAMPLE_EVERY = 40;
const BETWEEN_REQUESTS_MS = 50;

const folder = mkdtempSync(path.join(os.tmpdir(), "beckon-bench-campaign-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
await buildIfStale();

const here = import.meta.dirname;
const sink = startChild(path.join(here, "send", "sink.ts"), { sampleEvery: SAMPLE_EVERY });
const { origins, ca } = await sink.ask<{ origins: string[]; ca: string }>({ type: "listen" });
const worldFile = path.join(folder, "world.json");
const caFile = path.join(folder, "ca.pem");
const databaseFile = path.join(folder, "bench.db");
const encryptionKey = randomBytes(32).toString("base64");
writeFileSync(caFile, ca);
progress(`making ${size} subscriptions …`);
const subscriptions = makeSubscriptions(size, origins);
const world = { origins, ca, vapid: makeVapidKeys(), subject: "mailto:push@example.com", subscriptions };
writeWorld(worldFile, world);
const apiKey = await seedShop(databaseFile, encryptionKey, world);

const client = startChild(path.join(here, "send", "client.ts"), { variant: "ours", world: worldFile, threads: 1 });
await client.ask<Round>({ count: Math.min(BARE, 1_000) });
const bare: Round[] = [];
await measureBare(Math.ceil(rounds / 2));
const sent = await measureCampaign();
await measureBare(rounds - Math.ceil(rounds / 2));
await client.close();

const bareRates = bare.map(({ wallMs }) => (BARE / wallMs) * 1_000);
const bareCpu = bare.map(({ cpuMs }) => (cpuMs / BARE) * 1_000);
const rate = (size / sent.wallMs) * 1_000;
const cpuMicros = (sent.cpuMs / size) * 1_000;
report(
  {
    bench: "campaign",
    machine: describeMachine(),
    ours: {
      people: size,
      pushes_per_s: round(rate),
      cpu_us: round(cpuMicros),
      rss_mb_idle: round(sent.rssIdle),
      rss_mb_by_tenth: sent.rssByTenth.map((mb) => round(mb)),
      web_p50_ms: round(percentile(sent.web, 0.5), 1),
      web_requests: sent.web.length,
      sampled: sent.sink.sampled,
    },
    peers: { send: { pushes: BARE, rounds, pushes_per_s: round(median(bareRates)), cpu_us: round(median(bareCpu)) } },
    ratios: {
      rate_vs_send: round(rate / median(bareRates), 2),
      cpu_vs_send: round(median(bareCpu) / cpuMicros, 2),
      rss_mb: round(Math.max(...sent.rssByTenth)),
      first_push_ms: round(sent.firstMs),
      web_p99_ms: round(percentile(sent.web, 0.99), 1),
    },
    limit: {},
  },
  [
    { what: "campaign, end to end", "pushes/s": round(rate), "CPU µs": round(cpuMicros) },
    {
      what: "bare sending",
      "pushes/s": round(median(bareRates)),
      "[min..max]": range(bareRates),
      "CPU µs": round(median(bareCpu)),
    },
  ],
  [
    `Every push arrived once; ${sent.sink.sampled} were decrypted, their VAPID tokens and names verified.`,
    `Web requests: a list of subscribers and an event told by the API, in turn, one every ${BETWEEN_REQUESTS_MS} ms.`,
  ],
);
await sink.close();
process.exit(0);

async function measureBare(times: number) {
  for (let index = 0; index < times; index += 1) {
    const measured = await client.ask<Round>({ count: BARE });
    if (measured.failed > 0) throw new Error(`${measured.failed} bare pushes failed`);
    bare.push(measured);
    progress(`bare sending ${round((BARE / measured.wallMs) * 1_000)}/s`);
  }
}

async function measureCampaign() {
  await sink.ask({ type: "reset" });
  const port = await freePorts(1);
  const address = `http://127.0.0.1:${port}`;
  // As `npm start` does.
  const app = spawn(process.execPath, ["--max-semi-space-size=4", "server.js"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      NODE_ENV: "production",
      PORT: String(port),
      HOST: "127.0.0.1",
      SHOPIFY_API_KEY: "bench",
      SHOPIFY_API_SECRET: "bench",
      SHOPIFY_APP_URL: "https://bench.example.com",
      DATABASE_URL: `file:${databaseFile}`,
      ENCRYPTION_KEY: encryptionKey,
      VAPID_SUBJECT: world.subject,
      PUSH_HOSTS: origins.map((origin) => new URL(origin).host).join(","),
      PUSH_CA_FILE: caFile,
      LOG_LEVEL: "warn",
    },
  });
  process.on("exit", () => app.kill("SIGKILL"));
  const { pid } = app;
  if (pid === undefined) throw new Error("the app did not start");
  const ask = async (method: string, where: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${address}/api/v1/${where}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${where} answered ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  for (let tries = 0; ; tries += 1) {
    if (app.exitCode !== null || tries > 600) throw new Error("the app did not start");
    if (
      await fetch(`${address}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break;
    await sleep(100);
  }
  const { data } = (await ask("GET", "subscribers?limit=1")) as { data: { id: string }[] };
  const subscriberId = data[0]?.id;
  const rssIdle = rssOf(pid);

  const startedAt = performance.now();
  const cpuAtStart = cpuOf(pid);
  const { id } = await ask("POST", "notifications", {
    to: { all: true },
    message: { title: "{{ first_name }}, something new", body: "Come and see what {{ shop_name }} has found for you." },
  });
  const web: number[] = [];
  const rssByTenth: number[] = [];
  let firstMs = 0;
  let isDone = false;
  const asking = (async () => {
    for (let turn = 0; !isDone; turn += 1) {
      const at = performance.now();
      if (turn % 2 === 0) await ask("GET", "subscribers?limit=20");
      else await ask("POST", "events", { subscriberId, type: "custom", data: { name: "bench" } });
      web.push(performance.now() - at);
      await sleep(BETWEEN_REQUESTS_MS);
    }
  })();
  while (!isDone) {
    await sleep(firstMs === 0 ? 20 : 500);
    const { state, counts } = (await ask("GET", `notifications/${String(id)}`)) as {
      state: string;
      counts: { sent: number; accepted: number };
    };
    if (firstMs === 0 && counts.sent > 0) firstMs = performance.now() - startedAt;
    const tenth = Math.floor((counts.sent / size) * 10);
    if (tenth > rssByTenth.length) {
      rssByTenth.push(rssOf(pid));
      progress(`${counts.sent} sent, ${round(rssByTenth.at(-1) ?? 0)} MB`);
    }
    isDone = state === "done";
  }
  const wallMs = performance.now() - startedAt;
  const cpuMs = cpuOf(pid) - cpuAtStart;
  rssByTenth.push(rssOf(pid));
  await asking;
  const gone = new Promise((resolve) => app.once("exit", resolve));
  app.kill("SIGTERM");
  await gone;

  const counted = await sink.ask<SinkCount>({ type: "check", world: worldFile, emptyBodies: false, isCampaign: true });
  if (counted.received !== size || counted.distinct !== size || counted.wrong > 0 || counted.badHeaders > 0) {
    throw new Error(`the sink is not content: ${JSON.stringify(counted)}`);
  }
  return { wallMs, cpuMs, firstMs, rssIdle, rssByTenth, web, sink: counted };
}

/** Resident megabytes of a process; 0 where there is no /proc. */
function rssOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

/** Milliseconds of CPU time a process has used. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
