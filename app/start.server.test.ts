import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { LoaderFunctionArgs } from "@remix-run/node";
import { expect, onTestFinished, test } from "vitest";
import { ConfigError } from "./config.server.ts";
import { loader as healthz } from "./routes/healthz.ts";
import { loader as metrics } from "./routes/metrics.ts";
import { loader as readyz } from "./routes/readyz.ts";
import { services } from "./services.server.ts";
import { start } from "./start.server.ts";

function buildEnv(changes: Record<string, string> = {}): NodeJS.ProcessEnv {
  const folder = mkdtempSync(path.join(tmpdir(), "beckon-start-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    NODE_ENV: "development",
    SHOPIFY_API_KEY: "key",
    SHOPIFY_API_SECRET: "secret",
    SHOPIFY_APP_URL: "http://127.0.0.1:3000",
    DATABASE_URL: `file:${folder}/data/test.db`,
    LOG_LEVEL: "silent",
    ...changes,
  };
}

async function startApp(changes: Record<string, string> = {}) {
  const app = await start(buildEnv(changes));
  onTestFinished(() => app.stop(1_000));
  return app;
}

function askMetrics(headers: Record<string, string>, remoteAddress: string): Promise<Response> {
  const request = new Request("http://127.0.0.1:3000/metrics", { headers });
  return metrics({ request, params: {}, context: { remoteAddress } } as LoaderFunctionArgs);
}

test("starts, is healthy and ready, and runs jobs", async () => {
  await startApp();
  const { store, clock } = services();

  const health = (await healthz().json()) as { status: string; time: string };
  expect(health.status).toBe("ok");
  expect(Math.abs(Date.parse(health.time) - Date.now())).toBeLessThan(5_000);
  const ready = await readyz();
  expect(ready.status).toBe(200);

  await store.jobs.schedule({ kind: "housekeeping", payload: { name: "unknown" }, runAt: clock.now() });
  await expect.poll(() => store.jobs.list({ state: "cancelled" })).toHaveLength(1);
});

test("is not ready when the database cannot be written, and says why", async () => {
  await startApp();
  const { store } = services();
  await store.close();

  const ready = await readyz();

  expect(ready.status).toBe(503);
  expect(((await ready.json()) as { problems: string[] }).problems[0]).toContain("cannot be written");
  // For the stop at the end of this test.
  services().store.close = async () => {};
});

test("a web process runs no jobs and is ready all the same", async () => {
  await startApp({ ROLE: "web" });
  const { store, clock } = services();

  await store.jobs.schedule({ kind: "housekeeping", payload: { name: "unknown" }, runAt: clock.now() });

  expect((await readyz()).status).toBe(200);
  expect(await store.jobs.owners()).toEqual([]);
  expect(await store.jobs.list({})).toHaveLength(1);
});

test("a second start stops the first, as a development rebuild needs it", async () => {
  await startApp();
  const first = services();

  await startApp();

  expect(services()).not.toBe(first);
  await expect(first.store.jobs.list({})).rejects.toThrow("not open");
});

test("refuses an incomplete environment before anything is opened", async () => {
  const env = buildEnv({ PORT: "x" });

  await expect(start(env)).rejects.toThrow(ConfigError);

  expect(existsSync(String(env.DATABASE_URL).slice("file:".length))).toBe(false);
});

test("outside production an encryption key is made once and kept beside the database", async () => {
  const env = buildEnv();
  const file = `${String(env.DATABASE_URL).slice("file:".length)}.key`;

  const first = await start(env);
  const [key] = services().keyring.keys;
  await first.stop(1_000);
  const second = await start(env);
  onTestFinished(() => second.stop(1_000));

  expect(services().keyring.keys[0]?.id).toBe(key?.id);
  expect(statSync(file).mode & 0o077).toBe(0);
});

test("metrics are for this machine and for whom the token was given to", async () => {
  await startApp({ METRICS_TOKEN: "a-long-token" });

  const here = await askMetrics({}, "127.0.0.1");
  expect(here.status).toBe(200);
  expect(await here.text()).toContain('beckon_jobs{kind="housekeeping",state="waiting"}');
  expect((await askMetrics({}, "::ffff:127.0.0.1")).status).toBe(200);

  expect((await askMetrics({}, "203.0.113.9")).status).toBe(401);
  // A reverse proxy on this machine speaks for somebody else.
  expect((await askMetrics({ "x-forwarded-for": "203.0.113.9" }, "127.0.0.1")).status).toBe(401);
  expect((await askMetrics({ authorization: "Bearer wrong" }, "203.0.113.9")).status).toBe(401);
  expect((await askMetrics({ authorization: "Bearer a-long-token" }, "203.0.113.9")).status).toBe(200);
});
