import { z } from "zod";
import type { EventEntry } from "./event-store.ts";
import { happenedAt } from "./shopper-clock.ts";
import { instantSchema, linkIdSchema, protocolVersion } from "./storefront-schema.ts";

/** POST /pixel/events. `sentAt` is our own pixel's addition. */
export const pixelRequestSchema = z.object({
  v: protocolVersion,
  shop: z.string().max(255),
  linkId: linkIdSchema,
  sentAt: instantSchema.nullish(),
  events: z
    .array(
      z.object({
        id: z.string().min(1).max(100),
        type: z.string().min(1).max(100),
        at: instantSchema,
        checkoutToken: z.string().max(200).nullish(),
        orderId: z.union([z.string().max(200), z.number()]).nullish(),
        stage: z.string().max(40).nullish(),
      }),
    )
    .max(50),
});
export type PixelRequest = z.infer<typeof pixelRequestSchema>;

/**
 * Stages of a checkout, told by the unsigned web pixel for a visitor already known by its link id. They say that somebody
 * is busy, and which checkout it is; they make no person, no order and no checkout.
 */
export function pixelEntries(
  shop: string,
  visitorId: string,
  { events, sentAt }: PixelRequest,
  receivedAt: Date,
  speed: number,
): EventEntry[] {
  return events.map(({ id, type, at, checkoutToken, stage }) => {
    const occurredAt = happenedAt(at, sentAt ?? at, receivedAt, speed);
    return {
      event: {
        shop,
        sourceId: `pixel:${visitorId}:${id}:${type}`,
        kind: "checkout_signal",
        visitorId,
        customerId: null,
        cartToken: null,
        checkoutToken: checkoutToken ?? null,
        // An order is believed when a signed webhook tells it.
        orderId: null,
        occurredAt,
        data: { type, stage: stage ?? null },
      },
      changes: [{ type: "visitor_signal", visitorId, at: occurredAt, signal: "checkout", mayCreate: false }],
    };
  });
}
