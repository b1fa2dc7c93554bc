import { Drop, Liquid, LiquidError } from "liquidjs";
import type { Template } from "liquidjs";
import type { DiscountValue } from "./discount-offers.ts";
import { discountInWords } from "./discount-words.ts";
import { formatInstant, formatMoney } from "./format-values.ts";
import { isolateLeftToRight, isolateWords } from "./isolate.ts";
import { fieldFallback, KEYWORD_FIELDS, LEFT_TO_RIGHT_FIELDS, TEMPLATE_FIELDS } from "./template-fields.ts";
import { chooseLocale } from "./locales.ts";
import type { Localized, Money, TemplateFacts, TemplateField } from "./template-fields.ts";

// Merchants write these texts; a shopper's cart fills them. Neither may reach a file, another template or our objects, or
// keep the process busy. Limits: source 4,000 characters, one second (by the wall clock: a busy machine must not
// cost a message), a few hundred kilobytes, and what comes out is cut.

const LONGEST_SOURCE = 4_000;
const RENDER_LIMIT_MS = 1_000;
const MEMORY_LIMIT = 200_000;
const LONGEST_OUTPUT = 1_000;
const PARSED_TEMPLATES = 500;

/** A field that is not known: false in conditions, replaced by `default`, and its fallback where it is written out. */
class MissingField extends Drop {
  // Private by the language: a template can read every other property.
  readonly #field: TemplateField;
  readonly #fallback: string;
  constructor(field: TemplateField, fallback: string) {
    super();
    this.#field = field;
    this.#fallback = fallback;
  }
  override valueOf(): null {
    return null;
  }
  static writeOut(missing: MissingField): string {
    if (missing.#fallback === "") holesOfRender.current?.add(missing.#field);
    return missing.#fallback;
  }
}

/** A place in a text where something is wrong, both counted from 1. */
export type TemplateProblem = { message: string; line: number; column: number };

const holesOfRender: { current: Set<TemplateField> | null } = { current: null };

const engine = makeEngine();

function makeEngine(): Liquid {
  const liquid = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    cache: false,
    templates: {},
    parseLimit: LONGEST_SOURCE,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT,
    outputEscape: writeOut,
  });
  // Nothing to include, nothing to lay out.
  for (const tag of ["include", "render", "layout", "block"]) delete liquid.tags[tag];
  liquid.registerFilter("upcase_first", (value: unknown) => upcaseFirst(String(value ?? "")));
  fillHolesBeforeFilters(liquid);
  return liquid;
}

/**
 * `{{ code | upcase }}` writes a field out as much as `{{ code }}` does: its fallback goes through the filter, and where there is
 * none the hole is noted. Only `default` is there to see that a field is missing.
 */
function fillHolesBeforeFilters(liquid: Liquid): void {
  for (const [name, filter] of Object.entries(liquid.filters)) {
    if (name === "default" || typeof filter !== "function") continue;
    liquid.filters[name] = function (...values: unknown[]) {
      const filled = values.map((value) => (value instanceof MissingField ? MissingField.writeOut(value) : value));
      return Reflect.apply(filter, this, filled) as unknown;
    };
  }
}

function upcaseFirst(text: string): string {
  const [first = ""] = text;
  return first.toLocaleUpperCase() + text.slice(first.length);
}

function writeOut(value: unknown): string {
  if (value instanceof MissingField) return MissingField.writeOut(value);
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return Array.isArray(value) ? value.map(writeOut).join("") : "";
  return String(value);
}

/** What is wrong with a text: Liquid that does not parse or end, and names that are no field. Empty when it is fine. */
export function checkTemplate(source: string): TemplateProblem[] {
  let template: Template[];
  try {
    template = engine.parse(source);
  } catch (error) {
    return [problemOf(error)];
  }

  const { globals } = engine.analyzeSync(template, { partials: false });
  const misused = Object.entries(globals).flatMap(([name, uses]) =>
    uses
      .filter(({ segments }) => !Object.hasOwn(TEMPLATE_FIELDS, name) || segments.length > 1)
      .map(({ location, segments }) => ({
        message: `unknown variable "${segments.length > 1 ? segments.join(".") : name}"`,
        line: location.row,
        column: location.col,
      })),
  );
  if (misused.length > 0) return misused;

  try {
    renderTemplate(source, exampleFacts(), { locale: "en", timezone: "UTC" });
  } catch (error) {
    return [problemOf(error)];
  }
  return [];
}

/** Values for previews and trials; `code_expires` is an instant in the near future of the example. */
export function exampleFacts(now: Date = new Date(Date.UTC(2026, 10, 21, 12))): TemplateFacts {
  const examples = Object.fromEntries(Object.entries(TEMPLATE_FIELDS).map(([field, { example }]) => [field, example]));
  return { ...examples, code_expires: new Date(now.getTime() + 2 * 86_400_000) } as TemplateFacts;
}

export type RenderedText = {
  text: string;
  /** Fields that were written out, are not known and have no fallback. */
  holes: ReadonlySet<TemplateField>;
};

/**
 * Renders one text for one shopper: tidy, on its own line breaks, without control characters, at most 1,000 characters.
 *
 * @throws LiquidError when the text does not parse or breaks its limits
 */
export function renderTemplate(
  source: string,
  facts: TemplateFacts,
  { locale, timezone }: { locale: string; timezone: string },
): RenderedText {
  const holes = new Set<TemplateField>();
  // Rendering is synchronous, so one slot is enough and cannot mix two renders up.
  holesOfRender.current = holes;
  try {
    const { template, fields } = parsed(source);
    const rendered: unknown = engine.renderSync(template, scopeOf(fields, facts, locale, timezone));
    return { text: tidy(String(rendered)).slice(0, LONGEST_OUTPUT), holes };
  } finally {
    holesOfRender.current = null;
  }
}

type ParsedText = { template: Template[]; fields: TemplateField[] };
const templates = new Map<string, ParsedText>();

/** A campaign renders the same few texts for everybody: the last ones are parsed once. */
function parsed(source: string): ParsedText {
  const known = templates.get(source);
  if (known) return known;
  const template = engine.parse(source);
  const { globals } = engine.analyzeSync(template, { partials: false });
  // Only what it speaks of is written out for each person.
  const fields = Object.keys(globals).filter((name): name is TemplateField => Object.hasOwn(TEMPLATE_FIELDS, name));
  const text = { template, fields };
  if (templates.size >= PARSED_TEMPLATES) templates.delete(templates.keys().next().value as string);
  templates.set(source, text);
  return text;
}

function scopeOf(
  fields: TemplateField[],
  facts: TemplateFacts,
  locale: string,
  timezone: string,
): Record<string, unknown> {
  const scope: Record<string, unknown> = {};
  for (const field of fields) {
    const value = facts[field];
    const text = value === null || value === undefined ? "" : writeFact(field, value, locale, timezone);
    scope[field] = text === "" ? new MissingField(field, fieldFallback(field, locale)) : text;
  }
  return scope;
}

function writeFact(
  field: TemplateField,
  value: string | number | Date | Money | Localized | DiscountValue,
  locale: string,
  timezone: string,
): string | number {
  if (typeof value === "number") return value;
  if (value instanceof Date) return isolateWords(formatInstant(value, locale, timezone), locale);
  if (typeof value === "object" && "byLanguage" in value) return isolateWords(inLanguage(value, locale), locale);
  if (typeof value === "object" && "type" in value) return discountInWords(value, locale) ?? "";
  if (typeof value === "string" && KEYWORD_FIELDS.has(field)) return value;
  const text = typeof value === "object" ? formatMoney(value, locale) : value;
  return LEFT_TO_RIGHT_FIELDS.has(field) ? isolateLeftToRight(text, locale) : isolateWords(text, locale);
}

function inLanguage({ byLanguage }: Localized, locale: string): string {
  return byLanguage[chooseLocale(Object.keys(byLanguage), [locale, "en"])] ?? "";
}

/** What a field that is not there leaves behind: double spaces, a space before a comma, empty quotes and brackets. */
function tidy(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\n]/gu, " ")
    .replaceAll(/\(\s*\)|\[\s*\]|“\s*”|«\s*»|"\s*"/g, "")
    .replaceAll(/[^\S\n]+/g, " ")
    .replaceAll(/ +([,.!?;:،؛؟])/g, "$1")
    .replaceAll(/[,،]+([.!?؟])/g, "$1")
    .replaceAll(/ *\n */g, "\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .replaceAll(/^[\s,،:;]+|[\s,،:;]+$/g, "");
}

function problemOf(error: unknown): TemplateProblem {
  if (LiquidError.is(error)) {
    const [line = 1, column = 1] = error.token?.getPosition() ?? [];
    const message = error.message.replace(/, line:\d+, col:\d+.*$/s, "").replace(/^\w+Error: /, "");
    return { message, line, column };
  }
  return { message: error instanceof Error ? error.message : String(error), line: 1, column: 1 };
}
