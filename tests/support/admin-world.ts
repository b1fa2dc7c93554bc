import { randomBytes } from "node:crypto";
import { Session } from "@shopify/shopify-api";
import { SignJWT } from "jose";
import { parseConfig } from "../../app/config.server.ts";
import { createKeyring } from "../../app/encryption.server.ts";
import { ensureDefaultJourneys } from "../../app/journeys/journeys.server.ts";
import { createLogger } from "../../app/log.server.ts";
import { createMetrics } from "../../app/metrics.server.ts";
import { setServices } from "../../app/services.server.ts";
import { createSessionStorage } from "../../app/shopify/session-storage.server.ts";
import { manualClock } from "./manual-clock.ts";
import { OTHER_SHOP, SHOP } from "./report-rows.ts";
import { createTestStore } from "./test-store.ts";

export const NOW = new Date("2026-11-21T12:00:00Z");

const API_KEY = "test-api-key";
const API_SECRET = "test-api-secret";

/**
 * Two installed shops and a merchant signed in to each, for tests that call the admin's loaders and actions with the
 * requests App Bridge makes: a session token in the Authorization header.
 */
export async function createAdminWorld() {
  const store = await createTestStore();
  const clock = manualClock(NOW);
  const keyring = createKeyring([randomBytes(32).toString("base64")]);
  const parsed = parseConfig({
    NODE_ENV: "test",
    SHOPIFY_API_KEY: API_KEY,
    SHOPIFY_API_SECRET: API_SECRET,
    SHOPIFY_APP_URL: "https://beckon.example",
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));

  setServices({
    config: parsed.config,
    clock,
    log: createLogger("silent"),
    store,
    admin: { query: () => Promise.reject(new Error("No page asks Shopify")) },
    sendPush: () => Promise.reject(new Error("No page sends by itself")),
    metrics: createMetrics(),
    keyring,
    scheduler: { wake: () => {}, isAlive: () => true },
  });

  const storage = createSessionStorage(store, keyring, () => clock.machineNow());
  for (const shop of [SHOP, OTHER_SHOP]) {
    await store.shops.install(shop, ["read_orders"], NOW);
    await store.shops.saveInfo(
      shop,
      {
        name: "Lamps",
        currency: "USD",
        timezone: "Europe/Istanbul",
        primaryLocale: "en",
        locales: ["en", "tr", "ar"],
        origin: `https://${shop}`,
        appInstallationId: "gid://shopify/AppInstallation/1",
      },
      NOW,
    );
    await ensureDefaultJourneys(store, shop, NOW);
    // The library holds tokens against the machine's own clock.
    await storage.storeSession(
      new Session({
        id: `offline_${shop}`,
        shop,
        state: "",
        isOnline: false,
        scope: "read_orders",
        accessToken: "shpat_secret",
        expires: new Date(Date.now() + 3_600_000),
      }),
    );
  }

  return {
    store,
    clock,
    /** A request of the merchant of `shop`; null: of nobody. */
    async request(path: string, init: RequestInit & { shop?: string | null } = {}): Promise<Request> {
      const { shop = SHOP, ...rest } = init;
      const headers = new Headers(rest.headers);
      headers.set("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36");
      if (shop) headers.set("authorization", `Bearer ${await sessionToken(shop)}`);
      return new Request(`https://beckon.example${path}`, { ...rest, headers });
    },
  };
}

/** What a form posts. */
export function formBody(fields: Record<string, string>): RequestInit {
  return { method: "POST", body: new URLSearchParams(fields) };
}

export function jsonBody(body: unknown): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

function sessionToken(shop: string): Promise<string> {
  return new SignJWT({ dest: `https://${shop}`, sid: "1" })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer(`https://${shop}/admin`)
    .setAudience(API_KEY)
    .setSubject("1")
    .setIssuedAt()
    .setNotBefore("0s")
    .setExpirationTime("1m")
    .setJti(randomBytes(8).toString("hex"))
    .sign(new TextEncoder().encode(API_SECRET));
}
