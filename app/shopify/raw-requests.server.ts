import type { IncomingMessage, ServerResponse } from "node:http";
import { services } from "../services.server.ts";
import type { Services } from "../services.server.ts";
import { incomingOfNode } from "./incoming-request.server.ts";
import type { IncomingRequest } from "./incoming-request.server.ts";
import { answerPublicly } from "./proxy-route.server.ts";
import { receiveStorefrontEvents } from "./receive-storefront-events.server.ts";
import { receiveWebhook } from "./receive-webhook.server.ts";

const RAW: Record<string, (app: Services, incoming: IncomingRequest) => Promise<Response>> = {
  "/webhooks": receiveWebhook,
  "/proxy/events": (_app, incoming) => answerPublicly("events", (app) => receiveStorefrontEvents(app, incoming)),
};

/**
 * Answers the posts that a busy hour consists of, webhooks and storefront events, straight from Node's server: Express, Remix
 * and the web's Request cost half of what such a request costs. The work is the routes' own.
 *
 * @returns false when the request is for somebody else, and untouched
 */
export function answerRaw(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== "POST") return false;
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  const receive = Object.hasOwn(RAW, path) ? RAW[path] : undefined;
  if (!receive) return false;
  answer(request, response, receive).catch((err: unknown) => {
    services().log.error({ path, err }, "a request failed");
    if (!response.headersSent) response.writeHead(503, { "Retry-After": "30" });
    response.end();
  });
  return true;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  receive: (app: Services, incoming: IncomingRequest) => Promise<Response>,
): Promise<void> {
  const answered = await receive(services(), incomingOfNode(request));
  const text = answered.body ? await answered.text() : "";
  if (response.destroyed) return;
  response.writeHead(answered.status, {
    ...Object.fromEntries(answered.headers),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Length": String(Buffer.byteLength(text)),
    // What was not read of a refused request cannot be told from the next one.
    ...(!request.complete && { Connection: "close" }),
  });
  response.end(text);
}
