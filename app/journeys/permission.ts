import type { Subscription } from "../subscriptions/subscription-store.ts";
import type { JourneyKind } from "./kinds/kind.ts";
import type { LedgerReason } from "./ledger-store.ts";
import type { PersonView, ShopFacts } from "./person-view.ts";
import type { Visitor } from "../subscriptions/visitor-store.ts";

/** A pause is one of marketing and of alerts: what an order owes its buyer comes all the same. */
type Rules = Pick<JourneyKind, "kind" | "consent"> & Partial<Pick<JourneyKind, "isTransactional">>;

/** What of a subscription says whether it may be written to. */
type Permission = Pick<
  Subscription,
  "state" | "visitorId" | "consentMarketing" | "pausedUntil" | "mutedKinds" | "lastSeenAt"
>;
type Reached<S extends Permission> = Pick<PersonView, "signals"> & { subscriptions: S[] };

/** Live subscriptions that may get this kind now, the device used last first. */
export function reachableSubscriptions<S extends Permission>(
  person: Reached<S>,
  { kind, consent, isTransactional }: Rules,
  now: Date,
): S[] {
  return person.subscriptions
    .filter((subscription) => subscription.state === "active")
    .filter((subscription) => consent === "asked" || subscription.consentMarketing)
    .filter(({ pausedUntil }) => isTransactional || !isPaused(pausedUntil, now))
    .filter(({ mutedKinds }) => !mutedKinds.includes(kind))
    .toSorted((a, b) => lastUsed(b, person) - lastUsed(a, person));
}

/** A re-sync of the subscription is noted with a minute's grain, a signal of its browser at once. */
function lastUsed({ lastSeenAt, visitorId }: Permission, { signals }: Pick<PersonView, "signals">): number {
  return Math.max(lastSeenAt.getTime(), signals.get(visitorId)?.getTime() ?? 0);
}

/**
 * Why the person may not get this kind; null when it may. `isForGood`: only a new consent could change it, so that runs
 * under way end at once. A pause or a muted kind is looked at when the message leaves.
 */
export function whyNotReachable(
  person: Reached<Permission> & {
    shop: Pick<ShopFacts, "isInstalled">;
    visitor: Pick<Visitor, "consentWithdrawnAt">;
  },
  rules: Rules,
  now: Date,
): { reason: LedgerReason; isForGood: boolean } | null {
  if (!person.shop.isInstalled) return { reason: "uninstalled", isForGood: true };
  const active = person.subscriptions.filter(({ state }) => state === "active");
  if (active.length === 0) {
    const isWithdrawn = person.visitor.consentWithdrawnAt !== null;
    return { reason: isWithdrawn ? "consent_withdrawn" : "unsubscribed", isForGood: true };
  }
  const consenting = active.filter(({ consentMarketing }) => rules.consent === "asked" || consentMarketing);
  if (consenting.length === 0) {
    const isWithdrawn = person.visitor.consentWithdrawnAt !== null;
    return { reason: isWithdrawn ? "consent_withdrawn" : "no_marketing_consent", isForGood: true };
  }
  if (reachableSubscriptions(person, rules, now).length > 0) return null;
  const unpaused = consenting.filter(({ pausedUntil }) => rules.isTransactional || !isPaused(pausedUntil, now));
  return { reason: unpaused.length === 0 ? "paused" : "muted", isForGood: false };
}

function isPaused(pausedUntil: Date | null, now: Date): boolean {
  return pausedUntil !== null && pausedUntil > now;
}
