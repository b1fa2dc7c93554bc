import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { formatMoney } from "../composer/format-values.ts";
import { recommendedFor } from "../recommendations/recommended-for.ts";
import { methodNotAllowed, problem } from "../shopify/problem.server.ts";
import { checkProxyRequest } from "../shopify/proxy-request.server.ts";
import { answerPublicly } from "../shopify/proxy-route.server.ts";
import { readToken } from "../signed-token.server.ts";
import { deadLinkPage } from "../storefront-pages/go-page.ts";
import { wantsPage } from "../storefront-pages/page.ts";
import { recommendedPage } from "../storefront-pages/recommended-page.ts";
import { pageLanguage } from "../storefront-pages/texts.ts";

const METHODS = ["GET", "HEAD"];
const CARDS = 12;

/** Items picked for the visitor a token names, in the shop's theme. Opened only with a token we signed. */
export function loader({ request, params }: LoaderFunctionArgs) {
  return answerPublicly("recommended", async ({ store, clock, keyring, ...app }) => {
    const { shop, shopRow } = await checkProxyRequest(
      request,
      { store, clock, keyring, ...app },
      { methods: METHODS, schema: null },
    );
    const claims = readToken(keyring, "recommended", params["token"] ?? "");
    const languages = request.headers.get("accept-language");
    if (typeof claims?.["v"] !== "string" || claims["s"] !== shop) {
      if (wantsPage(request)) return deadLinkPage(pageLanguage(languages), 404);
      return problem(404, "The link's token is not one of this shop's.");
    }

    const language = pageLanguage(typeof claims["l"] === "string" ? claims["l"] : null, languages);
    const products = await recommendedFor(store, shop, claims["v"], CARDS, clock.now());
    const { currency } = shopRow;
    const money = (amount: number) => formatMoney({ amount, currency }, language.lang);
    const cards = products.map(({ title, handle, image, price, compareAtPrice }) => ({
      title,
      handle,
      image,
      price: money(price),
      compareAtPrice: compareAtPrice !== null && compareAtPrice > price ? money(compareAtPrice) : null,
    }));
    return recommendedPage(language, cards, currency);
  });
}

export function action(_: ActionFunctionArgs) {
  return answerPublicly("recommended", async () => methodNotAllowed(METHODS));
}
