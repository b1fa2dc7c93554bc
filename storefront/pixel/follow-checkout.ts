import type { PixelApi, PixelEvent } from "./pixel-api.ts";

/** Shopify's events, and the stage of the checkout that the shopper is at from then on. */
const STAGES = {
  checkout_started: "contact",
  checkout_contact_info_submitted: "shipping",
  checkout_address_info_submitted: "shipping",
  checkout_shipping_info_submitted: "payment",
  payment_info_submitted: "payment",
  checkout_completed: "completed",
} as const;

/**
 * Tells the app how far a checkout has come, under the random link id of its cart and nothing else. Says nothing where
 * marketing is not allowed, and nothing of carts that no page of ours has linked.
 */
export function followCheckout({ analytics, settings, init, customerPrivacy }: PixelApi): void {
  let isAllowed = init.customerPrivacy?.marketingAllowed === true;
  customerPrivacy?.subscribe("visitorConsentCollected", (event) => {
    isAllowed = event.customerPrivacy.marketingAllowed;
  });

  const tell = (type: keyof typeof STAGES) => (event: PixelEvent) => {
    const { checkout } = event.data;
    const attributes = [...(checkout?.attributes ?? []), ...(init.data.cart?.attributes ?? [])];
    const linkId = attributes.find(({ key }) => key === "__beckon")?.value;
    const shop = init.data.shop?.myshopifyDomain;
    if (!isAllowed || !linkId || !shop || !settings.app_url) return;
    const body = JSON.stringify({
      v: 1,
      shop,
      linkId,
      sentAt: new Date().toISOString(),
      events: [
        {
          id: event.id,
          type,
          at: event.timestamp,
          checkoutToken: checkout?.token ?? null,
          orderId: checkout?.order?.id ?? null,
          stage: STAGES[type],
        },
      ],
    });
    // Plain text, so that the browser asks nothing beforehand. A lost one is made good by checkouts/update.
    void fetch(`${settings.app_url}/pixel/events`, { method: "POST", body, keepalive: true }).catch(() => undefined);
  };
  for (const type of Object.keys(STAGES) as (keyof typeof STAGES)[]) analytics.subscribe(type, tell(type));
}
