import type { BoundDoes } from "../composer/buttons.ts";
import type { ReceiptType } from "./receipt-schema.ts";
import type { TapEffect } from "./tap-effect.ts";

export type ReceiptStore = {
  /**
   * Writes what became of a delivery, once for each type, on the delivery and its notification, together with the event
   * `notification_TYPE` and, for a click, with what the tapped button changes (`effectOf` is called inside the transaction and
   * must only build values). A click that brought the shopper to the shop has the orders it may have brought credited again.
   *
   * @param receipt `at` is shop time
   * @returns false when it was known already, or the delivery is not
   */
  record(
    shop: string,
    receipt: { deliveryId: string; type: ReceiptType; action: string | null; at: Date; linkId: string },
    receivedAt: Date,
    effectOf: (does: BoundDoes | null, tap: { visitorId: string; linkId: string; at: Date }) => TapEffect,
  ): Promise<boolean>;
};
