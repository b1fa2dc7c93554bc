import type { ChildProcess } from "node:child_process";
import { watch } from "node:fs";
import { join } from "node:path";
import { buildIfStale } from "./build-if-stale.ts";
import { AppProcess } from "./demo/app-process.ts";
import { listening, runToEnd, startProgram, stopProgram } from "./demo/child-process.ts";
import { planDemo, writeCaBundle } from "./demo/environment.ts";
import { type DemoOptions, parseDemoOptions } from "./demo/options.ts";
import { playStory } from "./demo/story.ts";
import { requireFreePorts } from "./demo/ports.ts";

// `npm run demo`: the app, a simulated Shopify store and a local push service, all on loopback, until Ctrl-C.

const ROOT = join(import.meta.dirname, "..");
process.chdir(ROOT);

const options = readOptions();
const children: ChildProcess[] = [];
let app: AppProcess | null = null;
let ending = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(0));
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

try {
  await run(options);
} catch (error) {
  process.stderr.write(`The demo could not go on: ${error instanceof Error ? error.message : String(error)}\n`);
  await end(1);
}

async function run({ once, dev, speed, port }: DemoOptions): Promise<void> {
  await requireFreePorts([port, port + 1, port + 2, port + 3]);
  await buildIfStale();
  const plan = planDemo(options, process.env, ROOT);

  const push = startProgram(
    [
      "simulator/push/main.ts",
      ...[
        "--port",
        String(plan.ports.push),
        "--ws-port",
        String(plan.ports.pushWebSocket),
        "--ca-file",
        plan.pushCaFile,
      ],
    ],
    process.env,
  );
  children.push(push);
  const store = startProgram(
    [
      "simulator/main.ts",
      ...["--port", String(plan.ports.store), "--app-url", plan.appUrl, "--shop", plan.shop, "--speed", String(speed)],
      ...["--api-key", plan.apiKey, "--api-secret", plan.apiSecret],
    ],
    process.env,
  );
  children.push(store);
  await Promise.all([listening(push, "the push service"), listening(store, "the store")]);
  writeCaBundle(plan, process.env);

  const pids = () => ({ app: app?.pid ?? 0, store: store.pid ?? 0, push: push.pid ?? 0 });
  app = new AppProcess(
    plan.appUrl,
    plan.appEnv,
    () => print({ event: "restarted", pids: pids() }),
    () => {
      process.stderr.write("The app died three times within 60 s: giving up. Its last words are above.\n");
      void end(1);
    },
  );
  await app.start();

  await post(`${plan.storeUrl}/_sim/install`, {});
  const prepared = await runToEnd(
    ["scripts/demo/prepare-shop.ts", plan.shop],
    plan.appEnv,
    "preparing the demo's shop",
  );
  const { apiToken } = JSON.parse(prepared) as { apiToken: string };
  const clock = (await (await fetch(`${plan.storeUrl}/_sim/clock`)).json()) as { real: string; shop: string };

  const ready = {
    event: "ready" as const,
    app: plan.appUrl,
    store: plan.storeUrl,
    push: `https://127.0.0.1:${plan.ports.push}`,
    pushCa: plan.pushCaFile,
    shop: plan.shop,
    apiKey: plan.apiKey,
    apiSecret: plan.apiSecret,
    apiToken,
    speed,
    clock: { real: clock.real, shop: clock.shop },
    pids: pids(),
  };
  print(ready);

  if (once) {
    const allOk = await playStory(ready, plan, () => app?.pid ?? 0, print);
    await end(allOk ? 0 : 1);
  }
  if (dev) reloadOnChange();
}

function print(line: { event: string } & Record<string, unknown>): void {
  if (options.json) {
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return;
  }
  if (line.event === "ready") {
    process.stdout.write(
      [
        "",
        "  Beckon is running. Everything is on this machine; Ctrl-C ends it.",
        "",
        `  Storefront    ${String(line.store)}`,
        `  Shop admin    ${String(line.store)}/admin`,
        `  App           ${String(line.app)}`,
        `  Push service  ${String(line.push)}`,
        `  REST API key  ${String(line.apiToken)}`,
        "",
        `  One real second is ${String(line.speed)} seconds in the shop (--speed N changes that).`,
        "",
        "",
      ].join("\n"),
    );
  } else if (line.event === "step") {
    const detail = line.ok ? "" : `  ${JSON.stringify(line.detail)}`;
    process.stdout.write(`  ${line.ok ? "ok  " : "FAIL"}  ${String(line.shopTime)}  ${String(line.name)}${detail}\n`);
  } else if (line.event === "restarted") {
    process.stdout.write("  The app was started again.\n");
  }
}

/** `npm run dev`: rebuilds when a source changes and starts the app again; the store and its clock go on. */
function reloadOnChange(): void {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> = Promise.resolve();
  for (const folder of ["app", "storefront", "public"]) {
    watch(join(ROOT, folder), { recursive: true }, (_event, name) => {
      if (name === "beckon-sw.js") return; // built, not written
      if (timer) clearTimeout(timer);
      timer = setTimeout(() => (running = running.then(reload)), 200);
    });
  }
  async function reload(): Promise<void> {
    try {
      await buildIfStale();
      await app?.restart();
      process.stderr.write("Reloaded.\n");
    } catch (error) {
      process.stderr.write(`Not reloaded: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

async function end(code: number): Promise<never> {
  if (ending) return new Promise<never>(() => {});
  ending = true;
  await Promise.all([app?.stop(), ...children.map((child) => stopProgram(child, 3_000))]);
  process.exit(code);
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

function readOptions(): DemoOptions {
  try {
    return parseDemoOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}
