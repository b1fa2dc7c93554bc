import { readFileSync } from "node:fs";
import path from "node:path";
import type { EventKind } from "../../app/events/shop-event.ts";
import type { AdminApi } from "../../app/shopify/admin-api.ts";
import { SHOP_INFO } from "../../app/shopify/operations.ts";
import type { ShopInfoData } from "../../app/shopify/operations.ts";
import type { Shop } from "../../app/shopify/shop-store.ts";
import type { Store } from "../../app/store/store.ts";
import { note, ok, problem } from "./finding.ts";
import type { Finding } from "./finding.ts";

const DAY_MS = 86_400_000;
const EMBED_SEEN_WITHIN_MS = 7 * DAY_MS;

/** Kinds only webhooks bring. */
const WEBHOOK_KINDS: EventKind[] = [
  "cart_webhook",
  "checkout_updated",
  "order_created",
  "order_paid",
  "fulfillment_updated",
  "inventory_changed",
  "product_updated",
  "customer_updated",
  "shop_updated",
];

/** What the app needs of one shop: its token, its scopes, its webhooks, its embed. */
export async function checkShop(store: Store, admin: AdminApi, { shop, ...row }: Shop, now: Date): Promise<Finding[]> {
  return [
    ...(await checkCredentials(admin, shop)),
    await checkWebhooks(store, shop, row.installedAt, now),
    checkEmbed(shop, row.embedSeenAt, now),
  ];
}

async function checkCredentials(admin: AdminApi, shop: string): Promise<Finding[]> {
  const check = `${shop}: access`;
  const answer = await admin.query<ShopInfoData>(shop, SHOP_INFO);
  if (!answer.ok) {
    const fixes = {
      revoked:
        "Open the app in the shop's admin once; compare SHOPIFY_API_KEY and SHOPIFY_API_SECRET with the dashboard.",
      later: "Shopify is busy or cannot be reached: try again in a few minutes.",
      invalid: "Run shopify app deploy, so that the shop is asked for the scopes of this version.",
    };
    return [problem(check, answer.message, fixes[answer.reason])];
  }
  const granted = new Set(answer.data.currentAppInstallation.accessScopes.map(({ handle }) => handle));
  const missing = declaredScopes().filter(
    (scope) => !granted.has(scope) && !granted.has(scope.replace("read_", "write_")),
  );
  if (missing.length > 0) {
    const fix = "Run shopify app deploy, then open the app in the shop's admin and agree.";
    return [problem(check, `These scopes are not granted: ${missing.join(", ")}`, fix)];
  }
  return [ok(check, "Shopify accepts our token, and every scope is granted")];
}

/** Subscriptions made by shopify.app.toml cannot be listed through the Admin API; what arrives is the proof. */
async function checkWebhooks(store: Store, shop: string, installedAt: Date, now: Date): Promise<Finding> {
  const check = `${shop}: webhooks`;
  const lastAt = await store.health.lastEventAt(shop, WEBHOOK_KINDS);
  if (lastAt) return ok(check, `the last one told of ${lastAt.toISOString()}`);
  if (now.getTime() - installedAt.getTime() < DAY_MS) return note(check, "none yet; the app was installed today");
  const fix = "Run shopify app deploy, then put something into a cart of the shop and look here again.";
  return problem(check, "none has ever arrived", fix);
}

function checkEmbed(shop: string, seenAt: Date | null, now: Date): Finding {
  const check = `${shop}: embed`;
  const fix = "Switch the app embed on in the theme editor (App embeds), save, and open the storefront once.";
  if (!seenAt) return problem(check, "the storefront has never asked for our worker", fix);
  const daysAgo = Math.floor((now.getTime() - seenAt.getTime()) / DAY_MS);
  if (now.getTime() - seenAt.getTime() > EMBED_SEEN_WITHIN_MS) {
    return problem(check, `the storefront last asked for our worker ${daysAgo} days ago`, fix);
  }
  return ok(check, `on: last seen ${seenAt.toISOString()}`);
}

/** The scopes shopify.app.toml asks for. */
export function declaredScopes(): string[] {
  const toml = readFileSync(path.join(import.meta.dirname, "..", "..", "shopify.app.toml"), "utf8");
  const scopes = /^scopes\s*=\s*"([^"]*)"/m.exec(toml)?.[1] ?? "";
  return scopes.split(",").filter((scope) => scope !== "");
}
