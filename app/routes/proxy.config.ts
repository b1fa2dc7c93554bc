import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { noteEmbed } from "../shopify/note-embed.server.ts";
import { methodNotAllowed, problem } from "../shopify/problem.server.ts";
import { checkProxyRequest } from "../shopify/proxy-request.server.ts";
import { answerPublicly, jsonAnswer } from "../shopify/proxy-route.server.ts";
import { buildStorefrontConfig, configForLocale } from "../shopify/storefront-config.server.ts";

const METHODS = ["GET", "HEAD"];

/** What a page needs to ask and to subscribe, in one language: `?locale=tr`. Pages have it inline already. */
export function loader({ request }: LoaderFunctionArgs) {
  return answerPublicly("config", async (app) => {
    const { shop, shopRow, query } = await checkProxyRequest(request, app, { methods: METHODS, schema: null });
    const key = await app.store.vapidKeys.current(shop);
    if (!key) return problem(404, "The app is not installed in this shop.");

    await noteEmbed(app.store, shopRow, app.clock.now());
    const config = configForLocale(await buildStorefrontConfig(app.store, shopRow, key.publicKey), query.get("locale"));
    return jsonAnswer(200, config, { "Cache-Control": "public, max-age=300" });
  });
}

export function action(_: ActionFunctionArgs) {
  return answerPublicly("config", async () => methodNotAllowed(METHODS));
}
