import { z } from "zod";
import type { EventEntry } from "../event-store.ts";
import { WEBHOOK_TOPICS } from "./topics.ts";
import type { ParsedWebhook, WebhookContext } from "./webhook.ts";

/**
 * A verified webhook as a log entry. What we do not know, a topic or a shape, is logged as such: without its payload,
 * which may hold anything.
 *
 * @param webhookId X-Shopify-Webhook-Id: the same when it is delivered again
 */
export function readWebhook(topic: string, webhookId: string, payload: unknown, context: WebhookContext): EventEntry {
  const { event, changes } = parse(topic, payload, context);
  return {
    event: {
      shop: context.shop,
      sourceId: `webhook:${webhookId}`,
      visitorId: null,
      customerId: null,
      cartToken: null,
      checkoutToken: null,
      orderId: null,
      ...event,
    },
    changes,
  };
}

function parse(topic: string, payload: unknown, context: WebhookContext): ParsedWebhook {
  const parser = Object.hasOwn(WEBHOOK_TOPICS, topic) ? WEBHOOK_TOPICS[topic] : undefined;
  const unknown = (data: Record<string, unknown>): ParsedWebhook => ({
    event: { kind: "unknown_webhook", occurredAt: context.triggeredAt, data: { topic: topic.slice(0, 100), ...data } },
    changes: [],
  });
  if (!parser) return unknown({});
  try {
    return parser(payload, context);
  } catch (error) {
    if (error instanceof z.ZodError)
      return unknown({ fields: error.issues.slice(0, 10).map(({ path }) => path.join(".")) });
    if (error instanceof RangeError) return unknown({ fields: [error.message] });
    throw error;
  }
}
