import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../../tests/support/start-demo.ts";

export type Redis = { port: number; pid: number; version: string; end(): void };

/**
 * A Redis of our own on a free port of loopback, with its data in `folder`; it ends with this process at the latest.
 * Persistent as BullMQ's guide for production advises: an append-only file synced every second, nothing evicted.
 *
 * @returns null where there is no redis-server
 */
export async function startRedis(folder: string): Promise<Redis | null> {
  const { status, stdout } = spawnSync("redis-server", ["--version"], { encoding: "utf8" });
  if (status !== 0) return null;
  const port = await freePorts(1);
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: path.resolve(folder),
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
    "maxmemory-policy": "noeviction",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn("redis-server", args, { stdio: "ignore" });
  const end = () => void server.kill("SIGKILL");
  process.on("exit", end);
  while (server.exitCode === null) {
    const ping = spawnSync("redis-cli", ["-p", String(port), "ping"], { encoding: "utf8" });
    if (ping.stdout?.includes("PONG") && server.pid !== undefined) {
      return { port, pid: server.pid, version: /v=(\S+)/.exec(stdout)?.[1] ?? "unknown", end };
    }
    await sleep(50);
  }
  return null;
}
