import type { Database } from "./database.server.ts";

// After how long a product is bought again, from the shop's own repeat orders. Read for one product at a time, of a bounded
// number of orders, and kept for a day: it moves slowly and is asked for with every run and message of its kind.

const DAY_MS = 86_400_000;
const OLDEST_MS = 400 * DAY_MS;
const ORDERS = 5_000;
/** Fewer repeats than this teach nothing. */
const FEWEST_REPEATS = 5;
const KEPT = 2_000;

export function repeatIntervals({ sqlite }: Pick<Database, "sqlite">) {
  // Orders on one day are one purchase in two parts.
  const selectGaps = sqlite
    .prepare<{ shop: string; since: number; productId: string }, number>(
      `with recent as (
         select customer_id, created_at, items from orders
         where shop = @shop and created_at >= @since and customer_id is not null and test = 0 and cancelled_at is null
         order by created_at desc limit ${ORDERS}),
       bought as (
         select distinct r.customer_id, r.created_at from recent r, json_each(r.items) i
         where json_extract(i.value, '$.productId') = @productId),
       gaps as (
         select created_at - lag(created_at) over (partition by customer_id order by created_at) as gap from bought)
       select gap from gaps where gap >= ${DAY_MS} order by gap`,
    )
    .pluck();
  const known = new Map<string, { at: number; days: number | null }>();

  return {
    daysOf(shop: string, productId: string, now: Date): number | null {
      const key = `${shop} ${productId}`;
      const before = known.get(key);
      if (before && now.getTime() - before.at < DAY_MS) return before.days;
      const gaps = selectGaps.all({ shop, productId, since: now.getTime() - OLDEST_MS });
      const middle = gaps[Math.floor((gaps.length - 1) / 2)];
      const days = middle === undefined || gaps.length < FEWEST_REPEATS ? null : Math.round(middle / DAY_MS);
      if (known.size >= KEPT) known.delete(known.keys().next().value ?? "");
      known.set(key, { at: now.getTime(), days });
      return days;
    },
  };
}
