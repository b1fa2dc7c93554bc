import type { ActionFunctionArgs } from "@remix-run/node";
import { services } from "../services.server.ts";
import { incomingOf } from "../shopify/incoming-request.server.ts";
import { methodNotAllowed } from "../shopify/problem.server.ts";
import { receiveWebhook } from "../shopify/receive-webhook.server.ts";

// server.js answers a plain POST before it comes here (raw-requests.server.ts); development and other methods end here.

export function loader() {
  return methodNotAllowed(["POST"]);
}

export async function action({ request }: ActionFunctionArgs) {
  if (request.method !== "POST") return methodNotAllowed(["POST"]);
  return receiveWebhook(services(), incomingOf(request));
}
