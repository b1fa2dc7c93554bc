import type { EndedCause } from "../../subscriptions/subscription-store.ts";
import type { Database } from "./database.server.ts";
import { eventAppender } from "./event-store.server.ts";

/**
 * Ends live subscriptions and drops what waits for them. The row stays for the reports; endpoint and keys, which are all it
 * takes to write to somebody, do not. The endpoint's hash stays, so that the browser is known again. To be called inside a
 * transaction.
 */
export function subscriptionEnder(db: Database) {
  const { sqlite, jobs } = db;
  const append = eventAppender(db);
  const endRow = sqlite
    .prepare<[number, EndedCause, string, string], string>(
      `update subscriptions set state = 'ended', ended_at = ?, ended_cause = ?, endpoint = '', p256dh = '', auth = ''
       where shop = ? and id = ? and state = 'active' returning visitor_id`,
    )
    .pluck();
  const dropWaiting = sqlite
    .prepare<[EndedCause, string, string], string>(
      `update deliveries set state = 'dropped', reason = ?
       where shop = ? and subscription_id = ? and state = 'queued' returning id`,
    )
    .pluck();

  /** @returns whose it was; null when it was over already or is not known */
  function end(shop: string, subscriptionId: string, cause: EndedCause, now: Date): string | null {
    const visitorId = endRow.get(now.getTime(), cause, shop, subscriptionId) ?? null;
    if (visitorId === null) return null;
    for (const id of dropWaiting.all(cause, shop, subscriptionId)) jobs.cancelByKey(`delivery:${id}`);
    return visitorId;
  }

  return {
    end,

    /** Likewise, and logs `unsubscribed`, so that journeys hear of it. @returns false when there was nothing to end */
    endAndLog(shop: string, subscriptionId: string, cause: EndedCause, now: Date): boolean {
      const visitorId = end(shop, subscriptionId, cause, now);
      if (visitorId === null) return false;
      const event = {
        shop,
        sourceId: `ended:${subscriptionId}:${now.getTime()}`,
        kind: "unsubscribed" as const,
        visitorId,
        customerId: null,
        cartToken: null,
        checkoutToken: null,
        orderId: null,
        occurredAt: now,
        data: { subscriptionId, cause },
      };
      append([{ event, changes: [] }], now);
      return true;
    },
  };
}
