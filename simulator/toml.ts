/** A value of the part of TOML that Shopify's configuration files use. */
export type TomlValue = string | number | boolean | TomlValue[] | TomlTable;
export type TomlTable = { [key: string]: TomlValue };

/**
 * Reads tables, arrays of tables, strings, numbers, booleans and arrays (over several lines too).
 * @throws SyntaxError naming the line it does not understand
 */
export function parseToml(text: string): TomlTable {
  const root: TomlTable = {};
  let table = root;
  const lines = text.split(/\r?\n/);

  for (let index = 0; index < lines.length; index += 1) {
    const at = index + 1;
    const line = withoutComment(lines[index] ?? "").trim();
    if (line === "") continue;

    const header = /^(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?$/.exec(line);
    if (header) {
      table = openTable(root, (header[2] ?? "").split("."), header[1] === "[[", at);
      continue;
    }
    const pair = /^("?)([A-Za-z0-9_.-]+)\1\s*=\s*(.*)$/.exec(line);
    if (!pair) throw new SyntaxError(`line ${at}: neither a table nor a key`);
    let source = pair[3] ?? "";
    while (source.startsWith("[") && depth(source) > 0 && index + 1 < lines.length) {
      index += 1;
      source += ` ${withoutComment(lines[index] ?? "").trim()}`;
    }
    while (source.startsWith('"""') && !source.slice(3).endsWith('"""') && index + 1 < lines.length) {
      index += 1;
      source += `\n${lines[index] ?? ""}`.trimEnd();
    }
    table[pair[2] ?? ""] = readValue(source.trim(), at);
  }
  return root;
}

export function tomlTable(value: TomlValue | undefined): TomlTable {
  return typeof value === "object" && !Array.isArray(value) ? value : {};
}

export function tomlTables(value: TomlValue | undefined): TomlTable[] {
  return Array.isArray(value) ? value.map((item) => tomlTable(item)) : [];
}

export function tomlStrings(value: TomlValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

export function tomlString(value: TomlValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function openTable(root: TomlTable, path: string[], isArray: boolean, line: number): TomlTable {
  let table = root;
  path.forEach((key, index) => {
    const isLast = index === path.length - 1;
    const existing = table[key];
    if (isLast && isArray) {
      const list = Array.isArray(existing) ? existing : [];
      const next: TomlTable = {};
      list.push(next);
      table[key] = list;
      table = next;
      return;
    }
    const open = Array.isArray(existing) ? existing.at(-1) : existing;
    if (open === undefined) {
      const next: TomlTable = {};
      table[key] = next;
      table = next;
    } else if (typeof open === "object" && !Array.isArray(open)) {
      table = open;
    } else {
      throw new SyntaxError(`line ${line}: ${key} is a value, not a table`);
    }
  });
  return table;
}

function readValue(source: string, line: number): TomlValue {
  if (source === "true") return true;
  if (source === "false") return false;
  if (/^[+-]?\d[\d_]*(\.\d+)?$/.test(source)) return Number(source.replaceAll("_", ""));
  if (source.startsWith('"""') && source.endsWith('"""')) return source.slice(3, -3).replace(/^\n/, "");
  if (/^"(?:[^"\\]|\\.)*"$/.test(source)) return JSON.parse(source) as string;
  if (/^'[^']*'$/.test(source)) return source.slice(1, -1);
  if (source.startsWith("[") && source.endsWith("]")) {
    return splitTop(source.slice(1, -1)).map((item) => readValue(item, line));
  }
  if (source.startsWith("{") && source.endsWith("}")) {
    const table: TomlTable = {};
    for (const item of splitTop(source.slice(1, -1))) {
      const at = item.indexOf("=");
      table[item.slice(0, at).trim().replaceAll('"', "")] = readValue(item.slice(at + 1).trim(), line);
    }
    return table;
  }
  throw new SyntaxError(`line ${line}: cannot read the value ${source}`);
}

/** Walks `text` outside strings. */
function* outsideStrings(text: string): Generator<[number, string]> {
  let quote = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? "";
    if (quote) {
      if (character === "\\" && quote === '"') index += 1;
      else if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else yield [index, character];
  }
}

function withoutComment(line: string): string {
  for (const [index, character] of outsideStrings(line)) if (character === "#") return line.slice(0, index);
  return line;
}

function depth(text: string): number {
  let open = 0;
  for (const [, character] of outsideStrings(text)) {
    if (character === "[" || character === "{") open += 1;
    if (character === "]" || character === "}") open -= 1;
  }
  return open;
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let open = 0;
  let start = 0;
  for (const [index, character] of outsideStrings(text)) {
    if (character === "[" || character === "{") open += 1;
    if (character === "]" || character === "}") open -= 1;
    if (character === "," && open === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}
