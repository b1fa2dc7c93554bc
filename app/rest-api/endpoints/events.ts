import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { MirrorChange } from "../../events/mirror-change.ts";
import { recordEvents } from "../../events/record-events.ts";
import { trackedEventSchema } from "../../events/tracked-event.ts";
import type { TrackedEvent } from "../../events/tracked-event.ts";
import type { Store } from "../../store/store.ts";
import { defineEndpoint } from "../endpoint.ts";
import { ProblemError } from "../problem.ts";

export const eventEndpoints = [
  defineEndpoint({
    method: "POST",
    path: "events",
    operationId: "trackEvent",
    summary: "Tell what a person did",
    description:
      "Journeys react to it as to anything the storefront tells. What happened more than ten minutes ago is recorded and " +
      "starts no message that would be late. A customer nobody has signed in as yet is taken too.",
    tag: "events",
    query: null,
    body: trackedEventSchema,
    answer: {
      status: 202,
      description: "Recorded",
      schema: z.object({
        id: z.string().describe("Yours, or the one it was given"),
        recorded: z.boolean().describe("False when an event with this id was recorded before"),
      }),
    },
    errors: { 400: "The body is wrong", 404: "No such visitor or subscriber", 413: "The body is too large" },
    async handle({ store, clock, shop, body }) {
      const now = clock.now();
      const person = await personOf(store, shop, body);
      const id = body.id ?? randomUUID();
      // A clock that runs ahead of ours does not make things happen later.
      const occurredAt = body.at === undefined ? now : new Date(Math.min(now.getTime(), Date.parse(body.at)));
      const event = {
        ...person,
        shop,
        sourceId: `api:${id}`,
        kind: body.type,
        cartToken: null,
        checkoutToken: null,
        orderId: null,
        occurredAt,
        data: body.data,
      };
      const [recorded] = await recordEvents(store, [{ event, changes: changesOf(body, person) }], now);
      return { status: 202, body: { id, recorded: recorded !== null } };
    },
  }),
];

type Person = { visitorId: string | null; customerId: string | null };

function changesOf(event: TrackedEvent, person: Person): MirrorChange[] {
  if (event.type !== "birthday" && event.type !== "anniversary") return [];
  return [{ type: "person_date", ...person, occasion: event.type, date: event.data.date }];
}

async function personOf(
  store: Store,
  shop: string,
  { visitorId, subscriberId, customerId }: TrackedEvent,
): Promise<Person> {
  if (customerId !== undefined) return { visitorId: null, customerId };
  if (subscriberId !== undefined) {
    const subscriber = await store.subscribers.get(shop, subscriberId);
    if (!subscriber) throw new ProblemError(404, "There is no such subscriber.");
    return { visitorId: subscriber.visitorId, customerId: null };
  }
  const visitor = await store.visitors.get(shop, visitorId ?? "");
  if (!visitor) throw new ProblemError(404, "There is no such visitor.");
  return { visitorId: visitor.visitorId, customerId: null };
}
