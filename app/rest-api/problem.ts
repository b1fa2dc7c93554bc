/** What is wrong with one field. `path` is dotted, "" for the whole: "steps.1.delay". */
export type FieldProblem = { path: string; message: string };

/** Thrown by an endpoint whose answer is an error; becomes a problem details response. */
export class ProblemError extends Error {
  override name = "ProblemError";
  readonly status: number;
  readonly errors: FieldProblem[];
  readonly headers: Record<string, string>;

  constructor(status: number, detail: string, errors: FieldProblem[] = [], headers: Record<string, string> = {}) {
    super(detail);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

/** Problem details (RFC 9457). Types are not told apart beyond the status, so `type` is about:blank and left out. */
export function problemResponse(error: ProblemError): Response {
  const body = {
    type: "about:blank",
    title: TITLES[error.status] ?? "Error",
    status: error.status,
    detail: error.message,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
  };
  return new Response(JSON.stringify(body), {
    status: error.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...error.headers },
  });
}

/** Zod's issues as field problems. */
export function fieldProblems(issues: readonly { path: readonly PropertyKey[]; message: string }[]): FieldProblem[] {
  return issues.map(({ path, message }) => ({ path: path.map(String).join("."), message }));
}

const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  500: "Internal Server Error",
  503: "Service Unavailable",
};
