import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Liquid } from "liquidjs";
import { createLiquid } from "./liquid-engine.ts";
import { readSchema } from "./liquid-tags.ts";
import { readTranslations } from "./translations.ts";

/** Where the storefront serves the files of `assets/`. */
export const EXTENSION_ASSETS = "/cdn/extensions/beckon/assets/";

/** One file of `blocks/`, as its schema describes it. */
export type ExtensionBlock = {
  /** File name without ".liquid": what deep links and settings_data.json call it. */
  handle: string;
  source: string;
  /** `head` and `body` blocks are app embeds, `section` blocks app blocks. */
  target: "head" | "compliance_head" | "body" | "section";
  name: string;
  javascript: string | null;
  stylesheet: string | null;
  settings: BlockSetting[];
  templates: { enabledOn: string[] | null; disabledOn: string[] };
};

export type BlockSetting = { type: string; id: string; label: string | null; default: unknown };

/** A theme app extension read from its folder. */
export type Extension = { blocks: ExtensionBlock[]; liquid: Liquid };

/**
 * A function that gives the extension in `directory`, read again whenever one of its files has changed; null while the
 * folder has no blocks.
 */
export function watchExtension(directory: string): () => Extension | null {
  let stamp = "";
  let extension: Extension | null = null;
  return () => {
    const next = stampOf(directory);
    if (next !== stamp) {
      stamp = next;
      extension = next === "" ? null : readExtension(directory);
    }
    return extension;
  };
}

/** @throws SyntaxError when a schema is not JSON, as Shopify refuses to deploy it */
export function readExtension(directory: string): Extension {
  const blocks = readdirSync(join(directory, "blocks"))
    .filter((file) => file.endsWith(".liquid"))
    .map((file) => readBlock(file.slice(0, -".liquid".length), readFileSync(join(directory, "blocks", file), "utf8")));
  const locales = join(directory, "locales");
  const liquid = createLiquid([join(directory, "snippets")], {
    assetBase: EXTENSION_ASSETS,
    translations: readTranslations(locales),
  });
  return { blocks, liquid };
}

/** What a block needs beside the page's global objects. */
export type BlockContext = {
  /** Global objects of the page, with `app.metafields`. */
  globals: object;
  /** What the theme editor stored; the schema's defaults stand for the rest. */
  settings: Record<string, unknown>;
  template: string;
};

/** The block's HTML in the wrapper that Shopify gives it, or "" where its schema does not allow it. */
export function renderBlock(extension: Extension, block: ExtensionBlock, context: BlockContext): string {
  if (!isAllowedOn(block, context.template)) return "";

  const settings: Record<string, unknown> = {};
  for (const setting of block.settings) settings[setting.id] = context.settings[setting.id] ?? setting.default;

  const id = `sim-${block.handle}`;
  const globals = { ...context.globals, block: { id, type: block.handle, settings, shopify_attributes: "" } };
  const inner = String(extension.liquid.parseAndRenderSync(block.source, {}, { globals }));
  if (block.target === "head" || block.target === "compliance_head") return inner;
  return `<div id="shopify-block-${id}" class="shopify-block shopify-app-block">${inner}</div>`;
}

/** The tags for the files that a block's schema names: loaded once per page, script deferred, in the head. */
export function blockAssetTags(blocks: ExtensionBlock[]): string {
  const styles = new Set(blocks.flatMap((block) => block.stylesheet ?? []));
  const scripts = new Set(blocks.flatMap((block) => block.javascript ?? []));
  return [
    ...[...styles].map((file) => `<link rel="stylesheet" media="all" href="${EXTENSION_ASSETS}${file}">`),
    ...[...scripts].map((file) => `<script src="${EXTENSION_ASSETS}${file}" defer></script>`),
  ].join("\n");
}

export function isAllowedOn(block: ExtensionBlock, template: string): boolean {
  const { enabledOn, disabledOn } = block.templates;
  if (enabledOn) return enabledOn.includes("*") || enabledOn.includes(template);
  return !disabledOn.includes("*") && !disabledOn.includes(template);
}

function readBlock(handle: string, source: string): ExtensionBlock {
  const schema = asObject(readSchema(source));
  const target = text(schema["target"]) ?? "section";
  return {
    handle,
    source,
    target: target === "head" || target === "body" || target === "compliance_head" ? target : "section",
    name: text(schema["name"]) ?? handle,
    javascript: text(schema["javascript"]),
    stylesheet: text(schema["stylesheet"]),
    settings: list(schema["settings"]).flatMap((entry) => {
      const setting = asObject(entry);
      const id = text(setting["id"]);
      if (!id) return [];
      const { type, label, default: preset } = setting;
      return [{ id, type: text(type) ?? "", label: text(label), default: preset ?? blankOf(type) }];
    }),
    templates: {
      enabledOn: schema["enabled_on"] ? list(asObject(schema["enabled_on"])["templates"]).map(String) : null,
      disabledOn: list(asObject(schema["disabled_on"])["templates"]).map(String),
    },
  };
}

// Liquid gets an empty value of the setting's kind where the schema has no default.
function blankOf(type: unknown): unknown {
  if (type === "checkbox") return false;
  if (type === "text" || type === "textarea") return "";
  return null;
}

function stampOf(directory: string): string {
  if (!existsSync(join(directory, "blocks"))) return "";
  return ["blocks", "snippets", "locales"]
    .map((name) => join(directory, name))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => `${file}:${statSync(join(folder, file)).mtimeMs}`))
    .join("|");
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
