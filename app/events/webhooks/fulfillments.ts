import { z } from "zod";
import { id, instant, orNull, text } from "./fields.ts";
import type { WebhookParser } from "./webhook.ts";

const httpUrl = z
  .string()
  .max(2048)
  .regex(/^https?:\/\//)
  .nullish()
  .catch(null);

const fulfillment = z.object({
  id,
  order_id: id,
  status: z.string().max(50).nullish(),
  shipment_status: z.string().max(50).nullish(),
  created_at: instant,
  updated_at: instant,
  tracking_company: text.nullish(),
  tracking_number: text.nullish(),
  tracking_numbers: z.array(text).nullish(),
  tracking_url: httpUrl,
  tracking_urls: z.array(httpUrl).nullish(),
});

/** fulfillments/create and fulfillments/update. */
export const parseFulfillment: WebhookParser = (payload) => {
  const read = fulfillment.parse(payload);
  const state = {
    shipmentStatus: read.shipment_status?.toLowerCase() ?? null,
    trackingCompany: orNull(read.tracking_company),
    trackingNumber: read.tracking_number ?? read.tracking_numbers?.[0] ?? null,
    trackingUrl: read.tracking_url ?? read.tracking_urls?.[0] ?? null,
  };
  const status = read.status ?? "success";
  return {
    event: {
      kind: "fulfillment_updated",
      occurredAt: read.updated_at,
      orderId: read.order_id,
      data: { fulfillmentId: read.id, orderId: read.order_id, status, ...state },
    },
    changes: [
      {
        type: "fulfillment",
        fulfillmentId: read.id,
        orderId: read.order_id,
        status,
        ...state,
        createdAt: read.created_at,
        updatedAt: read.updated_at,
      },
    ],
  };
};

const shipmentEvent = z.object({
  id,
  fulfillment_id: id,
  order_id: id,
  status: z.string().max(50),
  happened_at: instant.nullish(),
  created_at: instant,
});

/** fulfillment_events/create: a carrier's word. Many shops never get one. */
export const parseFulfillmentEvent: WebhookParser = (payload) => {
  const read = shipmentEvent.parse(payload);
  const status = read.status.toLowerCase();
  return {
    event: {
      kind: "fulfillment_updated",
      occurredAt: read.happened_at ?? read.created_at,
      orderId: read.order_id,
      data: { fulfillmentId: read.fulfillment_id, orderId: read.order_id, shipmentStatus: status },
    },
    changes: [
      {
        type: "shipment_status",
        fulfillmentId: read.fulfillment_id,
        orderId: read.order_id,
        status,
        at: read.created_at,
      },
    ],
  };
};
