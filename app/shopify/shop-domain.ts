const MYSHOPIFY_DOMAIN = /^[a-z0-9][a-z0-9-]{0,99}\.myshopify\.com$/;

/** The domain as it is stored, lower case, or null for anything that is not a `*.myshopify.com` domain. */
export function normalizeShop(text: string | null | undefined): string | null {
  const shop = text?.trim().toLowerCase().replace(/\/+$/, "") ?? "";
  return MYSHOPIFY_DOMAIN.test(shop) ? shop : null;
}

/** The origin shoppers see. A loopback host is the simulated store, which has no TLS. */
export function shopOrigin(shop: { shop: string; primaryDomain: string | null }): string {
  const host = shop.primaryDomain ?? shop.shop;
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
  return `${isLoopback ? "http" : "https"}://${host}`;
}
