/**
 * Everything the simulated shop knows, in memory. Ids are strings of digits (webhook payloads turn them into numbers),
 * instants are shop time unless the name says machine, money is an integer in minor units of the currency beside it
 * (the catalogue's: shop currency).
 */
export type SimState = {
  shop: Shop;
  locations: Location[];
  collections: Collection[];
  articles: Article[];
  products: Map<string, Product>;
  variants: Map<string, Variant>;
  customers: Map<string, Customer>;
  /** By cart token (without `?key=`). */
  carts: Map<string, Cart>;
  /** By checkout token. */
  checkouts: Map<string, Checkout>;
  orders: Map<string, Order>;
  discounts: Map<string, Discount>;
  /** Bulk creations of redeem codes by id. */
  bulkCreations: Map<string, BulkCreation>;
  installation: Installation | null;
  /** Fields `{namespace, key}` owned by the app's installation. They go with the app. */
  appMetafields: Map<string, AppMetafield>;
  webPixel: WebPixel | null;
  /** Subscriptions made through the Admin API, beside those of shopify.app.toml. */
  shopWebhooks: Map<string, ShopWebhook>;
  /** Whether the theme editor's switch of our app embed is on, and which app blocks the product page holds. */
  theme: ThemeSettings;
  nextId: number;
  nextOrderNumber: number;
};

export type LocaleCode = "en" | "tr" | "ar";
export type CurrencyCode = "USD" | "JPY";

export type Shop = {
  id: string;
  name: string;
  email: string;
  /** "NAME.myshopify.com" */
  domain: string;
  currency: CurrencyCode;
  presentmentCurrencies: CurrencyCode[];
  /** Units of the currency for one unit of the shop's currency. */
  rates: Record<CurrencyCode, number>;
  ianaTimezone: string;
  locales: { locale: LocaleCode; name: string; primary: boolean; published: boolean }[];
  country: string;
  planName: string;
  createdAt: Date;
};

export type Location = { id: string; name: string };

export type Collection = {
  id: string;
  handle: string;
  title: string;
  titles: Partial<Record<LocaleCode, string>>;
  productIds: string[];
};

/** Of the shop's one blog. */
export type Article = { handle: string; title: string; bodyHtml: string; publishedAt: Date };

export type ProductStatus = "active" | "draft" | "archived";

export type Product = {
  id: string;
  handle: string;
  title: string;
  /** Translated titles; English is `title`. */
  titles: Partial<Record<LocaleCode, string>>;
  bodyHtml: string;
  vendor: string;
  productType: string;
  tags: string[];
  status: ProductStatus;
  options: { name: string; values: string[] }[];
  variantIds: string[];
  image: Image;
  publishedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export type Image = {
  id: string;
  /** Path on the store's origin. */ path: string;
  alt: string;
  width: number;
  height: number;
};

export type Variant = {
  id: string;
  productId: string;
  title: string;
  options: string[];
  sku: string;
  price: number;
  compareAtPrice: number | null;
  grams: number;
  position: number;
  inventoryItemId: string;
  tracked: boolean;
  inventoryPolicy: "deny" | "continue";
  /** Pieces by location id. */
  available: Map<string, number>;
  /** Total before the last change. */
  previousQuantity: number;
  createdAt: Date;
  updatedAt: Date;
};

export type Address = {
  firstName: string;
  lastName: string;
  address1: string;
  city: string;
  zip: string;
  province: string | null;
  country: string;
  countryCode: string;
  phone: string | null;
};

export type Customer = {
  id: string;
  firstName: string;
  lastName: string;
  /** Null for a customer known by phone only. */
  email: string | null;
  phone: string | null;
  locale: LocaleCode;
  tags: string[];
  note: string | null;
  acceptsMarketing: boolean;
  address: Address | null;
  ordersCount: number;
  createdAt: Date;
  updatedAt: Date;
};

export type LineItem = {
  /** "VARIANT:HASH", as AJAX cart and carts/* name a line. */
  key: string;
  variantId: string;
  quantity: number;
  properties: Record<string, string>;
};

export type Cart = {
  token: string;
  /** The secret after `?key=` in the browser's cookie. Never in webhooks. */
  secret: string;
  items: LineItem[];
  note: string;
  attributes: Record<string, string>;
  /** Codes a shopper entered or that came by /discount/CODE. Whether they apply is decided by `priceLines`. */
  discountCodes: string[];
  currency: CurrencyCode;
  locale: LocaleCode;
  customerId: string | null;
  createdAt: Date;
  updatedAt: Date;
  /** Whether carts/create was sent (on the first item, not on attributes alone). */
  isAnnounced: boolean;
};

/** `contact`: no e-mail or phone yet; `shipping`: no shipping line yet; `payment`: only to be paid. */
export type CheckoutStage = "contact" | "shipping" | "payment";

export type ShippingLine = { id: string; title: string; /** Shop currency. */ price: number };

export type Checkout = {
  id: string;
  token: string;
  cartToken: string | null;
  recoveryKey: string;
  items: LineItem[];
  note: string;
  attributes: Record<string, string>;
  discountCodes: string[];
  email: string | null;
  phone: string | null;
  acceptsMarketing: boolean;
  shippingAddress: Address | null;
  shippingLine: ShippingLine | null;
  customerId: string | null;
  currency: CurrencyCode;
  locale: LocaleCode;
  createdAt: Date;
  updatedAt: Date;
  completedAt: Date | null;
  orderId: string | null;
};

/** Money as the shop and as the shopper see it, each in its own minor units. */
export type DualMoney = { shop: number; presentment: number };

export type OrderLine = {
  id: string;
  variantId: string;
  productId: string;
  title: string;
  variantTitle: string;
  sku: string;
  vendor: string;
  grams: number;
  quantity: number;
  currentQuantity: number;
  fulfilledQuantity: number;
  price: DualMoney;
  discount: DualMoney;
  properties: Record<string, string>;
};

export type AppliedCode = {
  code: string;
  discountId: string;
  type: "percentage" | "fixed_amount" | "shipping";
  amount: DualMoney;
};

export type Order = {
  id: string;
  name: string;
  number: number;
  token: string;
  cartToken: string | null;
  checkoutToken: string | null;
  customerId: string | null;
  email: string | null;
  phone: string | null;
  acceptsMarketing: boolean;
  locale: LocaleCode;
  currency: CurrencyCode;
  presentmentCurrency: CurrencyCode;
  noteAttributes: { name: string; value: string }[];
  note: string;
  lines: OrderLine[];
  codes: AppliedCode[];
  shippingLine: ShippingLine | null;
  subtotal: DualMoney;
  totalDiscounts: DualMoney;
  shippingPrice: DualMoney;
  total: DualMoney;
  shippingAddress: Address | null;
  financialStatus: "pending" | "paid" | "partially_refunded" | "refunded" | "voided";
  /** "web", "pos", "shopify_draft_order", "subscription_contract" … */
  sourceName: string;
  isTest: boolean;
  cancelledAt: Date | null;
  cancelReason: string | null;
  tags: string[];
  createdAt: Date;
  processedAt: Date;
  updatedAt: Date;
  fulfillments: Fulfillment[];
  refunds: Refund[];
};

export type ShipmentStatus =
  | "label_printed"
  | "label_purchased"
  | "confirmed"
  | "carrier_picked_up"
  | "in_transit"
  | "out_for_delivery"
  | "attempted_delivery"
  | "ready_for_pickup"
  | "delayed"
  | "delivered"
  | "failure";

export type Fulfillment = {
  id: string;
  orderId: string;
  name: string;
  status: "success" | "cancelled" | "error" | "failure";
  shipmentStatus: ShipmentStatus | null;
  trackingCompany: string | null;
  trackingNumber: string | null;
  trackingUrl: string | null;
  lines: { orderLineId: string; quantity: number }[];
  events: {
    id: string;
    status: ShipmentStatus;
    happenedAt: Date;
    estimatedDeliveryAt: Date | null;
    message: string | null;
  }[];
  createdAt: Date;
  updatedAt: Date;
};

export type Refund = {
  id: string;
  orderId: string;
  note: string | null;
  lines: { id: string; orderLineId: string; quantity: number; subtotal: DualMoney }[];
  amount: DualMoney;
  restock: boolean;
  createdAt: Date;
};

export type RedeemCode = {
  id: string;
  code: string;
  usageCount: number;
  /** Customer ids or e-mails that used it. */ usedBy: string[];
};

/** A code discount (`DiscountCodeBasic` or `DiscountCodeFreeShipping`). */
export type Discount = {
  id: string;
  kind: "basic" | "free_shipping";
  title: string;
  /** `percentage` 0..1, or `amount` in minor units of the shop currency. */
  value: { type: "percentage"; percentage: number } | { type: "amount"; amount: number; appliesOnEachItem: boolean };
  /** Null: everything. Otherwise product, variant or collection ids (digits). */
  items: { productIds: string[]; variantIds: string[]; collectionIds: string[] } | null;
  minimumSubtotal: number | null;
  minimumQuantity: number | null;
  codes: Map<string, RedeemCode>; // by lower-cased code
  startsAt: Date;
  endsAt: Date | null;
  isDeactivated: boolean;
  /** Per redeem code; null: no limit. */
  usageLimit: number | null;
  appliesOncePerCustomer: boolean;
  /** Customers (digits) it is for; null: everybody. */
  customerIds: string[] | null;
  combinesWith: { orderDiscounts: boolean; productDiscounts: boolean; shippingDiscounts: boolean };
  createdAt: Date;
  updatedAt: Date;
};

export type BulkCreation = {
  id: string;
  discountId: string;
  createdAt: Date;
  /** Machine milliseconds at which it is done. */
  doneAtMachineMs: number;
  isDone: boolean;
  codes: { code: string; redeemCodeId: string | null; error: { code: string; message: string } | null }[];
};

export type Installation = {
  id: string;
  installedAt: Date;
  scopes: string[];
  /** Shop time of the uninstall; tokens are revoked, and shop/redact comes 48 hours later. */
  uninstalledAt: Date | null;
  isRedacted: boolean;
};

export type AppMetafield = {
  id: string;
  namespace: string;
  key: string;
  type: string;
  value: string;
  compareDigest: string;
  createdAt: Date;
  updatedAt: Date;
};

export type WebPixel = { id: string; settings: string };

export type ShopWebhook = {
  id: string;
  topic: string;
  uri: string;
  includeFields: string[];
  filter: string | null;
  name: string | null;
  createdAt: Date;
};

export type ThemeSettings = {
  isEmbedOn: boolean;
  /** Settings of the embed block as the theme editor would store them. */
  embedSettings: Record<string, string | number | boolean>;
  isDesignMode: boolean;
};

/** A new id such as Shopify's: digits, unique in the shop. */
export function newId(state: SimState): string {
  state.nextId += 1;
  return String(state.nextId);
}

/** What of `variant` is in stock over all locations. */
export function totalQuantity(variant: Variant): number {
  let total = 0;
  for (const quantity of variant.available.values()) total += quantity;
  return total;
}

export function isAvailableForSale(variant: Variant): boolean {
  return !variant.tracked || variant.inventoryPolicy === "continue" || totalQuantity(variant) > 0;
}

export function productByHandle(state: SimState, handle: string): Product | null {
  for (const product of state.products.values()) if (product.handle === handle) return product;
  return null;
}

export function collectionByHandle(state: SimState, handle: string): Collection | null {
  return state.collections.find((collection) => collection.handle === handle) ?? null;
}

export function variantsOf(state: SimState, product: Product): Variant[] {
  return product.variantIds.flatMap((id) => state.variants.get(id) ?? []);
}

export function titleIn(
  locale: LocaleCode,
  named: { title: string; titles: Partial<Record<LocaleCode, string>> },
): string {
  return named.titles[locale] ?? named.title;
}

/** The discount and its redeem code for `code`, whatever its case; null when there is none. */
export function findCode(state: SimState, code: string): { discount: Discount; redeemCode: RedeemCode } | null {
  const wanted = code.trim().toLowerCase();
  for (const discount of state.discounts.values()) {
    const redeemCode = discount.codes.get(wanted);
    if (redeemCode) return { discount, redeemCode };
  }
  return null;
}
