import type { PushHost } from "../config.server.ts";
import { BUILT_IN_PUSH_HOSTS } from "./push-services.ts";

// An endpoint comes from a stranger's browser, and our server connects to it: only known push services are spoken to.
// The addresses behind their names are checked at the moment of connecting (public-lookup.server.ts).

const MAX_ENDPOINT_LENGTH = 2_048;

/** Which hosts may be pushed to. Made by `createEndpointPolicy`. */
export type EndpointPolicy = {
  /** Whether the operator named this host and port himself (PUSH_HOSTS): loopback and other ports are fine there. */
  isOperatorHost(hostname: string, port: number): boolean;
};

export type EndpointCheck =
  | {
      ok: true;
      url: URL;
      /** `host[:port]`, as `subscriptions.pushService` keeps it. */
      pushService: string;
      isOperatorHost: boolean;
    }
  /** `problem` is a sentence for the caller's answer; it names no path. */
  | { ok: false; problem: string };

/** @param pushHosts PUSH_HOSTS as parsed by the configuration */
export function createEndpointPolicy(pushHosts: readonly PushHost[]): EndpointPolicy {
  return {
    isOperatorHost: (hostname, port) => pushHosts.some((entry) => entry.host === hostname && entry.port === port),
  };
}

/**
 * Whether a subscription's endpoint may be stored and sent to: https, a known push service on port 443 or a host of
 * PUSH_HOSTS, written plainly (no user info, no other spelling of the same host), at most 2,048 characters.
 */
export function checkEndpoint(endpoint: string, policy: EndpointPolicy): EndpointCheck {
  if (endpoint.length > MAX_ENDPOINT_LENGTH) {
    return refuse(`the endpoint is longer than ${MAX_ENDPOINT_LENGTH} characters`);
  }
  const written = /^https:\/\/([^/?#\\\s]+)(?:[/?]|$)/i.exec(endpoint)?.[1]?.toLowerCase();
  if (!written) return refuse("the endpoint is not an https address");
  if (!URL.canParse(endpoint)) return refuse("the endpoint is not an address");

  const url = new URL(endpoint);
  // The URL parser understands 0x7f.1, %6c, full-width dots and the like. No browser writes an endpoint so.
  if (written !== url.host && written !== `${url.host}:443`) {
    return refuse("the endpoint's host is not written plainly");
  }

  const port = url.port === "" ? 443 : Number(url.port);
  if (policy.isOperatorHost(url.hostname, port)) {
    return { ok: true, url, pushService: url.host, isOperatorHost: true };
  }
  if (!isBuiltIn(url.hostname)) return refuse("the endpoint's host is not a known push service");
  if (port !== 443) return refuse("the endpoint's port is not 443");
  return { ok: true, url, pushService: url.host, isOperatorHost: false };
}

function isBuiltIn(hostname: string): boolean {
  return BUILT_IN_PUSH_HOSTS.some((allowed) =>
    allowed.startsWith("*.")
      ? hostname.endsWith(allowed.slice(1)) && hostname.length >= allowed.length
      : hostname === allowed,
  );
}

function refuse(problem: string): EndpointCheck {
  return { ok: false, problem };
}
