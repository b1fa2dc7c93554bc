import "@shopify/shopify-app-remix/adapters/node";
import { setAbstractFetchFunc } from "@shopify/shopify-api/runtime";
import { ApiVersion, AppDistribution, shopifyApp } from "@shopify/shopify-app-remix/server";
import { services } from "./services.server.ts";
import type { Services } from "./services.server.ts";
import { installShop } from "./shopify/install-shop.server.ts";
import { createSessionStorage } from "./shopify/session-storage.server.ts";
import { normalizeShop } from "./shopify/shop-domain.ts";
import { createShopifyFetch } from "./shopify/shopify-fetch.server.ts";

// Shopify's library does what it is good at: who the merchant is (session tokens, token exchange, bounce pages, headers of
// embedded documents). Webhooks, the app proxy and the Admin API are ours: see app/shopify and docs/decisions.

const CDN_APP_BRIDGE = "https://cdn.shopify.com/shopifycloud/app-bridge.js";

function createShopify(current: Services) {
  const { config, store, keyring, clock, log } = current;
  setAbstractFetchFunc(createShopifyFetch(config.simulatedShopifyUrl) as Parameters<typeof setAbstractFetchFunc>[0]);
  return shopifyApp({
    apiKey: config.shopify.apiKey,
    apiSecretKey: config.shopify.apiSecret,
    appUrl: config.shopify.appUrl,
    apiVersion: ApiVersion.October26,
    distribution: AppDistribution.AppStore,
    sessionStorage: createSessionStorage(
      store,
      keyring,
      () => clock.machineNow(),
      (sessionId, err) => log.error({ sessionId, err }, "a stored Shopify session cannot be decrypted"),
    ),
    // Both default to off: without them the library goes the way of redirects, with tokens that never expire.
    future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens: true },
    // Its own log lines name query strings; what matters is logged here.
    logger: { level: 0, log: () => {} },
    hooks: {
      async afterAuth({ session }) {
        const shop = normalizeShop(session.shop);
        if (!shop) throw new Error("Shopify's session names no shop");
        try {
          await installShop(current, shop, session.scope?.split(",") ?? []);
        } catch (err) {
          log.error({ shop, err }, "installing failed");
          throw err;
        }
      },
    },
  });
}

// One for each set of services: a development rebuild or a test brings new ones.
const made = new WeakMap<Services, ReturnType<typeof createShopify>>();

function shopify() {
  const current = services();
  let app = made.get(current);
  if (!app) made.set(current, (app = createShopify(current)));
  return app;
}

/**
 * Who asks: for loaders and actions of the embedded admin. On the first visit it installs the shop.
 *
 * @returns the shop, normalised, beside the library's context (`session`, `redirect`, `cors`, …)
 * @throws Response (bounce page, 401 with a header App Bridge understands, 410 for bots), to be passed on as it is
 */
async function admin(request: Request) {
  try {
    const context = await shopify().authenticate.admin(request);
    const shop = normalizeShop(context.session.shop);
    if (!shop) throw new Response("Unknown shop", { status: 400 });
    await resumeIfNeeded(shop, context.session.scope?.split(",") ?? []);
    return { ...context, shop };
  } catch (thrown) {
    if (thrown instanceof Response) throw await withOurAppBridge(thrown);
    throw thrown;
  }
}

export const authenticate = { admin };

/**
 * A token of before an uninstall can outlive it in a browser tab, and an uninstall notice can overtake a re-install: whoever
 * is authenticated by Shopify has the app installed.
 */
async function resumeIfNeeded(shop: string, scopes: string[]): Promise<void> {
  const current = services();
  const row = await current.store.shops.get(shop);
  if (row?.state !== "installed") await installShop(current, shop, scopes);
}

/** For the login route: asks for the shop and leads to Shopify's install page. */
export async function login(request: Request): Promise<{ shop?: string }> {
  const result = await shopify().login(request);
  if (result instanceof Response) throw result;
  return result;
}

/** Lets Shopify's admin (in a simulation: the simulated one) embed the document. Call it for every HTML answer. */
export function addDocumentResponseHeaders(request: Request, headers: Headers): void {
  shopify().addDocumentResponseHeaders(request, headers);
  const { simulatedShopifyUrl } = services().config;
  if (simulatedShopifyUrl !== null) letSimulatedAdminEmbed(headers, simulatedShopifyUrl);
}

/** The library allows Shopify's own hosts alone, and has the browser fetch Shopify's script ahead. */
function letSimulatedAdminEmbed(headers: Headers, simulatedShopifyUrl: string): void {
  headers.delete("Link");
  const policy = headers.get("Content-Security-Policy");
  if (!policy) return;
  const widened = policy.replace(/;?\s*$/, ` ${simulatedShopifyUrl} http://localhost:* http://127.0.0.1:*;`);
  headers.set("Content-Security-Policy", widened);
}

/** Address of the App Bridge script: Shopify's CDN, or the stand-in of the simulated store. */
export function appBridgeUrl(): string {
  const { simulatedShopifyUrl } = services().config;
  return simulatedShopifyUrl === null ? CDN_APP_BRIDGE : `${simulatedShopifyUrl}/_sim/app-bridge.js`;
}

/** The library's bounce and exit pages name Shopify's CDN; in a simulation they load the stand-in. */
async function withOurAppBridge(response: Response): Promise<Response> {
  const { simulatedShopifyUrl } = services().config;
  if (simulatedShopifyUrl === null || !response.headers.get("content-type")?.includes("text/html")) return response;
  const html = (await response.text()).replaceAll(CDN_APP_BRIDGE, appBridgeUrl());
  const headers = new Headers(response.headers);
  letSimulatedAdminEmbed(headers, simulatedShopifyUrl);
  return new Response(html, { status: response.status, headers });
}
