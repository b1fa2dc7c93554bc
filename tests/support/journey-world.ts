import { createHash, generateKeyPairSync, randomUUID } from "node:crypto";
import { buildPayload } from "../../app/composer/payload.server.ts";
import { createKeyring, encrypt } from "../../app/encryption.server.ts";
import type { MirrorChange } from "../../app/events/mirror-change.ts";
import { PROCESS_EVENTS_JOB, recordEvents } from "../../app/events/record-events.ts";
import { storefrontEntries } from "../../app/events/storefront-entries.ts";
import { incomingEventsSchema } from "../../app/events/storefront-schema.ts";
import type { CartItem, EventKind, ShopEvent, StorefrontEventKind } from "../../app/events/shop-event.ts";
import { AUDIENCE_SWEEP_JOB, AUDIENCE_WATCH_JOB } from "../../app/journeys/audience-jobs.ts";
import { audienceSweepHandler } from "../../app/jobs/audience-sweep.server.ts";
import { audienceWatchHandler } from "../../app/jobs/audience-watch.server.ts";
import { advanceRunHandler } from "../../app/jobs/advance-run.server.ts";
import { freshVariants } from "../../app/jobs/fresh-variants.server.ts";
import { localVariants } from "../../app/jobs/local-variants.server.ts";
import { sendDirectMessageHandler } from "../../app/jobs/send-direct-message.server.ts";
import { codeFinder } from "../../app/jobs/find-code.server.ts";
import { orderCountOf } from "../../app/jobs/order-count.server.ts";
import { processEventsHandler } from "../../app/jobs/process-events.server.ts";
import { ADVANCE_CAMPAIGN_JOB, SEND_CAMPAIGN_PAGE_JOB } from "../../app/campaigns/campaign.ts";
import { advanceCampaignHandler } from "../../app/jobs/advance-campaign.server.ts";
import { sendCampaignPageHandler } from "../../app/jobs/send-campaign-page.server.ts";
import type { SendDeliveryDeps } from "../../app/jobs/send-delivery.server.ts";
import { createDeliver, createSendDeliveryHandler } from "../../app/jobs/send-delivery.server.ts";
import { variantWatchHandler } from "../../app/jobs/variant-watch.server.ts";
import { VARIANT_WATCH_JOB } from "../../app/journeys/variant-watch.ts";
import { stockWatchHandler } from "../../app/jobs/stock-watch.server.ts";
import { SEND_DIRECT_JOB } from "../../app/direct/direct-message.ts";
import { ensureDefaultJourneys } from "../../app/journeys/journeys.server.ts";
import { ADVANCE_RUN_JOB } from "../../app/journeys/run-store.ts";
import { STOCK_WATCH_JOB } from "../../app/journeys/stock-watch.ts";
import type { JobHandler } from "../../app/scheduler/job.ts";
import { SEND_DELIVERY_KIND } from "../../app/sender/delivery-jobs.ts";
import type { PushRequest } from "../../app/sender/push-request.ts";
import type { AdminApi } from "../../app/shopify/admin-api.ts";
import { LOCAL_VARIANTS } from "../../app/shopify/operations.ts";
import type { DiscountNow, LocalVariantNow, VariantNow } from "../../app/shopify/operations.ts";
import {
  carts,
  discountCodes,
  discounts,
  ledger,
  shops,
  subscriptions,
  vapidKeys,
} from "../../app/store/sqlite/schema.server.ts";
import type { Receipt } from "../../app/receipts/receipt-schema.ts";
import { receiptClaims, recordReceipt } from "../../app/receipts/record-receipt.ts";
import { RECALL_JOB } from "../../app/journeys/recall.ts";
import { recallHandler } from "../../app/jobs/recall.server.ts";
import { readToken } from "../../app/signed-token.server.ts";
import { manualClock } from "./manual-clock.ts";
import { createTestStore } from "./test-store.ts";

export const SHOP = "harbour.myshopify.com";
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Push = { at: Date; endpoint: string; request: PushRequest; notification: PushNotification };
type PushNotification = {
  title: string;
  body: string;
  navigate: string;
  lang: string;
  dir: string;
  tag: string;
  renotify: boolean;
  image?: string;
  silent?: boolean;
  actions?: { action: string; title: string; navigate: string; done?: string }[];
  data: { token: string; id: string; kind: string; url: string; code: string | null };
};

export type WorldOptions = {
  start?: Date;
  currency?: string;
  settings?: Record<string, unknown>;
  timezone?: string;
};

/** Quiet hours and caps off, as in the demo. */
const NO_LIMITS = { quietHours: { enabled: false }, caps: { enabled: false } };

/**
 * A shop with its default journeys on a real store, where time passes only when a test says so and due jobs are done in
 * their order by the real handlers. Shopify (stock) and the push service are faked.
 */
export async function createWorld(options: WorldOptions = {}) {
  const store = await createTestStore();
  const { drizzle } = store.database;
  const clock = manualClock(options.start ?? new Date("2026-11-02T12:00:00Z"));
  const keyring = createKeyring([Buffer.alloc(32, 1).toString("base64")]);
  const { publicKey, privateKey } = vapidPair();
  const stock = new Map<string, number>();
  const orderCounts = new Map<string, string>();
  /** As Shopify writes them: "49.00". */
  const prices = new Map<string, string>();
  /** By variant; those not named here are all linen shirts. */
  const products = new Map<string, { id: string; title: string; handle: string }>();
  const compareAtPrices = new Map<string, string>();
  /** Makers of those that are not of the shop's own brand. */
  const vendors = new Map<string, string>();
  /** What countries' markets ask for, by "COUNTRY variant"; without one, the price of the shop. */
  const localPrices = new Map<string, { amount: string; currencyCode: string }>();
  /** By "locale variant". */
  const translations = new Map<string, string>();
  /** Codes the merchant made in Shopify, as its Admin API describes them. */
  const merchantCodes = new Map<string, DiscountNow>();
  const pushes: Push[] = [];
  let shopifyIsUp = true;
  let reads = 0;

  drizzle
    .insert(shops)
    .values({
      shop: SHOP,
      state: "installed",
      installedAt: clock.now(),
      name: "Harbour Goods",
      currency: options.currency ?? "USD",
      timezone: options.timezone ?? "UTC",
      primaryLocale: "en",
      locales: ["en"],
      primaryDomain: "shop.example",
      scopes: [],
      settings: { ...NO_LIMITS, ...options.settings },
    })
    .run();
  const [vapidKey] = drizzle
    .insert(vapidKeys)
    .values({
      shop: SHOP,
      publicKey,
      privateKey: encrypt(keyring, privateKey, `vapid:${SHOP}`),
      isCurrent: true,
      createdAt: clock.now(),
    })
    .returning({ id: vapidKeys.id })
    .all();
  await ensureDefaultJourneys(store, SHOP, clock.now());

  const admin: AdminApi = {
    async query<T>(_shop: string, operation: string, variables?: Record<string, unknown>) {
      reads += 1;
      if (!shopifyIsUp) return { ok: false, reason: "later", message: "down", retryAfterMs: null };
      if (typeof variables?.code === "string") {
        const codeDiscount = merchantCodes.get(variables.code);
        return { ok: true, data: { codeDiscountNodeByCode: codeDiscount ? { id: "1", codeDiscount } : null } as T };
      }
      if (typeof variables?.id === "string") {
        return { ok: true, data: { customer: { numberOfOrders: orderCounts.get(variables.id) ?? "0" } } as T };
      }
      const ids = (variables?.ids ?? []) as string[];
      if (operation === LOCAL_VARIANTS) {
        const { country = "" } = (variables?.context ?? {}) as { country?: string };
        const nodes = ids.map((id): LocalVariantNow => {
          const { contextualPricing, product } = localNow(id, country, String(variables?.locale));
          return {
            id,
            ...(variables?.isPriced === true && { contextualPricing }),
            ...(variables?.isTranslated === true && { product }),
          };
        });
        return { ok: true, data: { nodes } as T };
      }
      const nodes = ids.map((id) => {
        const variantId = id.split("/").at(-1) ?? "";
        const node = variantNow(id, stock.get(variantId) ?? 10, prices.get(variantId));
        const { id: productId = `p-${variantId}`, ...named } = products.get(variantId) ?? {};
        const vendor = vendors.get(variantId) ?? node.product.vendor;
        const product = { ...node.product, ...named, vendor, id: `gid://shopify/Product/${productId}` };
        return { ...node, compareAtPrice: compareAtPrices.get(variantId) ?? null, product };
      });
      return { ok: true, data: { nodes } as T };
    },
  };
  const fresh = freshVariants({ store, admin, clock });
  const local = localVariants({ admin, clock });
  const sending: SendDeliveryDeps = {
    store,
    clock,
    keyring,
    buildPayload,
    async sendPush(request) {
      const { notification } = JSON.parse(request.payload) as { notification: PushNotification };
      pushes.push({ at: clock.now(), endpoint: request.endpoint, request, notification });
      return { type: "accepted", status: 201 };
    },
  };
  const deliver = createDeliver(sending);
  const feed: { text: string | null } = { text: null };
  const feedReads: string[] = [];
  const handlers: Record<string, JobHandler> = {
    [PROCESS_EVENTS_JOB]: processEventsHandler({ store, clock, log: { error: console.error } }),
    [ADVANCE_RUN_JOB]: advanceRunHandler({
      store,
      clock,
      fresh,
      local,
      orderCount: orderCountOf(admin),
      findCode: codeFinder({ admin, clock }),
    }),
    [RECALL_JOB]: recallHandler({ store, clock, fresh, local, orderCount: orderCountOf(admin) }),
    [STOCK_WATCH_JOB]: stockWatchHandler({ store, clock, fresh }),
    [VARIANT_WATCH_JOB]: variantWatchHandler({ store, clock, fresh, local }),
    [AUDIENCE_WATCH_JOB]: audienceWatchHandler({
      store,
      clock,
      async fetchFeed(url, { etag }) {
        feedReads.push(url);
        if (feed.text === null) return { type: "problem", problem: "not_found" };
        const version = createHash("sha256").update(feed.text).digest("hex");
        if (etag === version) return { type: "unchanged" };
        return { type: "feed", text: feed.text, url, etag: version, lastModified: null };
      },
    }),
    [AUDIENCE_SWEEP_JOB]: audienceSweepHandler({ store, clock }),
    [SEND_DIRECT_JOB]: sendDirectMessageHandler({ store, clock }),
    [SEND_DELIVERY_KIND]: createSendDeliveryHandler(sending, deliver),
    [ADVANCE_CAMPAIGN_JOB]: advanceCampaignHandler({ store, clock }),
    [SEND_CAMPAIGN_PAGE_JOB]: sendCampaignPageHandler({ store, clock, deliver, inFlight: 100 }),
  };

  function localNow(id: string, country: string, locale: string): Required<LocalVariantNow> {
    const variantId = id.split("/").at(-1) ?? "";
    const own = { amount: prices.get(variantId) ?? "49.00", currencyCode: options.currency ?? "USD" };
    const title = translations.get(`${locale} ${variantId}`);
    return {
      id,
      contextualPricing: { price: localPrices.get(`${country} ${variantId}`) ?? own, compareAtPrice: null },
      product: { translations: title === undefined ? [] : [{ key: "title", value: title }] },
    };
  }

  async function work() {
    const kinds = Object.keys(handlers).map((kind) => ({ kind, limit: 50 }));
    for (;;) {
      const jobs = await store.jobs.claim({
        kinds,
        owner: "test",
        now: clock.now(),
        leaseUntil: new Date(clock.machineNow().getTime() + MINUTE),
      });
      if (jobs.length === 0) return;
      for (const job of jobs) {
        const handler = handlers[job.kind];
        if (!handler) throw new Error(`No handler for ${job.kind}`);
        const result = await handler(job, new AbortController().signal);
        const outcome =
          result.type === "snooze"
            ? { id: job.id, type: "snooze" as const, runAt: result.until }
            : result.type === "cancel"
              ? { id: job.id, type: "cancel" as const, reason: result.reason }
              : { id: job.id, type: "done" as const };
        await store.jobs.finish("test", [outcome], clock.machineNow());
      }
    }
  }

  /** Lets time pass: every job due on the way is done at its own moment. */
  async function pass(ms: number) {
    const until = clock.now().getTime() + ms;
    await work();
    for (;;) {
      const due = await store.jobs.nextDueAt(Object.keys(handlers));
      if (!due || due.getTime() > until) break;
      clock.advance(Math.max(0, due.getTime() - clock.now().getTime()));
      await work();
    }
    clock.advance(until - clock.now().getTime());
    await work();
  }

  let serial = 0;
  type Happening = {
    kind: EventKind;
    visitorId?: string | null;
    data?: Record<string, unknown>;
    changes?: MirrorChange[];
    at?: Date;
    sourceId?: string;
    orderId?: string;
    checkoutToken?: string;
    cartToken?: string;
    customerId?: string;
  };

  /** Records an event; journeys look at it when time passes next. */
  async function record({ kind, visitorId = null, data = {}, changes = [], at = clock.now(), ...ids }: Happening) {
    const event: ShopEvent = {
      shop: SHOP,
      sourceId: ids.sourceId ?? `event-${(serial += 1)}`,
      kind,
      visitorId,
      customerId: ids.customerId ?? null,
      cartToken: ids.cartToken ?? null,
      checkoutToken: ids.checkoutToken ?? null,
      orderId: ids.orderId ?? null,
      occurredAt: at,
      data,
    };
    await recordEvents(store, [{ event, changes }], clock.now());
  }

  return {
    store,
    clock,
    keyring,
    pushes,
    stock,
    prices,
    products,
    localPrices,
    compareAtPrices,
    vendors,
    translations,
    /** The shop's blog feed; null: there is none. */
    feed,
    feedReads,
    pass,
    record,
    signal,
    reads: () => reads,
    /** What Shopify counts for a customer, whatever we were told of. */
    countOrders(customerId: string, count: number) {
      orderCounts.set(`gid://shopify/Customer/${customerId}`, String(count));
    },
    setShopifyUp(isUp: boolean) {
      shopifyIsUp = isUp;
    },

    /** What the service worker tells of a push, at this moment. */
    async receipt(push: Push, type: Receipt["type"], action: string | null = null) {
      const claims = receiptClaims(readToken(keyring, "receipt", push.notification.data.token));
      if (!claims) throw new Error("The push carries no token of ours");
      const token = push.notification.data.token;
      const receipt: Receipt = { v: 1, token, type, action, at: clock.now(), sentAt: clock.now() };
      return recordReceipt(store, claims, receipt, clock.now(), 1);
    },

    /** Titles of the pushes so far. */
    titles: () => pushes.map(({ notification }) => notification.title),

    ledger: () =>
      drizzle
        .select()
        .from(ledger)
        .all()
        .map(({ journey, step, verdict, reason }) => `${journey} ${step} ${verdict} ${reason}`),

    async subscribe(
      visitorId: string,
      {
        id = `subscription-${visitorId}`,
        marketing = true,
        isNew = true,
        ...row
      }: Partial<typeof subscriptions.$inferInsert> & { marketing?: boolean; isNew?: boolean } = {},
    ) {
      const at = clock.now();
      const endpoint = row.endpoint ?? `https://fcm.googleapis.com/fcm/send/${id}`;
      const browser = browserKeys();
      await record({ kind: "page_viewed", visitorId, changes: [signal(visitorId, at)] });
      drizzle
        .insert(subscriptions)
        .values({
          id,
          shop: SHOP,
          visitorId,
          endpoint,
          endpointHash: createHash("sha256").update(endpoint).digest("hex"),
          ...browser,
          vapidKeyId: vapidKey?.id ?? 0,
          pushService: new URL(endpoint).host,
          origin: "https://shop.example",
          proxyPath: "/apps/beckon",
          state: "active",
          locale: "en",
          timezone: "UTC",
          consentMarketing: marketing,
          mutedKinds: [],
          createdAt: at,
          lastSeenAt: at,
          ...row,
        })
        .run();
      await record({
        kind: "subscribed",
        visitorId,
        data: { subscriptionId: id, isNew, marketing },
        changes: [signal(visitorId, at)],
      });
    },

    /** Events as a page of the shop sends them, through the edge's own reading of them. */
    async tell(
      visitorId: string,
      events: { type: StorefrontEventKind; data?: Record<string, unknown>; at?: Date; id?: string }[],
      customerId: string | null = null,
    ) {
      const now = clock.now();
      const incoming = incomingEventsSchema.parse(
        events.map(({ type, data, at = now, id = `told-${(serial += 1)}` }) => ({
          id,
          type,
          at: at.toISOString(),
          data,
        })),
      );
      const origin = { shop: SHOP, visitorId, customerId, linkId: null, sentAt: now, receivedAt: now, speed: 1 };
      await recordEvents(store, storefrontEntries(origin, incoming), now);
    },

    async view(visitorId: string, at: Date = clock.now()) {
      await record({ kind: "page_viewed", visitorId, changes: [signal(visitorId, at)], at });
    },

    async signIn(visitorId: string, customerId: string) {
      const at = clock.now();
      await record({
        kind: "signed_in",
        visitorId,
        customerId,
        changes: [signal(visitorId, at), { type: "visitor_customer", visitorId, customerId, at }],
      });
    },

    async cart(
      visitorId: string,
      items: CartItem[],
      { at = clock.now(), ...row }: Partial<typeof carts.$inferInsert> & { at?: Date; sourceId?: string } = {},
    ) {
      const data = {
        cartToken: row.cartToken ?? `cart-${visitorId}`,
        currency: row.currency ?? options.currency ?? "USD",
        total: items.reduce((sum, item) => sum + item.price * item.quantity, 0),
        discounted: row.discounted ?? false,
        items,
      };
      await record({
        kind: "cart_updated",
        visitorId,
        cartToken: data.cartToken,
        at,
        sourceId: row.sourceId,
        data,
        changes: [signal(visitorId, at), { type: "cart", visitorId, ...data, updatedAt: at }],
      });
    },

    async leave(visitorId: string, at: Date = clock.now()) {
      await record({ kind: "left", visitorId, changes: [signal(visitorId, at, "left")], at });
    },

    /** The shop's word that a price changed, as the webhook's parser tells it. */
    async changePrice(price: string, variantId = "101", productId = "11") {
      prices.set(variantId, price);
      await record({ kind: "product_updated", data: { productId, variants: [{ variantId }] } });
    },

    async checkoutIntent(visitorId: string, at: Date = clock.now()) {
      await record({ kind: "checkout_intent", visitorId, changes: [signal(visitorId, at, "checkout")], at });
    },

    async order(
      orderId: string,
      {
        at = clock.now(),
        createdAt = at,
        items = [],
        sourceId,
        ...change
      }: Partial<Extract<MirrorChange, { type: "order" }>> & { at?: Date; sourceId?: string } = {},
    ) {
      await record({
        kind: "order_created",
        orderId,
        at,
        sourceId,
        cartToken: change.cartToken ?? undefined,
        checkoutToken: change.checkoutToken ?? undefined,
        customerId: change.customerId ?? undefined,
        changes: [
          {
            type: "order",
            orderId,
            name: `#${orderId}`,
            cartToken: null,
            checkoutToken: null,
            linkId: null,
            customerId: null,
            currency: "USD",
            total: 1_000,
            presentmentCurrency: "USD",
            presentmentTotal: 1_000,
            discountTotal: 0,
            discountCodes: [],
            discountAmounts: {},
            items,
            locale: null,
            sourceName: "web",
            test: false,
            isShopping: true,
            createdAt,
            updatedAt: createdAt,
            paidAt: createdAt,
            cancelledAt: null,
            ...change,
          },
        ],
      });
    },

    async link(visitorId: string, linkId: string) {
      const at = clock.now();
      await record({
        kind: "page_viewed",
        visitorId,
        changes: [signal(visitorId, at), { type: "link", linkId, visitorId, at }],
      });
    },

    async checkout(
      checkoutToken: string,
      {
        at = clock.now(),
        items = [],
        ...change
      }: Partial<Extract<MirrorChange, { type: "checkout" }>> & { at?: Date } = {},
    ) {
      await record({
        kind: "checkout_updated",
        checkoutToken,
        cartToken: change.cartToken ?? undefined,
        at,
        data: {
          stage: change.stage ?? "contact",
          currency: change.currency ?? "USD",
          total: change.total ?? items.reduce((sum, item) => sum + item.price * item.quantity, 0),
          discounted: change.discounted ?? false,
          items,
        },
        changes: [
          {
            type: "checkout",
            checkoutToken,
            cartToken: null,
            linkId: null,
            customerId: null,
            stage: "contact",
            currency: "USD",
            total: items.reduce((sum, item) => sum + item.price * item.quantity, 0),
            discounted: false,
            items,
            recoveryUrl: null,
            createdAt: at,
            updatedAt: at,
            completedAt: null,
            ...change,
          },
        ],
      });
    },

    async fulfill(
      fulfillmentId: string,
      orderId: string,
      change: Partial<Extract<MirrorChange, { type: "fulfillment" }>> = {},
    ) {
      const at = clock.now();
      await record({
        kind: "fulfillment_updated",
        orderId,
        at,
        data: {
          ...{ fulfillmentId, orderId },
          status: change.status ?? "success",
          shipmentStatus: change.shipmentStatus ?? null,
          trackingNumber: change.trackingNumber ?? null,
        },
        changes: [
          {
            type: "fulfillment",
            fulfillmentId,
            orderId,
            status: "success",
            shipmentStatus: null,
            trackingCompany: null,
            trackingNumber: null,
            trackingUrl: null,
            createdAt: at,
            updatedAt: at,
            ...change,
          },
        ],
      });
    },

    async alert(visitorId: string, variantId: string, kind: "back_in_stock" | "price_drop" = "back_in_stock") {
      const at = clock.now();
      await record({
        kind: "stock_alert_requested",
        visitorId,
        data: { variantId, kind },
        changes: [signal(visitorId, at), { type: "stock_alert", visitorId, variantId, kind, at }],
      });
    },

    merchantCodes,

    /** Codes as the pool keeps them; of `percent`, or of another offer by its key. */
    giveCodes(count: number, percent: number | string = 15, endsAt = new Date(clock.now().getTime() + 3 * DAY)) {
      const offer = typeof percent === "string" ? percent : `percent:${percent}`;
      const [cohort] = drizzle
        .insert(discounts)
        .values({
          shop: SHOP,
          offer,
          endsAt,
          shopifyId: "gid://shopify/DiscountCodeNode/1",
          state: "open",
          createdAt: clock.now(),
        })
        .returning({ id: discounts.id })
        .all();
      const codes = Array.from({ length: count }, () => `BACK-${randomUUID().slice(0, 8).toUpperCase()}`);
      for (const code of codes) {
        drizzle
          .insert(discountCodes)
          .values({ shop: SHOP, code, discountId: cohort?.id ?? 0, state: "free", createdAt: clock.now() })
          .run();
      }
      return codes;
    },
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export function buildItem(item: Partial<CartItem> = {}): CartItem {
  return {
    productId: "p1",
    variantId: "v1",
    title: "Linen shirt",
    variantTitle: null,
    quantity: 1,
    price: 4_900,
    image: "//cdn.example/shirt.png",
    url: "/products/linen-shirt",
    properties: null,
    sellingPlanId: null,
    ...item,
  };
}

function variantNow(id: string, quantity: number, price = "49.00"): VariantNow {
  const number = id.split("/").at(-1);
  return {
    id,
    title: "Blue / M",
    price,
    compareAtPrice: null,
    availableForSale: quantity > 0,
    sellableOnlineQuantity: quantity,
    inventoryPolicy: "DENY",
    inventoryItem: { id: `gid://shopify/InventoryItem/i-${number}`, tracked: true },
    media: { nodes: [] },
    product: {
      id: `gid://shopify/Product/p-${number}`,
      title: "Linen shirt",
      handle: "linen-shirt",
      status: "ACTIVE",
      vendor: "Harbour",
      productType: "Shirts",
      featuredMedia: null,
    },
  };
}

function vapidPair() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = publicKey.export({ format: "jwk" });
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(jwk.x ?? "", "base64url"),
    Buffer.from(jwk.y ?? "", "base64url"),
  ]);
  return { publicKey: point.toString("base64url"), privateKey: privateKey.export({ format: "jwk" }).d ?? "" };
}

function browserKeys() {
  return { p256dh: vapidPair().publicKey, auth: Buffer.alloc(16, 2).toString("base64url") };
}

/** A sign of life as the storefront's events carry it. */
function signal(visitorId: string, at: Date, kind: "storefront" | "checkout" | "left" = "storefront"): MirrorChange {
  return { type: "visitor_signal", visitorId, at, signal: kind, mayCreate: true };
}
