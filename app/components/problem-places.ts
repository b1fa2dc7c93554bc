import type { FormProblem } from "./form-problems.ts";
import { languageName } from "./format.ts";
import { sentence } from "./plain-words.ts";

const WORDS: Record<string, string> = {
  body: "Text",
  url: "Link",
  image: "Picture",
  if: "Condition",
  for: "What is waited for",
  all: "",
  steps: "",
  message: "",
  yes: "Then",
  no: "Otherwise",
  exits: "What ends it",
  filter: "For whom",
  actions: "Button",
  ways: "Way",
  bands: "Other time",
  at: "Hour",
};

/** "steps.1.message.en.title" → "Step 2 · English · Title": where a problem is, for who sees the form. */
export function placeInWords(path: string): string {
  const parts = path.split(".");
  return parts
    .flatMap((part, index) => {
      const before = parts[index - 1];
      if (/^\d+$/.test(part)) {
        const isStep = before === "steps" || before === "yes" || before === "no";
        return [isStep ? `Step ${Number(part) + 1}` : String(Number(part) + 1)];
      }
      if (before === "message") return [languageName(part)];
      return [WORDS[part] ?? sentence(part)];
    })
    .filter((words) => words !== "")
    .join(" · ");
}

/**
 * What is still wrong of what the server found. A field that was changed since is no longer judged; neither is anything
 * once steps were added, moved or removed, because places name other steps then.
 */
export function stillWrong(problems: FormProblem[], judged: unknown, draft: unknown): FormProblem[] {
  if (problems.length === 0 || shapeOf(judged) !== shapeOf(draft)) return [];
  return problems.filter(({ path }) => JSON.stringify(valueAt(judged, path)) === JSON.stringify(valueAt(draft, path)));
}

/** The types of all steps, as they lie in one another. */
function shapeOf(part: unknown): string {
  if (typeof part !== "object" || part === null) return "";
  const type = "type" in part && typeof part.type === "string" ? part.type : "";
  return `${type}(${Object.values(part).map(shapeOf).join(",")})`;
}

/** Of a field that is not there: what it would be a field of. */
function valueAt(whole: unknown, path: string): unknown {
  let value: unknown = whole;
  for (const part of path === "" ? [] : path.split(".")) {
    const inner: unknown =
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : null;
    if (inner === undefined || inner === null) return value;
    value = inner;
  }
  return value;
}
