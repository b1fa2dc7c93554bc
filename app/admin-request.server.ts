import type { HeadersArgs } from "@remix-run/node";
import { json } from "@remix-run/node";
import { services } from "./services.server.ts";
import type { Services } from "./services.server.ts";
import { authenticate } from "./shopify.server.ts";
import type { Shop } from "./shopify/shop-store.ts";

/** A signed-in merchant's request: whose shop it is, and what loaders and actions work with. */
export type AdminContext = Services & { shop: string; row: Shop };

/**
 * Who is asking, by Shopify's session token. Throws what Shopify's library answers when there is none (a bounce to its
 * sign-in page, or a 401 that App Bridge repeats with a new token).
 */
export async function adminContext(request: Request): Promise<AdminContext> {
  const { shop } = await authenticate.admin(request);
  const all = services();
  const row = await all.store.shops.get(shop);
  if (!row || row.state !== "installed") throw notFound("Beckon is not installed in this shop.");
  return { ...all, shop, row };
}

/** A page that does not exist, for the page's own error boundary. */
export function notFound(message: string): Response {
  return json({ message }, { status: 404 });
}

/** Passes on the headers of Shopify's sign-in answers, which tell App Bridge what to do. */
export function adminHeaders({ parentHeaders, loaderHeaders, actionHeaders, errorHeaders }: HeadersArgs): Headers {
  if (errorHeaders && [...errorHeaders].length > 0) return errorHeaders;
  return new Headers([...parentHeaders, ...loaderHeaders, ...actionHeaders]);
}

/** The storefront as a shopper sees it. */
export function storefrontUrl({ row, config }: Pick<AdminContext, "row" | "config">): string {
  if (config.simulatedShopifyUrl) return config.simulatedShopifyUrl;
  return `https://${row.primaryDomain ?? row.shop}`;
}

/** The theme editor with something of ours about to be added. */
export function themeEditorLinks({ row, config }: Pick<AdminContext, "row" | "config">) {
  const admin = config.simulatedShopifyUrl ?? `https://${row.shop}`;
  const editor = `${admin}/admin/themes/current/editor`;
  const { apiKey } = config.shopify;
  return {
    embed: `${editor}?context=apps&template=product&activateAppId=${apiKey}/beckon-embed`,
    stockAlert: `${editor}?template=product&addAppBlockId=${apiKey}/stock-alert&target=mainSection`,
  };
}
