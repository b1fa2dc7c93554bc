import { createECDH, createHmac, randomBytes, randomUUID } from "node:crypto";
import { Writable } from "node:stream";
import type { Config } from "../../app/config.server.ts";
import { createKeyring, encrypt } from "../../app/encryption.server.ts";
import { createLogger } from "../../app/log.server.ts";
import { createMetrics } from "../../app/metrics.server.ts";
import { setServices } from "../../app/services.server.ts";
import type { Services } from "../../app/services.server.ts";
import type { AdminApi } from "../../app/shopify/admin-api.ts";
import { resetRateLimits } from "../../app/shopify/proxy-request.server.ts";
import { signProxyQuery } from "../../app/shopify/proxy-signature.server.ts";
import { manualClock } from "./manual-clock.ts";
import { createTestStore } from "./test-store.ts";

export const SHOP = "harbour.myshopify.com";
export const OTHER_SHOP = "elsewhere.myshopify.com";
export const API_SECRET = "shpss_edge_secret";

type RouteArgs = { request: Request; params: Record<string, string>; context: Record<string, never> };
/** What a route module exports, as far as a request needs it. */
export type RouteModule = {
  loader?: (args: RouteArgs) => unknown;
  action?: (args: RouteArgs) => unknown;
};

export type EdgeOptions = { rateLimit?: boolean; speed?: number; apiSecretOld?: string | null; admin?: AdminApi };

/**
 * The edge of the app on a real store, with two shops installed and time standing still. Requests are signed as Shopify
 * signs them and given to the routes themselves.
 */
export async function createEdgeApp({
  rateLimit = false,
  speed = 1,
  apiSecretOld = null,
  admin = NO_SHOPIFY,
}: EdgeOptions = {}) {
  resetRateLimits();
  const store = await createTestStore();
  const clock = manualClock(new Date("2026-11-02T12:00:00Z"), speed);
  const keyring = createKeyring([Buffer.alloc(32, 7).toString("base64")]);
  const logged: string[] = [];
  const log = createLogger(
    "debug",
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        logged.push(chunk.toString());
        done();
      },
    }),
  );
  const config: Config = {
    isProduction: true,
    shopify: { apiKey: "edge-key", apiSecret: API_SECRET, apiSecretOld, appUrl: "https://beckon.test" },
    databaseFile: ":memory:",
    port: 0,
    host: "127.0.0.1",
    role: "all",
    vapidSubject: "mailto:test@example.com",
    encryptionKeys: [],
    push: { hosts: [], routes: [], ca: null, concurrency: 10 },
    simulatedShopifyUrl: null,
    rateLimit,
    metricsToken: null,
    logLevel: "debug",
    geoipFile: null,
  };
  const services: Services = {
    config,
    clock,
    log,
    store,
    admin,
    sendPush: () => Promise.reject(new Error("nothing is sent at the edge")),
    metrics: createMetrics(),
    keyring,
    scheduler: { wake: () => {}, isAlive: () => true },
  };
  setServices(services);
  for (const shop of [SHOP, OTHER_SHOP]) {
    await store.shops.install(shop, ["read_orders"], clock.now());
    await store.vapidKeys.ensure(
      shop,
      { publicKey: `B${shop}`, privateKey: encrypt(keyring, "secret", `vapid:${shop}`) },
      clock.now(),
    );
  }

  /** The address Shopify's proxy would ask, signed now. */
  function proxyUrl(path: string, query: Record<string, string> = {}): string {
    const search = new URLSearchParams({
      shop: SHOP,
      path_prefix: "/apps/beckon",
      timestamp: String(Math.floor(clock.machineNow().getTime() / 1000)),
      logged_in_customer_id: "",
      ...query,
    });
    search.set("signature", signProxyQuery(search, API_SECRET));
    return `https://beckon.test/proxy/${path}?${search}`;
  }

  return {
    store,
    clock,
    keyring,
    services,
    proxyUrl,
    /** Everything that was logged, as one text. */
    logged: () => logged.join(""),

    /** A storefront's request, as it arrives through the proxy. A body that is no text is sent as JSON. */
    async proxy(
      route: RouteModule,
      path: string,
      {
        method = "POST",
        body,
        query,
        headers,
        params = {},
      }: {
        method?: string;
        body?: unknown;
        query?: Record<string, string>;
        headers?: Record<string, string>;
        params?: Record<string, string>;
      } = {},
    ): Promise<Response> {
      const hasBody = body !== undefined && method !== "GET" && method !== "HEAD";
      const request = new Request(proxyUrl(path, query), {
        method,
        headers: { "user-agent": FIREFOX, origin: "https://shop.example", ...headers },
        ...(hasBody && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      return answer(route, request, params);
    },

    /** A webhook of Shopify. */
    async webhook(
      route: RouteModule,
      topic: string,
      payload: unknown,
      {
        id = randomUUID(),
        shop = SHOP,
        secret = API_SECRET,
        triggeredAt,
        headers = {},
      }: { id?: string; shop?: string; secret?: string; triggeredAt?: Date; headers?: Record<string, string> } = {},
    ): Promise<Response> {
      const body = typeof payload === "string" ? payload : JSON.stringify(payload);
      const request = new Request("https://beckon.test/webhooks", {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "x-shopify-topic": topic,
          "x-shopify-shop-domain": shop,
          "x-shopify-webhook-id": id,
          "x-shopify-triggered-at": (triggeredAt ?? clock.now()).toISOString(),
          "x-shopify-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64"),
          ...headers,
        },
      });
      return answer(route, request, {});
    },

    /** A request from anywhere. */
    send: (route: RouteModule, request: Request, params: Record<string, string> = {}) => answer(route, request, params),

    /** How many rows the tables hold that requests write to: the same before and after one that was refused. */
    rows(): Record<string, number> {
      const tables = ["events", "visitors", "subscriptions", "links", "carts", "orders", "checkouts", "stock_alerts"];
      return Object.fromEntries(
        tables.map((table) => [
          table,
          store.database.sqlite.prepare(`select count(*) from ${table}`).pluck().get() as number,
        ]),
      );
    },
  };
}

export const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** A subscription's JSON with fresh keys. */
export function pushSubscription(endpoint = `https://updates.push.services.mozilla.com/wpush/v2/${randomUUID()}`) {
  return {
    endpoint,
    expirationTime: null,
    keys: {
      p256dh: createECDH("prime256v1").generateKeys().toString("base64url"),
      auth: randomBytes(16).toString("base64url"),
    },
  };
}

export type EdgeApp = Awaited<ReturnType<typeof createEdgeApp>>;

async function answer(route: RouteModule, request: Request, params: Record<string, string>): Promise<Response> {
  const isRead = ["GET", "HEAD", "OPTIONS"].includes(request.method);
  const handler = isRead ? route.loader : route.action;
  if (!handler) throw new Error(`The route answers no ${request.method}`);
  const answered = await handler({ request, params, context: {} });
  if (!(answered instanceof Response)) throw new Error("The route gave no Response");
  return answered;
}

const NO_SHOPIFY: AdminApi = {
  query: () => Promise.resolve({ ok: false, reason: "later", message: "no Shopify in this test", retryAfterMs: null }),
};
