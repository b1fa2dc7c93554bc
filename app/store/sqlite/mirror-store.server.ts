import { and, eq, inArray, sql } from "drizzle-orm";
import type { MirrorStore } from "../../events/mirror-store.ts";
import type { Database } from "./database.server.ts";
import { priceStatements } from "./price-store.server.ts";
import { carts, cartTokens, checkouts, customers, fulfillments, orders, variants } from "./schema.server.ts";

export function mirrorStore({ drizzle: d, sqlite }: Database): MirrorStore {
  const prices = priceStatements({ sqlite });
  return {
    async cart(shop, visitorId) {
      const where = and(eq(carts.shop, shop), eq(carts.visitorId, visitorId));
      return d.select().from(carts).where(where).get() ?? null;
    },

    async cartToken(shop, cartToken) {
      const where = and(eq(cartTokens.shop, shop), eq(cartTokens.cartToken, cartToken));
      return d.select().from(cartTokens).where(where).get() ?? null;
    },

    async checkout(shop, checkoutToken) {
      const where = and(eq(checkouts.shop, shop), eq(checkouts.checkoutToken, checkoutToken));
      return d.select().from(checkouts).where(where).get() ?? null;
    },

    async order(shop, orderId) {
      const where = and(eq(orders.shop, shop), eq(orders.orderId, orderId));
      return d.select().from(orders).where(where).get() ?? null;
    },

    async customer(shop, customerId) {
      const where = and(eq(customers.shop, shop), eq(customers.customerId, customerId));
      return d.select().from(customers).where(where).get() ?? null;
    },

    async fulfillment(shop, fulfillmentId) {
      const where = and(eq(fulfillments.shop, shop), eq(fulfillments.fulfillmentId, fulfillmentId));
      return d.select().from(fulfillments).where(where).get() ?? null;
    },

    async variants(shop, variantIds) {
      if (variantIds.length === 0) return [];
      const where = and(eq(variants.shop, shop), inArray(variants.variantId, variantIds));
      return d.select().from(variants).where(where).all();
    },

    async saveVariants(shop, read) {
      sqlite
        .transaction(() => {
          for (const variant of read) {
            if (variant.price !== null) prices.record(shop, variant.variantId, variant.price, variant.updatedAt);
            d.insert(variants)
              .values({ shop, ...variant })
              .onConflictDoUpdate({
                target: [variants.shop, variants.variantId],
                set: variant,
                setWhere: sql`${variants.updatedAt} <= ${variant.updatedAt.getTime()}`,
              })
              .run();
          }
        })
        .immediate();
    },
  };
}
