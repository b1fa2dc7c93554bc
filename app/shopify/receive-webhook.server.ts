import { encrypt } from "../encryption.server.ts";
import { recordEvents } from "../events/record-events.ts";
import { readWebhook } from "../events/webhooks/read-webhook.ts";
import { WEBHOOK_TOPICS } from "../events/webhooks/topics.ts";
import type { Services } from "../services.server.ts";
import type { IncomingRequest } from "./incoming-request.server.ts";
import { problem } from "./problem.server.ts";
import { parseJson } from "./read-body.server.ts";
import { normalizeShop } from "./shop-domain.ts";
import { isSignedByShopify } from "./verify-webhook.server.ts";

/** Shopify's own payloads are far smaller; a full catalogue product comes near. */
const BODY_LIMIT = 10 * 1024 * 1024;

/** Every topic of Shopify: verify, reduce to an event, store, answer. What the event means is decided later. */
export async function receiveWebhook(
  { config, clock, store, keyring, log, metrics }: Services,
  incoming: Pick<IncomingRequest, "header" | "readBody">,
): Promise<Response> {
  const header = (name: string) => incoming.header(`x-shopify-${name}`);
  const topic = (header("topic") ?? "").toLowerCase();
  const label = Object.hasOwn(WEBHOOK_TOPICS, topic) ? topic : "other";
  const refuse = (status: number, detail: string) => {
    metrics.webhooks.inc({ topic: label, result: "refused" });
    return problem(status, detail);
  };

  const hmac = header("hmac-sha256");
  if (!hmac) return refuse(400, "X-Shopify-Hmac-Sha256 is missing.");
  const body = await incoming.readBody(BODY_LIMIT);
  if (!body) return refuse(413, "A webhook may have at most 10 MB.");
  const { apiSecret, apiSecretOld } = config.shopify;
  if (!isSignedByShopify(body, hmac, apiSecretOld ? [apiSecret, apiSecretOld] : [apiSecret])) {
    return refuse(401, "The signature is wrong.");
  }
  const payload = parseJson(body);
  if (payload === undefined) return refuse(400, "The body is not JSON.");

  const shop = normalizeShop(header("shop-domain")) ?? "unknown";
  const receivedAt = clock.now();
  try {
    const entry = readWebhook(topic, header("webhook-id") ?? `missing:${hmac}`, payload, {
      shop,
      triggeredAt: instantOf(header("triggered-at")) ?? receivedAt,
      receivedAt,
      shopCurrency: (await store.shops.currencyOf(shop)) ?? "USD",
      seal: (text) => encrypt(keyring, text, `recovery:${shop}`),
    });
    const [id] = await recordEvents(store, [entry], receivedAt);
    metrics.webhooks.inc({ topic: label, result: id === null ? "repeated" : "recorded" });
    if (entry.event.kind === "unknown_webhook") {
      log.warn({ shop, topic, fields: entry.event.data.fields }, "a webhook we do not know was recorded");
    }
    return new Response(null, { status: 200 });
  } catch (err) {
    metrics.webhooks.inc({ topic: label, result: "failed" });
    log.error({ shop, topic, err }, "a webhook could not be stored");
    return problem(503, "The webhook could not be stored.", { headers: { "Retry-After": "30" } });
  }
}

function instantOf(text: string | null): Date | null {
  const at = new Date(text ?? "");
  return Number.isNaN(at.getTime()) ? null : at;
}
