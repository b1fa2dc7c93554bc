import { request } from "node:https";
import { createSecureContext, getCACertificates } from "node:tls";
import type { Config } from "../config.server.ts";
import { publicLookup } from "./public-lookup.server.ts";

const TIMEOUT_MS = 10_000;

/** `status` null: no answer. `cause` names no path. */
export type WebhookAnswer = { status: number | null; cause: string | null };

export type PostWebhook = (url: URL, headers: Record<string, string>, body: string) => Promise<WebhookAnswer>;

/**
 * Posts to a system of a merchant's. The address comes from outside: only machines on the public internet are connected
 * to, redirects are not followed, and nothing of the answer is kept but its status.
 *
 * @param push PUSH_ROUTES and PUSH_CA_FILE, for tests
 */
export function createPostWebhook(push: Pick<Config["push"], "routes" | "ca">): PostWebhook {
  const ownRoots = push.ca === null ? null : createSecureContext({ ca: [...getCACertificates("default"), push.ca] });

  return (url, headers, body) => {
    const route = push.routes.find(({ host }) => host === url.host);
    const { promise, resolve } = Promise.withResolvers<WebhookAnswer>();
    const outgoing = request(
      {
        method: "POST",
        host: route?.address ?? url.hostname,
        port: route?.port ?? 443,
        servername: url.hostname,
        path: `${url.pathname}${url.search}`,
        headers: { ...headers, host: url.host, "content-length": Buffer.byteLength(body) },
        agent: false,
        // Of the whole call: a connection that trickles is no longer waited for either.
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(route ? ownRoots && { secureContext: ownRoots } : { lookup: publicLookup }),
      },
      (answer) => {
        resolve({ status: answer.statusCode ?? null, cause: null });
        answer.destroy();
      },
    );
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      resolve({
        status: null,
        cause: error.name === "AbortError" ? "no answer in 10 seconds" : (error.code ?? error.name),
      });
    });
    outgoing.end(body);
    return promise;
  };
}
