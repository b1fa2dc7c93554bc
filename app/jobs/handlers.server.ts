import type { HandlerBinding } from "../scheduler/scheduler.server.ts";
import type { Services } from "../services.server.ts";
import { attributeOrderHandler } from "./attribute-order.server.ts";
import { SYNC_SHOP_JOB } from "../shopify/sync-shop.server.ts";
import { CATALOGUE_JOB } from "../shopify/catalogue.ts";
import { catalogueHandler } from "./catalogue.server.ts";
import { syncShopHandler } from "./sync-shop.server.ts";
import { PROCESS_EVENTS_JOB } from "../events/record-events.ts";
import { DISCOUNT_POOL_JOB } from "../journeys/discount-store.ts";
import { ADVANCE_RUN_JOB } from "../journeys/run-store.ts";
import { RECALL_JOB } from "../journeys/recall.ts";
import { STOCK_WATCH_JOB } from "../journeys/stock-watch.ts";
import { createFetchFeed } from "../articles/fetch-feed.server.ts";
import { AUDIENCE_SWEEP_JOB, AUDIENCE_WATCH_JOB } from "../journeys/audience-jobs.ts";
import { audienceSweepHandler } from "./audience-sweep.server.ts";
import { audienceWatchHandler } from "./audience-watch.server.ts";
import { CALL_WEBHOOK_JOB } from "../journeys/outgoing-webhook.ts";
import { createPostWebhook } from "../sender/post-webhook.server.ts";
import { advanceRunHandler } from "./advance-run.server.ts";
import { callWebhookHandler } from "./call-webhook.server.ts";
import { codeFinder } from "./find-code.server.ts";
import { discountPoolHandler } from "./discount-pool.server.ts";
import { recallHandler } from "./recall.server.ts";
import { freshVariants } from "./fresh-variants.server.ts";
import { localVariants } from "./local-variants.server.ts";
import { orderCountOf } from "./order-count.server.ts";
import { processEventsHandler } from "./process-events.server.ts";
import { VARIANT_WATCH_JOB } from "../journeys/variant-watch.ts";
import { variantWatchHandler } from "./variant-watch.server.ts";
import { stockWatchHandler } from "./stock-watch.server.ts";
import { buildPayload } from "../composer/payload.server.ts";
import { HAND_OVER_KIND, SEND_DELIVERY_KIND } from "../sender/delivery-jobs.ts";
import { createHandOverHandler } from "./hand-over.server.ts";
import { createDeliver, createSendDeliveryHandler } from "./send-delivery.server.ts";
import { ADVANCE_CAMPAIGN_JOB, SEND_CAMPAIGN_PAGE_JOB } from "../campaigns/campaign.ts";
import { advanceCampaignHandler } from "./advance-campaign.server.ts";
import { sendCampaignPageHandler } from "./send-campaign-page.server.ts";
import { SEND_DIRECT_JOB } from "../direct/direct-message.ts";
import { sendDirectMessageHandler } from "./send-direct-message.server.ts";
import { FORGET_SHOP_JOB } from "../subscriptions/privacy-store.ts";
import { forgetShopHandler } from "./forget-shop.server.ts";
import { HOUSEKEEPING_KIND, housekeepingHandler } from "./housekeeping.server.ts";

/** Each kind of job, the function that does it and how many of it run at once in one process. One line for each kind. */
export function jobHandlers(services: Services): Record<string, HandlerBinding> {
  const { store, clock } = services;
  // Enough for several push services at their limit at once: one that is slow must not keep the others from work.
  const sends = services.config.push.concurrency * 3;
  const sending = { ...services, buildPayload, concurrency: sends };
  const deliver = createDeliver(sending);
  const fresh = freshVariants(services);
  const local = localVariants(services);
  return {
    [PROCESS_EVENTS_JOB]: { handler: processEventsHandler(services), concurrency: 8 },
    // Many at once, so that the variants of messages due together are read in one call.
    [ADVANCE_RUN_JOB]: {
      handler: advanceRunHandler({
        ...services,
        fresh,
        local,
        orderCount: orderCountOf(services.admin),
        findCode: codeFinder(services),
      }),
      concurrency: 64,
    },
    [RECALL_JOB]: {
      handler: recallHandler({ ...services, fresh, local, orderCount: orderCountOf(services.admin) }),
      concurrency: 8,
    },
    [CALL_WEBHOOK_JOB]: {
      handler: callWebhookHandler({ ...services, postWebhook: createPostWebhook(services.config.push) }),
      concurrency: 16,
    },
    [STOCK_WATCH_JOB]: { handler: stockWatchHandler({ ...services, fresh }), concurrency: 8 },
    [VARIANT_WATCH_JOB]: { handler: variantWatchHandler({ ...services, fresh, local }), concurrency: 8 },
    [AUDIENCE_WATCH_JOB]: {
      handler: audienceWatchHandler({ store, clock, fetchFeed: createFetchFeed(services.config.simulatedShopifyUrl) }),
      concurrency: 4,
    },
    [AUDIENCE_SWEEP_JOB]: { handler: audienceSweepHandler({ store, clock }), concurrency: 2 },
    [DISCOUNT_POOL_JOB]: { handler: discountPoolHandler(services), concurrency: 4 },
    [SEND_DELIVERY_KIND]: { handler: createSendDeliveryHandler(sending, deliver), concurrency: sends },
    [ADVANCE_CAMPAIGN_JOB]: { handler: advanceCampaignHandler(services), concurrency: 2 },
    [SEND_CAMPAIGN_PAGE_JOB]: {
      handler: sendCampaignPageHandler({ ...services, deliver, inFlight: services.config.push.concurrency }),
      concurrency: 4,
    },
    [HAND_OVER_KIND]: { handler: createHandOverHandler(services), concurrency: 8 },
    [SEND_DIRECT_JOB]: { handler: sendDirectMessageHandler(services), concurrency: 16 },
    [HOUSEKEEPING_KIND]: { handler: housekeepingHandler(store, clock), concurrency: 1 },
    [FORGET_SHOP_JOB]: { handler: forgetShopHandler(services), concurrency: 1 },
    "attribute-order": { handler: attributeOrderHandler(services), concurrency: 4 },
    [CATALOGUE_JOB]: { handler: catalogueHandler({ ...services, local }), concurrency: 2 },
    [SYNC_SHOP_JOB]: { handler: syncShopHandler(services), concurrency: 4 },
  };
}
