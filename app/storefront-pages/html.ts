/** Text that is HTML already. Everything else put into `html` is escaped. */
export type Html = { readonly markup: string };

/** A template whose values are escaped, unless they are HTML themselves. Null and false are nothing; lists are joined. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return { markup: strings.reduce((text, part, i) => text + part + (i < values.length ? render(values[i]) : ""), "") };
}

export type HtmlValue = string | number | null | undefined | false | Html | HtmlValue[];

/** JSON that may stand inside a script element: no `</script>`, no HTML comment, no line separators. */
export function jsonInScript(value: unknown): Html {
  const text = JSON.stringify(value)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
  return { markup: text };
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return "";
  if (Array.isArray(value)) return value.map(render).join("");
  if (typeof value === "object") return value.markup;
  return String(value)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}
