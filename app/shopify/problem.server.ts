import type { z } from "zod";

/** What is wrong with one field of a request's body. */
export type FieldIssue = { path: string; message: string };

const TITLES: Record<number, string> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  422: "Cannot be done",
  429: "Too many requests",
  503: "Try again later",
};

/** An answer as RFC 9457 problem details. `detail` is a sentence for who made the request and must hold nothing secret. */
export function problem(
  status: number,
  detail: string,
  { issues, headers }: { issues?: FieldIssue[]; headers?: Record<string, string> } = {},
): Response {
  const body = { type: "about:blank", title: TITLES[status] ?? "Problem", status, detail, ...(issues && { issues }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store", ...headers },
  });
}

export function methodNotAllowed(allowed: string[]): Response {
  return problem(405, `Only ${allowed.join(", ")} is answered here.`, { headers: { Allow: allowed.join(", ") } });
}

/** Where a body's shape is wrong. At most ten, and never the values themselves. */
export function issuesOf(error: z.ZodError): FieldIssue[] {
  return error.issues.slice(0, 10).map(({ path, message }) => ({ path: path.join("."), message }));
}
