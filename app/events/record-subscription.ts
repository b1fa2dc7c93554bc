import type { BrowserProfile } from "../subscriptions/browser-profile.server.ts";
import type { SubscribeResult, SubscriptionStore } from "../subscriptions/subscription-store.ts";
import { trafficSource } from "../subscriptions/traffic-source.ts";
import type { EventEntry } from "./event-store.ts";
import type { MirrorChange } from "./mirror-change.ts";
import { happenedAt } from "./shopper-clock.ts";
import { storefrontEntries } from "./storefront-entries.ts";
import type { SubscriptionRequest } from "./subscription-schema.ts";

/** What the request itself tells of a subscription, beside its body. */
export type SubscriptionOrigin = {
  shop: string;
  /** Origin of the storefront page it was made on. */
  origin: string;
  proxyPath: string;
  /** host[:port] of the checked endpoint. */
  pushService: string;
  customerId: string | null;
  profile: BrowserProfile;
  country: string | null;
  city: string | null;
  /** Hosts of the shop, whose referrers say nothing. */
  ownHosts: string[];
  /** Shop time. */
  receivedAt: Date;
  /** Seconds of shop time per second of machine time. */
  speed: number;
};

/**
 * Stores or refreshes a subscription together with what comes with it: the visitor and its profile, its link id, the events
 * that were buffered before there was a subscription, and the event `subscribed`.
 */
export async function recordSubscription(
  store: { subscriptions: SubscriptionStore<EventEntry> },
  request: SubscriptionRequest,
  from: SubscriptionOrigin,
): Promise<SubscribeResult> {
  const { shop, receivedAt, speed } = from;
  const events = request.events ?? [];
  // Without the moment of sending, the newest thing it tells of is taken for just now.
  const sentAt =
    request.sentAt ??
    new Date(
      Math.max(...events.map(({ at }) => at.getTime()), request.consent.at?.getTime() ?? Number.NEGATIVE_INFINITY),
    );
  const hasClock = Number.isFinite(sentAt.getTime());
  const source = trafficSource(request.utm, request.referrer, from.ownHosts);

  return store.subscriptions.subscribe(
    shop,
    {
      visitorId: request.visitorId,
      endpoint: request.subscription.endpoint,
      ...request.subscription.keys,
      isQuiet: request.quiet ?? false,
      vapidPublicKey: request.vapidPublicKey ?? null,
      pushService: from.pushService,
      origin: from.origin,
      proxyPath: from.proxyPath,
      ...from.profile,
      locale: request.locale ?? null,
      timezone: request.timezone ?? null,
      country: from.country,
      city: from.city,
      source,
      page: pathOf(request.page),
      promptVariant: request.promptVariant ?? null,
      consent: {
        marketing: request.consent.marketing,
        text: request.consent.text,
        at: request.consent.at && hasClock ? happenedAt(request.consent.at, sentAt, receivedAt, speed) : receivedAt,
      },
    },
    receivedAt,
    (result) => [
      ...(events.length > 0
        ? storefrontEntries(
            {
              shop,
              visitorId: result.visitorId,
              customerId: from.customerId,
              linkId: null,
              sentAt,
              receivedAt,
              speed,
            },
            events,
          )
        : []),
      subscribedEntry(request, from, result, source),
    ],
  );
}

function subscribedEntry(
  request: SubscriptionRequest,
  from: SubscriptionOrigin,
  { subscriptionId, visitorId, isNew, consentMarketing }: SubscribeResult,
  source: ReturnType<typeof trafficSource>,
): EventEntry {
  const at = from.receivedAt;
  const changes: MirrorChange[] = [
    { type: "visitor_signal", visitorId, at, signal: "storefront", mayCreate: true },
    {
      type: "visitor_profile",
      visitorId,
      at,
      locale: request.locale ?? null,
      timezone: request.timezone ?? null,
      country: from.country,
      city: from.city,
      source,
    },
  ];
  if (from.customerId) changes.push({ type: "visitor_customer", visitorId, customerId: from.customerId, at });
  if (request.linkId) changes.push({ type: "link", linkId: request.linkId, visitorId, at });
  return {
    event: {
      shop: from.shop,
      // A first subscription happens once; refreshing it is another event each time.
      sourceId: `subscribed:${subscriptionId}:${at.getTime()}`,
      kind: "subscribed",
      visitorId,
      customerId: from.customerId,
      cartToken: request.cartToken ?? null,
      checkoutToken: null,
      orderId: null,
      occurredAt: at,
      data: { subscriptionId, isNew, marketing: consentMarketing },
    },
    changes,
  };
}

/** The path of the page of the opt-in: its query may hold anything. */
function pathOf(page: string | null | undefined): string | null {
  if (!page) return null;
  const path = URL.parse(page, "https://shop.invalid")?.pathname ?? null;
  return path?.slice(0, 500) ?? null;
}
