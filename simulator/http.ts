import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";

/** One request, its body read whole. */
export type SimRequest = {
  method: string;
  url: URL;
  path: string;
  /** Values of `:name` and `*` (as `rest`) in the route's pattern, decoded. */
  params: Record<string, string>;
  headers: IncomingHttpHeaders;
  cookies: Record<string, string>;
  body: Buffer;
  remoteAddress: string;
};

export type SimResponse = {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
};

export type Handler = (request: SimRequest) => SimResponse | Promise<SimResponse>;

/** Runs before every route; an answer ends the request there. */
export type Guard = (request: SimRequest) => SimResponse | null | Promise<SimResponse | null>;

export type Router = {
  /** `method` may be "*". `pattern`: "/products/:handle.js", "/apps/beckon/*". Earlier routes win. */
  on(method: string, pattern: string, handler: Handler): void;
  before(guard: Guard): void;
  handle(request: SimRequest): Promise<SimResponse>;
};

/** Thrown by a handler to answer early. */
export class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "HttpError";
    this.status = status;
  }
}

export function createRouter(): Router {
  const routes: { method: string; pattern: RegExp; names: string[]; handler: Handler }[] = [];
  const guards: Guard[] = [];

  return {
    on(method, pattern, handler) {
      routes.push({ method: method.toUpperCase(), ...compile(pattern), handler });
    },
    before(guard) {
      guards.push(guard);
    },
    async handle(request) {
      try {
        for (const guard of guards) {
          const answer = await guard(request);
          if (answer) return answer;
        }
        let isKnownPath = false;
        for (const route of routes) {
          const match = route.pattern.exec(request.path);
          if (!match) continue;
          isKnownPath = true;
          const isHead = request.method === "HEAD" && route.method === "GET";
          if (route.method !== "*" && route.method !== request.method && !isHead) continue;
          const params: Record<string, string> = {};
          route.names.forEach((name, index) => {
            params[name] = decode(match[index + 1] ?? "");
          });
          return await route.handler({ ...request, params });
        }
        return isKnownPath ? json({ errors: "Method Not Allowed" }, 405) : json({ errors: "Not Found" }, 404);
      } catch (error) {
        if (error instanceof HttpError) return json({ error: error.message }, error.status);
        console.error(`${request.method} ${request.path}:`, error);
        return json({ error: error instanceof Error ? error.message : String(error) }, 500);
      }
    },
  };
}

/** A server for `router`. `maxBodyBytes` is far above what any caller sends. */
export function createHttpServer(router: Router, maxBodyBytes = 12_000_000): Server {
  const server = createServer((incoming, outgoing) => {
    readBody(incoming, maxBodyBytes)
      .then((body) => {
        if (!body) return json({ errors: "Payload Too Large" }, 413);
        return router.handle(toSimRequest(incoming, body));
      })
      .then((response) => write(outgoing, response, incoming.method === "HEAD"))
      .catch(() => outgoing.destroy());
  });
  // Longer than any client keeps a connection, so that none is closed just as it is used again.
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 70_000;
  return server;
}

export function json(value: unknown, status = 200, headers: Record<string, string | string[]> = {}): SimResponse {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(value),
  };
}

export function html(body: string, status = 200, headers: Record<string, string | string[]> = {}): SimResponse {
  return { status, headers: { "content-type": "text/html; charset=utf-8", ...headers }, body };
}

export function redirect(location: string, status = 302, headers: Record<string, string | string[]> = {}): SimResponse {
  return { status, headers: { location, ...headers } };
}

/** The body as a JSON object; an empty body is `{}`. Throws HttpError 400 otherwise. */
export function readJsonObject(request: SimRequest): Record<string, unknown> {
  const text = request.body.toString("utf8").trim();
  if (text === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpError(400, "The body is not JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new HttpError(400, "The body is not a JSON object.");
  return value as Record<string, unknown>;
}

/** The body of an HTML form. */
export function readForm(request: SimRequest): URLSearchParams {
  return new URLSearchParams(request.body.toString("utf8"));
}

function compile(pattern: string): { pattern: RegExp; names: string[] } {
  const names: string[] = [];
  const source = pattern
    .split(/(:[a-zA-Z]+|\*)/)
    .map((part) => {
      if (part === "*") {
        names.push("rest");
        return "(.*)";
      }
      if (/^:[a-zA-Z]+$/.test(part)) {
        names.push(part.slice(1));
        return "([^/]+?)";
      }
      return part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
    })
    .join("");
  return { pattern: new RegExp(`^${source}/?$`), names };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function toSimRequest(incoming: IncomingMessage, body: Buffer): SimRequest {
  const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host ?? "127.0.0.1"}`);
  return {
    method: incoming.method ?? "GET",
    url,
    path: url.pathname,
    params: {},
    headers: incoming.headers,
    cookies: parseCookies(incoming.headers.cookie ?? ""),
    body,
    remoteAddress: incoming.socket.remoteAddress ?? "",
  };
}

function parseCookies(header: string): Record<string, string> {
  const cookies: Record<string, string> = {};
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at > 0) cookies[part.slice(0, at).trim()] = decode(part.slice(at + 1).trim());
  }
  return cookies;
}

function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
    });
    incoming.on("end", () => resolve(size > maxBytes ? null : Buffer.concat(chunks)));
    incoming.on("error", reject);
  });
}

function write(outgoing: ServerResponse, response: SimResponse, isHead: boolean): void {
  if (outgoing.destroyed) return;
  const body = toBuffer(response.body);
  outgoing.writeHead(response.status, { ...response.headers, "content-length": String(body.length) });
  outgoing.end(isHead ? undefined : body);
}

function toBuffer(body: string | Uint8Array | undefined): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return typeof body === "string" ? Buffer.from(body, "utf8") : Buffer.from(body);
}
