import { z } from "zod";
import type { Clock } from "../clock.server.ts";
import type { Keyring } from "../encryption.server.ts";
import type { JourneyDefinition } from "../journeys/definition.ts";
import type { ReplayReport } from "../journeys/replay-report.ts";
import type { Logger } from "../log.server.ts";
import type { AdminApi } from "../shopify/admin-api.ts";
import type { Store } from "../store/store.ts";

/** What endpoints work with. */
export type ApiDeps = {
  store: Store;
  clock: Clock;
  log: Logger;
  keyring: Keyring;
  replay: Replay;
  /** Where a merchant's own discount codes are looked at; without it nowhere. */
  admin?: AdminApi;
};

/** Runs a definition against what was recorded (app/replay). `busy`: another is under way in this process. */
export type Replay = (
  request: { shop: string; kind: string; definition: JourneyDefinition; days: number },
  signal?: AbortSignal,
) => Promise<{ type: "report"; report: ReplayReport } | { type: "busy" } | { type: "unknown" }>;

export type Method = "GET" | "POST" | "PUT" | "DELETE";

export type ApiCall<Query, Body> = ApiDeps & {
  /** The shop of the key. */
  shop: string;
  /** The parts of the path in braces, decoded. */
  params: Record<string, string>;
  query: Query;
  body: Body;
};

/** `body` undefined: an empty answer. */
export type ApiReply = { status: number; body?: unknown };

/**
 * One operation of the REST API: routing, checking and the OpenAPI document are made from it, so that the document cannot
 * say what the server does not do.
 */
export type Endpoint = {
  method: Method;
  /** Below /api/v1/, without a slash at either end: "journeys/{kind}". */
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  tag: string;
  query: z.ZodObject | null;
  /** Null: the body is not looked at. */
  body: z.ZodType | null;
  /** The handler checks the body itself, by rules that the schema alone does not know. */
  checksBodyItself?: true;
  /** The answer when all is well; a null schema means no content. */
  answer: { status: number; description: string; schema: z.ZodType | null };
  /** The errors beside 401, in words. */
  errors: Partial<Record<400 | 404 | 409 | 413 | 422, string>>;
  handle(call: ApiCall<unknown, unknown>): Promise<ApiReply>;
};

/** Gives the handler the types of its schemas. */
export function defineEndpoint<Query extends z.ZodObject | null, Body extends z.ZodType | null>(
  endpoint: Omit<Endpoint, "query" | "body" | "handle"> & {
    query: Query;
    body: Body;
    handle(
      call: ApiCall<Query extends z.ZodType ? z.output<Query> : null, Body extends z.ZodType ? z.output<Body> : null>,
    ): Promise<ApiReply>;
  },
): Endpoint {
  return endpoint as Endpoint;
}

/** The parts of a path that match a template, or null. */
export function matchPath(template: string, path: string): Record<string, string> | null {
  const wanted = template.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;

  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part !== value) return null;
      continue;
    }
    const decoded = decode(value);
    if (!decoded) return null;
    params[name] = decoded;
  }
  return params;
}

/** `limit` and `cursor` of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(250).default(50).describe("Entries on a page"),
  cursor: z.string().max(300).optional().describe("`next` of the page before"),
};

/** A list's answer. */
export function pageOf<T extends z.ZodType>(entry: T) {
  return z.object({
    data: z.array(entry),
    next: z.string().nullable().describe("Cursor of the next page; null on the last"),
  });
}

export const instant = z.iso.datetime().describe("Shop time, ISO 8601");
export const money = z.object({
  currency: z.string().describe("ISO 4217"),
  amount: z.number().int().describe("Minor units: cents of USD, yen of JPY"),
});

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
