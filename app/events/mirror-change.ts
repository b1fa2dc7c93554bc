import type { CartItem, OrderItem, PersonDates, TrafficSource } from "../store/sqlite/schema.server.ts";

/**
 * The newer state of something, told by the event it arrives with and written in the same transaction (only when the event
 * was new). Pure data: who a link id or a customer id belongs to is looked up when the change is applied, so that an order
 * parsed before its visitor's link was stored is still tied correctly. Instants are shop time, money is in minor units.
 */
export type MirrorChange =
  | VisitorSignal
  | VisitorProfile
  /** Signed in: the storefront request carried `logged_in_customer_id`. The only thing that joins visitors. */
  | { type: "visitor_customer"; visitorId: string; customerId: string; at: Date }
  /** Ties a link id to a visitor. The first visitor wins: a link id seen in a shared cart cannot be taken over. */
  | { type: "link"; linkId: string; visitorId: string; at: Date }
  /** The visitor no longer wants marketing: its subscriptions lose that consent, its browsing and cart are forgotten. */
  | { type: "consent_withdrawn"; visitorId: string; at: Date }
  | CartChange
  | ProductInterest
  | { type: "collection_interest"; visitorId: string; at: Date; handle: string; title: string | null; seconds: number }
  /** carts/*: what the token holds now. An empty list means emptied. Never un-buys a token. */
  | { type: "cart_token"; cartToken: string; variantIds: string[]; updatedAt: Date }
  | CheckoutChange
  /** checkouts/delete names only the cart. */
  | { type: "checkout_deleted"; cartToken: string; at: Date }
  | OrderChange
  /** `amount` in the shop's currency. */
  | { type: "refund"; refundId: string; orderId: string; amount: number; createdAt: Date }
  | FulfillmentChange
  /** fulfillment_events/create: `at` is when Shopify learnt it; the newest known status of a fulfillment wins. */
  | { type: "shipment_status"; fulfillmentId: string; orderId: string; status: string; at: Date }
  | ProductChange
  | { type: "product_deleted"; productId: string; at: Date }
  | {
      type: "customer";
      customerId: string;
      firstName: string | null;
      locale: string | null;
      createdAt: Date | null;
      updatedAt: Date;
    }
  /** A day of the year that matters to a person, "MM-DD"; null: no longer. Of the customer, or of a browser nobody signed in on. */
  | {
      type: "person_date";
      visitorId: string | null;
      customerId: string | null;
      occasion: keyof PersonDates;
      date: string | null;
    }
  | { type: "stock_alert"; visitorId: string; variantId: string; kind: "back_in_stock" | "price_drop"; at: Date }
  /** The person wants no marketing until then, on any device. */
  | { type: "quiet"; visitorId: string; until: Date }
  /** shop/update and domains/update: only the fields that are present change. */
  | {
      type: "shop";
      at: Date;
      name?: string;
      currency?: string;
      timezone?: string;
      country?: string | null;
      primaryLocale?: string;
      primaryDomain?: string;
    }
  | { type: "scopes"; scopes: string[] }
  /** Ends the installation: sessions removed, waiting messages dropped, runs exited. Ignored when older than the install. */
  | { type: "uninstalled"; at: Date }
  /** Deletes everything stored of the shop, this event included. Ignored while the app is installed. */
  | { type: "shop_redacted"; at: Date }
  | { type: "customer_redacted"; customerId: string; orderIds: string[] };

/** A sign of life. `left` is the page's own word that the last tab was hidden; any later signal voids it. */
export type VisitorSignal = {
  type: "visitor_signal";
  visitorId: string;
  at: Date;
  /** "checkout" also suspends cart recovery: checkout_intent, web pixel. */
  signal: "storefront" | "checkout" | "left";
  /** False for unsigned sources, which can only suspend timers of visitors already known. */
  mayCreate: boolean;
};

/** What is known of a browser. A null field changes nothing. */
export type VisitorProfile = {
  type: "visitor_profile";
  visitorId: string;
  at: Date;
  locale: string | null;
  timezone: string | null;
  country: string | null;
  city: string | null;
  source: TrafficSource | null;
};

/** The visitor's own cart, as its browser tells it. */
export type CartChange = {
  type: "cart";
  visitorId: string;
  cartToken: string;
  currency: string;
  total: number;
  discounted: boolean;
  items: CartItem[];
  updatedAt: Date;
};

/** A product was looked at or saved. What is null is not known and changes nothing. */
export type ProductInterest = {
  type: "product_interest";
  visitorId: string;
  at: Date;
  how: "viewed" | "wished";
  productId: string;
  variantId: string | null;
  title: string | null;
  handle: string | null;
  image: string | null;
  currency: string | null;
  /** Handles; null: the page did not say. */
  collections: string[] | null;
  seconds: number;
};

/** checkouts/create and checkouts/update. The visitor is found through `linkId`, else through `customerId`. */
export type CheckoutChange = {
  type: "checkout";
  checkoutToken: string;
  cartToken: string | null;
  linkId: string | null;
  customerId: string | null;
  stage: "contact" | "shipping" | "payment";
  currency: string;
  total: number;
  discounted: boolean;
  items: CartItem[];
  /** Already encrypted: it carries a secret key. */
  recoveryUrl: string | null;
  createdAt: Date;
  updatedAt: Date;
  completedAt: Date | null;
};

/** orders/*. Ties the order to a visitor, marks its cart and checkout bought and our codes used, and has it credited. */
export type OrderChange = {
  type: "order";
  orderId: string;
  name: string;
  cartToken: string | null;
  checkoutToken: string | null;
  linkId: string | null;
  customerId: string | null;
  currency: string;
  total: number;
  presentmentCurrency: string;
  presentmentTotal: number;
  discountTotal: number;
  discountCodes: string[];
  /** What each code took off, in the shop's currency, by upper-case code. */
  discountAmounts: Record<string, number>;
  items: OrderItem[];
  locale: string | null;
  sourceName: string | null;
  test: boolean;
  isShopping: boolean;
  createdAt: Date;
  updatedAt: Date;
  paidAt: Date | null;
  cancelledAt: Date | null;
};

export type FulfillmentChange = {
  type: "fulfillment";
  fulfillmentId: string;
  orderId: string;
  status: string;
  shipmentStatus: string | null;
  trackingCompany: string | null;
  trackingNumber: string | null;
  trackingUrl: string | null;
  createdAt: Date;
  updatedAt: Date;
};

export type ProductChange = {
  type: "product";
  productId: string;
  title: string;
  handle: string | null;
  vendor: string | null;
  productType: string | null;
  /** Draft, archived or unpublished products cannot be bought, whatever their stock. */
  isPublished: boolean;
  updatedAt: Date;
  variants: {
    variantId: string;
    inventoryItemId: string | null;
    title: string | null;
    image: string | null;
    price: number;
    compareAtPrice: number | null;
  }[];
  /** False when the webhook carried only the first 100 variants: then missing ones are not taken for deleted. */
  isComplete: boolean;
};
