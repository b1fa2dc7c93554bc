import type { IncomingMessage, ServerResponse } from "node:http";
import { services } from "../services.server.ts";
import { receiveWebhook } from "./receive-webhook.server.ts";

/**
 * Answers `POST /webhooks` straight from Node's server: Express, Remix and the web's Request cost half of what a webhook
 * costs, and a shop's busy hour is webhooks. The work is the route's own.
 *
 * @returns false when the request is for somebody else, and untouched
 */
export function answerWebhook(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== "POST" || request.url !== "/webhooks") return false;
  answer(request, response).catch((err: unknown) => {
    services().log.error({ err }, "a webhook failed");
    if (!response.headersSent) response.writeHead(503, { "Retry-After": "30" });
    response.end();
  });
  return true;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answered = await receiveWebhook(services(), {
    header(name) {
      const value = request.headers[name];
      return typeof value === "string" ? value : null;
    },
    readBody: (limit) => readRawBody(request, limit),
  });
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

/** What is beyond the limit is read and thrown away up to a point, so that the client hears why. */
function readRawBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size <= limit * 8) return;
      request.pause();
      resolve(null);
    });
    request.on("end", () =>
      resolve(size > limit ? null : chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks)),
    );
    request.on("error", reject);
    request.on("close", () => reject(new Error("the connection was closed before the body's end")));
  });
}
