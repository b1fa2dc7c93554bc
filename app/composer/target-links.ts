/**
 * Marks a link of a message, so that the shop's own analytics know where the visit came from. Marks that are there already
 * stay. Links to other domains (a carrier's page) are left as they are.
 *
 * @param target a path on the shop's domain, or an https address elsewhere
 * @param kind the journey's kind, "campaign" or "direct"
 */
export function markTarget(target: string, kind: string): string {
  if (!target.startsWith("/")) return target;
  const url = new URL(target, "https://shop.invalid");
  const marks = { utm_source: "beckon", utm_medium: "web_push", utm_campaign: kind };
  for (const [name, value] of Object.entries(marks)) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, value);
  }
  return `${url.pathname}${url.search}${url.hash}`;
}

/** Opens a path with the code applied: Shopify's own link, which leaves the cart as it is. */
export function discountPath(code: string, target: string): string {
  return `/discount/${encodeURIComponent(code)}?redirect=${encodeURIComponent(target)}`;
}

/**
 * Whether a click must go through our own page first: only the page can look whether the cart is empty before it puts
 * anything back (design decision 15).
 */
export function leadsToCart(target: string): boolean {
  return target === "/cart" || target.startsWith("/cart?") || target.startsWith("/cart#");
}
