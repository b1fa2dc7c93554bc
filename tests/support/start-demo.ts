import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import BetterSqlite3 from "better-sqlite3";

const ROOT = path.join(import.meta.dirname, "..", "..");

export type Demo = {
  app: string;
  store: string;
  push: string;
  pushCa: string;
  shop: string;
  apiKey: string;
  apiSecret: string;
  apiToken: string;
  pids: { app: number; store: number; push: number };
  /** What app, store and push service wrote so far: for a test that failed, and for the test that looks for secrets. */
  log(): string;
  /** Moves the shop's clock and waits until the app has followed. */
  advance(duration: string): Promise<void>;
  /** `POST /_sim/PATH` at the store. */
  sim(path: string, body: object): Promise<Record<string, unknown>>;
  /** `GET /api/v1/PATH` with the demo's key. */
  api(path: string): Promise<Record<string, unknown>>;
  /** How many events of a kind the app's log holds. */
  countEvents(kind: string): number;
  close(): Promise<void>;
};

type Ready = Pick<Demo, "app" | "store" | "push" | "pushCa" | "shop" | "apiKey" | "apiSecret" | "apiToken" | "pids">;

/** Starts the whole demo as a person would, on free ports and a database of its own. */
export async function startDemo(options: { speed?: number; env?: Record<string, string> } = {}): Promise<Demo> {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-demo-"));
  const port = await freePorts(4);
  const databaseFile = path.join(folder, "demo.db");
  let log = "";
  const child = spawn(
    process.execPath,
    ["scripts/demo.ts", "--json", "--port", String(port), "--speed", String(options.speed ?? 1)],
    {
      cwd: ROOT,
      detached: true, // a process group of its own, ended as a whole
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, DATABASE_URL: `file:${databaseFile}`, ...options.env },
    },
  );
  child.stderr.on("data", (part: Buffer) => (log += part.toString()));
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise<Ready>((resolve, reject) => {
    lines.on("line", (line) => {
      const message = JSON.parse(line) as { event: string };
      if (message.event === "ready") resolve(message as unknown as Ready);
    });
    child.once("exit", (code) => reject(new Error(`the demo ended with code ${String(code)}:\n${log.slice(-3_000)}`)));
  });

  const request = async (url: string, init: RequestInit): Promise<Record<string, unknown>> => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(60_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
    return text ? (JSON.parse(text) as Record<string, unknown>) : {};
  };
  const sim = (where: string, body: object) =>
    request(`${ready.store}/_sim/${where}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  return {
    ...ready,
    log: () => log,
    sim,
    advance: async (duration) => void (await sim("clock", { advance: duration })),
    api: (where) => request(`${ready.app}/api/v1/${where}`, { headers: { authorization: `Bearer ${ready.apiToken}` } }),
    countEvents(kind) {
      const sqlite = new BetterSqlite3(databaseFile, { readonly: true });
      try {
        return sqlite.prepare("select count(*) from events where kind = ?").pluck().get(kind) as number;
      } finally {
        sqlite.close();
      }
    },
    async close() {
      const closed = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await closed;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first of `count` neighbouring free ports. */
export async function freePorts(count: number): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const first = 12_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
  throw new Error("no free ports");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
