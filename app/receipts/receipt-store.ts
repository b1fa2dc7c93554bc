import type { ReceiptType } from "./receipt-schema.ts";

export type ReceiptStore = {
  /**
   * Writes what became of a delivery, once for each type, on the delivery and its notification, together with the event
   * `notification_TYPE`. A click also ties `linkId` to the visitor, and has the orders it may have brought credited again.
   *
   * @param receipt `at` is shop time
   * @returns false when it was known already, or the delivery is not
   */
  record(
    shop: string,
    receipt: { deliveryId: string; type: ReceiptType; action: string | null; at: Date; linkId: string },
    receivedAt: Date,
  ): Promise<boolean>;
};
