import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { followSimulatedClock } from "./clock-simulated.server.ts";
import { systemClock } from "./clock-system.server.ts";
import type { Clock } from "./clock.server.ts";
import { loadConfig } from "./config.server.ts";
import type { Config } from "./config.server.ts";
import { connectAdminApi } from "./connect-admin-api.server.ts";
import { createKeyring } from "./encryption.server.ts";
import { startJobs } from "./jobs/runtime.server.ts";
import { createLogger } from "./log.server.ts";
import type { Logger } from "./log.server.ts";
import { createMetrics } from "./metrics.server.ts";
import { createThreadedSender, sendingThreads } from "./sender/threaded-sender.server.ts";
import type { Scheduler } from "./scheduler/scheduler.server.ts";
import { setServices } from "./services.server.ts";
import type { Services } from "./services.server.ts";
import { createSqliteStore } from "./store/sqlite/create-store.server.ts";

/** The app at work in this process. */
export type RunningApp = {
  config: Config;
  log: Logger;
  /** Claims no more jobs and lets running ones end, within `limitMs` of machine time. Requests can still be answered. */
  stopJobs(limitMs: number): Promise<void>;
  /** Stops jobs likewise and closes everything. A second call waits for the first. */
  stop(limitMs: number): Promise<void>;
};

// On globalThis, because a development rebuild loads this module anew beside the one that runs.
const holder = globalThis as typeof globalThis & { beckonApp?: RunningApp };

/**
 * Builds everything once and starts the scheduler, unless ROLE=web. Called by server.js through the built bundle, so that
 * there is one database handle and one loop; what an earlier build started in this process is stopped first.
 *
 * @param env the environment: the only place it is read
 * @throws ConfigError naming every problem in it; any error of the database or, in a simulation, of the store's clock
 */
export async function start(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(env);
  await holder.beckonApp?.stop(2_000);

  const log = createLogger(config.logLevel);
  const metrics = createMetrics();
  const keyring = createKeyring(
    config.encryptionKeys.length > 0 ? config.encryptionKeys : [keyBeside(config.databaseFile)],
  );
  const { clock, stopClock } = await startClock(config, log);
  let scheduler: Scheduler | null = null;
  const store = createSqliteStore({
    file: config.databaseFile,
    inBackground: true,
    onJobScheduled: (runAt) => scheduler?.jobScheduled(runAt),
  });
  const sender = createThreadedSender({
    vapidSubject: config.vapidSubject,
    push: config.push,
    threads: sendingThreads(),
    onOutcome({ vendor, outcome, seconds }) {
      metrics.pushes.inc({ service: vendor, outcome });
      metrics.pushDuration.observe({ service: vendor }, seconds);
    },
  });

  const services: Services = {
    config,
    clock,
    log,
    store,
    admin: connectAdminApi({ config, store, keyring, clock, log, metrics }),
    sendPush: sender,
    metrics,
    keyring,
    scheduler: { wake: () => {}, isAlive: () => true },
  };
  setServices(services);

  if (config.role !== "web") services.scheduler = scheduler = await startJobs(services);

  let jobsStopped: Promise<void> | null = null;
  let stopped: Promise<void> | null = null;
  const app: RunningApp = {
    config,
    log,
    stopJobs(limitMs) {
      return (jobsStopped ??= scheduler?.stop(limitMs) ?? Promise.resolve());
    },
    stop(limitMs) {
      return (stopped ??= close(limitMs));
    },
  };
  async function close(limitMs: number): Promise<void> {
    await app.stopJobs(limitMs);
    sender.close();
    stopClock();
    await store.close();
  }
  holder.beckonApp = app;
  return app;
}

async function startClock(config: Config, log: Logger): Promise<{ clock: Clock; stopClock: () => void }> {
  if (config.simulatedShopifyUrl === null) return { clock: systemClock(), stopClock: () => {} };
  const clock = await followSimulatedClock({
    url: config.simulatedShopifyUrl,
    onLost: (err) => log.warn({ err }, "the simulated store's clock is away; going on at its last speed"),
  });
  return { clock, stopClock: () => clock.stop() };
}

/** Outside production only: a key of its own for each database, made at first need. */
function keyBeside(databaseFile: string): string {
  if (databaseFile === ":memory:") return randomBytes(32).toString("base64");
  const file = `${databaseFile}.key`;
  if (!existsSync(file)) {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8").trim();
}
