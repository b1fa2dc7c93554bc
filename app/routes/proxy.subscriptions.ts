import type { ActionFunctionArgs } from "@remix-run/node";
import { recordSubscription } from "../events/record-subscription.ts";
import { subscriptionRequestSchema } from "../events/subscription-schema.ts";
import { checkEndpoint, createEndpointPolicy } from "../sender/check-endpoint.server.ts";
import { endSubscription } from "../shopify/end-subscription.server.ts";
import { noteEmbed } from "../shopify/note-embed.server.ts";
import { methodNotAllowed, problem } from "../shopify/problem.server.ts";
import { checkProxyRequest } from "../shopify/proxy-request.server.ts";
import { answerPublicly, jsonAnswer } from "../shopify/proxy-route.server.ts";
import { ownHosts, storefrontOrigin } from "../shopify/storefront-origin.ts";
import { signToken } from "../signed-token.server.ts";
import { browserProfile, regionOfLanguages } from "../subscriptions/browser-profile.server.ts";
import { cityLookup } from "../subscriptions/city-lookup.server.ts";

const METHODS = ["POST", "DELETE"];

export function loader() {
  return answerPublicly("subscriptions", async () => methodNotAllowed(METHODS));
}

/** A browser subscribes, or its subscription is synchronised again; DELETE ends it. */
export function action({ request }: ActionFunctionArgs) {
  if (request.method === "DELETE") return endSubscription(request, METHODS);
  return answerPublicly("subscriptions", async (app) => {
    const { config, clock, store, keyring, log } = app;
    const checked = await checkProxyRequest(request, app, { methods: METHODS, schema: subscriptionRequestSchema });
    const { shop, shopRow, body } = checked;
    const endpoint = checkEndpoint(body.subscription.endpoint, createEndpointPolicy(config.push.hosts));
    if (!endpoint.ok) {
      const issues = [{ path: "subscription.endpoint", message: endpoint.problem }];
      return problem(400, "The endpoint is not one of a push service.", { issues });
    }
    if (body.vapidPublicKey) {
      const known = await store.vapidKeys.list(shop);
      if (!known.some(({ publicKey }) => publicKey === body.vapidPublicKey)) {
        return problem(400, "The subscription was made with a key that is not the shop's.");
      }
    }

    const locate = await cityLookup(config.geoipFile, (err) => log.warn({ err }, "GEOIP_FILE cannot be opened"));
    const place = locate(checked.address);
    const origin = storefrontOrigin(request, shopRow, config.simulatedShopifyUrl);
    const result = await recordSubscription(store, body, {
      shop,
      origin,
      proxyPath: checked.pathPrefix || shopRow.proxyPath,
      pushService: endpoint.pushService,
      customerId: checked.loggedInCustomerId,
      profile: browserProfile(request.headers.get("user-agent")),
      country: body.country ?? place.country ?? regionOfLanguages(request.headers.get("accept-language")),
      city: place.city,
      ownHosts: ownHosts(shopRow, origin),
      receivedAt: clock.now(),
      speed: clock.speed,
    });
    await noteEmbed(store, shopRow, clock.now());
    const token = signToken(keyring, "preferences", { u: result.subscriptionId, s: shop });
    return jsonAnswer(result.isNew ? 201 : 200, {
      subscriptionId: result.subscriptionId,
      visitorId: result.visitorId,
      state: result.isEnded ? "ended" : "active",
      preferencesUrl: `${checked.pathPrefix || shopRow.proxyPath}/preferences?token=${token}`,
    });
  });
}
