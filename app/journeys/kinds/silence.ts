import { MINUTE_MS } from "../duration.ts";
import type { PersonView } from "../person-view.ts";

/** Without the page's own word that the shopper left, silence must last this much longer to be believed. */
const GRACE_MS = 2 * MINUTE_MS;

const GOING_THERE_MS = 30_000;
/** Shopify dates orders to the second, and cuts. */
const ORDER_DATE_MS = 1_000;

/** When the shopper left, as exactly as it is known: by the page's own word, or by silence. */
export function silentSince({ leftAt, lastSignalAt }: PersonView): Date {
  return leftAt ?? new Date(lastSignalAt.getTime() + GRACE_MS);
}

/**
 * The same for somebody whom the service worker saw in the shop at `seenAt`, although no page has said a word since: an
 * open page is a sign of life.
 */
export function silentSinceSeen(person: PersonView, seenAt: Date): Date {
  if (person.leftAt && person.leftAt >= seenAt) return person.leftAt;
  return new Date(Math.max(person.lastSignalAt.getTime(), seenAt.getTime()) + GRACE_MS);
}

/** The shopper is in the checkout, or closed it without coming back to the storefront. */
export function isInCheckout({ checkoutSignalAt, lastSignalAt, leftAt }: PersonView): boolean {
  if (checkoutSignalAt === null) return false;
  // The storefront page goes away when the checkout opens; a theme that reports that as leaving is not believed.
  const wentThere = leftAt !== null && leftAt.getTime() - checkoutSignalAt.getTime() <= GOING_THERE_MS;
  return checkoutSignalAt >= lastSignalAt || (wentThere && lastSignalAt <= leftAt);
}

export function latest(...instants: (Date | null)[]): Date {
  const times = instants.flatMap((instant) => (instant ? [instant.getTime()] : []));
  return new Date(Math.max(...times));
}

/** The person's newest order at or after an instant, by any known link. */
export function orderSince(person: PersonView, since: Date): PersonView["orders"][number] | null {
  return person.orders.find((order) => order.createdAt.getTime() >= since.getTime() - ORDER_DATE_MS) ?? null;
}
