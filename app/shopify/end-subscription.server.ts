import { endpointRequestSchema } from "../events/subscription-schema.ts";
import { checkProxyRequest } from "./proxy-request.server.ts";
import { answerPublicly, emptyAnswer } from "./proxy-route.server.ts";

/** Whoever knows an endpoint may end it; an unknown one is as good as ended. */
export function endSubscription(request: Request, methods: string[]): Promise<Response> {
  return answerPublicly("subscriptions/delete", async (app) => {
    const { shop, body } = await checkProxyRequest(request, app, { methods, schema: endpointRequestSchema });
    const subscription = await app.store.subscriptions.byEndpoint(shop, body.endpoint);
    if (subscription) await app.store.subscriptions.end(shop, subscription.id, "unsubscribed", app.clock.now());
    return emptyAnswer(204);
  });
}
