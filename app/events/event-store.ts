import type { NewJob } from "../scheduler/job.ts";
import type { MirrorChange } from "./mirror-change.ts";
import type { LoggedEvent, ShopEvent } from "./shop-event.ts";

/** An event with the newer states it tells of. */
export type EventEntry = { event: ShopEvent; changes: MirrorChange[] };

export type EventStore = {
  /**
   * Appends events, applies the changes of those that were new and schedules `job(shop)` for every shop that got a new event,
   * all in one transaction. An event without `visitorId` gets the visitor its checkout, order or link was tied to.
   * Events of shops that are not installed are kept but count as processed, and schedule nothing.
   *
   * @returns the id of each event, null for one that was already in the log
   */
  append(entries: EventEntry[], receivedAt: Date, job: (shop: string) => NewJob): Promise<(number | null)[]>;
  /** The oldest events no journey has looked at, in the order they arrived. */
  unprocessed(shop: string, limit: number): Promise<LoggedEvent[]>;
  byId(shop: string, id: number): Promise<LoggedEvent | null>;
  /** What the browsers or the customer did since an instant, at most the newest 2,000 of each, in no order. */
  ofPerson(shop: string, visitorIds: string[], customerId: string | null, since: Date): Promise<LoggedEvent[]>;
  /** Newest first; `before` is an event id to page on. */
  ofVisitor(shop: string, visitorId: string, limit: number, before?: number): Promise<LoggedEvent[]>;
};
