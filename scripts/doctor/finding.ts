/** What one check found. `note`: not wrong, and worth knowing. A fix says what to do. */
export type Finding =
  | { check: string; state: "ok" | "note"; message: string }
  | { check: string; state: "problem"; message: string; fix: string };

export function ok(check: string, message: string): Finding {
  return { check, state: "ok", message };
}

export function note(check: string, message: string): Finding {
  return { check, state: "note", message };
}

export function problem(check: string, message: string, fix: string): Finding {
  return { check, state: "problem", message, fix };
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}
