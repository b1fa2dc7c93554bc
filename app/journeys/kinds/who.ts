import type { PersonView } from "../person-view.ts";

/** The person in a run's subject: a customer with all browsers, or one browser. */
export function whoIs({ visitor }: PersonView): string {
  return visitor.customerId ? `customer:${visitor.customerId}` : `visitor:${visitor.visitorId}`;
}

/** Where the person is: the device used last says, then the browser, then the shop. */
export function countryOf({ subscriptions, visitor, shop }: PersonView): string | null {
  const device = subscriptions
    .filter(({ state, country }) => state === "active" && country !== null)
    .toSorted((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime())[0];
  return device?.country ?? visitor.country ?? shop.country;
}
