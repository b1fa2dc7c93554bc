import webPush from "web-push";
import type { Clock } from "../clock.server.ts";
import type { Config } from "../config.server.ts";
import { encrypt } from "../encryption.server.ts";
import type { Keyring } from "../encryption.server.ts";
import { ensureDefaultJourneys } from "../journeys/journeys.server.ts";
import type { Logger } from "../log.server.ts";
import type { Store } from "../store/store.ts";
import type { AdminApi } from "./admin-api.ts";
import { catalogueJob } from "./catalogue.ts";
import { scheduleShopSync, syncShop } from "./sync-shop.server.ts";

export type InstallDependencies = {
  store: Store;
  keyring: Keyring;
  clock: Clock;
  log: Logger;
  admin: AdminApi;
  config: Config;
};

/**
 * Makes a shop ready: its row, VAPID keys, the journeys that are on by default, what Shopify knows of it, the web pixel and
 * the storefront's configuration. Runs after every token exchange and may run twice at once: each part is done only when it
 * is missing. A shop that comes back before its data was deleted goes on with what it had.
 *
 * What needs the Admin API may fail without failing the install: it is tried again by the sync-shop job.
 */
export async function installShop(deps: InstallDependencies, shop: string, scopes: string[]): Promise<void> {
  const { store, clock, keyring, log } = deps;
  const now = clock.now();
  const outcome = await store.shops.install(shop, scopes, now);
  if (!(await store.vapidKeys.current(shop))) {
    const { publicKey, privateKey } = webPush.generateVAPIDKeys();
    await store.vapidKeys.ensure(
      shop,
      { publicKey, privateKey: encrypt(keyring, privateKey, vapidContext(shop)) },
      now,
    );
  }
  await ensureDefaultJourneys(store, shop, now);
  if (outcome !== "unchanged") {
    await store.jobs.schedule(catalogueJob(shop, now, null));
    log.info({ shop, outcome }, "installed");
  }

  const isReady = outcome === "unchanged" && (await store.shops.get(shop))?.refreshedAt;
  if (isReady) return;
  const synced = await syncShop(deps, shop);
  if (synced.type === "later") await scheduleShopSync(store, shop, clock.afterMachineMs(synced.afterMs));
}

/** What a shop's VAPID private keys are encrypted for. */
export function vapidContext(shop: string): string {
  return `vapid:${shop}`;
}
