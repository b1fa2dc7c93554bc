import { recordEvents } from "../events/record-events.ts";
import { storefrontEntries } from "../events/storefront-entries.ts";
import { eventsRequestSchema } from "../events/storefront-schema.ts";
import type { Services } from "../services.server.ts";
import type { IncomingRequest } from "./incoming-request.server.ts";
import { noteEmbed } from "./note-embed.server.ts";
import { checkProxy } from "./proxy-request.server.ts";
import { emptyAnswer } from "./proxy-route.server.ts";

/**
 * What a visitor did, as its browser tells it: one batch a page.
 *
 * @throws Response, always problem details
 */
export async function receiveStorefrontEvents(app: Services, incoming: IncomingRequest): Promise<Response> {
  const { clock, store } = app;
  const checked = await checkProxy(incoming, app, { methods: ["POST"], schema: eventsRequestSchema });
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
}
