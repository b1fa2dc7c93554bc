import { shopOrigin } from "./shop-domain.ts";

/**
 * The origin of the page a storefront request comes from: browsers name it with every POST. A shop may have several
 * (markets, the myshopify domain), and a subscription belongs to the one it was made on.
 *
 * @param simulatedShopifyUrl the only origin without TLS that is taken
 */
export function storefrontOrigin(
  request: Request,
  shop: { shop: string; primaryDomain: string | null },
  simulatedShopifyUrl: string | null,
): string {
  const url = URL.parse(request.headers.get("origin") ?? request.headers.get("referer") ?? "");
  const isTaken =
    url && (url.origin === simulatedShopifyUrl || (url.protocol === "https:" && url.port === "" && !url.username));
  return isTaken && url ? url.origin : shopOrigin(shop);
}

/** Hosts of the shop, whose referrers say nothing of where a visit came from. */
export function ownHosts(shop: { shop: string; primaryDomain: string | null }, origin: string): string[] {
  return [shop.shop, shop.primaryDomain ?? "", new URL(origin).host]
    .filter((host) => host !== "")
    .map((host) => host.replace(/:\d+$/, "").replace(/^www\./, ""));
}
