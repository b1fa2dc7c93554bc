// The first thing in every npm command: installs what the lockfile asks for if it is not there yet, and makes sure that
// node_modules/.bin/node is the Node this project runs on. No dependency, any Node from 18. Prints on stderr only.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { createHash } from "node:crypto";
import path from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR = 24;
const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const LOCKFILE = path.join(ROOT, "package-lock.json");
// npm writes it at the end of every complete installation; one that was interrupted leaves none.
const INSTALLED = path.join(ROOT, "node_modules", ".package-lock.json");
const NODE = path.join(ROOT, "node_modules", ".bin", "node");
// Outside node_modules, which npm ci deletes, and one for each checkout.
const LOCK = path.join(tmpdir(), `beckon-setup-${createHash("sha256").update(ROOT).digest("hex").slice(0, 16)}.lock`);
const LOCK_IS_STALE_AFTER_MS = 15 * 60_000;

if (!isReady()) withLock(setUp);

function isReady() {
  return isInstalled() && nodeMajor() === NODE_MAJOR;
}

function setUp() {
  // Another command may have done it while this one waited.
  if (isReady()) return;
  if (!isInstalled()) {
    say("Installing what this project needs (once; about a minute) …");
    // Its warnings are about the Node that npm runs under, which is not the one that is used.
    npm(["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
  }
  if (nodeMajor() !== NODE_MAJOR) npm(["rebuild", "node", "--ignore-scripts=false", "--foreground-scripts"]);
  if (nodeMajor() !== NODE_MAJOR) {
    fail(
      `This project runs on Node ${NODE_MAJOR}, which the package "node" should have put into node_modules/.bin: allow npm ` +
        `to run install scripts (npm config set ignore-scripts false) and run: npm ci --include=dev`,
    );
  }
}

/** Every package of the lockfile is there, and none is older than the lockfile says. */
function isInstalled() {
  try {
    const wanted = JSON.parse(readFileSync(LOCKFILE, "utf8")).packages;
    const installed = JSON.parse(readFileSync(INSTALLED, "utf8")).packages;
    return Object.entries(wanted).every(([name, { version, optional, devOptional, link }]) => {
      if (name === "" || link) return true;
      // Optional ones are for other platforms, or were left out for a reason.
      if (!installed[name]) return Boolean(optional || devOptional);
      return installed[name].version === version;
    });
  } catch {
    return false;
  }
}

function nodeMajor() {
  const { stdout } = spawnSync(NODE, ["--version"], { encoding: "utf8" });
  return Number(/^v(\d+)\./.exec(stdout ?? "")?.[1] ?? 0);
}

function npm(args) {
  // The npm that runs this command, under the Node it was started with. Not under ours: it is about to be replaced.
  const cli = process.env.npm_execpath;
  const isOurs = (file) => file.startsWith(path.join(ROOT, "node_modules"));
  const isUsable = cli && /\.c?js$/.test(cli) && !isOurs(process.execPath) && !isOurs(cli);
  const [command, first] = isUsable ? [process.execPath, [cli]] : ["npm", []];
  const env = { ...process.env };
  env.PATH = (env.PATH ?? "")
    .split(path.delimiter)
    .filter((folder) => !isOurs(folder))
    .join(path.delimiter);
  // They change what is installed, or belong to this command and not to the installation.
  for (const name of ["NODE_ENV", "npm_config_omit", "npm_config_production", "npm_config_json"]) delete env[name];
  const { status, error } = spawnSync(command, [...first, ...args], { cwd: ROOT, stdio: ["ignore", 2, 2], env });
  if (error) fail(`npm could not be started: ${error.message}`);
  if (status !== 0) fail(`npm ${args.join(" ")} failed: see what it said above.`);
}

/** Two commands at once install once: the second waits for the first. */
function withLock(work) {
  let isTold = false;
  while (!takeLock()) {
    if (!isTold) say("Waiting for another command that is installing …");
    isTold = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
  }
  process.on("exit", releaseLock);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
  work();
  releaseLock();
}

function takeLock() {
  try {
    mkdirSync(LOCK);
    writeFileSync(path.join(LOCK, "pid"), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") fail(`${LOCK} cannot be made: ${error.message}`);
    if (isAbandoned()) rmSync(LOCK, { recursive: true, force: true });
    return false;
  }
}

function isAbandoned() {
  try {
    if (Date.now() - statSync(LOCK).mtimeMs > LOCK_IS_STALE_AFTER_MS) return true;
    const pid = Number(readFileSync(path.join(LOCK, "pid"), "utf8"));
    if (!(pid > 0)) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

function releaseLock() {
  try {
    if (readFileSync(path.join(LOCK, "pid"), "utf8") === String(process.pid))
      rmSync(LOCK, { recursive: true, force: true });
  } catch {
    // Released already.
  }
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
