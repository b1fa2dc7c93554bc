import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import path from "node:path";
import { Writable } from "node:stream";
import { Session } from "@shopify/shopify-api";
import { connectAdminApi } from "../../app/connect-admin-api.server.ts";
import type { Config } from "../../app/config.server.ts";
import { createKeyring } from "../../app/encryption.server.ts";
import type { StorefrontEventKind } from "../../app/events/shop-event.ts";
import { jobHandlers } from "../../app/jobs/handlers.server.ts";
import { saveDefinition, setEnabled } from "../../app/journeys/journeys.server.ts";
import { createLogger } from "../../app/log.server.ts";
import { createMetrics } from "../../app/metrics.server.ts";
import * as apiRoute from "../../app/routes/api.v1.$.ts";
import * as eventsRoute from "../../app/routes/proxy.events.ts";
import * as receiptsRoute from "../../app/routes/proxy.receipts.ts";
import * as stockAlertsRoute from "../../app/routes/proxy.stock-alerts.ts";
import * as subscriptionsRoute from "../../app/routes/proxy.subscriptions.ts";
import { createSender } from "../../app/sender/create-sender.server.ts";
import { setServices } from "../../app/services.server.ts";
import { parseShopSettings } from "../../app/shop-settings.ts";
import type { Services } from "../../app/services.server.ts";
import { installShop } from "../../app/shopify/install-shop.server.ts";
import { resetRateLimits } from "../../app/shopify/proxy-request.server.ts";
import { answerRaw } from "../../app/shopify/raw-requests.server.ts";
import { createSessionStorage } from "../../app/shopify/session-storage.server.ts";
import { createApiKey } from "../../app/api-keys/api-keys.server.ts";
import { readAppConfig } from "../../simulator/app-config.ts";
import { createCart } from "../../simulator/commerce/carts.ts";
import { grantInstallation } from "../../simulator/installation.ts";
import { fromDecimal } from "../../simulator/money.ts";
import { mintSessionToken } from "../../simulator/oauth/session-token.ts";
import { createPushClient } from "../../simulator/push/client.ts";
import { startPushService } from "../../simulator/push/push-service.ts";
import type { PushService } from "../../simulator/push/push-service.ts";
import { listen } from "../../simulator/server.ts";
import { createSim } from "../../simulator/sim.ts";
import type { Cart, Variant } from "../../simulator/state.ts";
import type { Payload } from "../contract/stranger.ts";
import { manualClock } from "../support/manual-clock.ts";
import { createTestStore } from "../support/test-store.ts";

// A whole shop in one process, where time passes only when a test says so. Shopify is the simulated one: it signs its
// webhooks, signs and forwards what shoppers' pages send, and answers the Admin API. What is pushed goes through the real
// sender to a local push service that checks VAPID, and is decrypted with the keys of the shopper's browser.

const ROOT = path.join(import.meta.dirname, "..", "..");
const MINUTE = 60_000;
const API_KEY = "proof-key";
const API_SECRET = "shpss_proof_secret";

/** Starts the push service all shops of a test file send to. Its clock is the shop's that was opened last. */
export async function openPushService(): Promise<{ service: PushService; follow(now: () => number): void }> {
  let clock = Date.now;
  const service = await startPushService({ now: () => clock() });
  return { service, follow: (now) => (clock = now) };
}
export type ProofPushService = Awaited<ReturnType<typeof openPushService>>;

export type ProofOptions = {
  start?: Date;
  /** Over the settings of a new shop; quiet hours and caps are off unless named here. */
  settings?: Record<string, unknown>;
};

/** A push as the browser showed it; `ttl` in seconds. */
export type Shown = Payload["notification"] & {
  shownAt: Date;
  ttl: number;
  topic: string;
  /** When Shopify stops taking the code it names; null: no code, or one that Shopify does not know. */
  codeEndsAt: Date | null;
};

type Buyer = { linkId: string; customerId: string | null };
export type ProofShop = Awaited<ReturnType<typeof openProofShop>>;
export type Shopper = Awaited<ReturnType<ProofShop["shopper"]>>;

export async function openProofShop({ service, follow }: ProofPushService, options: ProofOptions = {}) {
  resetRateLimits();
  const clock = manualClock(options.start ?? new Date("2026-11-02T12:00:00Z"));
  const machineMs = () => clock.machineNow().getTime();
  follow(machineMs);
  const store = await createTestStore();
  const keyring = createKeyring([randomBytes(32).toString("base64")]);
  let logged = "";
  const log = createLogger(
    "warn",
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        logged += chunk.toString();
        done();
      },
    }),
  );

  const appServer = createServer((request, response) => {
    if (!answerRaw(request, response)) void answerRoute(request, response);
  });
  const appUrl = await open(appServer);
  const sim = createSim({
    appUrl,
    apiKey: API_KEY,
    apiSecret: API_SECRET,
    shopDomain: "juniper-and-oak.myshopify.com",
    speed: 1,
    appConfig: () => readAppConfig(path.join(ROOT, "shopify.app.toml")),
    extensionDirectory: path.join(ROOT, "extensions", "beckon"),
    machineMs,
  });
  const storeServer = await listen(sim, 0, "127.0.0.1");
  const shop = sim.options.shopDomain;

  const config: Config = {
    isProduction: false,
    shopify: { apiKey: API_KEY, apiSecret: API_SECRET, apiSecretOld: null, appUrl },
    databaseFile: ":memory:",
    port: 0,
    host: "127.0.0.1",
    role: "all",
    vapidSubject: "mailto:proof@example.com",
    encryptionKeys: [],
    push: { hosts: [{ host: "127.0.0.1", port: service.port }], routes: [], ca: service.ca, concurrency: 10 },
    simulatedShopifyUrl: sim.origin,
    rateLimit: false,
    metricsToken: null,
    logLevel: "warn",
    geoipFile: null,
  };
  const metrics = createMetrics();
  const sender = createSender({
    vapidSubject: config.vapidSubject,
    push: config.push,
    machineNow: () => clock.machineNow(),
  });
  const services: Services = {
    config,
    clock,
    log,
    store,
    admin: connectAdminApi({ config, store, keyring, clock, log, metrics }),
    sendPush: sender,
    metrics,
    keyring,
    scheduler: { wake: () => {}, isAlive: () => true },
  };
  setServices(services);
  const handlers = jobHandlers(services);

  grantInstallation(sim);
  await storeSession();
  await installShop(services, shop, sim.state.installation?.scopes ?? []);
  await store.shops.saveSettings(
    shop,
    parseShopSettings({ quietHours: { enabled: false }, caps: { enabled: false }, ...options.settings }),
  );
  const { key: apiKey } = await createApiKey(store, shop, "proof", clock.now());
  await work();

  async function storeSession() {
    const response = await fetch(`${sim.origin}/admin/oauth/access_token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        client_id: API_KEY,
        client_secret: API_SECRET,
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: mintSessionToken(sim),
        subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
        requested_token_type: "urn:shopify:params:oauth:token-type:offline-access-token",
        expiring: "1",
      }),
    });
    const granted = (await response.json()) as {
      access_token: string;
      scope: string;
      expires_in: number;
      refresh_token: string;
    };
    const session = new Session({
      id: `offline_${shop}`,
      shop,
      state: "",
      isOnline: false,
      scope: granted.scope,
      accessToken: granted.access_token,
      expires: new Date(machineMs() + granted.expires_in * 1_000),
      refreshToken: granted.refresh_token,
    });
    await createSessionStorage(store, keyring, () => clock.machineNow()).storeSession(session);
  }

  /** Does every job that is due, until none is. */
  async function work() {
    const kinds = Object.keys(handlers).map((kind) => ({ kind, limit: 50 }));
    for (;;) {
      const jobs = await store.jobs.claim({
        kinds,
        owner: "proof",
        now: clock.now(),
        leaseUntil: new Date(machineMs() + MINUTE),
      });
      if (jobs.length === 0) return;
      await Promise.all(
        jobs.map(async (job) => {
          const result = await handlers[job.kind]?.handler(job, new AbortController().signal);
          if (!result) throw new Error(`no handler for ${job.kind}`);
          const outcome =
            result.type === "snooze"
              ? { id: job.id, type: "snooze" as const, runAt: result.until }
              : result.type === "cancel"
                ? { id: job.id, type: "cancel" as const, reason: result.reason }
                : { id: job.id, type: "done" as const };
          await store.jobs.finish("proof", [outcome], clock.machineNow());
        }),
      );
    }
  }

  /** Lets time pass: every job due on the way is done, and every push shown, at its own moment. */
  async function pass(ms: number) {
    const until = clock.now().getTime() + ms;
    await settle();
    for (;;) {
      const due = await store.jobs.nextDueAt(Object.keys(handlers));
      if (!due || due.getTime() > until) break;
      clock.advance(Math.max(0, due.getTime() - clock.now().getTime()));
      await settle();
    }
    clock.advance(until - clock.now().getTime());
    await settle();
  }

  /** Browsers that are online show what has come and report it, which may be news to journeys. */
  async function settle() {
    do await work();
    while (await showArrived());
  }
  const receivers = new Map<string, () => Promise<void>>();
  let requestsSeen = service.requests.length;
  async function showArrived(): Promise<boolean> {
    const arrived = service.requests.slice(requestsSeen);
    requestsSeen = service.requests.length;
    const found = [...new Set(arrived.map(({ path: where }) => where))].flatMap((where) => receivers.get(where) ?? []);
    for (const show of found) await show();
    return found.length > 0;
  }

  async function simulate(where: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${sim.origin}/_sim/${where}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`_sim/${where} answered ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** What a shopper's page sends through the shop's own domain; Shopify signs it and passes it on. */
  async function page(where: string, body: object, customerId: string | null): Promise<Record<string, unknown>> {
    const response = await fetch(`${sim.origin}/apps/beckon/${where}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": CHROME,
        origin: sim.origin,
        ...(customerId && { cookie: `_sim_customer=${customerId}` }),
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${where} answered ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : {}) as Record<string, unknown>;
  }

  async function shopper({
    locale = "en",
    timezone = "UTC",
    country = "US",
    customerId = null as string | null,
    marketing = true,
  } = {}) {
    const visitorId = randomBytes(12).toString("base64url");
    const linkId = randomBytes(12).toString("base64url");
    const key = await store.vapidKeys.current(shop);
    const client = createPushClient({ origin: service.origin, ca: service.ca });
    const subscription = await client.subscribe(key?.publicKey ?? "");
    const shown: Shown[] = [];
    await page(
      "subscriptions",
      {
        v: 1,
        visitorId,
        subscription: subscription.toJSON(),
        consent: { marketing, text: "Yes, tell me", at: clock.now().toISOString() },
        locale,
        timezone,
        country,
        page: "/",
        linkId,
        sentAt: clock.now().toISOString(),
      },
      customerId,
    );
    let serial = 0;
    let isOnline = true;

    async function show() {
      if (!isOnline) return;
      for (const push of await subscription.drain()) {
        const { notification } = push.payload as Payload;
        const { ttl = "", topic = "" } = push.headers;
        const codeEndsAt = endOfCode(notification.data.code);
        shown.push({ ...notification, shownAt: clock.now(), ttl: Number(ttl), topic, codeEndsAt });
        const at = clock.now().toISOString();
        await page("receipts", { v: 1, token: notification.data.token, type: "shown", at, sentAt: at }, customerId);
      }
    }
    receivers.set(new URL(subscription.toJSON().endpoint).pathname, show);
    await settle();

    return {
      visitorId,
      linkId,
      customerId,
      /** The cart of this browser at Shopify, whose private attribute names its link. */
      cart: createCart(sim, { customerId, locale: locale === "ar" || locale === "tr" ? locale : "en" }),

      /** Events as one page of the shop sends them; `at` is when they happened. */
      async tell(type: StorefrontEventKind, data: object = {}, { at = clock.now(), id = `e${(serial += 1)}` } = {}) {
        await page(
          "events",
          {
            v: 1,
            visitorId,
            linkId,
            sentAt: clock.now().toISOString(),
            events: [{ id: `${visitorId}-${id}`, type, at: at.toISOString(), data }],
          },
          customerId,
        );
        await settle();
      },

      async alert(variant: Variant, kind: "back_in_stock" | "price_drop" = "back_in_stock") {
        await page("stock-alerts", { v: 1, visitorId, variantId: variant.id, kind }, customerId);
        await settle();
      },

      /** What this browser has shown, decrypted, oldest first. */
      shown: shown as readonly Shown[],
      goOffline() {
        isOnline = false;
      },
      async goOnline() {
        isOnline = true;
        await show();
        await settle();
      },
    };
  }

  function endOfCode(code: string | null): Date | null {
    const discounts = [...sim.state.discounts.values()];
    const discount = code === null ? null : discounts.find(({ codes }) => codes.has(code.toLowerCase()));
    return discount?.endsAt ?? null;
  }

  async function api(method: string, where: string, body?: object): Promise<{ status: number; json: never }> {
    const response = await fetch(`${appUrl}/api/v1/${where}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: (text ? JSON.parse(text) : null) as never };
  }

  return {
    shop,
    sim,
    store,
    clock,
    services,
    pass,
    settle,
    simulate,
    /** Does something in the simulated Shopify and waits until its webhooks were heard. */
    async act<T>(does: () => T): Promise<T> {
      const { value, deliveries } = sim.webhooks.collect(does);
      await sim.webhooks.settle(deliveries);
      await settle();
      return value;
    },
    /** Sends every webhook since `sent` once more, as Shopify does when it got no answer. */
    async repeatWebhooks(sent: number) {
      const deliveries = sim.webhooks.log();
      for (const { webhookId } of deliveries.slice(0, deliveries.length - sent).toReversed()) {
        await sim.webhooks.resend(webhookId)?.done;
      }
      await settle();
    },
    webhooksSent: () => sim.webhooks.log().length,
    shopper,
    api,
    /** Warnings and errors the app wrote. */
    logged: () => logged,
    isInstalled: () => store.shops.get(shop).then((row) => row?.state === "installed"),

    /** Switches a journey on, with changes to its default definition if there are any. */
    async enable(kind: string, change?: (definition: Record<string, unknown>) => void) {
      if (change) {
        const found = (await api("GET", "journeys")).json as { data: { kind: string; definition: object }[] };
        const definition = structuredClone(found.data.find((one) => one.kind === kind)?.definition ?? {});
        change(definition as Record<string, unknown>);
        await saveDefinition(store, shop, kind, definition, clock.now());
      }
      await setEnabled(store, shop, kind, true, clock.now());
    },
    async disable(...kinds: string[]) {
      for (const kind of kinds) await setEnabled(store, shop, kind, false, clock.now());
    },

    /** A variant of the catalogue by its product's handle. */
    variant(handle: string, index = 0): Variant {
      const product = [...sim.state.products.values()].find((one) => one.handle === handle);
      const variants = [...sim.state.variants.values()].filter(({ productId }) => productId === product?.id);
      const variant = variants[index];
      if (!variant) throw new Error(`no variant ${index} of ${handle}`);
      return variant;
    },

    /** One variant each of the other products in a collection. */
    othersOf(handle: string, variant: Variant): Variant[] {
      const ids = sim.state.collections.find((collection) => collection.handle === handle)?.productIds ?? [];
      return ids
        .filter((id) => id !== variant.productId)
        .flatMap((id) => [...sim.state.variants.values()].find(({ productId }) => productId === id) ?? []);
    },

    /** Data of product_viewed, wishlist_added and of a cart's items, as the theme's pages send them. */
    productData: (variant: Variant) => productData(sim, variant),
    cartData(who: { cart: Cart }, variants: Variant[], currency: "USD" | "JPY" = "USD") {
      const rate = currency === "JPY" ? 1.514 : 1;
      const items = variants.map((variant) => {
        const { productId, variantId, title, image, url, price } = productData(sim, variant);
        return { productId, variantId, title, quantity: 1, price: Math.round(price * rate), image, url };
      });
      const total = items.reduce((sum, { price }) => sum + price, 0);
      return { cartToken: who.cart.token, currency, total, discounted: false, items };
    },

    /** An order of this shopper's, with the private attribute its cart carries. */
    async buy(who: Buyer, variants: Variant[], body: Record<string, unknown> = {}) {
      const order = await simulate("orders", {
        items: variants.map(({ id }) => ({ variantId: id, quantity: 1 })),
        noteAttributes: { __beckon: who.linkId },
        ...(who.customerId && { customerId: who.customerId }),
        ...body,
      });
      await settle();
      return String(order["id"]);
    },
    async stock(variant: Variant, available: number) {
      const [first, ...others] = variant.available.keys();
      for (const locationId of others) await simulate("inventory", { variantId: variant.id, available: 0, locationId });
      await simulate("inventory", { variantId: variant.id, available, locationId: first });
      await settle();
    },
    async price(variant: Variant, price: string, compareAtPrice: string | null = null) {
      await simulate("price", { variantId: variant.id, price, compareAtPrice });
      await settle();
    },
    priceOf: (variant: Variant) => variant.price,
    minor: (decimal: string) => fromDecimal(decimal, sim.state.shop.currency),

    async close() {
      sim.webhooks.close();
      sender.close();
      await Promise.all([shut(storeServer), shut(appServer)]);
    },
  };
}

type SimOf = ReturnType<typeof createSim>;

function productData(sim: SimOf, variant: Variant) {
  const product = sim.state.products.get(variant.productId);
  if (!product) throw new Error(`no product ${variant.productId}`);
  const collections = sim.state.collections
    .filter(({ handle, productIds }) => !["all", "frontpage"].includes(handle) && productIds.includes(product.id))
    .map(({ handle }) => handle);
  return {
    productId: product.id,
    variantId: variant.id,
    handle: product.handle,
    title: product.title,
    price: variant.price,
    currency: sim.state.shop.currency,
    image: `${sim.origin}/cdn/shop/files/${product.handle}.png`,
    url: `/products/${product.handle}`,
    collections,
  };
}

const CHROME =
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36";

type RouteModule = {
  loader?: (args: { request: Request; params: Record<string, string>; context: Record<string, never> }) => unknown;
  action?: (args: { request: Request; params: Record<string, string>; context: Record<string, never> }) => unknown;
};
const ROUTES: [RegExp, RouteModule][] = [
  [/^\/proxy\/events$/, eventsRoute],
  [/^\/proxy\/subscriptions$/, subscriptionsRoute],
  [/^\/proxy\/stock-alerts$/, stockAlertsRoute],
  [/^\/proxy\/receipts$/, receiptsRoute],
  [/^\/api\/v1\/(.*)$/, apiRoute as RouteModule],
];

async function answerRoute(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host}`);
  const found = ROUTES.map(([pattern, module]) => ({ match: pattern.exec(url.pathname), module })).find(
    ({ match }) => match,
  );
  const isRead = incoming.method === "GET" || incoming.method === "HEAD";
  const handler = isRead ? found?.module.loader : found?.module.action;
  if (!handler) {
    response.writeHead(url.pathname === "/healthz" ? 200 : 404).end("{}");
    return;
  }
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as [string, string]] : [],
  );
  const request = new Request(url, {
    method: incoming.method ?? "GET",
    headers,
    ...(!isRead && { body: Buffer.concat(chunks) }),
  });
  try {
    const answered = (await handler({ request, params: { "*": found?.match?.[1] ?? "" }, context: {} })) as Response;
    response.writeHead(answered.status, Object.fromEntries(answered.headers));
    response.end(await answered.text());
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}

function open(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`);
    });
  });
}

function shut(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
