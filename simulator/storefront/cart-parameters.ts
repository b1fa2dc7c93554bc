import type { CartChange } from "../commerce/carts.ts";
import { HttpError } from "../http.ts";
import type { SimRequest } from "../http.ts";

// The AJAX API takes JSON, urlencoded and multipart forms alike: all become one object here.

export type Parameters = { [key: string]: unknown };

/** The body's (or, for a GET, the query's) parameters; "updates[123]" becomes {updates: {123: …}}. */
export function readParameters(request: SimRequest): Parameters {
  const type = request.headers["content-type"] ?? "";
  const text = request.body.toString("utf8");
  if (type.includes("json")) {
    try {
      const value: unknown = JSON.parse(text || "{}");
      return isObject(value) ? value : {};
    } catch {
      throw new HttpError(400, "The body is not JSON.");
    }
  }
  if (type.includes("multipart/form-data")) return nest(multipartFields(text, type));
  return nest([...request.url.searchParams, ...new URLSearchParams(text)]);
}

export type AddedLine = { variantId: string; quantity: number; properties: Record<string, string> };

/** The lines of /cart/add: `items`, or one line's own fields. Empty when there is no id. */
export function addedLines(parameters: Parameters): AddedLine[] {
  const list = Array.isArray(parameters["items"])
    ? parameters["items"]
    : isObject(parameters["items"])
      ? Object.values(parameters["items"])
      : [parameters];
  return list.flatMap((entry) => {
    if (!isObject(entry) || entry["id"] === undefined || entry["id"] === "") return [];
    return [
      {
        variantId: String(entry["id"]).split(":")[0] ?? "",
        quantity: entry["quantity"] === undefined ? 1 : Math.max(0, Math.floor(Number(entry["quantity"])) || 0),
        properties: texts(entry["properties"]),
      },
    ];
  });
}

/** Note, attributes and codes, which may come with every call. */
export function cartFields(parameters: Parameters): CartChange {
  const change: CartChange = {};
  if (typeof parameters["note"] === "string") change.note = parameters["note"];
  if (isObject(parameters["attributes"])) change.attributes = texts(parameters["attributes"]);
  if (typeof parameters["discount"] === "string") {
    change.discountCodes = parameters["discount"]
      .split(",")
      .map((code) => code.trim())
      .filter((code) => code !== "");
  }
  return change;
}

export function isObject(value: unknown): value is Parameters {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function texts(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, text]) => [key, text === null || text === undefined ? "" : String(text)]),
  );
}

function nest(pairs: [string, string][]): Parameters {
  const root: Parameters = {};
  for (const [name, value] of pairs) {
    const keys = name.split(/\[|\]\[|\]/).filter((key, index) => key !== "" || index === 0);
    let node = root;
    keys.slice(0, -1).forEach((key) => {
      const next = node[key];
      node = isObject(next) ? next : ((node[key] = {}) as Parameters);
    });
    const last = keys.at(-1) ?? name;
    // "updates[]=1&updates[]=2" is a list, in the order of the lines.
    if (name.endsWith("[]")) {
      const existing = root[keys[0] ?? ""];
      root[keys[0] ?? ""] = [...(Array.isArray(existing) ? (existing as unknown[]) : []), value];
    } else node[last] = value;
  }
  return root;
}

function multipartFields(text: string, type: string): [string, string][] {
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (!boundary) return [];
  return text.split(`--${boundary}`).flatMap((part): [string, string][] => {
    const match = /name="([^"]*)"[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n([\s\S]*?)\r?\n$/.exec(part);
    return match ? [[match[1] ?? "", match[2] ?? ""]] : [];
  });
}
