import { findCode } from "../state.ts";
import { CartError, createCart, changeCart } from "../commerce/carts.ts";
import { redirect } from "../http.ts";
import type { SimResponse } from "../http.ts";
import type { Sim } from "../sim.ts";
import { cartCookieValue } from "./cart-json.ts";
import { COOKIES, setCookie } from "./visit.ts";
import type { Visit } from "./visit.ts";

// Links that change the cart before a page is shown: /discount/CODE and cart permalinks.

/** Answers discount links and cart permalinks; null for other paths. */
export function answerLinks(sim: Sim, visit: Visit): SimResponse | null {
  const discount = /^\/discount\/([^/]+)$/.exec(visit.path);
  if (discount?.[1]) return applyDiscount(sim, visit, decodeURIComponent(discount[1]));

  const permalink = /^\/cart\/(\d+:\d+(?:,\d+:\d+)*)$/.exec(decodeURIComponent(visit.path));
  if (permalink?.[1]) return openPermalink(sim, visit, permalink[1]);
  return null;
}

/**
 * Remembers the code for the checkout, puts it into the cart if there is one, and goes to `redirect`, which may only be a
 * path of this shop.
 */
function applyDiscount(sim: Sim, visit: Visit, code: string): SimResponse {
  const wanted = visit.request.url.searchParams.get("redirect") ?? "/";
  const cookies = [setCookie(COOKIES.discount, code)];
  if (visit.cart && findCode(sim.state, code)) changeCart(sim, visit.cart, { discountCodes: [code] });
  return redirect(isOwnPath(wanted) ? visit.folder + wanted : `${visit.folder}/`, 302, {
    "set-cookie": cookies,
    "cache-control": "no-store",
  });
}

/** "/cart/VARIANT:QTY,…" replaces the cart. Lines that cannot be sold are left out. */
function openPermalink(sim: Sim, visit: Visit, lines: string): SimResponse {
  const query = visit.request.url.searchParams;
  const cart = createCart(sim, {
    currency: visit.currency,
    locale: visit.locale,
    customerId: visit.customer?.id ?? null,
  });
  const code = query.get("discount") ?? visit.waitingCode;

  for (const line of lines.split(",")) {
    const [variantId = "", quantity = "1"] = line.split(":");
    try {
      changeCart(sim, cart, { add: [{ variantId, quantity: Number(quantity) }] });
    } catch (error) {
      if (!(error instanceof CartError)) throw error;
    }
  }
  changeCart(sim, cart, {
    attributes: attributesOf(query),
    ...(query.has("note") ? { note: query.get("note") ?? "" } : {}),
    ...(code ? { discountCodes: code.split(",") } : {}),
  });

  const cookies = [setCookie(COOKIES.cart, cartCookieValue(cart))];
  if (query.has("discount")) cookies.push(setCookie(COOKIES.discount, query.get("discount") ?? ""));
  const target = query.get("storefront") === "true" ? "cart" : "checkout";
  return redirect(`${visit.folder}/${target}`, 302, { "set-cookie": cookies, "cache-control": "no-store" });
}

function attributesOf(query: URLSearchParams): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of query) {
    const key = /^attributes\[(.+)\]$/.exec(name)?.[1];
    if (key) attributes[key] = value;
  }
  return attributes;
}

function isOwnPath(path: string): boolean {
  return path.startsWith("/") && !path.startsWith("//") && !path.startsWith("/\\");
}
