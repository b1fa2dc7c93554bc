import type { Database } from "./database.server.ts";

/** Writes and reads what a variant has cost. Synchronous, to be called inside a transaction. */
export function priceStatements({ sqlite }: Pick<Database, "sqlite">) {
  const newest = sqlite.prepare<[string, string], { price: number; at: number }>(
    "select price, at from price_history where shop = ? and variant_id = ? order by at desc, id desc limit 1",
  );
  const insert = sqlite.prepare<[string, string, number, number]>(
    "insert into price_history (shop, variant_id, price, at) values (?, ?, ?, ?)",
  );
  const all = sqlite.prepare<[string, string], { price: number; at: number }>(
    "select price, at from price_history where shop = ? and variant_id = ? order by at, id",
  );

  return {
    /** Nothing is written for a price that is so already, nor for one that is older than what we know. */
    record(shop: string, variantId: string, price: number, at: Date): void {
      const last = newest.get(shop, variantId);
      if (last && (last.price === price || last.at > at.getTime())) return;
      insert.run(shop, variantId, price, at.getTime());
    },

    /** Oldest first. */
    of(shop: string, variantId: string): { price: number; at: Date }[] {
      return all.all(shop, variantId).map(({ price, at }) => ({ price, at: new Date(at) }));
    },
  };
}
