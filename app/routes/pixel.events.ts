import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { pixelEntries, pixelRequestSchema } from "../events/pixel-events.ts";
import { recordEvents } from "../events/record-events.ts";
import { openPreflight, readOpenBody, withOpenCors } from "../shopify/open-request.server.ts";
import { methodNotAllowed, problem } from "../shopify/problem.server.ts";
import { answerPublicly, emptyAnswer } from "../shopify/proxy-route.server.ts";
import { createRateLimiter, UNLIMITED } from "../shopify/rate-limits.server.ts";
import type { RateLimiter } from "../shopify/rate-limits.server.ts";
import { normalizeShop } from "../shopify/shop-domain.ts";

const METHODS = ["POST"];
let limiter: RateLimiter | undefined;

export function loader({ request }: LoaderFunctionArgs) {
  if (request.method === "OPTIONS") return openPreflight(METHODS);
  return answerPublicly("pixel/events", async () => withOpenCors(methodNotAllowed(METHODS)));
}

/** Checkout stages from the web pixel. A link id nobody has told us by a signed way is not believed: 204 all the same. */
export function action({ request }: ActionFunctionArgs) {
  return answerPublicly("pixel/events", async ({ config, clock, store }) => {
    const body = await readOpenBody(request, METHODS, pixelRequestSchema);
    const shop = normalizeShop(body.shop);
    if (!shop) return withOpenCors(problem(400, "The shop is not a myshopify.com domain."));
    limiter ??= config.rateLimit ? createRateLimiter() : UNLIMITED;
    const wait = limiter.take({ shop, visitorId: body.linkId, address: null }, clock.machineNow());
    if (wait !== null) {
      return withOpenCors(problem(429, "Too many requests.", { headers: { "Retry-After": String(wait) } }));
    }

    const visitorId = await store.visitors.byLink(shop, body.linkId);
    if (visitorId !== null) {
      const receivedAt = clock.now();
      await recordEvents(store, pixelEntries(shop, visitorId, body, receivedAt, clock.speed), receivedAt);
    }
    return withOpenCors(emptyAnswer(204));
  });
}
