import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { escapeHtml } from "./escape-html.ts";

/** Texts of a theme or an extension, by language: nested objects, a leaf a string. */
export type Translations = { defaultLocale: string; byLocale: Map<string, TextTree> };
export type TextTree = { [key: string]: string | TextTree };

/**
 * Reads `en.default.json`, `tr.json` … of a `locales` folder, or the theme editor's own texts (`en.default.schema.json` …). A
 * folder that is not there has none.
 */
export function readTranslations(folder: string, kind: "page" | "schema" = "page"): Translations {
  const translations: Translations = { defaultLocale: "en", byLocale: new Map() };
  const name = kind === "page" ? /^([A-Za-z-]+)(\.default)?\.json$/ : /^([A-Za-z-]+)(\.default)?\.schema\.json$/;

  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    const match = name.exec(file);
    if (!match?.[1]) continue;
    translations.byLocale.set(match[1], JSON.parse(readFileSync(join(folder, file), "utf8")) as TextTree);
    if (match[2]) translations.defaultLocale = match[1];
  }
  return translations;
}

/**
 * The text of a key as Shopify's `t` filter gives it: `{{ name }}` replaced (escaped unless the key ends in `_html`), a
 * `count` choosing the plural form, the default language where the asked one lacks it.
 */
export function translate(
  translations: Translations,
  locale: string,
  key: string,
  variables: Record<string, unknown> = {},
): string {
  const candidates = [locale, locale.split("-")[0] ?? locale, translations.defaultLocale];
  for (const candidate of candidates) {
    const found = lookUp(translations.byLocale.get(candidate), key, candidate, variables["count"]);
    if (found !== null) return fill(found, variables, key.endsWith("_html"));
  }
  return `Translation missing: ${locale}.${key}`;
}

function lookUp(tree: TextTree | undefined, key: string, locale: string, count: unknown): string | null {
  let node: string | TextTree | undefined = tree;
  for (const part of key.split(".")) {
    if (node === undefined || typeof node === "string") return null;
    node = node[part];
  }
  if (typeof node === "string") return node;
  if (node === undefined || count === undefined) return null;

  const plural = new Intl.PluralRules(locale).select(Number(count));
  const text = node[plural] ?? node["other"];
  return typeof text === "string" ? text : null;
}

function fill(text: string, variables: Record<string, unknown>, isHtml: boolean): string {
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => {
    const value = variables[name] ?? "";
    return isHtml ? String(value) : escapeHtml(value);
  });
}
