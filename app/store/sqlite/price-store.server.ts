import type { LocalPriceRead } from "../../events/interest-store.ts";
import type { Database } from "./database.server.ts";

type Price = { price: number; at: number };

/** Writes and reads what a variant has cost, in the shop's own currency or where a country's market asks for another price. */
export function priceStatements({ sqlite }: Pick<Database, "sqlite">) {
  // In a country that has changed its currency the record begins anew.
  const ofPlace = "shop = ? and variant_id = ? and country is ? and currency is ?";
  const newest = sqlite.prepare<(string | null)[], Price>(
    `select price, at from price_history where ${ofPlace} order by at desc, id desc limit 1`,
  );
  const insert = sqlite.prepare<[string, string, string | null, string | null, number, number]>(
    "insert into price_history (shop, variant_id, country, currency, price, at) values (?, ?, ?, ?, ?, ?)",
  );
  const all = sqlite.prepare<(string | null)[], Price>(
    `select price, at from price_history where ${ofPlace} order by at, id`,
  );

  type Place = Pick<LocalPriceRead, "country" | "currency">;

  return {
    /**
     * Synchronous, to be called inside a transaction. Nothing is written for a price that is so already, nor for one that
     * is older than what we know.
     *
     * @param place null: the shop's own price
     */
    record(shop: string, variantId: string, price: number, at: Date, place: Place | null = null): void {
      const where = [place?.country ?? null, place?.currency ?? null] as const;
      const last = newest.get(shop, variantId, ...where);
      if (last && (last.price === price || last.at > at.getTime())) return;
      insert.run(shop, variantId, ...where, price, at.getTime());
    },

    /** Oldest first. */
    of(shop: string, variantId: string, place: Place | null = null): { price: number; at: Date }[] {
      return all
        .all(shop, variantId, place?.country ?? null, place?.currency ?? null)
        .map(({ price, at }) => ({ price, at: new Date(at) }));
    },
  };
}
