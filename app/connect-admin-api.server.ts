import type { Services } from "./services.server.ts";
import { createAccessTokens } from "./shopify/access-tokens.server.ts";
import type { AdminApi } from "./shopify/admin-api.ts";
import { createAdminClient } from "./shopify/admin-client.server.ts";
import { createSessionStorage } from "./shopify/session-storage.server.ts";
import { createShopifyFetch } from "./shopify/shopify-fetch.server.ts";

/** The Admin API client of this process: with the sessions of the store, and towards the simulated Shopify if there is one. */
export function connectAdminApi({
  config,
  store,
  keyring,
  clock,
  log,
  metrics,
}: Pick<Services, "config" | "store" | "keyring" | "clock" | "log" | "metrics">): AdminApi {
  const machineNow = () => clock.machineNow();
  const fetch = createShopifyFetch(config.simulatedShopifyUrl);
  const storage = createSessionStorage(store, keyring, machineNow, (sessionId, err) =>
    log.error({ sessionId, err }, "a stored Shopify session cannot be decrypted: is a key missing in ENCRYPTION_KEY?"),
  );
  const { apiKey, apiSecret } = config.shopify;
  const tokens = createAccessTokens({ storage, shops: store.shops, fetch, apiKey, apiSecret, machineNow });
  return createAdminClient({
    tokens,
    fetch,
    machineNow,
    observe({ shop, operation, outcome, status }) {
      metrics.adminApiRequests.inc({ outcome });
      if (outcome !== "ok") log.warn({ shop, operation, outcome, status }, "an Admin API request failed");
    },
  });
}
