import { and, desc, eq } from "drizzle-orm";
import type { VisitorStore } from "../../subscriptions/visitor-store.ts";
import type { Database } from "./database.server.ts";
import { links, visitors } from "./schema.server.ts";

export function visitorStore({ drizzle: d }: Database): VisitorStore {
  return {
    async get(shop, visitorId) {
      return (
        d
          .select()
          .from(visitors)
          .where(and(eq(visitors.shop, shop), eq(visitors.visitorId, visitorId)))
          .get() ?? null
      );
    },

    async ofCustomer(shop, customerId) {
      return d
        .select()
        .from(visitors)
        .where(and(eq(visitors.shop, shop), eq(visitors.customerId, customerId)))
        .orderBy(desc(visitors.lastSignalAt))
        .all();
    },

    async byLink(shop, linkId) {
      return (
        d
          .select({ visitorId: links.visitorId })
          .from(links)
          .where(and(eq(links.shop, shop), eq(links.linkId, linkId)))
          .get()?.visitorId ?? null
      );
    },
  };
}
