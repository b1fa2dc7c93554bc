import type { LoggedEvent } from "../../events/shop-event.ts";
import type { PersonView } from "../person-view.ts";

/**
 * The id of the subscription with which a newcomer just consented to marketing. Null for another device of the same
 * customer, a browser that renewed its endpoint, and everything else.
 */
export function newcomersSubscription(event: LoggedEvent, person: PersonView): string | null {
  if (event.kind !== "subscribed") return null;
  const { subscriptionId, isNew, marketing } = event.data;
  if (typeof subscriptionId !== "string" || isNew !== true || marketing !== true) return null;
  const own = person.subscriptions.find(({ id }) => id === subscriptionId);
  if (!own) return null;
  const isNewcomer = person.subscriptions.every(({ id, createdAt }) => id === own.id || createdAt > own.createdAt);
  return isNewcomer ? subscriptionId : null;
}
