import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { noteEmbed } from "../shopify/note-embed.server.ts";
import { methodNotAllowed } from "../shopify/problem.server.ts";
import { checkProxyRequest } from "../shopify/proxy-request.server.ts";
import { answerPublicly } from "../shopify/proxy-route.server.ts";
import { workerScript } from "../shopify/worker-script.server.ts";

const METHODS = ["GET", "HEAD"];

/** The service worker, on the shop's own domain: its scope is the proxy's path. Browsers look for a newer one daily. */
export function loader({ request }: LoaderFunctionArgs) {
  return answerPublicly("sw.js", async (app) => {
    const { shopRow } = await checkProxyRequest(request, app, { methods: METHODS, schema: null });
    await noteEmbed(app.store, shopRow, app.clock.now());
    return new Response(workerScript(app.config.shopify.appUrl), {
      headers: {
        "Content-Type": "text/javascript; charset=utf-8",
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
      },
    });
  });
}

export function action(_: ActionFunctionArgs) {
  return answerPublicly("sw.js", async () => methodNotAllowed(METHODS));
}
