export type Place = { line: number; column: number };

const TOKEN = /"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Where the value at a dotted path ("steps.1.message") stands in a JSON text; of a path that does not exist, the last of
 * its parents that does. Lines and columns count from 1.
 *
 * @param text valid JSON
 */
export function placeInJson(text: string, path: string): Place {
  const wanted = path === "" ? [] : path.split(".");
  const here: (string | number)[] = [];
  let best = { offset: 0, depth: -1 };
  let key: string | null = null;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const last = here.at(-1);
    if (token === "}" || token === "]") here.pop();
    else if (token === ",") {
      if (typeof last === "number") here[here.length - 1] = last + 1;
      else key = null;
    } else if (token === ":") here[here.length - 1] = key ?? "";
    else if (typeof last === "string" && key === null && token.startsWith('"')) key = JSON.parse(token) as string;
    else {
      // A value begins.
      const isOnTheWay = here.every((part, at) => String(part) === wanted[at]);
      if (isOnTheWay && here.length > best.depth) best = { offset: index, depth: here.length };
      if (token === "[") here.push(0);
      if (token === "{") {
        here.push("");
        key = null;
      }
    }
  }
  return placeAt(text, best.offset);
}

/** What keeps a text from being JSON, and where; null when it is JSON. Browsers name the place only for some faults. */
export function jsonFault(text: string): { message: string; place: Place } | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error))
      .replace(/^JSON\.parse: /, "")
      .replace(/(?: in JSON)?,? (?:at position|at line|(?:\.\.\.)?").*$/s, "");
    return { message, place: placeAt(text, endOfJson(text)) };
  }
}

const SCALAR =
  /"(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})|[^"\\\n\r\t])*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** The offset up to which a text is JSON. */
function endOfJson(text: string): number {
  let at = 0;
  const next = () => {
    while (/\s/.test(text[at] ?? "")) at += 1;
    return text[at];
  };
  const take = (token: string) => {
    if (next() !== token) return false;
    at += 1;
    return true;
  };
  const scalar = () => {
    next();
    SCALAR.lastIndex = at;
    const length = SCALAR.exec(text)?.[0].length ?? 0;
    at += length;
    return length > 0;
  };
  const list = (end: string, item: () => boolean) => {
    if (take(end)) return true;
    do if (!item()) return false;
    while (take(","));
    return take(end);
  };
  const value = (): boolean => {
    if (take("[")) return list("]", value);
    if (take("{")) return list("}", () => next() === '"' && scalar() && take(":") && value());
    return scalar();
  };
  if (value()) next();
  return at;
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
