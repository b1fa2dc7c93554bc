import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { discountPath, inLanguageFolder, leadsToCart, markTarget } from "../composer/target-links.ts";
import { ownLanguage } from "../composer/locales.ts";
import { ownPage } from "../composer/own-page.server.ts";
import { decrypt } from "../encryption.server.ts";
import type { ClickedDelivery } from "../receipts/click-store.ts";
import { clickLinkId } from "../receipts/click-link-id.ts";
import { isOpenedByPerson } from "../receipts/is-opened-by-person.ts";
import { receiptClaims } from "../receipts/record-receipt.ts";
import { tapEffect } from "../receipts/tap-effect.ts";
import type { Services } from "../services.server.ts";
import { methodNotAllowed, problem } from "../shopify/problem.server.ts";
import { checkProxyRequest } from "../shopify/proxy-request.server.ts";
import { answerPublicly } from "../shopify/proxy-route.server.ts";
import type { Shop } from "../shopify/shop-store.ts";
import { ownHosts, storefrontOrigin } from "../shopify/storefront-origin.ts";
import { readToken } from "../signed-token.server.ts";
import { donePage, sharePage } from "../storefront-pages/button-pages.ts";
import { deadLinkPage, goPage } from "../storefront-pages/go-page.ts";
import type { GoTarget } from "../storefront-pages/go-page.ts";
import { wantsPage } from "../storefront-pages/page.ts";
import { pageLanguage } from "../storefront-pages/texts.ts";

const METHODS = ["GET", "HEAD"];

/**
 * Where every notification leads: records the click and moves on. A page, because Shopify's proxy follows redirects by
 * itself. The token came encrypted to one browser, so whoever opens it is taken for its owner; what only looks at links
 * (previews, prefetching, crawlers) is not counted.
 */
export function loader({ request, params }: LoaderFunctionArgs) {
  return answerPublicly("go", async (app) => {
    const { shop, shopRow } = await checkProxyRequest(request, app, { methods: METHODS, schema: null });
    const languages = request.headers.get("accept-language");
    const token = readToken(app.keyring, "go", params["token"] ?? "");
    const claims = receiptClaims(token);
    if (!claims || claims.shop !== shop) {
      if (wantsPage(request)) return deadLinkPage(pageLanguage(languages), 404);
      return problem(404, "The link's token is not one of this shop's.");
    }

    const { clock, store, metrics } = app;
    const tapped = typeof token?.["a"] === "string" ? token["a"] : null;
    const clicked = await store.clicks.load(shop, claims.deliveryId);
    if (clicked && isOpenedByPerson(request)) {
      const now = clock.now();
      const receipt = { deliveryId: claims.deliveryId, type: "clicked" as const, action: tapped, at: now };
      const isNew = await store.receipts.record(
        shop,
        { ...receipt, linkId: clickLinkId(claims.deliveryId) },
        now,
        tapEffect,
      );
      if (isNew) metrics.receipts.inc({ type: "clicked" });
    }
    const language = pageLanguage(clicked?.locale, languages);
    const button = clicked?.actions.find(({ action }) => action === tapped);
    if (button?.done) return donePage(language, button.done, ownLanguage(clicked?.locale ?? "en"));
    if (clicked && button?.does?.type === "share") {
      const path = inLanguageFolder(markTarget(button.does.path, clicked.kind, "share"), clicked.page, clicked.locale);
      return sharePage(language, { title: button.does.title, path });
    }
    const target = clicked
      ? targetOf(clicked, tapped, recoveryOf(clicked, shopRow, app, request), (target) =>
          ownPage(
            target,
            { shop, visitorId: clicked.visitorId, locale: clicked.locale },
            shopRow.proxyPath,
            app.keyring,
          ),
        )
      : { url: "/", restore: null, recovery: null };
    return goPage(language, target);
  });
}

export function action(_: ActionFunctionArgs) {
  return answerPublicly("go", async () => methodNotAllowed(METHODS));
}

function targetOf(
  clicked: ClickedDelivery,
  tapped: string | null,
  recovery: GoTarget["recovery"],
  withOwnPage: (target: string) => string,
): GoTarget {
  const target = clicked.actions.find((known) => known.action === tapped)?.url ?? clicked.targetUrl;
  const path = inLanguageFolder(withOwnPage(target), clicked.page, clicked.locale);
  const isOurs = path.startsWith("/") && !path.startsWith("//");
  const isCart = isOurs && leadsToCart(path);
  // What was bought in the meantime needs no cart and no code.
  if (isCart && clicked.isBought) return { url: path.replace(/\/cart(?=[?#]|$)/, "/"), restore: null, recovery: null };
  const { discountCode } = clicked;
  const url = !isOurs ? safeAddress(path) : discountCode === null ? path : discountPath(discountCode, path);
  if (!isCart) return { url, restore: null, recovery: null };
  return {
    url,
    restore: clicked.cart ? { items: clicked.cart.items, linkId: clickLinkId(clicked.deliveryId), cartUrl: url } : null,
    recovery,
  };
}

/** Shopify's recovery link is a secret of the shopper's: it is opened here, on the click, and only on the shop's domain. */
function recoveryOf(
  { checkout, discountCode }: ClickedDelivery,
  shop: Shop,
  { keyring, config, log }: Services,
  request: Request,
): GoTarget["recovery"] {
  if (!checkout?.recoveryUrl) return null;
  try {
    const url = new URL(decrypt(keyring, checkout.recoveryUrl, `recovery:${shop.shop}`));
    const origin = storefrontOrigin(request, shop, config.simulatedShopifyUrl);
    const host = url.hostname.replace(/^www\./, "");
    const isTls = url.protocol === "https:" || url.origin === config.simulatedShopifyUrl;
    const isOwn = ownHosts(shop, origin).some((own) => host === own || host.endsWith(`.${own}`));
    if (!isTls || !isOwn) return null;
    if (discountCode !== null) url.searchParams.set("discount", discountCode);
    return { url: url.href, cartToken: checkout.cartToken };
  } catch (err) {
    log.warn({ shop: shop.shop, err }, "a recovery link could not be read");
    return null;
  }
}

/** A carrier's page; nothing that could run here. */
function safeAddress(address: string): string {
  return URL.parse(address)?.protocol === "https:" ? address : "/";
}
