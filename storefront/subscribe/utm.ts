/** `utm_source=x&utm_medium=y` as `{ source: "x", medium: "y" }`; undefined when there is none. */
export function utmOf(query: string | undefined): Record<string, string> | undefined {
  const marks = [...new URLSearchParams(query)].filter(([name]) => name.startsWith("utm_"));
  if (!marks.length) return undefined;
  return Object.fromEntries(marks.map(([name, value]) => [name.slice(4), value.slice(0, 200)]));
}
