import type { ActionFunctionArgs } from "@remix-run/node";
import { receiptSchema } from "../receipts/receipt-schema.ts";
import { takeReceipt } from "../receipts/take-receipt.server.ts";
import { methodNotAllowed, problem } from "../shopify/problem.server.ts";
import { checkProxyRequest } from "../shopify/proxy-request.server.ts";
import { answerPublicly, emptyAnswer } from "../shopify/proxy-route.server.ts";

const METHODS = ["POST"];

export function loader() {
  return answerPublicly("receipts", async () => methodNotAllowed(METHODS));
}

/** What the service worker saw of a notification. */
export function action({ request }: ActionFunctionArgs) {
  return answerPublicly("receipts", async (app) => {
    const { shop, body } = await checkProxyRequest(request, app, { methods: METHODS, schema: receiptSchema });
    if (!(await takeReceipt(app, body, shop))) return problem(400, "The token is not one of this shop's deliveries.");
    return emptyAnswer(204);
  });
}
