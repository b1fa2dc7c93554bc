import type { ComposedMessage } from "../../app/store/sqlite/schema.server.ts";
import {
  attributions,
  deliveries,
  ledger,
  notifications,
  orders,
  subscriptions,
  visitors,
} from "../../app/store/sqlite/schema.server.ts";
import type { Database } from "../../app/store/sqlite/database.server.ts";

// Rows as the journey from opt-in to order leaves them, for tests of what only reads: the reports, the push log, the API.

export const SHOP = "lamp-shop.myshopify.com";
export const OTHER_SHOP = "other-shop.myshopify.com";

export function insertVisitor({ drizzle }: Database, row: Partial<typeof visitors.$inferInsert> = {}): string {
  const full = {
    shop: SHOP,
    visitorId: "visitor-1",
    firstSeenAt: new Date("2026-11-01T09:00:00Z"),
    lastSignalAt: new Date("2026-11-20T09:00:00Z"),
    tags: [],
    aliases: {},
    ...row,
  };
  drizzle.insert(visitors).values(full).onConflictDoNothing().run();
  return full.visitorId;
}

export function insertSubscription(database: Database, row: Partial<typeof subscriptions.$inferInsert> = {}): string {
  const id = row.id ?? `subscription-${counter()}`;
  const full = {
    id,
    shop: SHOP,
    visitorId: "visitor-1",
    endpoint: `https://push.example/${id}`,
    endpointHash: id,
    p256dh: "secret-p256dh",
    auth: "secret-auth",
    vapidKeyId: 1,
    pushService: "push.example",
    origin: "https://lamp-shop.example",
    proxyPath: "/apps/beckon",
    state: "active" as const,
    browser: "Firefox",
    os: "Windows",
    deviceType: "desktop" as const,
    consentMarketing: true,
    mutedKinds: [],
    createdAt: new Date("2026-11-10T09:00:00Z"),
    lastSeenAt: new Date("2026-11-20T09:00:00Z"),
    ...row,
  };
  insertVisitor(database, { shop: full.shop, visitorId: full.visitorId });
  database.drizzle.insert(subscriptions).values(full).run();
  return id;
}

export function buildMessage(message: Partial<ComposedMessage> = {}): ComposedMessage {
  return {
    title: "You left something",
    body: "Your lamp is still here",
    lang: "en",
    dir: "ltr",
    icon: null,
    image: null,
    badge: null,
    actions: [],
    tag: "t",
    renotify: false,
    requireInteraction: false,
    silent: false,
    ...message,
  };
}

type Sent = {
  notification?: Partial<typeof notifications.$inferInsert>;
  delivery?: Partial<typeof deliveries.$inferInsert>;
  ledger?: Partial<typeof ledger.$inferInsert>;
};

/** A notification that left, with its delivery and its ledger row. */
export function insertSent({ drizzle }: Database, sent: Sent = {}): { notificationId: string; ledgerId: number } {
  const id = sent.notification?.id ?? `notification-${counter()}`;
  const shop = sent.notification?.shop ?? SHOP;
  const visitorId = sent.notification?.visitorId ?? "visitor-1";
  const kind = sent.notification?.kind ?? "cart_recovery";
  const createdAt = sent.notification?.createdAt ?? new Date("2026-11-20T12:00:00Z");

  drizzle
    .insert(notifications)
    .values({
      id,
      shop,
      visitorId,
      kind,
      isTransactional: false,
      locale: "en",
      message: buildMessage(),
      targetUrl: "https://lamp-shop.example/cart",
      createdAt,
      ...sent.notification,
    })
    .run();
  drizzle
    .insert(deliveries)
    .values({
      id: `delivery-${counter()}`,
      shop,
      notificationId: id,
      subscriptionId: "subscription-of-nobody",
      visitorId,
      state: "accepted",
      pushTopic: "marketing",
      urgency: "normal",
      ttlSeconds: 3600,
      deadlineAt: createdAt,
      lastStatus: 201,
      createdAt,
      sentAt: createdAt,
      ...sent.delivery,
    })
    .run();
  const ledgerId = insertDecision({ drizzle } as Database, {
    shop,
    visitorId,
    journey: kind,
    at: createdAt,
    notificationId: id,
    ...sent.ledger,
  });
  return { notificationId: id, ledgerId };
}

export function insertDecision({ drizzle }: Pick<Database, "drizzle">, row: Partial<typeof ledger.$inferInsert> = {}) {
  const stored = drizzle
    .insert(ledger)
    .values({
      shop: SHOP,
      at: new Date("2026-11-20T12:00:00Z"),
      visitorId: "visitor-1",
      journey: "cart_recovery",
      step: "1",
      verdict: "sent",
      reason: "due",
      values: {},
      ...row,
    })
    .returning({ id: ledger.id })
    .get();
  return stored.id;
}

export function insertCreditedOrder(
  { drizzle }: Database,
  row: Partial<typeof attributions.$inferInsert> & { visitorId?: string } = {},
): string {
  const { visitorId = "visitor-1", ...attribution } = row;
  const orderId = row.orderId ?? `order-${counter()}`;
  const shop = row.shop ?? SHOP;
  const orderedAt = row.orderedAt ?? new Date("2026-11-20T13:00:00Z");
  const amount = row.amount ?? 5000;
  const currency = row.currency ?? "USD";
  drizzle
    .insert(orders)
    .values({
      shop,
      orderId,
      name: `#${orderId}`,
      visitorId,
      currency,
      total: amount,
      presentmentCurrency: currency,
      presentmentTotal: amount,
      discountTotal: 0,
      discountCodes: [],
      items: [],
      test: false,
      isShopping: true,
      createdAt: orderedAt,
      updatedAt: orderedAt,
    })
    .run();
  drizzle
    .insert(attributions)
    .values({
      shop,
      orderId,
      notificationId: "notification-of-nobody",
      kind: "cart_recovery",
      linkedBy: "cart_attribute",
      clickedAt: orderedAt,
      orderedAt,
      amount,
      currency,
      discountCost: 0,
      ...attribution,
    })
    .run();
  return orderId;
}

let count = 0;
function counter(): number {
  count += 1;
  return count;
}
