import { eq, inArray } from "drizzle-orm";
import type { SessionStore } from "../../shopify/session-store.ts";
import type { Database } from "./database.server.ts";
import { sessions } from "./schema.server.ts";

export function sessionStore({ drizzle }: Database): SessionStore {
  const columns = { id: sessions.id, shop: sessions.shop, payload: sessions.payload };
  return {
    async store(session, machineNow) {
      const row = { ...session, updatedAt: machineNow };
      drizzle.insert(sessions).values(row).onConflictDoUpdate({ target: sessions.id, set: row }).run();
    },

    async load(id) {
      return drizzle.select(columns).from(sessions).where(eq(sessions.id, id)).get() ?? null;
    },

    async delete(ids) {
      if (ids.length > 0) drizzle.delete(sessions).where(inArray(sessions.id, ids)).run();
    },

    async findByShop(shop) {
      return drizzle.select(columns).from(sessions).where(eq(sessions.shop, shop)).orderBy(sessions.id).all();
    },

    async deleteOfShop(shop) {
      drizzle.delete(sessions).where(eq(sessions.shop, shop)).run();
    },
  };
}
