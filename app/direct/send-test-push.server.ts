import type { Clock } from "../clock.server.ts";
import { markTarget } from "../composer/target-links.ts";
import { newMessageId, outgoingMessage } from "../journeys/outgoing-message.ts";
import { sendDeliveryJob } from "../sender/delivery-jobs.ts";
import type { Store } from "../store/store.ts";

const TTL_SECONDS = 10 * 60;

/**
 * Sends a test push to one device, at once and outside quiet hours and caps: the merchant asked for it.
 *
 * @returns the notification's id, or null when the device is not an active subscription of this shop
 */
export async function sendTestPush(
  store: Store,
  clock: Clock,
  { shop, subscriptionId, shopName }: { shop: string; subscriptionId: string; shopName: string },
): Promise<string | null> {
  const subscription = await store.subscriptions.byId(shop, subscriptionId);
  if (!subscription || subscription.state !== "active") return null;

  const now = clock.now();
  const id = newMessageId();
  const { visitorId } = subscription;
  const { notification, delivery } = outgoingMessage(
    {
      id,
      shop,
      visitorId,
      customerId: null,
      kind: "direct",
      isTransactional: true,
      composed: {
        message: {
          title: "It works",
          body: `${shopName || "Your shop"} can reach this browser. This is how a message will look here.`,
          lang: "en",
          dir: "ltr",
          icon: null,
          image: null,
          badge: null,
          actions: [],
          tag: id,
          renotify: false,
          requireInteraction: false,
          silent: false,
        },
        targetUrl: markTarget("/", "direct"),
        locale: "en",
      },
      devices: [subscription],
      pushTopic: "beckon-test",
      urgency: "high",
      ttlSeconds: TTL_SECONDS,
    },
    clock,
    now,
  );
  await store.notifications.create({
    notification,
    deliveries: [delivery],
    ledger: [
      {
        shop,
        at: now,
        visitorId,
        subscriptionId,
        runId: null,
        journey: "direct",
        step: null,
        verdict: "sent",
        reason: "due",
        values: { test: true },
        notificationId: id,
      },
    ],
    jobs: [sendDeliveryJob(delivery.id, true, now)],
  });
  return id;
}
