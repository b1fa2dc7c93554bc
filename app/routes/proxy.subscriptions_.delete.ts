import type { ActionFunctionArgs } from "@remix-run/node";
import { endSubscription } from "../shopify/end-subscription.server.ts";
import { methodNotAllowed } from "../shopify/problem.server.ts";
import { answerPublicly } from "../shopify/proxy-route.server.ts";

const METHODS = ["POST"];

export function loader() {
  return answerPublicly("subscriptions/delete", async () => methodNotAllowed(METHODS));
}

/** DELETE for who cannot send one: beacons, and whatever drops its body. */
export function action({ request }: ActionFunctionArgs) {
  return endSubscription(request, METHODS);
}
