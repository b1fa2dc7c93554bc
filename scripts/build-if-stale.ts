import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const ROOT = join(import.meta.dirname, "..");
const STAMP = join(ROOT, "build", ".stamp");
const LOCK = join(ROOT, "build.lock");
const SOURCES = [
  "app",
  "storefront",
  "public",
  "drizzle",
  "package-lock.json",
  "vite.config.ts",
  "remix.config.js",
  "tsconfig.json",
];

/** Builds storefront and app when their sources differ from what was built last. Output goes to stderr. */
export async function buildIfStale(): Promise<void> {
  await withLock(() => {
    const before = fingerprint();
    if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === before) return;
    run(["scripts/build-storefront.ts"]);
    run(["node_modules/@remix-run/dev/dist/cli.js", "vite:build", "--logLevel", "warn"]);
    run(["scripts/build-threads.ts"]);
    mkdirSync(join(ROOT, "build"), { recursive: true });
    writeFileSync(STAMP, fingerprint());
  });
}

function run(args: string[]): void {
  const { status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, NODE_ENV: "production" },
  });
  if (status !== 0) throw new Error(`${args[0]} failed with code ${String(status)}: see its output above`);
}

/** Content of every source file, so that a checkout with new times but equal files is not rebuilt. */
function fingerprint(): string {
  const hash = createHash("sha256");
  const visit = (path: string) => {
    if (!existsSync(join(ROOT, path))) return;
    if (statSync(join(ROOT, path)).isDirectory()) {
      for (const name of readdirSync(join(ROOT, path)).toSorted()) visit(join(path, name));
    } else if (!/\.test\.tsx?$/.test(path)) {
      hash
        .update(path)
        .update("\0")
        .update(readFileSync(join(ROOT, path)))
        .update("\0");
    }
  };
  for (const source of SOURCES) visit(source);
  return hash.digest("hex");
}

/** Two commands at once build once: the second waits for the first. A lock older than five minutes is taken over. */
async function withLock(work: () => void): Promise<void> {
  for (;;) {
    try {
      mkdirSync(LOCK);
      break;
    } catch {
      if (existsSync(LOCK) && Date.now() - statSync(LOCK).mtimeMs > 300_000)
        rmSync(LOCK, { recursive: true, force: true });
      await sleep(200);
    }
  }
  try {
    work();
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

if (import.meta.main) await buildIfStale();
