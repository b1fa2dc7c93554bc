import type { ActionFunctionArgs } from "@remix-run/node";
import { incomingOf } from "../shopify/incoming-request.server.ts";
import { methodNotAllowed } from "../shopify/problem.server.ts";
import { answerPublicly } from "../shopify/proxy-route.server.ts";
import { receiveStorefrontEvents } from "../shopify/receive-storefront-events.server.ts";

// server.js answers a plain POST before it comes here (raw-requests.server.ts); development and other methods end here.

export function loader() {
  return answerPublicly("events", async () => methodNotAllowed(["POST"]));
}

export function action({ request }: ActionFunctionArgs) {
  return answerPublicly("events", (app) => receiveStorefrontEvents(app, incomingOf(request)));
}
