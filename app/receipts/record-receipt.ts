import { happenedAt } from "../events/shopper-clock.ts";
import { clickLinkId } from "./click-link-id.ts";
import { tapEffect } from "./tap-effect.ts";
import type { Receipt } from "./receipt-schema.ts";
import type { ReceiptStore } from "./receipt-store.ts";

/** What a receipt's signed token says. */
export type ReceiptClaims = { shop: string; deliveryId: string };

/** @returns null for claims that are no receipt's */
export function receiptClaims(claims: Record<string, unknown> | null): ReceiptClaims | null {
  if (typeof claims?.["d"] !== "string" || typeof claims["s"] !== "string") return null;
  return { deliveryId: claims["d"], shop: claims["s"] };
}

/**
 * Records what the service worker saw. Dated like events: receipts that waited for a network happened when they happened.
 *
 * @param receivedAt shop time
 * @returns false for a repeat
 */
export async function recordReceipt(
  store: { receipts: ReceiptStore },
  { shop, deliveryId }: ReceiptClaims,
  receipt: Receipt,
  receivedAt: Date,
  speed: number,
): Promise<boolean> {
  const { type, action, at, sentAt } = receipt;
  return store.receipts.record(
    shop,
    {
      deliveryId,
      type,
      action,
      at: happenedAt(at, sentAt ?? at, receivedAt, speed),
      linkId: clickLinkId(deliveryId),
    },
    receivedAt,
    tapEffect,
  );
}
