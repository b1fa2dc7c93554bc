import type { Clock } from "../clock.server.ts";
import type { Config } from "../config.server.ts";
import type { Logger } from "../log.server.ts";
import type { JobStore } from "../scheduler/job-store.ts";
import type { Store } from "../store/store.ts";
import type { AdminApi } from "./admin-api.ts";
import { CREATE_WEB_PIXEL, SET_APP_METAFIELDS, SHOP_INFO } from "./operations.ts";
import type { CreateWebPixelData, SetAppMetafieldsData, ShopInfoData } from "./operations.ts";
import { buildStorefrontConfig } from "./storefront-config.server.ts";

export const SYNC_SHOP_JOB = "sync-shop";
function syncShopKey(shop: string): string {
  return `sync:${shop}`;
}

/**
 * Has the shop's storefront configuration written to its metafield again, and name, domain and languages read. Called after
 * settings, keys, the proxy's path or what is switched on changed; several calls before it runs are one.
 *
 * @param now shop time
 */
export async function scheduleShopSync(store: { jobs: JobStore }, shop: string, now: Date): Promise<void> {
  await store.jobs.schedule({
    kind: SYNC_SHOP_JOB,
    key: syncShopKey(shop),
    payload: { shop },
    runAt: now,
    priority: 5,
  });
}

export type SyncDependencies = { store: Store; clock: Clock; log: Logger; admin: AdminApi; config: Config };

/** What is left to do: nothing, try again (machine time), or never, because Shopify takes us for uninstalled. */
export type SyncOutcome = { type: "done" } | { type: "later"; afterMs: number } | { type: "gone" };

/** Reads the shop from Shopify, switches the web pixel on if it is not, and writes the storefront's configuration. */
export async function syncShop(deps: SyncDependencies, shop: string): Promise<SyncOutcome> {
  const { store, clock, log, admin } = deps;
  const row = await store.shops.get(shop);
  if (row?.state !== "installed") return { type: "gone" };

  const info = await admin.query<ShopInfoData>(shop, SHOP_INFO);
  if (!info.ok) return outcomeOf(info, log, shop, "its details");
  const { shop: details, shopLocales, currentAppInstallation } = info.data;
  const published = shopLocales.filter((locale) => locale.published);
  const primary = published.find((locale) => locale.primary)?.locale ?? published[0]?.locale ?? "en";
  await store.shops.saveInfo(
    shop,
    {
      name: details.name,
      currency: details.currencyCode,
      timezone: details.ianaTimezone,
      primaryLocale: primary,
      locales: [primary, ...published.map(({ locale }) => locale).filter((locale) => locale !== primary)],
      origin: new URL(details.primaryDomain.url).origin,
      appInstallationId: currentAppInstallation.id,
    },
    clock.now(),
  );

  if (row.webPixelId === null) await switchPixelOn(deps, shop);
  return writeConfig(deps, shop, currentAppInstallation.id);
}

/** The loop works without the pixel: a failure is told and tried again with the next sync. */
async function switchPixelOn({ store, log, admin, config }: SyncDependencies, shop: string): Promise<void> {
  // The fields that extensions/beckon-pixel declares.
  const settings = JSON.stringify({ app_url: config.shopify.appUrl });
  const made = await admin.query<CreateWebPixelData>(shop, CREATE_WEB_PIXEL, { webPixel: { settings } });
  if (!made.ok) {
    log.warn({ shop, problem: made.message }, "the web pixel could not be switched on");
    return;
  }
  const { webPixel, userErrors } = made.data.webPixelCreate;
  if (webPixel) return store.shops.setWebPixel(shop, webPixel.id);
  if (userErrors.some(({ code }) => code === "TAKEN")) return store.shops.setWebPixel(shop, "unknown");
  log.warn({ shop, problem: userErrors.map(({ message }) => message).join("; ") }, "the web pixel was refused");
}

async function writeConfig(
  { store, log, admin }: SyncDependencies,
  shop: string,
  ownerId: string,
): Promise<SyncOutcome> {
  const row = await store.shops.get(shop);
  const key = await store.vapidKeys.current(shop);
  if (!row || !key) return { type: "gone" };
  const value = JSON.stringify(await buildStorefrontConfig(store, row, key.publicKey));
  const written = await admin.query<SetAppMetafieldsData>(shop, SET_APP_METAFIELDS, {
    metafields: [{ ownerId, namespace: "beckon", key: "config", type: "json", value }],
  });
  if (!written.ok) return outcomeOf(written, log, shop, "the storefront's configuration");
  const problems = written.data.metafieldsSet.userErrors;
  if (problems.length > 0)
    log.error({ shop, problem: problems.map(({ message }) => message).join("; ") }, "the configuration was refused");
  return { type: "done" };
}

function outcomeOf(
  failed: { reason: "later" | "revoked" | "invalid"; message: string; retryAfterMs: number | null },
  log: Logger,
  shop: string,
  what: string,
): SyncOutcome {
  log.warn({ shop, problem: failed.message, what }, "synchronising with Shopify failed");
  if (failed.reason === "later") return { type: "later", afterMs: failed.retryAfterMs ?? 60_000 };
  return { type: "gone" };
}
