import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import { parseAppConfig } from "../../app-config.ts";
import { grantInstallation } from "../../installation.ts";
import { listen } from "../../server.ts";
import { createSim } from "../../sim.ts";
import type { Sim } from "../../sim.ts";
import { TEST_CONFIG } from "../../testing/start-sim.ts";

/** A request as the app received it. */
export type AppRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
};
export type AppAnswer = { status?: number; headers?: Record<string, string | string[]>; body?: string };

export type OpenShop = {
  sim: Sim;
  /** What the app was asked, in order; webhooks are taken and left out. */
  asked: AppRequest[];
  /** How the app answers; may be replaced. */
  app: { answer: (request: AppRequest) => AppAnswer };
  /** A browser of its own, with cookies. */
  shopper(): Shopper;
  close(): Promise<void>;
};

/** A running store whose app answers what the test says. */
export async function openShop(extensionDirectory = "extensions/beckon"): Promise<OpenShop> {
  const asked: AppRequest[] = [];
  const app: OpenShop["app"] = { answer: () => ({}) };
  const appServer = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const url = new URL(incoming.url ?? "/", "http://app");
      const request: AppRequest = {
        method: incoming.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      const isWebhook = url.pathname === "/webhooks";
      if (!isWebhook) asked.push(request);
      const answer = isWebhook ? {} : app.answer(request);
      outgoing.writeHead(answer.status ?? 200, answer.headers);
      outgoing.end(answer.body ?? "");
    });
  });
  const appUrl = await open(appServer);

  const sim = createSim({
    appUrl,
    apiKey: "test-key",
    apiSecret: "hush",
    shopDomain: "test-shop.myshopify.com",
    speed: 1,
    appConfig: () => parseAppConfig(TEST_CONFIG),
    extensionDirectory,
  });
  const server = await listen(sim, 0, "127.0.0.1");
  grantInstallation(sim);

  return {
    sim,
    asked,
    app,
    shopper: () => createShopper(sim.origin),
    async close() {
      sim.webhooks.close();
      await Promise.all([shut(server), shut(appServer)]);
    },
  };
}

export type Shopper = {
  cookies: Map<string, string>;
  /** Does not follow redirects. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  postJson(path: string, body: unknown): Promise<Response>;
  postForm(path: string, fields: Record<string, string>): Promise<Response>;
  send(path: string, init: RequestInit): Promise<Response>;
  /** GET /cart.js */
  cart(): Promise<Record<string, unknown> & { token: string; item_count: number; total_price: number }>;
};

function createShopper(origin: string): Shopper {
  const cookies = new Map<string, string>();
  async function send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(new URL(path, origin), { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      if (/Max-Age=0\b/.test(line)) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }
  return {
    cookies,
    send,
    get: (path, headers = {}) => send(path, { headers }),
    postJson: (path, body) =>
      send(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    postForm: (path, fields) => send(path, { method: "POST", body: new URLSearchParams(fields) }),
    cart: async () => (await (await send("/cart.js", {})).json()) as Awaited<ReturnType<Shopper["cart"]>>,
  };
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
