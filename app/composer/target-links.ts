/**
 * Marks a link of a message, so that the shop's own analytics know where the visit came from. Marks that are there already
 * stay. Links to other domains (a carrier's page) are left as they are.
 *
 * @param target a path on the shop's domain, or an https address elsewhere
 * @param kind the journey's kind, "campaign" or "direct"
 * @param medium what brought the visit: "web_push", or "share" for a link that a shopper passed on
 */
export function markTarget(target: string, kind: string, medium = "web_push"): string {
  if (!target.startsWith("/")) return target;
  const url = new URL(target, "https://shop.invalid");
  const marks = { utm_source: "beckon", utm_medium: medium, utm_campaign: kind };
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
 * The target in the part of the shop that the shopper reads. Shops keep a language under a folder of its own
 * ("/ar/products/mug"); which one is told by the page the opt-in was made on, as long as the message speaks its language.
 *
 * @param page path of the opt-in's page, null when it is not known
 * @param language of the message, e.g. "pt-BR"
 */
export function inLanguageFolder(target: string, page: string | null, language: string): string {
  const folder = LANGUAGE_FOLDER.exec(page ?? "");
  if (!folder || !target.startsWith("/") || LANGUAGE_FOLDER.test(target)) return target;
  const [root, folderLanguage = ""] = folder;
  return folderLanguage === language.split("-")[0]?.toLowerCase() ? `${root}${target}` : target;
}

/** "/ar", "/pt-br", "/en-us": Shopify's folders for languages and markets. */
const LANGUAGE_FOLDER = /^\/([a-z]{2})(?:-[a-z]{2,4})?(?=\/|$|\?)/i;

/**
 * Whether a click must go through our own page first: only the page can look whether the cart is empty before it puts
 * anything back (docs/decisions/0006-where-a-click-leads.md).
 */
export function leadsToCart(target: string): boolean {
  return /^(\/[a-z]{2}(-[a-z]{2,4})?)?\/cart(?=[?#]|$)/i.test(target);
}
