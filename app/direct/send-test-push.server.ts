import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.server.ts";
import { markTarget } from "../composer/target-links.ts";
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
  const notificationId = randomId();
  const deliveryId = randomId();
  const { visitorId } = subscription;
  await store.notifications.create({
    notification: {
      id: notificationId,
      shop,
      visitorId,
      customerId: null,
      kind: "direct",
      runId: null,
      step: null,
      campaignId: null,
      isTransactional: true,
      locale: "en",
      message: {
        title: "It works",
        body: `${shopName || "Your shop"} can reach this browser. This is how a message will look here.`,
        lang: "en",
        dir: "ltr",
        icon: null,
        image: null,
        badge: null,
        actions: [],
        tag: notificationId,
        renotify: false,
        requireInteraction: false,
        silent: false,
      },
      targetUrl: markTarget("/", "direct"),
      discountCode: null,
      cartToken: null,
      checkoutToken: null,
      createdAt: now,
    },
    deliveries: [
      {
        id: deliveryId,
        shop,
        notificationId,
        subscriptionId,
        visitorId,
        pushTopic: "beckon-test",
        urgency: "high",
        ttlSeconds: TTL_SECONDS,
        deadlineAt: new Date(clock.machineNow().getTime() + TTL_SECONDS * 1000),
        createdAt: now,
      },
    ],
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
        notificationId,
      },
    ],
    jobs: [sendDeliveryJob(deliveryId, true, now)],
  });
  return notificationId;
}

function randomId(): string {
  return randomBytes(12).toString("base64url");
}
