import type { CartItem } from "../store/sqlite/schema.server.ts";
import { html, jsonInScript } from "./html.ts";
import { pageResponse } from "./page.ts";
import type { PageLanguage } from "./texts.ts";

/** What a click leads to, decided when it is made. Addresses are paths on the shop's domain, or https elsewhere. */
export type GoTarget = {
  /** Where to go with nothing in the way, code applied. */
  url: string;
  /** To be put into an empty cart first; null: nothing. */
  restore: {
    items: CartItem[];
    /** Ties the cart to whom the message was for. */
    linkId: string;
    /** The cart's page with the code applied: where a full cart goes, and a restored one. */
    cartUrl: string;
  } | null;
  /** Shopify's own recovery link, for who has no other cart. */
  recovery: { url: string; cartToken: string | null } | null;
};

/** What the script on the page has been told. */
type Plan = {
  url: string;
  items: { id: number | string; quantity: number; properties?: Record<string, string>; selling_plan?: string }[];
  names: string[];
  attributes: Record<string, string>;
  cartUrl: string;
  recovery: { url: string; cartToken: string | null } | null;
};

/**
 * The page behind a notification. It looks whether the cart is empty, puts back what the message was about only then, and
 * moves on. Without a script it moves on as it is. A cart with something in it is never touched.
 */
export function goPage(language: PageLanguage, target: GoTarget): Response {
  const { texts } = language;
  const plan: Plan = {
    url: target.url,
    items: (target.restore?.items ?? []).map((item) => ({
      // The cart API takes numbers; an id beyond 2^53 keeps its digits as text.
      id: Number.isSafeInteger(Number(item.variantId)) ? Number(item.variantId) : item.variantId,
      quantity: item.quantity,
      ...(item.properties && { properties: item.properties }),
      ...(item.sellingPlanId && { selling_plan: item.sellingPlanId }),
    })),
    names: (target.restore?.items ?? []).map(({ title, variantTitle }) =>
      variantTitle ? `${title} · ${variantTitle}` : title,
    ),
    attributes: target.restore ? { __beckon: target.restore.linkId } : {},
    cartUrl: target.restore?.cartUrl ?? target.url,
    recovery: target.recovery,
  };
  return pageResponse({
    language,
    title: texts.moving,
    head: html`<noscript><meta http-equiv="refresh" content="0;url=${target.url}" /></noscript>`,
    body: html`<div class="moving" id="moving" role="status">
        <p class="soft">${texts.moving}</p>
        <p><a class="button strong" data-beckon-onward="" href="${target.url}">${texts.moveOn}</a></p>
      </div>
      <section id="missing" hidden tabindex="-1" aria-live="polite">
        <p id="some">${texts.soldOut}</p>
        <p id="none">${texts.allSoldOut}</p>
        <ul id="names"></ul>
        <a class="button strong wide" href="${plan.cartUrl}">${texts.toCart}</a>
      </section>`,
    script: html`(${{ markup: MOVE_ON }})(${jsonInScript(plan)});`,
  });
}

/** Runs in the shopper's browser, on the shop's own origin. Written in the language every browser with push knows. */
const MOVE_ON = `async (plan) => {
  const go = (url) => location.replace(url);
  const post = (path, body) => fetch(path, {
    method: "POST", credentials: "same-origin",
    headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(body),
  });
  if (!plan.items.length && !plan.recovery) return go(plan.url);
  // Whatever happens, the shopper arrives.
  const giveUp = setTimeout(() => go(plan.cartUrl), 8000);
  try {
    const cart = await (await fetch("/cart.js", { credentials: "same-origin", headers: { Accept: "application/json" } })).json();
    const token = String(cart.token || "").split("?")[0];
    if (plan.recovery && (cart.item_count === 0 || (plan.recovery.cartToken && token === plan.recovery.cartToken))) {
      return go(plan.recovery.url);
    }
    if (cart.item_count > 0 || !plan.items.length) return go(plan.cartUrl);

    let missing = [];
    const all = await post("/cart/add.js", { items: plan.items });
    if (!all.ok) {
      for (const [i, item] of plan.items.entries()) {
        const one = await post("/cart/add.js", { items: [item] });
        if (!one.ok) missing.push(plan.names[i]);
      }
    }
    if (missing.length < plan.items.length) await post("/cart/update.js", { attributes: plan.attributes });
    if (!missing.length) return go(plan.cartUrl);

    clearTimeout(giveUp);
    const isAll = missing.length === plan.items.length;
    document.getElementById("some").hidden = isAll;
    document.getElementById("none").hidden = !isAll;
    for (const name of missing) {
      document.getElementById("names").append(Object.assign(document.createElement("li"), { textContent: name }));
    }
    document.getElementById("moving").hidden = true;
    const section = document.getElementById("missing");
    section.hidden = false;
    section.focus();
  } catch {
    go(plan.cartUrl);
  }
}`;

/** For a link we cannot read or that leads nowhere any more. */
export function deadLinkPage(language: PageLanguage, status: number): Response {
  const { texts } = language;
  return pageResponse({
    language,
    status,
    title: texts.linkOver,
    body: html`<section>
      <h1>${texts.linkOver}</h1>
      <p class="soft">${texts.linkOverBody}</p>
      <a class="button strong" href="/">${texts.toShop}</a>
    </section>`,
  });
}
