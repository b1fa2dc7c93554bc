import { followSimulatedClock } from "../app/clock-simulated.server.ts";
import { systemClock } from "../app/clock-system.server.ts";
import type { Clock } from "../app/clock.server.ts";
import { parseConfig } from "../app/config.server.ts";
import type { Config } from "../app/config.server.ts";
import { connectAdminApi } from "../app/connect-admin-api.server.ts";
import { createKeyring } from "../app/encryption.server.ts";
import { createLogger } from "../app/log.server.ts";
import { createMetrics } from "../app/metrics.server.ts";
import type { Store } from "../app/store/store.ts";
import { checkDatabase, checkEncryption, openStore } from "./doctor/check-database.ts";
import { checkAppAddress, checkPushHosts, PUBLIC_PUSH_HOSTS } from "./doctor/check-network.ts";
import { checkShop } from "./doctor/check-shop.ts";
import { note, ok, problem, reasonOf } from "./doctor/finding.ts";
import type { Finding } from "./doctor/finding.ts";

// `npm run doctor`: looks at a deployment from the machine it runs on, with the environment the app is started with. Each
// line says what is well, or what is not and how to mend it. Exit code 1 when there is a problem.

const SHOPS_LOOKED_AT = 20;

/** Runs every check, one finding at a time. What a broken part makes pointless is left out. */
export async function* diagnose(env: NodeJS.ProcessEnv): AsyncGenerator<Finding> {
  const parsed = parseConfig(env);
  if (!parsed.ok) {
    for (const { variable, problem: what, fix } of parsed.problems) {
      yield problem("configuration", `${variable} ${what}`, fix);
    }
    return;
  }
  const { config } = parsed;
  yield ok("configuration", `complete; push services may write to ${config.vapidSubject}`);

  const { clock, finding } = await readClock(config);
  if (finding) yield finding;
  const publicHosts = config.simulatedShopifyUrl === null ? PUBLIC_PUSH_HOSTS : [];
  yield* await checkPushHosts(config.push, publicHosts, () => clock.machineNow());
  yield* await checkAppAddress(config.shopify.appUrl, fetch);

  const { store, findings } = openStore(config.databaseFile);
  yield* findings;
  if (!store) return;
  try {
    yield* await checkDatabase(store, config.databaseFile);
    yield* checkShops(config, store, clock);
  } finally {
    await store.close();
  }
}

async function* checkShops(config: Config, store: Store, clock: Clock): AsyncGenerator<Finding> {
  const shops = await store.shops.listInstalled(SHOPS_LOOKED_AT);
  if (shops.length === 0) {
    yield note("shops", "none has installed the app yet: open it in a shop's admin");
    return;
  }
  const names = shops.map(({ shop }) => shop);
  yield* await checkEncryption(store, config.encryptionKeys, names);
  if (config.encryptionKeys.length === 0) return;

  const admin = connectAdminApi({
    config,
    store,
    clock,
    keyring: createKeyring(config.encryptionKeys),
    log: createLogger("silent"),
    metrics: createMetrics(),
  });
  for (const shop of shops) yield* await checkShop(store, admin, shop, clock.now());
}

async function readClock(config: Config): Promise<{ clock: Clock; finding: Finding | null }> {
  if (config.simulatedShopifyUrl === null) return { clock: systemClock(), finding: null };
  try {
    const clock = await followSimulatedClock({ url: config.simulatedShopifyUrl }, 2_000);
    clock.stop();
    return { clock, finding: ok("simulated store", `its time is ${clock.now().toISOString()}`) };
  } catch (error) {
    const fix = "Start the simulated store (npm run demo), or remove SIMULATED_SHOPIFY_URL.";
    return { clock: systemClock(), finding: problem("simulated store", reasonOf(error), fix) };
  }
}

export function describe(finding: Finding): string {
  const line = `${finding.state.padEnd(8)} ${finding.check}: ${finding.message}`;
  return finding.state === "problem" ? `${line}\n         → ${finding.fix}` : line;
}

if (import.meta.main) {
  // The environment of a shell rarely says that it is production; a deployment is, unless it is a simulation.
  const assumed = process.env.SIMULATED_SHOPIFY_URL ? "development" : "production";
  let problems = 0;
  for await (const finding of diagnose({ ...process.env, NODE_ENV: process.env.NODE_ENV ?? assumed })) {
    if (finding.state === "problem") problems += 1;
    process.stdout.write(`${describe(finding)}\n`);
  }
  process.stdout.write(problems === 0 ? "\nAll is well.\n" : `\n${problems} to mend.\n`);
  process.exit(problems === 0 ? 0 : 1);
}
