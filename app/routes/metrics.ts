import { createHash, timingSafeEqual } from "node:crypto";
import type { LoaderFunctionArgs } from "@remix-run/node";
import type { RequestContext } from "../load-context.ts";
import { services } from "../services.server.ts";

/** Prometheus text, naming no shop. For whom METRICS_TOKEN was given to, or for this machine itself. */
export async function loader({ request, context }: LoaderFunctionArgs): Promise<Response> {
  const { config, metrics, store } = services();
  if (!isAllowed(request, (context as RequestContext).remoteAddress, config.metricsToken)) {
    return new Response("Give METRICS_TOKEN as a bearer token, or ask from the machine itself.\n", {
      status: 401,
      headers: { "WWW-Authenticate": "Bearer", "Cache-Control": "no-store" },
    });
  }

  const counts = await store.jobs.counts();
  metrics.jobs.reset();
  for (const { kind, state, count } of counts) metrics.jobs.set({ kind, state }, count);
  return new Response(await metrics.registry.metrics(), {
    headers: { "Content-Type": metrics.registry.contentType, "Cache-Control": "no-store" },
  });
}

const FORWARDING_HEADERS = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

function isAllowed(request: Request, remoteAddress: string | undefined, token: string | null): boolean {
  const given = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (token !== null && given !== undefined && timingSafeEqual(digest(given), digest(token))) return true;

  // A reverse proxy on this machine makes everybody's requests come from loopback; it says so in a header.
  const isForwarded = FORWARDING_HEADERS.some((name) => request.headers.has(name));
  return !isForwarded && /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/.test(remoteAddress ?? "");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
