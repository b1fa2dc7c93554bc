import type { Clock } from "../clock.server.ts";
import { recallWords } from "../composer/recall-words.ts";
import type { RecallReason } from "../composer/recall-words.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import type { JourneyKind } from "../journeys/kinds/kind.ts";
import { newMessageId } from "../journeys/outgoing-message.ts";
import type { Situation } from "../journeys/person-view.ts";
import { RECALLED_WITHIN_MS, UNTRUE } from "../journeys/recall.ts";
import type { RecallPayload } from "../journeys/recall.ts";
import type { LedgerReason } from "../journeys/ledger-store.ts";
import type { JobHandler } from "../scheduler/job.ts";
import { sendDeliveryJob } from "../sender/delivery-jobs.ts";
import { isApplePushService } from "../sender/push-services.ts";
import type { Store } from "../store/store.ts";
import type { AdvanceDeps } from "./advance-run.server.ts";
import { withWhatItReads } from "./read-situation.server.ts";

export type RecallDeps = Omit<AdvanceDeps, "findCode" | "store"> & { store: Store };

/** Takes back a message in somebody's view whose kind no longer stands by it. A second call does nothing. */
export function recallHandler(deps: RecallDeps): JobHandler {
  return async (job) => {
    const { shop, notificationId } = job.payload as RecallPayload;
    await recall(deps, shop, notificationId, deps.clock.now());
    return { type: "done" };
  };
}

async function recall(deps: RecallDeps, shop: string, notificationId: string, now: Date): Promise<void> {
  const { runs, notifications, recalls } = deps.store;
  const [found, notification] = await Promise.all([
    runs.ofNotification(shop, notificationId),
    notifications.byId(shop, notificationId),
  ]);
  const kind = found && journeyKind(found.run.journey);
  if (!found || !kind || !notification) return;
  const endsAt = new Date(notification.createdAt.getTime() + RECALLED_WITHIN_MS);
  const first = await runs.leaving(found.run.id, now, { alsoEnded: true });
  if (!first || endsAt <= now) return;
  const variantIds = kind.variantIds(first.situation);
  if (variantIds.length > 0) await deps.fresh.refresh(shop, variantIds);
  const read = await runs.leaving(found.run.id, now, { alsoEnded: true });
  if (!read) return;
  const situation = await withWhatItReads(deps, kind, read.situation, now);

  const reason = whyUntrue(kind, situation, notification.createdAt, now);
  const says = reason && UNTRUE[reason];
  if (!reason || !says) return;
  const words: RecallReason = says === "thanks" && !isTheirOwn(situation) ? "over" : says;
  const { name } = situation.person.shop;
  await recalls.record(
    shop,
    notificationId,
    ({ pushService, subscriptionId, visitorId }) => {
      if (isApplePushService(pushService)) return null;
      const deliveryId = newMessageId();
      const { ttlSeconds, deadlineAt } = ttlUntil(endsAt, deps.clock);
      return {
        words: {
          title: name || notification.message.title,
          ...recallWords(words, notification.locale),
        },
        deliveryId,
        // A slot of its own: a newer message that waits for the device is not pushed out by this.
        pushTopic: `recall-${notificationId}`.slice(0, 32),
        ttlSeconds,
        deadlineAt,
        ledger: {
          shop,
          at: now,
          visitorId,
          subscriptionId,
          runId: found.run.id,
          journey: found.run.journey,
          step: found.step,
          verdict: "sent",
          reason: "recalled",
          values: { because: reason },
          notificationId,
        },
        job: sendDeliveryJob(deliveryId, false, now),
      };
    },
    now,
  );
}

/** What the kind itself says of its message now, and what holds for all of them: who has bought needs no reminder. */
function whyUntrue(kind: JourneyKind, situation: Situation, sentAt: Date, now: Date): LedgerReason | null {
  const { context, person } = situation;
  const order = person.orders.find(({ createdAt }) => createdAt.getTime() >= sentAt.getTime() - 1_000);
  if (order && !kind.survivesPurchase(context, order.variantIds)) return "bought";
  const check = kind.check(situation, now);
  return check.type === "exit" ? check.reason : null;
}

/** Thanks reveal that there is an order: they go only to who is known to have made it. */
function isTheirOwn({ person }: Situation): boolean {
  const { customerId } = person.visitor;
  const [newest] = person.orders;
  if (!newest) return false;
  const isCustomers = customerId !== null && newest.customerId === customerId;
  return isCustomers || (newest.visitorId !== null && person.visitorIds.includes(newest.visitorId));
}

function ttlUntil(endsAt: Date, clock: Clock): { ttlSeconds: number; deadlineAt: Date } {
  const ttlSeconds = Math.max(60, Math.floor(clock.machineMsUntil(endsAt) / 1_000));
  return { ttlSeconds, deadlineAt: new Date(clock.machineNow().getTime() + ttlSeconds * 1_000) };
}
