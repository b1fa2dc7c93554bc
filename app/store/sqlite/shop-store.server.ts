import { and, asc, eq, gt, isNull, lte, ne, or, sql } from "drizzle-orm";
import { parseShopSettings } from "../../shop-settings.ts";
import type { Shop, ShopStore } from "../../shopify/shop-store.ts";
import type { Database } from "./database.server.ts";
import { shops } from "./schema.server.ts";

export function shopStore({ drizzle: d, sqlite }: Database): ShopStore {
  const byShop = d
    .select()
    .from(shops)
    .where(eq(shops.shop, sql.placeholder("shop")))
    .prepare();
  const currency = sqlite.prepare<[string], string>("select currency from shops where shop = ?").pluck();

  return {
    async get(shop) {
      const row = byShop.get({ shop });
      return row ? toShop(row) : null;
    },

    async currencyOf(shop) {
      return currency.get(shop) ?? null;
    },

    async listInstalled(limit, after) {
      return d
        .select()
        .from(shops)
        .where(and(eq(shops.state, "installed"), after === undefined ? undefined : gt(shops.shop, after)))
        .orderBy(asc(shops.shop))
        .limit(limit)
        .all()
        .map(toShop);
    },

    async install(shop, scopes, now) {
      return sqlite
        .transaction(() => {
          const row = d.select().from(shops).where(eq(shops.shop, shop)).get();
          if (!row) {
            d.insert(shops)
              .values({ shop, state: "installed", installedAt: now, scopes, locales: ["en"], settings: {} })
              .run();
            return "new" as const;
          }
          if (row.state === "installed") {
            d.update(shops).set({ scopes }).where(eq(shops.shop, shop)).run();
            return "unchanged" as const;
          }
          d.update(shops)
            .set({ state: "installed", installedAt: now, uninstalledAt: null, scopes })
            .where(eq(shops.shop, shop))
            .run();
          return "resumed" as const;
        })
        .immediate();
    },

    async saveInfo(shop, { origin, ...info }, now) {
      d.update(shops)
        .set({ ...info, primaryDomain: new URL(origin).host, refreshedAt: now })
        .where(eq(shops.shop, shop))
        .run();
    },

    async saveSettings(shop, settings) {
      d.update(shops).set({ settings }).where(eq(shops.shop, shop)).run();
    },

    async setWebPixel(shop, webPixelId) {
      d.update(shops).set({ webPixelId }).where(eq(shops.shop, shop)).run();
    },

    async ensureWebhookSecret(shop, encrypted) {
      const whose = eq(shops.shop, shop);
      d.update(shops)
        .set({ webhookSecret: encrypted })
        .where(and(whose, isNull(shops.webhookSecret)))
        .run();
      return d.select({ secret: shops.webhookSecret }).from(shops).where(whose).get()?.secret ?? null;
    },

    async replaceWebhookSecret(shop, encrypted) {
      d.update(shops).set({ webhookSecret: encrypted }).where(eq(shops.shop, shop)).run();
    },

    async learnProxyPath(shop, proxyPath) {
      return (
        d
          .update(shops)
          .set({ proxyPath })
          .where(and(eq(shops.shop, shop), ne(shops.proxyPath, proxyPath)))
          .run().changes > 0
      );
    },

    async lockTokenRefresh(shop, machineNow, until) {
      const changed = d
        .update(shops)
        .set({ tokenLockedUntil: until })
        .where(and(eq(shops.shop, shop), or(isNull(shops.tokenLockedUntil), lte(shops.tokenLockedUntil, machineNow))))
        .run().changes;
      if (changed > 0) return true;
      // Before the install has made the row there is nobody to compete with.
      return !d.select({ shop: shops.shop }).from(shops).where(eq(shops.shop, shop)).get();
    },

    async unlockTokenRefresh(shop) {
      d.update(shops).set({ tokenLockedUntil: null }).where(eq(shops.shop, shop)).run();
    },

    async embedSeen(shop, now) {
      // Once an hour is enough to know that the embed is on.
      d.update(shops)
        .set({ embedSeenAt: now })
        .where(
          and(
            eq(shops.shop, shop),
            sql`(${shops.embedSeenAt} is null or abs(${shops.embedSeenAt} - ${now.getTime()}) > 3600000)`,
          ),
        )
        .run();
    },
  };
}

function toShop(row: typeof shops.$inferSelect): Shop {
  return { ...row, settings: parseShopSettings(row.settings) };
}
