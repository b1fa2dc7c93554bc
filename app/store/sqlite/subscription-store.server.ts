import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq, inArray, ne } from "drizzle-orm";
import type { EventEntry } from "../../events/event-store.ts";
import type {
  IncomingSubscription,
  Preferences,
  SubscribeResult,
  SubscriptionStore,
} from "../../subscriptions/subscription-store.ts";
import type { Database } from "./database.server.ts";
import { subscriptionEnder } from "./end-subscription.server.ts";
import { eventAppender } from "./event-store.server.ts";
import { subscriptions, vapidKeys, visitors } from "./schema.server.ts";

export function subscriptionStore(db: Database): SubscriptionStore<EventEntry> {
  const { drizzle: d, sqlite } = db;
  const append = eventAppender(db);
  const ender = subscriptionEnder(db);

  function subscribe(
    shop: string,
    incoming: IncomingSubscription,
    receivedAt: Date,
    entriesFor: (result: SubscribeResult) => EventEntry[],
  ): SubscribeResult {
    const endpointHash = hashEndpoint(incoming.endpoint);
    const known = d
      .select()
      .from(subscriptions)
      .where(and(eq(subscriptions.shop, shop), eq(subscriptions.endpointHash, endpointHash)))
      .get();
    const key = d
      .select({ id: vapidKeys.id })
      .from(vapidKeys)
      .where(
        and(
          eq(vapidKeys.shop, shop),
          incoming.vapidPublicKey ? eq(vapidKeys.publicKey, incoming.vapidPublicKey) : eq(vapidKeys.isCurrent, true),
        ),
      )
      .get();
    if (!key && !known) throw new UnknownVapidKeyError(shop);
    // The browser may have lost its visitor id; the endpoint proves that it is the same one. An ended subscription whose
    // visitor was forgotten starts anew.
    const visitorId =
      known &&
      d
        .select({ visitorId: visitors.visitorId })
        .from(visitors)
        .where(and(eq(visitors.shop, shop), eq(visitors.visitorId, known.visitorId)))
        .get()
        ? known.visitorId
        : incoming.visitorId;
    const subscriptionId = known?.id ?? randomBytes(12).toString("base64url");
    const isNew = known?.state !== "active";
    if (known && isNew && incoming.isQuiet && SHOPPERS_CHOICE.includes(known.endedCause ?? ""))
      return { subscriptionId, visitorId, isNew: false, isEnded: true, consentMarketing: false };
    const consentMarketing =
      incoming.consent.marketing && (!known || isNew || !incoming.isQuiet || known.consentMarketing);

    const state = {
      visitorId,
      p256dh: incoming.p256dh,
      auth: incoming.auth,
      pushService: incoming.pushService,
      origin: incoming.origin,
      proxyPath: incoming.proxyPath,
      browser: incoming.browser,
      os: incoming.os,
      deviceType: incoming.deviceType,
      locale: incoming.locale,
      timezone: incoming.timezone,
      country: incoming.country,
      city: incoming.city,
      consentMarketing,
    };
    if (!known) {
      d.insert(subscriptions)
        .values({
          id: subscriptionId,
          shop,
          ...state,
          endpoint: incoming.endpoint,
          endpointHash,
          vapidKeyId: key?.id ?? 0,
          state: "active",
          firstSource: incoming.source,
          lastSource: incoming.source,
          page: incoming.page,
          promptVariant: incoming.promptVariant,
          consentText: incoming.consent.text,
          consentAt: incoming.consent.at,
          mutedKinds: [],
          createdAt: receivedAt,
          lastSeenAt: receivedAt,
        })
        .run();
    } else {
      // What a re-sync does not tell stays known; the consent's text and time change only with the consent.
      const told = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== null));
      const consented =
        isNew || known.consentMarketing !== consentMarketing || (incoming.consent.text !== null && !known.consentText);
      d.update(subscriptions)
        .set({
          ...told,
          // Given up if it had ended.
          endpoint: incoming.endpoint,
          state: "active",
          endedAt: null,
          endedCause: null,
          failures: 0,
          lastFailure: null,
          lastSeenAt: receivedAt,
          ...(key && incoming.vapidPublicKey && { vapidKeyId: key.id }),
          ...(incoming.source && { lastSource: incoming.source }),
          ...(consented && {
            consentText: incoming.consent.text ?? known.consentText,
            consentAt: incoming.consent.at,
          }),
          ...(isNew && {
            createdAt: receivedAt,
            pausedUntil: null,
            mutedKinds: [],
            page: incoming.page ?? known.page,
            promptVariant: incoming.promptVariant ?? known.promptVariant,
          }),
        })
        .where(eq(subscriptions.id, subscriptionId))
        .run();
    }

    const result = { subscriptionId, visitorId, isNew, isEnded: false, consentMarketing };
    append(entriesFor(result), receivedAt);
    if (consentMarketing)
      d.update(visitors)
        .set({ consentWithdrawnAt: null })
        .where(and(eq(visitors.shop, shop), eq(visitors.visitorId, visitorId)))
        .run();
    const replaced = d
      .select({ id: subscriptions.id })
      .from(subscriptions)
      .where(
        and(
          eq(subscriptions.shop, shop),
          eq(subscriptions.visitorId, visitorId),
          eq(subscriptions.origin, incoming.origin),
          eq(subscriptions.state, "active"),
          ne(subscriptions.id, subscriptionId),
        ),
      )
      .all();
    for (const { id } of replaced) ender.end(shop, id, "replaced", receivedAt);
    return result;
  }

  function setPreferences(shop: string, subscriptionId: string, preferences: Preferences, now: Date): boolean {
    const isIt = and(
      eq(subscriptions.shop, shop),
      eq(subscriptions.id, subscriptionId),
      eq(subscriptions.state, "active"),
    );
    const before = d
      .select({ visitorId: subscriptions.visitorId, consentMarketing: subscriptions.consentMarketing })
      .from(subscriptions)
      .where(isIt)
      .get();
    if (!before) return false;
    // Marketing switched on or off on that page is a consent given or withdrawn now.
    const { consentMarketing } = preferences;
    const isChanged = consentMarketing !== before.consentMarketing;
    d.update(subscriptions)
      .set({ ...preferences, ...(isChanged && { consentAt: now }) })
      .where(isIt)
      .run();
    if (isChanged)
      d.update(visitors)
        .set({ consentWithdrawnAt: consentMarketing ? null : now })
        .where(and(eq(visitors.shop, shop), eq(visitors.visitorId, before.visitorId)))
        .run();
    return true;
  }

  return {
    async subscribe(shop, incoming, receivedAt, entriesFor) {
      return sqlite.transaction(() => subscribe(shop, incoming, receivedAt, entriesFor)).immediate();
    },

    async byId(shop, subscriptionId) {
      return (
        d
          .select()
          .from(subscriptions)
          .where(and(eq(subscriptions.shop, shop), eq(subscriptions.id, subscriptionId)))
          .get() ?? null
      );
    },

    async byEndpoint(shop, endpoint) {
      return (
        d
          .select()
          .from(subscriptions)
          .where(and(eq(subscriptions.shop, shop), eq(subscriptions.endpointHash, hashEndpoint(endpoint))))
          .get() ?? null
      );
    },

    async activeOfVisitor(shop, visitorId) {
      return d
        .select()
        .from(subscriptions)
        .where(
          and(eq(subscriptions.shop, shop), eq(subscriptions.visitorId, visitorId), eq(subscriptions.state, "active")),
        )
        .orderBy(desc(subscriptions.lastSeenAt))
        .all();
    },

    async activeOfCustomer(shop, customerId) {
      const theirs = d
        .select({ visitorId: visitors.visitorId })
        .from(visitors)
        .where(and(eq(visitors.shop, shop), eq(visitors.customerId, customerId)));
      return d
        .select()
        .from(subscriptions)
        .where(
          and(
            eq(subscriptions.shop, shop),
            inArray(subscriptions.visitorId, theirs),
            eq(subscriptions.state, "active"),
          ),
        )
        .orderBy(desc(subscriptions.lastSeenAt))
        .all();
    },

    async end(shop, subscriptionId, cause, now) {
      return sqlite.transaction(() => ender.endAndLog(shop, subscriptionId, cause, now)).immediate();
    },

    async setPreferences(shop, subscriptionId, preferences, now) {
      return sqlite.transaction(() => setPreferences(shop, subscriptionId, preferences, now)).immediate();
    },
  };
}

/** Causes only a tap of the shopper undoes. */
const SHOPPERS_CHOICE = ["unsubscribed", "consent_withdrawn"];

/** sha256 hex: endpoints are long and secret, their hash is neither. */
function hashEndpoint(endpoint: string): string {
  return createHash("sha256").update(endpoint).digest("hex");
}

/** A subscription cannot be stored for a shop without keys: the app is not installed there. */
export class UnknownVapidKeyError extends Error {
  constructor(shop: string) {
    super(`${shop} has no VAPID key for this subscription`);
    this.name = "UnknownVapidKeyError";
  }
}
