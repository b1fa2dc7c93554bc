import { PassThrough } from "node:stream";
import { createReadableStreamFromReadable } from "@remix-run/node";
import type { AppLoadContext, EntryContext } from "@remix-run/node";
import { isRouteErrorResponse, RemixServer } from "@remix-run/react";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { services } from "./services.server.ts";
import { addDocumentResponseHeaders } from "./shopify.server.ts";

// server.js starts the app through the bundle, so that there is one database handle and one scheduler.
export { start } from "./start.server.ts";
// Asked before Express and Remix: the busiest paths have their own way in.
export { answerRaw } from "./shopify/raw-requests.server.ts";

/** After this the page is sent as far as it is. Remix cuts its own streams a second earlier. */
const RENDER_WITHIN_MS = 6_000;
export const streamTimeout = RENDER_WITHIN_MS - 1_000;

export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  context: EntryContext,
): Promise<Response> {
  headers.set("Content-Type", "text/html; charset=utf-8");
  // Shopify's admin may embed what it asks for with a shop's name.
  addDocumentResponseHeaders(request, headers);
  if (!headers.has("Content-Security-Policy")) {
    headers.set("Content-Security-Policy", "frame-ancestors 'none'; base-uri 'self'; object-src 'none'");
  }

  // People see the page as it comes; a crawler waits for all of it.
  const isStreamed = !isbot(request.headers.get("user-agent") ?? "");
  return new Promise((resolve, reject) => {
    let currentStatus = status;
    const send = () => {
      const body = new PassThrough();
      resolve(new Response(createReadableStreamFromReadable(body), { headers, status: currentStatus }));
      pipe(body);
    };
    const { pipe, abort } = renderToPipeableStream(
      <RemixServer context={context} url={request.url} abortDelay={streamTimeout} />,
      {
        onShellReady: () => isStreamed && send(),
        onAllReady: () => isStreamed || send(),
        onShellError: reject,
        onError(error) {
          currentStatus = 500;
          services().log.error({ err: error }, "a page could not be rendered");
        },
      },
    );
    setTimeout(abort, RENDER_WITHIN_MS).unref();
  });
}

/** Errors of loaders and actions that are no Response. What the browser aborted is nobody's fault. */
export function handleError(error: unknown, { request }: { request: Request; context: AppLoadContext }): void {
  if (request.signal.aborted) return;
  // Strangers' addresses and methods that nothing answers to.
  if (isRouteErrorResponse(error) && error.status < 500) return;
  const { log } = services();
  log.error({ err: error, method: request.method, path: new URL(request.url).pathname }, "a request failed");
}
