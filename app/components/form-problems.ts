/** What is wrong with one field of a form. `path` is dotted: "prompt.desktop.afterSeconds". */
export type FormProblem = { path: string; message: string };

/** The first problem of a field, to be shown beside it; undefined when it is well. */
export function problemAt(problems: FormProblem[], path: string): string | undefined {
  return problems.find((problem) => problem.path === path)?.message;
}

type ZodIssue = {
  code?: string;
  path: readonly PropertyKey[];
  message: string;
  origin?: string;
  minimum?: number | bigint;
  maximum?: number | bigint;
};

/** Zod's issues in a merchant's words. Messages we wrote ourselves stay as they are. */
export function formProblems(issues: readonly ZodIssue[]): FormProblem[] {
  return issues.map((issue) => ({ path: issue.path.map(String).join("."), message: inWords(issue) }));
}

function inWords(issue: ZodIssue): string {
  const isText = issue.origin === "string";
  if (issue.code === "invalid_type") return "Fill this in";
  if (issue.code === "too_small") {
    if (isText) return Number(issue.minimum) <= 1 ? "Fill this in" : `At least ${issue.minimum} letters`;
    return `At least ${issue.minimum}`;
  }
  if (issue.code === "too_big") return isText ? `At most ${issue.maximum} letters` : `At most ${issue.maximum}`;
  return issue.message;
}
