import type { IncomingMessage } from "node:http";
import { DRAINED_BYTES, readBody } from "./read-body.server.ts";

/** What the edge reads of a request, whichever way it came in: through Remix, or straight from Node's server. */
export type IncomingRequest = {
  method: string;
  query: URLSearchParams;
  /** Null when it is absent. Names in lower case. */
  header(name: string): string | null;
  /** @returns null when the body is longer than `limit` bytes */
  readBody(limit: number): Promise<Buffer | null>;
};

export function incomingOf(request: Request): IncomingRequest {
  return {
    method: request.method,
    query: new URL(request.url).searchParams,
    header: (name) => request.headers.get(name),
    readBody: (limit) => readBody(request, limit),
  };
}

export function incomingOfNode(request: IncomingMessage): IncomingRequest {
  const { url = "" } = request;
  const queryAt = url.indexOf("?");
  return {
    method: request.method ?? "",
    query: new URLSearchParams(queryAt < 0 ? "" : url.slice(queryAt + 1)),
    header(name) {
      const value = request.headers[name];
      return typeof value === "string" ? value : null;
    },
    readBody: (limit) => readNodeBody(request, limit),
  };
}

/** What is beyond the limit is read and thrown away up to a point, so that the client hears why. */
function readNodeBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size <= Math.max(limit * 8, limit + DRAINED_BYTES)) return;
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
