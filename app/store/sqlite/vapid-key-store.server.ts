import { and, desc, eq } from "drizzle-orm";
import type { VapidKeyStore } from "../../subscriptions/vapid-key-store.ts";
import type { Database } from "./database.server.ts";
import { vapidKeys } from "./schema.server.ts";

export function vapidKeyStore({ drizzle: d, sqlite }: Database): VapidKeyStore {
  function currentKey(shop: string) {
    return (
      d
        .select()
        .from(vapidKeys)
        .where(and(eq(vapidKeys.shop, shop), eq(vapidKeys.isCurrent, true)))
        .get() ?? null
    );
  }

  function insertCurrent(shop: string, pair: { publicKey: string; privateKey: string }, now: Date) {
    d.update(vapidKeys).set({ isCurrent: false }).where(eq(vapidKeys.shop, shop)).run();
    return d
      .insert(vapidKeys)
      .values({ shop, ...pair, isCurrent: true, createdAt: now })
      .onConflictDoUpdate({ target: [vapidKeys.shop, vapidKeys.publicKey], set: { isCurrent: true } })
      .returning()
      .get();
  }

  return {
    async current(shop) {
      return currentKey(shop);
    },

    async byId(shop, id) {
      return (
        d
          .select()
          .from(vapidKeys)
          .where(and(eq(vapidKeys.shop, shop), eq(vapidKeys.id, id)))
          .get() ?? null
      );
    },

    async list(shop) {
      return d.select().from(vapidKeys).where(eq(vapidKeys.shop, shop)).orderBy(desc(vapidKeys.id)).all();
    },

    async add(shop, pair, now) {
      return sqlite.transaction(() => insertCurrent(shop, pair, now)).immediate();
    },

    async ensure(shop, pair, now) {
      return sqlite.transaction(() => currentKey(shop) ?? insertCurrent(shop, pair, now)).immediate();
    },
  };
}
