import { embeddedUrl } from "./oauth/session-token.ts";
import type { Sim } from "./sim.ts";
import { newId } from "./state.ts";
import type { Customer } from "./state.ts";
import { privacyPayload, shopPayload, shopRedactPayload } from "./webhooks/shop-payloads.ts";

/** How long after an uninstall the shop's data must be forgotten; shop time. */
const REDACT_AFTER_MS = 48 * 3_600_000;
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/** Grants the app its scopes (again, after an uninstall). Nothing is sent: the app learns of it when it is opened. */
export function grantInstallation(sim: Sim): void {
  const { state } = sim;
  const scopes = sim.options.appConfig().scopes;
  if (state.installation && state.installation.uninstalledAt === null) {
    state.installation.scopes = scopes;
    return;
  }
  state.installation = {
    id: newId(state),
    installedAt: sim.clock.now(),
    scopes,
    uninstalledAt: null,
    isRedacted: false,
  };
}

/**
 * Opens the app's first page as the admin's frame would; the app exchanges the token and sets itself up. `isOpen` is false
 * when it answered with an error, or sent the browser to its sign-in instead.
 */
export async function openApp(sim: Sim): Promise<{ isOpen: boolean; status: number; body: string }> {
  const response = await fetch(embeddedUrl(sim), {
    headers: { accept: "text/html", "accept-language": "en", "user-agent": BROWSER },
    redirect: "follow",
    signal: AbortSignal.timeout(30_000),
  });
  const isSignIn = new URL(response.url).pathname.startsWith("/auth");
  return { isOpen: response.status === 200 && !isSignIn, status: response.status, body: await response.text() };
}

/** The merchant removes the app: app/uninstalled leaves, every token ends, what the app kept here goes with it. */
export function uninstall(sim: Sim): void {
  const { state } = sim;
  const now = sim.clock.now();
  if (!state.installation || state.installation.uninstalledAt !== null) return;
  sim.webhooks.send("app/uninstalled", shopPayload(state.shop, now), "app");
  state.installation.uninstalledAt = now;
  sim.tokens.revokeAll();
  state.appMetafields.clear();
  state.shopWebhooks.clear();
  state.webPixel = null;
  state.theme.isEmbedOn = false;
}

/** Sends shop/redact once, if the app is not installed (again). */
export function redactShop(sim: Sim): void {
  const { installation } = sim.state;
  if (!installation || installation.uninstalledAt === null || installation.isRedacted) return;
  installation.isRedacted = true;
  sim.webhooks.send("shop/redact", shopRedactPayload(sim.state), "app");
}

/** Sends shop/redact when 48 hours have passed since the uninstall. */
export function redactShopWhenDue(sim: Sim): void {
  const uninstalledAt = sim.state.installation?.uninstalledAt;
  if (uninstalledAt && sim.clock.now().getTime() - uninstalledAt.getTime() >= REDACT_AFTER_MS) redactShop(sim);
}

/** The merchant asks for a customer's data, or for it to be forgotten. */
export function sendPrivacyRequest(
  sim: Sim,
  topic: "customers/data_request" | "customers/redact",
  customer: Customer,
): void {
  const field = topic === "customers/redact" ? "orders_to_redact" : "orders_requested";
  sim.webhooks.send(topic, privacyPayload(sim.state, customer, field), `customer:${customer.id}`);
}

/** Changes what the app may do and tells it. Sends app/scopes_update. */
export function setScopes(sim: Sim, scopes: string[]): void {
  const { installation, shop } = sim.state;
  if (!installation) return;
  const previous = installation.scopes;
  installation.scopes = scopes;
  const payload = {
    id: Number(installation.id),
    shop_id: `gid://shopify/Shop/${shop.id}`,
    previous,
    current: scopes,
    updated_at: sim.clock.now().toISOString(),
  };
  sim.webhooks.send("app/scopes_update", payload, "app");
}
