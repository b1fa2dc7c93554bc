import type { EventEntry } from "./event-store.ts";
import type { MirrorChange } from "./mirror-change.ts";
import { happenedAt } from "./shopper-clock.ts";
import type { CartItem } from "./shop-event.ts";
import type { IncomingCart, IncomingCollection, IncomingEvent, IncomingProduct } from "./storefront-schema.ts";

/** Where a batch of storefront events comes from, and when it came. */
export type BatchOrigin = {
  shop: string;
  visitorId: string;
  /** Vouched for by the app proxy's signature; null: nobody is signed in. */
  customerId: string | null;
  linkId: string | null;
  /** The shopper's clock when the batch left. */
  sentAt: Date;
  /** Shop time. */
  receivedAt: Date;
  /** Seconds of shop time per second of machine time. */
  speed: number;
};

/**
 * A batch of a visitor's events as log entries, in the order in which they happened. An event id is the visitor's own: it
 * counts once per visitor, and nobody can use up another's.
 */
export function storefrontEntries(origin: BatchOrigin, events: IncomingEvent[]): EventEntry[] {
  const { shop, visitorId, customerId, linkId, sentAt, receivedAt, speed } = origin;
  const entries = events.map((incoming): EventEntry => {
    const occurredAt = happenedAt(incoming.at, sentAt, receivedAt, speed);
    return {
      event: {
        shop,
        sourceId: `web:${visitorId}:${incoming.id}`,
        kind: incoming.type,
        visitorId,
        customerId,
        cartToken: textField(incoming.data, "cartToken"),
        checkoutToken: textField(incoming.data, "checkoutToken"),
        orderId: null,
        occurredAt,
        data: incoming.data,
      },
      changes: changesOf(incoming, visitorId, occurredAt),
    };
  });
  entries.sort((a, b) => a.event.occurredAt.getTime() - b.event.occurredAt.getTime());

  // Once per batch, with every entry that may be new: a repeat writes nothing.
  for (const { event, changes } of entries) {
    if (customerId) changes.push({ type: "visitor_customer", visitorId, customerId, at: event.occurredAt });
    if (linkId) changes.push({ type: "link", linkId, visitorId, at: event.occurredAt });
  }
  return entries;
}

function changesOf({ type, data }: IncomingEvent, visitorId: string, at: Date): MirrorChange[] {
  const isCheckout = type === "checkout_intent" || type === "checkout_started";
  const changes: MirrorChange[] = [
    {
      type: "visitor_signal",
      visitorId,
      at,
      signal: type === "left" ? "left" : isCheckout ? "checkout" : "storefront",
      mayCreate: true,
    },
  ];
  if (type === "cart_updated") {
    const cart = data as IncomingCart;
    changes.push({
      type: "cart",
      visitorId,
      cartToken: cart.cartToken,
      currency: cart.currency,
      total: cart.total,
      discounted: cart.discounted,
      items: cart.items.filter((item) => item.quantity > 0) satisfies CartItem[],
      updatedAt: at,
    });
  }
  if (type === "product_viewed" || type === "wishlist_added") {
    const seen = data as IncomingProduct;
    changes.push({
      type: "product_interest",
      visitorId,
      at,
      how: type === "product_viewed" ? "viewed" : "wished",
      productId: seen.productId,
      variantId: seen.variantId ?? null,
      title: seen.title ?? null,
      handle: seen.handle ?? null,
      image: seen.image ?? null,
      currency: seen.currency ?? null,
      collections: seen.collections ?? null,
      seconds: Math.round(seen.seconds ?? 0),
    });
  }
  if (type === "collection_viewed") {
    const { handle, title, seconds } = data as IncomingCollection;
    const looked = { handle, title: title ?? null, seconds: Math.round(seconds ?? 0) };
    changes.push({ type: "collection_interest", visitorId, at, ...looked });
  }
  if (type === "consent_withdrawn") changes.push({ type: "consent_withdrawn", visitorId, at });
  return changes;
}

function textField(data: Record<string, unknown>, name: string): string | null {
  const value = data[name];
  return typeof value === "string" && value !== "" ? value : null;
}
