import type { Clock } from "../clock.server.ts";
import type { Keyring } from "../encryption.server.ts";
import type { Metrics } from "../metrics.server.ts";
import { readToken } from "../signed-token.server.ts";
import type { Store } from "../store/store.ts";
import type { Receipt } from "./receipt-schema.ts";
import { receiptClaims, recordReceipt } from "./record-receipt.ts";

/**
 * Checks a receipt's token and records it.
 *
 * @param shop the shop that the proxy's signature names; null when it came straight from the worker
 * @returns false when the token is not ours, or another shop's
 */
export async function takeReceipt(
  { store, clock, keyring, metrics }: { store: Store; clock: Clock; keyring: Keyring; metrics: Metrics },
  receipt: Receipt,
  shop: string | null,
): Promise<boolean> {
  const claims = receiptClaims(readToken(keyring, "receipt", receipt.token));
  if (!claims || (shop !== null && claims.shop !== shop)) return false;

  const isNew = await recordReceipt(store, claims, receipt, clock.now(), clock.speed);
  if (isNew) metrics.receipts.inc({ type: receipt.type });
  return true;
}
