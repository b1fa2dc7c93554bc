import type { ActionFunctionArgs } from "@remix-run/node";
import { recordEvents } from "../events/record-events.ts";
import { storefrontEntries } from "../events/storefront-entries.ts";
import { eventsRequestSchema } from "../events/storefront-schema.ts";
import { noteEmbed } from "../shopify/note-embed.server.ts";
import { methodNotAllowed } from "../shopify/problem.server.ts";
import { checkProxyRequest } from "../shopify/proxy-request.server.ts";
import { answerPublicly, emptyAnswer } from "../shopify/proxy-route.server.ts";

const METHODS = ["POST"];

export function loader() {
  return answerPublicly("events", async () => methodNotAllowed(METHODS));
}

/** What a visitor did, as its browser tells it: one batch a page. */
export function action({ request }: ActionFunctionArgs) {
  return answerPublicly("events", async (app) => {
    const { clock, store } = app;
    const checked = await checkProxyRequest(request, app, { methods: METHODS, schema: eventsRequestSchema });
    const { visitorId, linkId, sentAt, events } = checked.body;
    const receivedAt = clock.now();
    const entries = storefrontEntries(
      {
        shop: checked.shop,
        visitorId,
        customerId: checked.loggedInCustomerId,
        linkId: linkId ?? null,
        sentAt,
        receivedAt,
        speed: clock.speed,
      },
      events,
    );
    await recordEvents(store, entries, receivedAt);
    await noteEmbed(store, checked.shopRow, receivedAt);
    return emptyAnswer(202);
  });
}
