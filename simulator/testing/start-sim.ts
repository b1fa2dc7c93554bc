import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import { parseAppConfig } from "../app-config.ts";
import { grantInstallation } from "../installation.ts";
import { mintSessionToken } from "../oauth/session-token.ts";
import { listen } from "../server.ts";
import { createSim } from "../sim.ts";
import type { Sim } from "../sim.ts";

export const TEST_CONFIG = `
name = "Test app"
[access_scopes]
scopes = "read_products,read_inventory,read_orders,read_fulfillments,read_customers,write_discounts,read_locales,write_pixels,read_customer_events"
[webhooks]
api_version = "2026-10"
  [[webhooks.subscriptions]]
  topics = ["carts/create", "carts/update", "checkouts/create", "checkouts/update", "checkouts/delete",
    "orders/create", "orders/paid", "orders/cancelled", "refunds/create", "fulfillments/create", "fulfillments/update",
    "fulfillment_events/create", "inventory_levels/update", "products/update", "customers/create", "customers/update",
    "app/uninstalled", "app/scopes_update"]
  uri = "/webhooks"
  [[webhooks.subscriptions]]
  compliance_topics = ["customers/data_request", "customers/redact", "shop/redact"]
  uri = "/webhooks"
[app_proxy]
url = "/proxy"
prefix = "apps"
subpath = "beckon"
`;

export type ReceivedWebhook = {
  topic: string;
  headers: IncomingHttpHeaders;
  raw: Buffer;
  payload: Record<string, unknown>;
};

/** A simulator with an app that only listens. */
export type TestSim = {
  sim: Sim;
  url: string;
  /** Webhooks the app received, in order of arrival. */
  received: ReceivedWebhook[];
  /** What the app answers with, whether its /healthz shows the shop's time (both may be changed), where it was opened. */
  app: { status: number; isFollowing: boolean; healthChecks: number; opened: URL[] };
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  /** An offline access token, as the app gets it. */
  accessToken(): Promise<string>;
  graphql(
    query: string,
    variables?: Record<string, unknown>,
    token?: string,
  ): Promise<{ status: number; body: GraphqlBody }>;
  close(): Promise<void>;
};

export type GraphqlBody = {
  data?: Record<string, unknown>;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
  extensions?: { cost: { requestedQueryCost: number; throttleStatus: { currentlyAvailable: number } } };
};

export async function startSim(
  changes: { config?: string; speed?: number; isInstalled?: boolean } = {},
): Promise<TestSim> {
  const received: ReceivedWebhook[] = [];
  const app = { status: 200, isFollowing: true, healthChecks: 0, opened: [] as URL[] };
  let sim: Sim | null = null;

  const appServer = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/healthz") {
        app.healthChecks += 1;
        const time = app.isFollowing ? sim?.clock.now() : new Date(0);
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ status: "ok", time }));
        return;
      }
      if (request.url?.startsWith("/app?")) {
        app.opened.push(new URL(request.url, appUrl));
        response.statusCode = app.status;
      }
      if (request.url === "/webhooks") {
        const raw = Buffer.concat(chunks);
        const payload = JSON.parse(raw.toString("utf8")) as Record<string, unknown>;
        received.push({ topic: String(request.headers["x-shopify-topic"]), headers: request.headers, raw, payload });
        response.statusCode = app.status;
      }
      response.end();
    });
  });
  const appUrl = await open(appServer);

  const started = createSim({
    appUrl,
    apiKey: "test-key",
    apiSecret: "test-secret",
    shopDomain: "test-shop.myshopify.com",
    speed: changes.speed ?? 1,
    appConfig: () => parseAppConfig(changes.config ?? TEST_CONFIG),
    extensionDirectory: "extensions/beckon",
  });
  sim = started;
  const server = await listen(started, 0, "127.0.0.1");
  if (changes.isInstalled !== false) grantInstallation(started);

  const post: TestSim["post"] = async (path, body, headers = {}) => {
    const response = await fetch(started.origin + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const accessToken = async (): Promise<string> => {
    const { body } = await post("/admin/oauth/access_token", exchangeBody(mintSessionToken(started)));
    return String(body["access_token"]);
  };

  return {
    sim: started,
    url: started.origin,
    received,
    app,
    post,
    accessToken,
    async graphql(query, variables = {}, token) {
      const headers = { "x-shopify-access-token": token ?? (await accessToken()) };
      const { status, body } = await post("/admin/api/2026-10/graphql.json", { query, variables }, headers);
      return { status, body: body as GraphqlBody };
    },
    async close() {
      started.webhooks.close();
      await Promise.all([shut(server), shut(appServer)]);
    },
  };
}

/** Body of a token exchange for an expiring offline token. */
export function exchangeBody(sessionToken: string, changes: Record<string, string> = {}): Record<string, string> {
  return {
    client_id: "test-key",
    client_secret: "test-secret",
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: sessionToken,
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    requested_token_type: "urn:shopify:params:oauth:token-type:offline-access-token",
    expiring: "1",
    ...changes,
  };
}

/** A variant with at least `pieces` in stock. */
export function variantInStock(sim: Sim, pieces = 5): string {
  for (const variant of sim.state.variants.values()) {
    if ([...variant.available.values()].reduce((sum, one) => sum + one, 0) >= pieces) return variant.id;
  }
  throw new Error("nothing is in stock");
}

/** Resolves once `condition` holds. */
export async function until(condition: () => boolean, milliseconds = 5000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
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
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
