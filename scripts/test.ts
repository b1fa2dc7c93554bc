import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// `npm test`: everything, one step after the other, with the time each took. All steps are run even when one fails, so
// that one run shows everything there is to mend. Names of steps after `--` run only those: npm test -- types unit

const ROOT = path.join(import.meta.dirname, "..");
const MODULES = path.join(ROOT, "node_modules");
const scratch = mkdtempSync(path.join(tmpdir(), "beckon-test-"));

/** What a step found; tests are counted only where there are any. */
type StepResult = { ok: boolean; passed?: number; failed?: number };
type Step = { name: string; run(): StepResult };

// What did not change since the last run is not looked at again; npm ci forgets it all.
const CACHE = path.join(MODULES, ".cache", "beckon");
const CACHED = ["--cache", "--cache-strategy", "content", "--cache-location", path.join(CACHE, "prettier")];
const INCREMENTAL = ["--incremental", "--tsBuildInfoFile", path.join(CACHE, "types.tsbuildinfo")];

const STEPS: Step[] = [
  {
    name: "format",
    run: () => node([tool("prettier/bin/prettier.cjs"), "--check", "--log-level", "warn", ...CACHED, "."]),
  },
  { name: "lint", run: () => node([tool("oxlint/bin/oxlint"), "--quiet"]) },
  { name: "types", run: () => node([tool("typescript/bin/tsc"), "--noEmit", "-p", ".", ...INCREMENTAL]) },
  { name: "build", run: () => node(["scripts/build-if-stale.ts"]) },
  { name: "unit", run: unitTests },
  { name: "browser", run: browserTests },
];

process.chdir(ROOT);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(`No step named ${unknown.join(", ")}. There are: ${STEPS.map(({ name }) => name).join(", ")}\n`);
  process.exit(2);
}

const failedSteps: string[] = [];
let passed = 0;
let failed = 0;
for (const { name, run } of STEPS.filter((step) => wanted.length === 0 || wanted.includes(step.name))) {
  process.stdout.write(`\n=== ${name}\n`);
  const startedAt = performance.now();
  const result = run();
  passed += result.passed ?? 0;
  failed += result.failed ?? 0;
  if (!result.ok) failedSteps.push(name);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`--- ${name}: ${result.ok ? "ok" : "FAILED"} in ${seconds} s\n`);
}
rmSync(scratch, { recursive: true, force: true });

if (failedSteps.length > 0) process.stdout.write(`\nFailed: ${failedSteps.join(", ")}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
// Lets a pipe take the last line before the process ends.
await sleep(10);
process.exit(failedSteps.length > 0 ? 1 : 0);

function unitTests(): StepResult {
  const report = path.join(scratch, "unit.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { ok } = node([tool("vitest/vitest.mjs"), "run", ...reporters]);
  try {
    const counts = JSON.parse(readFileSync(report, "utf8")) as { numPassedTests: number; numFailedTests: number };
    // A file that cannot even be loaded fails without a failed test.
    return { ok, passed: counts.numPassedTests, failed: Math.max(counts.numFailedTests, ok ? 0 : 1) };
  } catch {
    return { ok: false, failed: 1 };
  }
}

/** Each file of tests/browser is a node:test file; without its browser it skips itself, unless CI is set. */
function browserTests(): StepResult {
  const files = readdirSync("tests/browser")
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.join("tests/browser", name));
  if (files.length === 0) return { ok: true };
  const report = path.join(scratch, "browser.tap");
  const reporters = [
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=tap",
    `--test-reporter-destination=${report}`,
  ];
  // One after the other: they share the machine's two cores and, some of them, its desktop.
  const { ok } = node(["--test", "--test-concurrency=1", ...reporters, ...files]);
  const text = readFileSync(report, "utf8");
  const count = (name: string) => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  const broken = count("fail") + count("cancelled");
  return { ok, passed: count("pass"), failed: Math.max(broken, ok ? 0 : 1) };
}

function tool(file: string): string {
  return path.join(MODULES, file);
}

function node(args: string[]): StepResult {
  const { status } = spawnSync(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] });
  return { ok: status === 0 };
}
