import type { AppLoadContext } from "@remix-run/node";

/** What server.js hands to loaders and actions beside the request. */
export type RequestContext = AppLoadContext & {
  /** Address of the socket's other end: a reverse proxy, where there is one. */
  remoteAddress?: string;
};
