import type { Clock } from "../clock.server.ts";
import type { Composed } from "../composer/compose.server.ts";
import { capVerdict } from "../journeys/caps.ts";
import { MARKETING_SLOT } from "../journeys/kinds/kind.ts";
import type { LedgerEntry, LedgerReason } from "../journeys/ledger-store.ts";
import { composeFor, outgoingMessage } from "../journeys/outgoing-message.ts";
import { reachableSubscriptions, whyNotReachable } from "../journeys/permission.ts";
import type { PersonView } from "../journeys/person-view.ts";
import { endOfQuietHours } from "../journeys/quiet-hours.ts";
import type { JobResult } from "../scheduler/job.ts";
import { sendDeliveryJob } from "../sender/delivery-jobs.ts";
import type { Store } from "../store/store.ts";
import type { Subscription } from "../subscriptions/subscription-store.ts";
import { directRequestSchema } from "./direct-message.ts";
import type { DirectRequest } from "./direct-message.ts";
import type { DirectMessage } from "./direct-message-store.ts";

const KIND = "direct";

type Deps = { store: Store; clock: Clock };

/**
 * Composes and sends a message to one person, when nothing speaks against it at this moment: consent, a pause, quiet hours
 * and caps as for journeys, or consent to be written to at all when it is transactional. What is held back comes again.
 * A second call for one that has left does nothing.
 *
 * @param now shop time
 */
export async function sendDirectMessage(
  { store, clock }: Deps,
  shop: string,
  id: string,
  now: Date,
): Promise<JobResult> {
  const found = await store.directMessages.get(shop, id);
  if (!found || found.state !== "waiting") return { type: "done" };
  const request = directRequestSchema.parse(found.request);
  const decision = await decide(store, found, request, now);
  if (decision.type === "wait") {
    const values = { ...decision.values, until: decision.until.toISOString() };
    await store.directMessages.delay(shop, id, decision.until, row(found, now, "delayed", decision.reason, values));
    return { type: "snooze", until: decision.until };
  }
  if (decision.type === "drop") {
    const ledger = [row(found, now, "dropped", decision.reason, {})];
    await store.directMessages.commit(shop, id, { reason: decision.reason, ledger });
    return { type: "done" };
  }
  await send({ store, clock }, found, request, decision, now);
  return { type: "done" };
}

type Decision =
  | { type: "send"; person: PersonView; subscriptions: Subscription[] }
  | { type: "drop"; reason: LedgerReason }
  | { type: "wait"; reason: LedgerReason; until: Date; values: Record<string, unknown> };

async function decide(store: Store, message: DirectMessage, request: DirectRequest, now: Date): Promise<Decision> {
  const { shop, visitorId, subscriptionId } = message;
  const whole = await store.runs.person(shop, visitorId, now);
  if (!whole) return { type: "drop", reason: "unsubscribed" };
  const subscriptions = whole.subscriptions.filter((one) => subscriptionId === null || one.id === subscriptionId);
  const person = { ...whole, subscriptions };
  const rules = { kind: KIND, consent: request.transactional ? "asked" : "marketing" } as const;
  const unreachable = whyNotReachable(person, rules, now);
  if (unreachable) return { type: "drop", reason: unreachable.reason };

  const reachable = reachableSubscriptions(person, rules, now);
  if (!request.transactional) {
    const { settings, timezone } = person.shop;
    const timezones = [reachable[0]?.timezone ?? null, person.visitor.timezone, timezone];
    const quietUntil = endOfQuietHours(settings.quietHours, timezones, now);
    if (quietUntil) return { type: "wait", reason: "quiet_hours", until: quietUntil, values: settings.quietHours };
    const cap = capVerdict(settings.caps, await store.runs.marketingSent(shop, person.visitorIds, now), now);
    if (cap) return { type: "wait", ...cap };
  }
  return { type: "send", person, subscriptions: reachable };
}

async function send(
  { store, clock }: Deps,
  direct: DirectMessage,
  request: DirectRequest,
  { person, subscriptions }: Extract<Decision, { type: "send" }>,
  now: Date,
) {
  const { shop, id } = direct;
  const [first, ...others] = subscriptions;
  if (!first) return;
  const { visitor } = person;
  const customer = visitor.customerId ? await store.mirror.customer(shop, visitor.customerId) : null;
  const firstName = customer?.firstName ?? null;
  let composed: Composed;
  try {
    composed = composeFor(
      { shop: person.shop, visitor, firstName, device: first },
      { kind: KIND, texts: request.texts, tag: id },
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const ledger = [row(direct, now, "dropped", "broken_text", { message })];
    await store.directMessages.commit(shop, id, { reason: "broken_text", ledger });
    return;
  }

  const { transactional: isTransactional, urgency, ttlSeconds } = request;
  const { notification, delivery, handOver } = outgoingMessage(
    {
      id,
      shop,
      visitorId: direct.visitorId,
      customerId: visitor.customerId,
      kind: KIND,
      isTransactional,
      composed,
      devices: [first, ...others],
      // Two invoices are two messages; two offers are one.
      pushTopic: isTransactional ? id : MARKETING_SLOT,
      urgency,
      ttlSeconds,
    },
    clock,
    now,
  );
  await store.directMessages.commit(shop, id, {
    outgoing: {
      notification,
      deliveries: [delivery],
      ledger: [{ ...row(direct, now, "sent", "due", {}), subscriptionId: first.id, notificationId: id }],
      jobs: [sendDeliveryJob(delivery.id, isTransactional, now), ...(handOver ? [handOver] : [])],
    },
  });
}

function row(
  { shop, visitorId, subscriptionId }: DirectMessage,
  at: Date,
  verdict: LedgerEntry["verdict"],
  reason: LedgerReason,
  values: Record<string, unknown>,
): LedgerEntry {
  return {
    shop,
    at,
    visitorId,
    subscriptionId,
    runId: null,
    journey: KIND,
    step: null,
    verdict,
    reason,
    values,
    notificationId: null,
  };
}
