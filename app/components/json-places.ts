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

/** What keeps a text from being JSON, and where, as far as this browser says it; null when it is JSON. */
export function jsonFault(text: string): { message: string; place: Place | null } | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = /position (\d+)/.exec(message)?.[1];
    const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
    const words = message.replace(/^JSON\.parse: /, "").replace(/,? (?:in JSON )?at (?:position|line) .*$/, "");
    if (line && column) return { message: words, place: { line: Number(line), column: Number(column) } };
    const end = /end of (?:JSON input|data)/i.test(message) ? text.length : null;
    const at = offset === undefined ? end : Number(offset);
    return { message: words, place: at === null ? null : placeAt(text, at) };
  }
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
