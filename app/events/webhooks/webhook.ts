import type { MirrorChange } from "../mirror-change.ts";
import type { ShopEvent } from "../shop-event.ts";

/** What came with a webhook beside its payload. */
export type WebhookContext = {
  shop: string;
  /** When Shopify says it happened (X-Shopify-Triggered-At), else when it arrived. Shop time. */
  triggeredAt: Date;
  /** Shop time. */
  receivedAt: Date;
  /** For payloads that name amounts without a currency. */
  shopCurrency: string;
  /** Encrypts what must not be readable at rest. */
  seal(text: string): string;
};

/** A payload reduced to an event (without what the envelope adds) and the newer states it tells of. */
export type ParsedWebhook = {
  event: Pick<ShopEvent, "kind" | "occurredAt" | "data"> &
    Partial<Pick<ShopEvent, "customerId" | "cartToken" | "checkoutToken" | "orderId">>;
  changes: MirrorChange[];
};

/** @throws ZodError when the payload's shape is not the one expected */
export type WebhookParser = (payload: unknown, context: WebhookContext) => ParsedWebhook;
