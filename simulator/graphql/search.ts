/** What a resource can be searched by: "created_at" → its value. Lists match when one item does. */
export type Searchable = Record<string, string | number | boolean | Date | null | readonly string[]>;

/**
 * Shopify's search syntax as far as apps use it: terms joined by AND or a space, `field:value`, `field:>=value`, a leading
 * minus, quotes, a trailing star; a word without a field is looked for in `title`, `name` and `email`. A field the
 * resource does not have matches nothing.
 */
export function matchesSearch(query: string | null | undefined, of: Searchable): boolean {
  const terms = (query ?? "").match(/-?(?:[\w.]+:[<>=]*)?(?:"[^"]*"|'[^']*'|[^\s()]+)/g) ?? [];
  return terms.filter((term) => term !== "AND").every((term) => matchesTerm(term, of));
}

function matchesTerm(term: string, of: Searchable): boolean {
  const isNegated = term.startsWith("-");
  const match = /^-?(?:([\w.]+):)?(>=|<=|>|<)?["']?(.*?)["']?$/s.exec(term);
  const [, field, comparison, wanted = ""] = match ?? [];
  const fields = field ? [field] : ["title", "name", "email"];
  const isFound = fields.some((name) => {
    const value = of[name];
    if (value === undefined || value === null) return false;
    const values = Array.isArray(value) ? (value as readonly string[]) : [value as string | number | boolean | Date];
    return values.some((one) => compares(one, comparison ?? null, wanted, field === undefined));
  });
  return isFound !== isNegated;
}

function compares(
  value: string | number | boolean | Date,
  comparison: string | null,
  wanted: string,
  isAnywhere: boolean,
): boolean {
  if (comparison !== null) {
    const own = value instanceof Date ? value.getTime() : Number(value);
    const other = value instanceof Date ? new Date(wanted).getTime() : Number(wanted);
    if (comparison === ">=") return own >= other;
    if (comparison === "<=") return own <= other;
    return comparison === ">" ? own > other : own < other;
  }
  const own = (value instanceof Date ? value.toISOString() : String(value)).toLowerCase();
  const text = wanted.toLowerCase();
  if (text === "*") return true;
  if (text.endsWith("*")) return own.startsWith(text.slice(0, -1));
  return isAnywhere ? own.includes(text) : own === text;
}
