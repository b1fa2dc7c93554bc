import type { LoggedEvent } from "../../events/shop-event.ts";
import type { PersonView } from "../person-view.ts";

/** Whether the event was told of this person: its browser or its customer, and not only of a cart it shares with somebody. */
export function isAbout({ visitorId, customerId }: LoggedEvent, { visitor, visitorIds }: PersonView): boolean {
  if (customerId !== null && customerId === visitor.customerId) return true;
  return visitorId !== null && visitorIds.includes(visitorId);
}

/** The texts and numbers among the fields named, for a run to remember. */
export function saidIn(data: LoggedEvent["data"], fields: string[]): Record<string, string | number> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = data[field];
      return typeof value === "string" || typeof value === "number" ? [[field, value] as const] : [];
    }),
  );
}

/** A text of what was said; null when it was not. */
export function textOf(said: Record<string, string | number> | undefined, field: string): string | null {
  const value = said?.[field];
  return typeof value === "string" ? value : null;
}

/** A number of what was said; null when it was not. */
export function numberOf(said: Record<string, string | number> | undefined, field: string): number | null {
  const value = said?.[field];
  return typeof value === "number" ? value : null;
}
