import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { RecallWords } from "../../journeys/recall-store.ts";
import type { BoundDoes } from "../../composer/buttons.ts";

// Every table but `jobs` has the column `shop`: everything stored belongs to exactly one shop, and `shop/redact` finds it by
// that column. Instants are milliseconds since 1970 (shop time unless the name says
// `machine`). Money is an integer in minor units beside its currency code. Shopify ids are text: they exceed 2^53.

const instant = (name: string) => integer(name, { mode: "timestamp_ms" });
const flag = (name: string) => integer(name, { mode: "boolean" });
const json = <T>(name: string) => text(name, { mode: "json" }).$type<T>();
const id = () => integer("id").primaryKey({ autoIncrement: true });

// ---------------------------------------------------------------------------------------------- shop and installation

export const shops = sqliteTable("shops", {
  shop: text("shop").primaryKey(),
  state: text("state", { enum: ["installed", "uninstalled"] }).notNull(),
  installedAt: instant("installed_at").notNull(),
  uninstalledAt: instant("uninstalled_at"),
  name: text("name").notNull().default(""),
  currency: text("currency").notNull().default("USD"),
  timezone: text("timezone").notNull().default("UTC"), // IANA
  country: text("country"),
  primaryLocale: text("primary_locale").notNull().default("en"),
  locales: json<string[]>("locales").notNull(), // published, primary first
  primaryDomain: text("primary_domain"), // host, no scheme
  proxyPath: text("proxy_path").notNull().default("/apps/beckon"), // learnt from signed requests
  appInstallationId: text("app_installation_id"),
  webPixelId: text("web_pixel_id"),
  scopes: json<string[]>("scopes").notNull(),
  settings: json<Record<string, unknown>>("settings").notNull(), // parsed by app/shop-settings.ts
  embedSeenAt: instant("embed_seen_at"), // the embed last asked for the worker or its configuration
  refreshedAt: instant("refreshed_at"), // name, domain, locales last read from Shopify
  webhookSecret: text("webhook_secret"), // signs outgoing webhooks; encrypted, null until it is first needed
  tokenLockedUntil: instant("token_locked_until_machine"), // a process refreshes the access token; machine time
});

/** Shopify sessions. `payload` is the library's property array, encrypted: it holds access and refresh tokens. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    shop: text("shop").notNull(),
    payload: text("payload").notNull(),
    updatedAt: instant("updated_at").notNull(), // machine time
  },
  (t) => [index("sessions_by_shop").on(t.shop)],
);

export const vapidKeys = sqliteTable(
  "vapid_keys",
  {
    id: id(),
    shop: text("shop").notNull(),
    publicKey: text("public_key").notNull(), // base64url, uncompressed P-256 point
    privateKey: text("private_key").notNull(), // encrypted
    isCurrent: flag("is_current").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("vapid_keys_by_public_key").on(t.shop, t.publicKey),
    uniqueIndex("vapid_keys_one_current")
      .on(t.shop)
      .where(sql`is_current = 1`),
  ],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: id(),
    shop: text("shop").notNull(),
    name: text("name").notNull(),
    hash: text("hash").notNull(), // sha256 hex of the key: the key itself is shown once and never stored
    hint: text("hint").notNull(), // its last four characters
    createdAt: instant("created_at").notNull(),
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
  },
  (t) => [uniqueIndex("api_keys_by_hash").on(t.hash), index("api_keys_by_shop").on(t.shop)],
);

/** First answer to each Idempotency-Key, given again for the same key and body. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    shop: text("shop").notNull(),
    key: text("key").notNull(),
    requestHash: text("request_hash").notNull(),
    status: integer("status").notNull(),
    body: text("body").notNull(),
    createdAt: instant("created_at").notNull(), // machine time
  },
  (t) => [primaryKey({ columns: [t.shop, t.key] }), index("idempotency_keys_by_age").on(t.createdAt)],
);

// ------------------------------------------------------------------------------------------------------------- events

/** The event log: what webhooks, the storefront and the API told us, once each. Append-only. */
export const events = sqliteTable(
  "events",
  {
    id: id(),
    shop: text("shop").notNull(),
    sourceId: text("source_id").notNull(), // webhook id or storefront event id: the same when it is delivered again
    kind: text("kind").notNull(),
    visitorId: text("visitor_id"),
    customerId: text("customer_id"),
    cartToken: text("cart_token"),
    checkoutToken: text("checkout_token"),
    orderId: text("order_id"),
    occurredAt: instant("occurred_at").notNull(),
    receivedAt: instant("received_at").notNull(),
    data: json<Record<string, unknown>>("data").notNull(),
    processedAt: instant("processed_at"), // journeys have looked at it
  },
  (t) => [
    uniqueIndex("events_by_source").on(t.shop, t.sourceId),
    index("events_unprocessed")
      .on(t.shop, t.id)
      .where(sql`processed_at is null`),
    index("events_by_visitor").on(t.shop, t.visitorId, t.occurredAt),
    index("events_by_kind").on(t.shop, t.kind, t.occurredAt),
    index("events_by_customer")
      .on(t.shop, t.customerId)
      .where(sql`customer_id is not null`),
    index("events_by_age").on(t.receivedAt),
  ],
);

// ------------------------------------------------------------------------------------------------------------- people

/** A browser profile. A person is one customer id with its visitors, or one visitor without a customer. */
export const visitors = sqliteTable(
  "visitors",
  {
    shop: text("shop").notNull(),
    visitorId: text("visitor_id").notNull(),
    customerId: text("customer_id"), // last signed in as (logged_in_customer_id); only this joins visitors
    firstSeenAt: instant("first_seen_at").notNull(),
    lastSignalAt: instant("last_signal_at").notNull(), // any sign of life, storefront or checkout
    leftAt: instant("left_at"), // the page said so, and nothing was heard since
    checkoutSignalAt: instant("checkout_signal_at"), // checkout_intent, web pixel, checkouts/*
    locale: text("locale"),
    timezone: text("timezone"),
    country: text("country"),
    city: text("city"),
    firstSource: json<TrafficSource>("first_source"),
    lastSource: json<TrafficSource>("last_source"),
    consentWithdrawnAt: instant("consent_withdrawn_at"),
    tags: json<string[]>("tags").notNull(),
    aliases: json<Record<string, string>>("aliases").notNull(),
    dates: json<PersonDates>("dates"), // told by the API; null: none
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.visitorId] }),
    index("visitors_by_age").on(t.lastSignalAt),
    index("visitors_with_dates")
      .on(t.shop, t.visitorId)
      .where(sql`dates is not null`),
    index("visitors_by_customer")
      .on(t.shop, t.customerId)
      .where(sql`customer_id is not null`),
  ],
);

/** Days of the year that matter to a person, "MM-DD". */
export type PersonDates = { birthday?: string; anniversary?: string };

/** Where a visit came from, reduced to what a report needs. */
export type TrafficSource = {
  class: "direct" | "organic_search" | "paid_search" | "social" | "email" | "push" | "referral";
  utm: { source?: string; medium?: string; campaign?: string; term?: string; content?: string } | null;
  referrerHost: string | null;
};

/** The random id in the private cart attribute `__beckon`: it ties a cart, its checkout and its order to a visitor. */
export const links = sqliteTable(
  "links",
  {
    shop: text("shop").notNull(),
    linkId: text("link_id").notNull(),
    visitorId: text("visitor_id").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shop, t.linkId] }), index("links_by_visitor").on(t.shop, t.visitorId)],
);

export const customers = sqliteTable(
  "customers",
  {
    shop: text("shop").notNull(),
    customerId: text("customer_id").notNull(),
    firstName: text("first_name"),
    locale: text("locale"),
    createdAt: instant("created_at"),
    updatedAt: instant("updated_at").notNull(), // Shopify's: the newer state wins
    dates: json<PersonDates>("dates"), // told by the API; null: none
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.customerId] }),
    index("customers_with_dates")
      .on(t.shop, t.customerId)
      .where(sql`dates is not null`),
  ],
);

export const subscriptions = sqliteTable(
  "subscriptions",
  {
    id: text("id").primaryKey(),
    shop: text("shop").notNull(),
    visitorId: text("visitor_id").notNull(),
    endpoint: text("endpoint").notNull(),
    endpointHash: text("endpoint_hash").notNull(), // sha256 hex
    p256dh: text("p256dh").notNull(),
    auth: text("auth").notNull(),
    vapidKeyId: integer("vapid_key_id").notNull(),
    pushService: text("push_service").notNull(), // host[:port] of the endpoint
    origin: text("origin").notNull(), // the storefront origin it was made on
    proxyPath: text("proxy_path").notNull(),
    state: text("state", { enum: ["active", "ended"] }).notNull(),
    endedAt: instant("ended_at"),
    endedCause: text("ended_cause"), // unsubscribed, endpoint_gone, consent_withdrawn, redacted, replaced, key_changed
    browser: text("browser"),
    os: text("os"),
    deviceType: text("device_type", { enum: ["desktop", "mobile", "tablet"] }),
    locale: text("locale"),
    timezone: text("timezone"),
    country: text("country"),
    city: text("city"),
    firstSource: json<TrafficSource>("first_source"),
    lastSource: json<TrafficSource>("last_source"),
    page: text("page"), // path where the opt-in was made
    promptVariant: text("prompt_variant"), // prompt, bell, stock-alert, price-alert, install-sheet, quiet
    consentMarketing: flag("consent_marketing").notNull(),
    consentText: text("consent_text"),
    consentAt: instant("consent_at"),
    pausedUntil: instant("paused_until"),
    mutedKinds: json<string[]>("muted_kinds").notNull(), // journey kinds the shopper switched off; "campaign" too
    createdAt: instant("created_at").notNull(),
    lastSeenAt: instant("last_seen_at").notNull(), // last re-sync or signal from this browser
    failures: integer("failures").notNull().default(0), // consecutive 400/401/403/413 answers
    lastFailure: text("last_failure"),
  },
  (t) => [
    uniqueIndex("subscriptions_by_endpoint").on(t.shop, t.endpointHash),
    index("subscriptions_by_visitor").on(t.shop, t.visitorId),
    index("subscriptions_active")
      .on(t.shop, t.id)
      .where(sql`state = 'active'`),
    // Who a campaign would reach is counted from this index alone.
    index("subscriptions_reachable")
      .on(t.shop, t.visitorId, t.consentMarketing)
      .where(sql`state = 'active'`),
    index("subscriptions_by_created").on(t.shop, t.createdAt),
    index("subscriptions_by_ended")
      .on(t.shop, t.endedAt)
      .where(sql`ended_at is not null`),
  ],
);

/** What a shopper asked to be told of, per variant. */
export const stockAlerts = sqliteTable(
  "stock_alerts",
  {
    id: id(),
    shop: text("shop").notNull(),
    visitorId: text("visitor_id").notNull(),
    variantId: text("variant_id").notNull(),
    kind: text("kind", { enum: ["back_in_stock", "price_drop"] }).notNull(),
    state: text("state", { enum: ["waiting", "notified", "cancelled"] }).notNull(),
    createdAt: instant("created_at").notNull(),
    notifiedAt: instant("notified_at"),
  },
  (t) => [
    uniqueIndex("stock_alerts_waiting")
      .on(t.shop, t.variantId, t.kind, t.visitorId)
      .where(sql`state = 'waiting'`),
    index("stock_alerts_by_visitor").on(t.shop, t.visitorId),
  ],
);

// --------------------------------------------------------------------------------- the local mirror of the shop's truth

export type CartItem = {
  productId: string;
  variantId: string;
  title: string;
  variantTitle: string | null;
  quantity: number;
  price: number; // minor units of the cart's currency, one piece
  image: string | null;
  url: string | null;
  properties: Record<string, string> | null;
  sellingPlanId: string | null;
};

/** A visitor's cart as the visitor's own browser last told it. One per visitor: what a push about a cart may say. */
export const carts = sqliteTable(
  "carts",
  {
    shop: text("shop").notNull(),
    visitorId: text("visitor_id").notNull(),
    cartToken: text("cart_token").notNull(),
    currency: text("currency").notNull(),
    total: integer("total").notNull(),
    discounted: flag("discounted").notNull(),
    items: json<CartItem[]>("items").notNull(),
    updatedAt: instant("updated_at").notNull(), // when it happened
  },
  (t) => [primaryKey({ columns: [t.shop, t.visitorId] }), index("carts_by_token").on(t.shop, t.cartToken)],
);

/** A cart token as carts/* and orders/* know it. `orderId` set means bought, for good, whatever comes later. */
export const cartTokens = sqliteTable(
  "cart_tokens",
  {
    shop: text("shop").notNull(),
    cartToken: text("cart_token").notNull(),
    variantIds: json<string[]>("variant_ids").notNull(), // empty: emptied
    updatedAt: instant("updated_at").notNull(),
    orderId: text("order_id"),
  },
  (t) => [primaryKey({ columns: [t.shop, t.cartToken] }), index("cart_tokens_by_age").on(t.updatedAt)],
);

export const checkouts = sqliteTable(
  "checkouts",
  {
    shop: text("shop").notNull(),
    checkoutToken: text("checkout_token").notNull(),
    cartToken: text("cart_token"),
    linkId: text("link_id"),
    visitorId: text("visitor_id"), // known through the link id, the customer id or a click token only
    customerId: text("customer_id"),
    stage: text("stage", { enum: ["contact", "shipping", "payment"] }).notNull(),
    currency: text("currency").notNull(),
    total: integer("total").notNull(),
    discounted: flag("discounted").notNull(),
    items: json<CartItem[]>("items").notNull(),
    recoveryUrl: text("recovery_url"), // encrypted: it carries a secret key
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
    completedAt: instant("completed_at"),
    deletedAt: instant("deleted_at"),
    orderId: text("order_id"),
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.checkoutToken] }),
    index("checkouts_by_cart").on(t.shop, t.cartToken),
    index("checkouts_by_visitor").on(t.shop, t.visitorId),
    index("checkouts_by_age").on(t.updatedAt),
  ],
);

export type OrderItem = {
  productId: string | null;
  variantId: string | null;
  title: string;
  quantity: number;
  price: number;
};

export const orders = sqliteTable(
  "orders",
  {
    shop: text("shop").notNull(),
    orderId: text("order_id").notNull(),
    name: text("name").notNull(), // "#1001"
    cartToken: text("cart_token"),
    checkoutToken: text("checkout_token"),
    linkId: text("link_id"),
    visitorId: text("visitor_id"),
    customerId: text("customer_id"),
    linkedBy: text("linked_by", { enum: ["cart_attribute", "checkout_token", "code", "customer"] }),
    currency: text("currency").notNull(), // the shop's
    total: integer("total").notNull(), // in the shop's currency
    refunded: integer("refunded").notNull().default(0),
    presentmentCurrency: text("presentment_currency").notNull(),
    presentmentTotal: integer("presentment_total").notNull(),
    discountTotal: integer("discount_total").notNull(), // in the shop's currency
    discountCodes: json<string[]>("discount_codes").notNull(),
    discountAmounts: json<Record<string, number>>("discount_amounts").notNull().default({}), // by upper-case code, shop currency
    items: json<OrderItem[]>("items").notNull(),
    locale: text("locale"),
    sourceName: text("source_name"),
    test: flag("test").notNull(),
    isShopping: flag("is_shopping").notNull(), // made in the online store just now: no test, draft, POS or renewal
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
    paidAt: instant("paid_at"),
    cancelledAt: instant("cancelled_at"),
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.orderId] }),
    index("orders_by_visitor").on(t.shop, t.visitorId, t.createdAt),
    index("orders_by_customer").on(t.shop, t.customerId, t.createdAt),
    index("orders_by_created").on(t.shop, t.createdAt),
    index("orders_by_checkout").on(t.shop, t.checkoutToken),
    index("orders_by_cart").on(t.shop, t.cartToken),
  ],
);

export const refunds = sqliteTable(
  "refunds",
  {
    shop: text("shop").notNull(),
    refundId: text("refund_id").notNull(),
    orderId: text("order_id").notNull(),
    amount: integer("amount").notNull(), // in the shop's currency
    createdAt: instant("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shop, t.refundId] }), index("refunds_by_order").on(t.shop, t.orderId)],
);

export const fulfillments = sqliteTable(
  "fulfillments",
  {
    shop: text("shop").notNull(),
    fulfillmentId: text("fulfillment_id").notNull(),
    orderId: text("order_id").notNull(),
    status: text("status").notNull(), // Shopify's: success, cancelled, error, failure
    shipmentStatus: text("shipment_status"), // newest of fulfillments/* and fulfillment_events/*
    trackingCompany: text("tracking_company"),
    trackingNumber: text("tracking_number"),
    trackingUrl: text("tracking_url"),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shop, t.fulfillmentId] }), index("fulfillments_by_order").on(t.shop, t.orderId)],
);

export const variants = sqliteTable(
  "variants",
  {
    shop: text("shop").notNull(),
    variantId: text("variant_id").notNull(),
    productId: text("product_id").notNull(),
    inventoryItemId: text("inventory_item_id"),
    productTitle: text("product_title").notNull(),
    variantTitle: text("variant_title"), // null for "Default Title"
    handle: text("handle"),
    vendor: text("vendor"),
    productType: text("product_type"),
    image: text("image"),
    price: integer("price"), // minor units, shop currency
    compareAtPrice: integer("compare_at_price"),
    isAvailable: flag("is_available"), // can be bought online; null: not known yet
    sellableQuantity: integer("sellable_quantity"), // null: not tracked or not known
    updatedAt: instant("updated_at").notNull(), // Shopify's, or when we read it
    deletedAt: instant("deleted_at"),
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.variantId] }),
    index("variants_by_product").on(t.shop, t.productId),
    index("variants_by_inventory_item").on(t.shop, t.inventoryItemId),
    index("variants_by_type").on(t.shop, t.productType, t.price),
  ],
);

/** Each price a variant has had since we first heard of it, so that a reduction can be compared with the weeks before. */
export const priceHistory = sqliteTable(
  "price_history",
  {
    id: id(),
    shop: text("shop").notNull(),
    variantId: text("variant_id").notNull(),
    price: integer("price").notNull(), // minor units
    country: text("country"), // of the market that asks for it; null: the shop's own price
    currency: text("currency"), // null: the shop's own
    at: instant("at").notNull(), // when it began, as far as Shopify says
  },
  (t) => [index("price_history_by_variant").on(t.shop, t.variantId, t.at), index("price_history_by_age").on(t.at)],
);

/** What a visitor looked at, saved or put into the cart: one row for each product and each collection. */
export const interests = sqliteTable(
  "interests",
  {
    shop: text("shop").notNull(),
    visitorId: text("visitor_id").notNull(),
    subject: text("subject").notNull(), // "product:ID" or "collection:HANDLE"
    variantId: text("variant_id"), // the one looked at, saved or carted last
    title: text("title"), // in the language it was seen in
    handle: text("handle"),
    image: text("image"),
    collections: json<string[]>("collections").notNull().default([]), // handles
    currency: text("currency"), // they shop in
    seconds: integer("seconds").notNull().default(0), // looked at, with no pause of a day
    viewedAt: instant("viewed_at"),
    wishedAt: instant("wished_at"),
    cartedAt: instant("carted_at"), // null again once taken out
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.visitorId, t.subject] }),
    index("interests_by_visitor").on(t.shop, t.visitorId, t.updatedAt),
    index("interests_by_subject").on(t.shop, t.subject, t.updatedAt),
    index("interests_by_age").on(t.updatedAt),
  ],
);

/** Which products were in which order: what is bought together is looked up by product. */
export const orderProducts = sqliteTable(
  "order_products",
  {
    shop: text("shop").notNull(),
    orderId: text("order_id").notNull(),
    productId: text("product_id").notNull(),
    orderedAt: instant("ordered_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.orderId, t.productId] }),
    index("order_products_by_product").on(t.shop, t.productId, t.orderedAt),
  ],
);

/** Which products are in a collection, as Shopify told at the last daily reading: at most 250 of each, those that sell best. */
export const productCollections = sqliteTable(
  "product_collections",
  {
    shop: text("shop").notNull(),
    handle: text("handle").notNull(),
    productId: text("product_id").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.handle, t.productId] }),
    index("product_collections_by_product").on(t.shop, t.productId),
  ],
);

// ----------------------------------------------------------------------------------------------------------- journeys

export const journeys = sqliteTable(
  "journeys",
  {
    shop: text("shop").notNull(),
    kind: text("kind").notNull(),
    enabled: flag("enabled").notNull(),
    version: integer("version").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shop, t.kind] })],
);

/** Definitions are never changed in place: runs under way go on with the version they started with. */
export const journeyVersions = sqliteTable(
  "journey_versions",
  {
    shop: text("shop").notNull(),
    kind: text("kind").notNull(),
    version: integer("version").notNull(),
    definition: json<Record<string, unknown>>("definition").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shop, t.kind, t.version] })],
);

/** One person's way through one journey for one subject. */
export const runs = sqliteTable(
  "runs",
  {
    id: id(),
    shop: text("shop").notNull(),
    journey: text("journey").notNull(),
    version: integer("version").notNull(),
    visitorId: text("visitor_id").notNull(),
    customerId: text("customer_id"),
    subject: text("subject").notNull(), // "cart:TOKEN", "checkout:TOKEN", "variant:ID", "fulfillment:ID:STATUS", "subscription:ID"
    state: text("state", { enum: ["active", "finished", "exited"] }).notNull(),
    exitReason: text("exit_reason"),
    step: text("step").notNull(), // path of the step to do next: "0", "3", later "3.a.0"
    anchorAt: instant("anchor_at").notNull(), // what waits "from trigger" count from: last signal, or leaving
    dueAt: instant("due_at"), // when the next step is due, null while suspended
    context: json<Record<string, unknown>>("context").notNull(),
    startedAt: instant("started_at").notNull(),
    endedAt: instant("ended_at"),
  },
  (t) => [
    uniqueIndex("runs_one_active")
      .on(t.shop, t.journey, t.visitorId, t.subject)
      .where(sql`state = 'active'`),
    index("runs_active_by_visitor")
      .on(t.shop, t.visitorId)
      .where(sql`state = 'active'`),
    index("runs_active_by_customer")
      .on(t.shop, t.customerId)
      .where(sql`state = 'active'`),
    index("runs_active_by_subject")
      .on(t.shop, t.subject)
      .where(sql`state = 'active'`),
    index("runs_by_subject").on(t.shop, t.journey, t.subject, t.visitorId),
    index("runs_by_age").on(t.endedAt),
    // All that is needed to count who is where: the rows themselves are not read.
    index("runs_by_place").on(t.shop, t.journey, t.version, t.state, t.step, t.exitReason),
  ],
);

/** Going through a shop's people for one occasion of a journey, page by page: `cursor` moves with what the page started. */
export const audienceSweeps = sqliteTable(
  "audience_sweeps",
  {
    shop: text("shop").notNull(),
    journey: text("journey").notNull(),
    occasion: text("occasion").notNull(), // "2027-05-09", of one version of the journey
    audience: json<Audience>("audience").notNull(),
    said: json<Record<string, string | number>>("said").notNull(), // what the occasion tells the kind
    cursor: text("cursor").notNull().default(""),
    looked: integer("looked").notNull().default(0), // people
    started: integer("started").notNull().default(0), // runs
    createdAt: instant("created_at").notNull(),
    endedAt: instant("ended_at"),
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.journey, t.occasion] }),
    index("audience_sweeps_newest").on(t.shop, t.journey, t.createdAt),
    index("audience_sweeps_by_age").on(t.createdAt),
  ],
);

/** Whom an occasion is for: all with a device; those with a day of the year; customers whose last order fell into a time. */
export type Audience = { of: "subscribers" } | { of: "dated" } | { of: "last_ordered"; from: number; until: number };

/** A feed of articles as it was last read. One for each shop. */
export const articleFeeds = sqliteTable("article_feeds", {
  shop: text("shop").primaryKey(),
  url: text("url").notNull(),
  etag: text("etag"),
  lastModified: text("last_modified"),
  readAt: instant("read_at"), // last answer that was a feed, or said that nothing changed; null: never yet
  triedAt: instant("tried_at").notNull(),
  problem: text("problem"), // of the last try; plain words live in the admin
  failures: integer("failures").notNull().default(0), // in a row
});

/** Articles of the shop's feed. Those that were there when it was first read are never told of. */
export const articles = sqliteTable(
  "articles",
  {
    shop: text("shop").notNull(),
    articleId: text("article_id").notNull(), // the feed's own id, hashed
    title: text("title").notNull(),
    url: text("url").notNull(),
    image: text("image"),
    publishedAt: instant("published_at"),
    foundAt: instant("found_at").notNull(),
    isNews: flag("is_news").notNull(),
    goneAt: instant("gone_at"), // no longer in the feed although older ones are
  },
  (t) => [primaryKey({ columns: [t.shop, t.articleId] }), index("articles_by_found").on(t.shop, t.foundAt)],
);

/** What we decided and why. Kept for as long as the shop likes: it answers "why did this person (not) get it". */
export const ledger = sqliteTable(
  "ledger",
  {
    id: id(),
    shop: text("shop").notNull(),
    at: instant("at").notNull(),
    visitorId: text("visitor_id").notNull(),
    subscriptionId: text("subscription_id"),
    runId: integer("run_id"),
    journey: text("journey").notNull(), // journey kind, "campaign" or "direct"
    step: text("step"),
    verdict: text("verdict", { enum: ["sent", "delayed", "dropped"] }).notNull(),
    reason: text("reason").notNull(),
    values: json<Record<string, unknown>>("values").notNull(),
    notificationId: text("notification_id"),
  },
  (t) => [
    index("ledger_newest").on(t.shop, t.id),
    index("ledger_by_visitor").on(t.shop, t.visitorId, t.id),
    index("ledger_by_journey").on(t.shop, t.journey, t.id),
    index("ledger_by_subscription").on(t.shop, t.subscriptionId, t.id),
    index("ledger_by_age").on(t.at),
  ],
);

// -------------------------------------------------------------------------------------- notifications and their deliveries

export const notifications = sqliteTable(
  "notifications",
  {
    id: text("id").primaryKey(), // random, base64url: the notification's tag in the browser
    shop: text("shop").notNull(),
    visitorId: text("visitor_id").notNull(),
    customerId: text("customer_id"),
    kind: text("kind").notNull(), // journey kind, "campaign" or "direct"
    runId: integer("run_id"),
    step: text("step"),
    campaignId: text("campaign_id"),
    isTransactional: flag("is_transactional").notNull(),
    locale: text("locale").notNull(),
    message: json<ComposedMessage>("message").notNull(),
    targetUrl: text("target_url").notNull(),
    discountCode: text("discount_code"),
    cartToken: text("cart_token"),
    checkoutToken: text("checkout_token"),
    createdAt: instant("created_at").notNull(),
    shownAt: instant("shown_at"),
    clickedAt: instant("clicked_at"),
    dismissedAt: instant("dismissed_at"),
  },
  (t) => [
    index("notifications_newest").on(t.shop, t.createdAt),
    index("notifications_by_visitor").on(t.shop, t.visitorId, t.createdAt),
    index("notifications_by_clicked")
      .on(t.shop, t.visitorId, t.clickedAt)
      .where(sql`clicked_at is not null`),
    index("notifications_by_code")
      .on(t.shop, t.discountCode)
      .where(sql`discount_code is not null`),
    index("notifications_by_run")
      .on(t.runId)
      .where(sql`run_id is not null`),
    index("notifications_by_campaign")
      .on(t.shop, t.campaignId)
      .where(sql`campaign_id is not null`),
    index("notifications_shown_of_campaign")
      .on(t.campaignId)
      .where(sql`campaign_id is not null and shown_at is not null`),
    index("notifications_clicked_of_campaign")
      .on(t.campaignId)
      .where(sql`campaign_id is not null and clicked_at is not null`),
  ],
);

/** The words and pictures of one notification, before the links of a delivery are put in. */
export type ComposedMessage = {
  title: string;
  body: string;
  lang: string;
  dir: "ltr" | "rtl";
  icon: string | null;
  image: string | null;
  badge: string | null;
  /** `does`: what a tap has done instead of leading somewhere; `done`: what is then said, null when a page opens. */
  actions: { action: string; title: string; url: string | null; does?: BoundDoes; done?: string | null }[];
  tag: string;
  renotify: boolean;
  requireInteraction: boolean;
  silent: boolean;
};

/** The hand-over of a notification to one subscription. Written before it is sent, its outcome after. */
export const deliveries = sqliteTable(
  "deliveries",
  {
    id: text("id").primaryKey(), // what the token in the payload names
    shop: text("shop").notNull(),
    notificationId: text("notification_id").notNull(),
    subscriptionId: text("subscription_id").notNull(),
    visitorId: text("visitor_id").notNull(),
    campaignId: text("campaign_id"),
    state: text("state", {
      enum: ["queued", "sending", "accepted", "failed", "expired", "dropped", "superseded"],
    }).notNull(),
    reason: text("reason"), // why failed, expired or dropped; plain words live in the admin
    pushTopic: text("push_topic").notNull(),
    urgency: text("urgency", { enum: ["very-low", "low", "normal", "high"] }).notNull(),
    ttlSeconds: integer("ttl_seconds").notNull(),
    deadlineAt: instant("deadline_at").notNull(), // machine time: created + TTL; after it the delivery is `expired`
    attempts: integer("attempts").notNull().default(0),
    lastStatus: integer("last_status"), // HTTP status of the last answer, null when there was none
    createdAt: instant("created_at").notNull(),
    sentAt: instant("sent_at"),
    shownAt: instant("shown_at"),
    clickedAt: instant("clicked_at"),
    clickedAction: text("clicked_action"),
    dismissedAt: instant("dismissed_at"),
    recall: json<RecallWords>("recall"), // takes its notification back with these words; null: delivers it
    suppressedAt: instant("suppressed_at"), // the worker did not show it: a window of the shop was visible
  },
  (t) => [
    index("deliveries_by_notification").on(t.notificationId),
    index("deliveries_by_subscription").on(t.shop, t.subscriptionId, t.createdAt),
    index("deliveries_by_created").on(t.shop, t.createdAt),
    index("deliveries_open")
      .on(t.state)
      .where(sql`state in ('queued', 'sending')`),
    // Counts of a campaign are read from this index alone.
    index("deliveries_by_campaign")
      .on(t.campaignId, t.state)
      .where(sql`campaign_id is not null`),
    index("deliveries_failed")
      .on(t.shop, t.lastStatus)
      .where(sql`state = 'failed'`),
  ],
);

/** A message to one person by the API, until it is decided. Its notification, if it gets one, has the same id. */
export const directMessages = sqliteTable(
  "direct_messages",
  {
    id: text("id").primaryKey(),
    shop: text("shop").notNull(),
    visitorId: text("visitor_id").notNull(),
    subscriptionId: text("subscription_id"), // null: the device used last
    state: text("state", { enum: ["waiting", "paused", "stopped", "left"] }).notNull(),
    reason: text("reason"), // why nothing was sent
    dueAt: instant("due_at").notNull(),
    request: json<Record<string, unknown>>("request").notNull(), // texts, TTL, urgency: app/direct/direct-message.ts
    createdAt: instant("created_at").notNull(),
  },
  (t) => [index("direct_messages_by_visitor").on(t.shop, t.visitorId), index("direct_messages_by_age").on(t.createdAt)],
);

/** A message to everyone or to a tag. Its audience is read page by page: `cursor` moves with what the page wrote. */
export const campaigns = sqliteTable(
  "campaigns",
  {
    id: text("id").primaryKey(),
    shop: text("shop").notNull(),
    state: text("state", { enum: ["scheduled", "sending", "paused", "stopped"] }).notNull(),
    audience: json<{ all: true } | { tag: string }>("audience").notNull(),
    request: json<Record<string, unknown>>("request").notNull(), // texts, TTL, urgency: app/campaigns/campaign.ts
    dueAt: instant("due_at").notNull(),
    createdAt: instant("created_at").notNull(),
    startedAt: instant("started_at"), // the first page was written
    plannedAt: instant("planned_at"), // everybody is decided on; null: more pages follow
    endedAt: instant("ended_at"), // stopped
    cursor: text("cursor").notNull().default(""), // subscription id up to which the audience was read
    isAudienceRead: flag("is_audience_read").notNull().default(false),
    audienceSize: integer("audience_size").notNull().default(0), // people, as estimated when it was made
    decided: integer("decided").notNull().default(0), // people sent to or dropped
    dropped: integer("dropped").notNull().default(0), // people decided against, who have no delivery
  },
  (t) => [index("campaigns_newest").on(t.shop, t.createdAt, t.id), index("campaigns_by_age").on(t.createdAt)],
);

/** Whom a campaign reaches later: in quiet hours, or at a cap. */
export const campaignDelays = sqliteTable(
  "campaign_delays",
  {
    shop: text("shop").notNull(),
    campaignId: text("campaign_id").notNull(),
    visitorId: text("visitor_id").notNull(),
    subscriptionId: text("subscription_id").notNull(), // through which the audience named the person
    dueAt: instant("due_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.campaignId, t.visitorId] }),
    index("campaign_delays_due").on(t.campaignId, t.dueAt),
    index("campaign_delays_by_visitor").on(t.shop, t.visitorId),
  ],
);

// ---------------------------------------------------------------------------------------------------------- discounts

/** One discount in Shopify per offer and day of validity; its codes are a pool. */
export const discounts = sqliteTable(
  "discounts",
  {
    id: id(),
    shop: text("shop").notNull(),
    offer: text("offer").notNull(), // canonical text of the offer's terms, e.g. "percent:15"
    endsAt: instant("ends_at").notNull(),
    shopifyId: text("shopify_id"), // gid of the discount node; null while it is being made
    firstCode: text("first_code"), // by which a discount is found again whose making got no answer
    problem: text("problem"), // why Shopify would not make it or its codes, in Shopify's words
    state: text("state", { enum: ["creating", "open", "closed", "deleted"] }).notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [uniqueIndex("discounts_by_offer").on(t.shop, t.offer, t.endsAt), index("discounts_by_end").on(t.endsAt)],
);

export const discountCodes = sqliteTable(
  "discount_codes",
  {
    shop: text("shop").notNull(),
    code: text("code").notNull(),
    discountId: integer("discount_id").notNull(),
    state: text("state", { enum: ["pending", "free", "taken", "used", "failed"] }).notNull(),
    bulkCreationId: text("bulk_creation_id"), // while pending
    personKey: text("person_key"), // "customer:ID" or "visitor:ID"
    notificationId: text("notification_id"),
    createdAt: instant("created_at").notNull(),
    takenAt: instant("taken_at"),
    usedAt: instant("used_at"),
    orderId: text("order_id"),
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.code] }),
    index("discount_codes_by_state").on(t.discountId, t.state),
    index("discount_codes_by_person")
      .on(t.shop, t.personKey, t.takenAt)
      .where(sql`person_key is not null`),
  ],
);

/** Who was given which code, once however often it was offered: the merchant's own codes too. What reports count. */
export const givenCodes = sqliteTable(
  "given_codes",
  {
    id: id(),
    shop: text("shop").notNull(),
    code: text("code").notNull(),
    isUnique: flag("is_unique").notNull(), // false: the merchant's own, the same for everybody
    offer: text("offer").notNull(), // canonical text of its terms
    endsAt: instant("ends_at"), // null: without an end
    journey: text("journey").notNull(),
    step: text("step").notNull(),
    runId: integer("run_id"),
    personKey: text("person_key"), // "customer:ID" or "visitor:ID"; null: forgotten
    givenAt: instant("given_at").notNull(),
    usedAt: instant("used_at"),
    orderId: text("order_id"),
    currency: text("currency"), // the shop's when the order was made
    cost: integer("cost"), // what the code took off the order
  },
  (t) => [
    uniqueIndex("given_codes_by_code").on(t.shop, t.code, t.personKey),
    index("given_codes_by_time").on(t.shop, t.givenAt),
    index("given_codes_by_journey").on(t.shop, t.journey, t.givenAt),
    index("given_codes_by_person")
      .on(t.shop, t.personKey, t.givenAt)
      .where(sql`person_key is not null`),
    index("given_codes_by_use")
      .on(t.shop, t.usedAt)
      .where(sql`used_at is not null`),
  ],
);

// -------------------------------------------------------------------------------------------------------- attribution

/** The one notification an order is credited to. */
export const attributions = sqliteTable(
  "attributions",
  {
    shop: text("shop").notNull(),
    orderId: text("order_id").notNull(),
    notificationId: text("notification_id").notNull(),
    kind: text("kind").notNull(),
    linkedBy: text("linked_by", { enum: ["cart_attribute", "checkout_token", "code", "customer"] }).notNull(),
    clickedAt: instant("clicked_at").notNull(),
    orderedAt: instant("ordered_at").notNull(),
    amount: integer("amount").notNull(), // shop currency
    currency: text("currency").notNull(),
    discountCost: integer("discount_cost").notNull(), // what our code took off, shop currency
    refunded: integer("refunded").notNull().default(0),
    cancelledAt: instant("cancelled_at"),
  },
  (t) => [
    primaryKey({ columns: [t.shop, t.orderId] }),
    index("attributions_by_ordered").on(t.shop, t.orderedAt),
    index("attributions_by_notification").on(t.shop, t.notificationId),
  ],
);

// ---------------------------------------------------------------------------------------------------------- scheduler

/**
 * Durable jobs. Knows no shop terms. `run_at` is shop time; `*_machine` columns are the machine's clock. A job that runs keeps
 * its row and its state and has a row in `job_leases`; one that ended well is deleted.
 */
export const jobs = sqliteTable(
  "jobs",
  {
    id: id(),
    kind: text("kind").notNull(),
    key: text("key"), // unique among jobs that have not ended; null: no key, or it lies with the lease
    payload: text("payload").notNull(), // JSON
    runAt: integer("run_at").notNull(),
    priority: integer("priority").notNull().default(0), // lower goes first
    state: text("state", {
      enum: ["scheduled", "available", "retryable", "cancelled", "discarded"],
    }).notNull(),
    attempts: integer("attempts").notNull().default(0), // that ended
    maxAttempts: integer("max_attempts").notNull().default(20),
    lastError: text("last_error"),
    finishedAtMachine: integer("finished_at_machine"),
  },
  (t) => [
    uniqueIndex("jobs_waiting_key")
      .on(t.key)
      .where(sql`key is not null and state in ('scheduled', 'available', 'retryable')`),
    index("jobs_due")
      .on(t.kind, t.priority, t.runAt, t.id)
      .where(sql`state in ('scheduled', 'available', 'retryable')`),
    index("jobs_finished")
      .on(t.finishedAtMachine)
      .where(sql`state in ('completed', 'cancelled', 'discarded')`),
    check(
      "jobs_finished_at_matches_state",
      sql`(finished_at_machine is null) = (state not in ('completed', 'cancelled', 'discarded'))`,
    ),
  ],
);

/** Jobs that run: few, narrow rows, so that claiming a job and ending it cost little however long its own row is. */
export const jobLeases = sqliteTable(
  "job_leases",
  {
    jobId: integer("job_id").primaryKey(),
    owner: text("owner").notNull(), // host:pid:start
    untilMachine: integer("until_machine").notNull(),
    key: text("key"), // the job's, once a newer job has taken it over; null: it lies with the job
  },
  (t) => [
    index("job_leases_key")
      .on(t.key)
      .where(sql`key is not null`),
  ],
);
