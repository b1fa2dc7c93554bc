import type { LoggedEvent } from "../events/shop-event.ts";
import type { NewJob } from "../scheduler/job.ts";
import { DAY_MS } from "./duration.ts";
import type { LedgerReason } from "./ledger-store.ts";
import type { RecallStore } from "./recall-store.ts";

// A message that was shown and is no longer true is taken back: a silent one takes its place under the same tag.

/** Looks whether one notification still tells the truth. Key `recall:ID`, payload `{shop, notificationId}`. */
export const RECALL_JOB = "recall";
export type RecallPayload = { shop: string; notificationId: string };

/** Older ones have been dealt with or forgotten: a word about them would only disturb. */
export const RECALLED_WITHIN_MS = DAY_MS;
/** What comes together (the order and the emptied cart) is looked at together. */
const CALM_MS = 20_000;

/** What makes a message untrue that was true when it left, and what is said in its place. Everything else lets it stand. */
export const UNTRUE: Partial<Record<LedgerReason, "thanks" | "sold_out" | "over">> = {
  bought: "thanks",
  out_of_stock: "sold_out",
  emptied: "over",
  no_longer_true: "over",
  too_late: "over",
};

const OF_A_PERSON: ReadonlySet<LoggedEvent["kind"]> = new Set([
  "cart_updated",
  "cart_webhook",
  "checkout_updated",
  "order_created",
  "order_paid",
]);
const OF_A_VARIANT: ReadonlySet<LoggedEvent["kind"]> = new Set([
  "inventory_changed",
  "product_updated",
  "product_deleted",
]);

/** Messages in somebody's view that an event may have made untrue, to be looked at in a moment. */
export async function recallJobs(
  store: { recalls: Pick<RecallStore, "ofVisitors" | "ofGoods"> },
  event: LoggedEvent,
  visitorIds: string[],
  now: Date,
): Promise<NewJob[]> {
  const { shop, kind, data } = event;
  const since = new Date(now.getTime() - RECALLED_WITHIN_MS);
  let found: string[] = [];
  if (OF_A_PERSON.has(kind) && visitorIds.length > 0) found = await store.recalls.ofVisitors(shop, visitorIds, since);
  if (OF_A_VARIANT.has(kind)) {
    const inventoryItemId = typeof data.inventoryItemId === "string" ? data.inventoryItemId : null;
    const productId = typeof data.productId === "string" ? data.productId : null;
    if (inventoryItemId ?? productId) found = await store.recalls.ofGoods(shop, { inventoryItemId, productId }, since);
  }
  return found.map((notificationId) => ({
    kind: RECALL_JOB,
    key: `recall:${notificationId}`,
    payload: { shop, notificationId } satisfies RecallPayload,
    runAt: new Date(now.getTime() + CALM_MS),
    priority: 5,
  }));
}
