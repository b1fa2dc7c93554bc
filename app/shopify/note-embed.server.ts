import type { Shop, ShopStore } from "./shop-store.ts";

const HOUR_MS = 3_600_000;

/** A page of the shop has asked for something: the embed is on. Written at most once an hour. */
export async function noteEmbed(store: { shops: ShopStore }, shop: Shop, now: Date): Promise<void> {
  if (shop.embedSeenAt && Math.abs(now.getTime() - shop.embedSeenAt.getTime()) < HOUR_MS) return;
  await store.shops.embedSeen(shop.shop, now);
}
