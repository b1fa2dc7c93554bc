import type { CartItem, ComposedMessage } from "../store/sqlite/schema.server.ts";

/** What a click on a delivery's link leads to. */
export type ClickedDelivery = {
  deliveryId: string;
  visitorId: string;
  kind: string;
  locale: string;
  /** Path of the page the clicking browser opted in on. */
  page: string | null;
  /** A path on the shop's domain, or an https address elsewhere. */
  targetUrl: string;
  discountCode: string | null;
  actions: ComposedMessage["actions"];
  /** What the message was about, when it leads to the cart: as last heard of. Null when it is bought by now. */
  cart: { items: CartItem[] } | null;
  /** The unfinished checkout the message was about. `recoveryUrl` is encrypted for `recovery:SHOP`. */
  checkout: { cartToken: string | null; recoveryUrl: string | null } | null;
  /** The cart or checkout has an order: there is nothing to put back. */
  isBought: boolean;
};

export type ClickStore = {
  /** Null for a delivery that is not known (any more). */
  load(shop: string, deliveryId: string): Promise<ClickedDelivery | null>;
};
