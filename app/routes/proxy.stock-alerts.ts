import type { ActionFunctionArgs } from "@remix-run/node";
import { recordEvents } from "../events/record-events.ts";
import { stockAlertRequestSchema } from "../events/subscription-schema.ts";
import { methodNotAllowed } from "../shopify/problem.server.ts";
import { checkProxyRequest } from "../shopify/proxy-request.server.ts";
import { answerPublicly, jsonAnswer } from "../shopify/proxy-route.server.ts";

const METHODS = ["POST"];

export function loader() {
  return answerPublicly("stock-alerts", async () => methodNotAllowed(METHODS));
}

/** "Tell me when it is back" and "tell me when it is cheaper". Asking twice is asking once. */
export function action({ request }: ActionFunctionArgs) {
  return answerPublicly("stock-alerts", async (app) => {
    const { clock, store } = app;
    const { shop, loggedInCustomerId, body } = await checkProxyRequest(request, app, {
      methods: METHODS,
      schema: stockAlertRequestSchema,
    });
    const { visitorId, variantId, kind } = body;
    const at = clock.now();
    await recordEvents(
      store,
      [
        {
          event: {
            shop,
            sourceId: `alert:${visitorId}:${variantId}:${kind}:${at.getTime()}`,
            kind: "stock_alert_requested",
            visitorId,
            customerId: loggedInCustomerId,
            cartToken: null,
            checkoutToken: null,
            orderId: null,
            occurredAt: at,
            data: { variantId, kind },
          },
          changes: [
            { type: "visitor_signal", visitorId, at, signal: "storefront", mayCreate: true },
            { type: "stock_alert", visitorId, variantId, kind, at },
          ],
        },
      ],
      at,
    );
    return jsonAnswer(201, { variantId, kind, state: "waiting" });
  });
}
