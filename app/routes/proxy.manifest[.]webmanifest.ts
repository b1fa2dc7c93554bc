import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { buildWebManifest } from "../../storefront/manifest.ts";
import { methodNotAllowed } from "../shopify/problem.server.ts";
import { checkProxyRequest } from "../shopify/proxy-request.server.ts";
import { answerPublicly } from "../shopify/proxy-route.server.ts";

const METHODS = ["GET", "HEAD"];

/** The web app manifest that the install sheet links on an iPhone. */
export function loader({ request }: LoaderFunctionArgs) {
  return answerPublicly("manifest", async (app) => {
    const { shopRow } = await checkProxyRequest(request, app, { methods: METHODS, schema: null });
    const manifest = buildWebManifest({
      name: shopRow.name || shopRow.shop,
      locale: shopRow.primaryLocale,
      iconUrl: shopRow.settings.iconUrl,
    });
    return new Response(JSON.stringify(manifest), {
      headers: { "Content-Type": "application/manifest+json", "Cache-Control": "public, max-age=300" },
    });
  });
}

export function action(_: ActionFunctionArgs) {
  return answerPublicly("manifest", async () => methodNotAllowed(METHODS));
}
