import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import BetterSqlite3 from "better-sqlite3";
import { buildIfStale } from "../../../scripts/build-if-stale.ts";
import { listening, runToEnd } from "../../../scripts/demo/child-process.ts";
import { planDemo } from "../../../scripts/demo/environment.ts";
import { selfSignedCertificate } from "../../../simulator/push/certificate.ts";
import { startPushService } from "../../../simulator/push/push-service.ts";
import type { PushService } from "../../../simulator/push/push-service.ts";
import { talkTo } from "../../contract/stranger.ts";
import { freePorts } from "../../support/start-demo.ts";

// The built server as a child process on a SQLite file, beside a simulated store and push services of our own, with all
// that can be done to a process. It is started again only when a test says so.

const SKEWED_CLOCK = path.join(import.meta.dirname, "skewed-clock.mjs");
const ROOT = path.join(import.meta.dirname, "..", "..", "..");

export type FaultWorld = Awaited<ReturnType<typeof createFaultWorld>>;

export async function createFaultWorld(options: { pushServices?: number; env?: Record<string, string> } = {}) {
  await buildIfStale();
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-faults-"));
  const databaseFile = path.join(folder, "faults.db");
  const pushServices = await Promise.all(
    Array.from({ length: options.pushServices ?? 1 }, (_, index) =>
      startPushService({ caFile: path.join(folder, `push-${index}.pem`), requestsKept: 1_000_000 }),
    ),
  );
  const port = await freePorts(4);
  const plan = planDemo(
    { once: false, json: true, dev: false, speed: 1, port },
    {
      ...process.env,
      DATABASE_URL: `file:${databaseFile}`,
      PUSH_HOSTS: pushServices.map(({ host }) => host).join(","),
      RATE_LIMIT: "off",
      ...options.env,
    },
    ROOT,
  );
  const renewed = selfSignedCertificate(["127.0.0.1", "localhost"], new Date());
  writeFileSync(plan.pushCaFile, [...pushServices.map(({ ca }) => ca), renewed.cert].join("\n"));
  const clockFile = path.join(folder, "clock.json");

  let log = "";
  let appLog = "";
  let app: ChildProcess | null = null;
  const known = {
    app: plan.appUrl,
    store: plan.storeUrl,
    shop: plan.shop,
    apiKey: plan.apiKey,
    apiSecret: plan.apiSecret,
    apiToken: "",
    advance: (duration: string) => moveClock(duration),
  };
  const store = program(
    [
      "simulator/main.ts",
      ...["--port", String(plan.ports.store), "--app-url", plan.appUrl, "--shop", plan.shop, "--speed", "1"],
      ...["--api-key", plan.apiKey, "--api-secret", plan.apiSecret],
    ],
    process.env,
  );

  function program(args: string[], env: NodeJS.ProcessEnv): ChildProcess {
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const output of [child.stdout, child.stderr]) output.on("data", (part: Buffer) => (log += part.toString()));
    return child;
  }

  /** Ends with the app at work, or says what it wrote last. */
  async function start(env: Record<string, string> = {}): Promise<void> {
    if (app) throw new Error("the app runs already");
    const child = program(["--import", SKEWED_CLOCK, "server.js"], {
      ...plan.appEnv,
      SKEWED_CLOCK: clockFile,
      ...env,
    });
    child.stdout?.on("data", (part: Buffer) => (appLog += part.toString()));
    app = child;
    for (const giveUpAt = Date.now() + 120_000; Date.now() < giveUpAt; await sleep(25)) {
      if (child.exitCode !== null || child.signalCode !== null) break;
      const ready = fetch(`${plan.appUrl}/readyz`, { signal: AbortSignal.timeout(2_000) });
      if (await ready.then((response) => response.ok).catch(() => false)) return;
    }
    throw new Error(`the app did not start:\n${log.slice(-3_000)}`);
  }

  /** @returns code and milliseconds until the process was gone */
  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<{ code: number | null; ms: number }> {
    const child = app;
    if (!child) throw new Error("the app does not run");
    const startedAt = performance.now();
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill(signal);
      await gone;
    }
    app = null;
    return { code: child.exitCode, ms: performance.now() - startedAt };
  }

  async function askSim(where: string, body: object): Promise<{ status: number; text: string }> {
    const response = await fetch(`${plan.storeUrl}/_sim/${where}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    return { status: response.status, text: await response.text() };
  }

  async function sim(where: string, body: object): Promise<Record<string, unknown>> {
    const { status, text } = await askSim(where, body);
    if (status >= 300) throw new Error(`_sim/${where} answered ${status}: ${text.slice(0, 500)}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** Without waiting for the app, which may be dead, this comes back at once. */
  async function moveClock(duration: string, waitForApp = true): Promise<void> {
    let { status, text } = await askSim("clock", { advance: duration, wait: waitForApp });
    // Moved, but an app that is slow on a busy machine has not shown it yet.
    for (let tries = 0; status === 504 && tries < 20; tries++) {
      ({ status, text } = await askSim("clock", { advance: "PT0S", wait: true }));
    }
    if (status >= 300) throw new Error(`the clock could not be moved by ${duration}: ${text.slice(0, 500)}`);
  }

  /** Reads the database beside the app. */
  function query<T>(sql: string, ...values: unknown[]): T[] {
    const sqlite = new BetterSqlite3(databaseFile, { readonly: true });
    try {
      return sqlite.prepare(sql).all(...values) as T[];
    } finally {
      sqlite.close();
    }
  }

  async function close(): Promise<void> {
    if (app) await end("SIGKILL");
    store.kill("SIGKILL");
    await Promise.all(pushServices.map((service) => service.close()));
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    await listening(store, "the store");
    await start();
    await sim("install", {});
    const prepared = await runToEnd(["scripts/demo/prepare-shop.ts", plan.shop], plan.appEnv, "preparing the shop");
    known.apiToken = (JSON.parse(prepared) as { apiToken: string }).apiToken;
  } catch (error) {
    await close();
    throw error;
  }

  return {
    ...known,
    folder,
    databaseFile,
    env: plan.appEnv,
    pushServices,
    start,
    kill: () => end("SIGKILL"),
    terminate: () => end("SIGTERM"),
    signal: (signal: NodeJS.Signals) => app?.kill(signal),
    isRunning: () => app !== null,
    pid: () => app?.pid ?? 0,
    sim,
    moveClock,
    query,
    /** Another certificate that the app trusts, for push services to change to. */
    renewed,
    /** Sets the machine's clock wrong for the app, or blocks its event loop once. In force after a tenth of a second. */
    async disturb(disturbance: { offset?: number; block?: { id: string; ms: number } }): Promise<void> {
      writeFileSync(`${clockFile}.new`, JSON.stringify(disturbance));
      renameSync(`${clockFile}.new`, clockFile);
      await sleep(150);
    },
    /** What app and store wrote. */
    log: () => log,
    /** What the app alone wrote to its standard output: JSON lines. */
    appLog: () => appLog,
    /** The interface of strangers, with shoppers at one of the push services. */
    at: (service: PushService) => talkTo(known, service),
    close,
  };
}
