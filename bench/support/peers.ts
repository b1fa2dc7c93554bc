import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { progress } from "./bench-result.ts";

const FOLDER = path.join(import.meta.dirname, "..", "peers");

/**
 * Installs what the benchmarks compare with, once, into bench/peers.
 *
 * @returns why it could not be, or null
 */
export function installPeers(): string | null {
  const { dependencies } = JSON.parse(readFileSync(path.join(FOLDER, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  if (Object.entries(dependencies).every(([name, version]) => peerVersion(name) === version)) return null;
  progress("installing the peers into bench/peers (once) …");
  const env = { ...process.env };
  for (const name of ["NODE_ENV", "npm_config_json"]) delete env[name];
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: FOLDER, stdio: ["ignore", 2, 2], env });
  return status === 0 ? null : "npm ci in bench/peers failed";
}

export function peerVersion(name: string): string {
  try {
    const text = readFileSync(path.join(FOLDER, "node_modules", name, "package.json"), "utf8");
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return "not installed";
  }
}

/** The file of a peer's program. */
export function peerFile(name: string): string {
  return path.join(FOLDER, name);
}
