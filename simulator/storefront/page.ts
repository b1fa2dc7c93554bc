import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SimResponse } from "../http.ts";
import { html } from "../http.ts";
import { isInstalled } from "../sim.ts";
import type { Sim } from "../sim.ts";
import { cartDrop } from "./cart-json.ts";
import { blockAssetTags, isAllowedOn, renderBlock, watchExtension } from "./extension.ts";
import type { Extension, ExtensionBlock } from "./extension.ts";
import { createLiquid } from "./liquid-engine.ts";
import { appMetafields, pageGlobals } from "./page-globals.ts";
import { pixelLoaderScript } from "./pixel.ts";
import { shopifyObjectScript } from "./shopify-object.ts";
import { readTranslations, translate } from "./translations.ts";
import type { Visit } from "./visit.ts";

/** Folder of the theme's Liquid files, assets and locales. */
const THEME_DIRECTORY = join(import.meta.dirname, "theme");

/** Renders pages of the theme with the app's blocks in their places. */
export type PageRenderer = {
  translations: ReturnType<typeof readTranslations>;
  /** @param page the page's own objects, such as `product`; `page_title` names the document */
  render(visit: Visit, template: string, page?: Record<string, unknown>, status?: number): SimResponse;
  /** A page whose content is Liquid of the app's, as the app proxy renders `application/liquid`. */
  renderLiquid(visit: Visit, source: string, status: number): SimResponse;
};

// Words that the theme's script shows by itself.
const SCRIPT_TEXTS = {
  add: "product.add",
  adding: "product.adding",
  soldOut: "product.sold_out",
  unavailable: "product.unavailable",
  failed: "cart.failed",
};

export function createPageRenderer(sim: Sim): PageRenderer {
  const translations = readTranslations(join(THEME_DIRECTORY, "locales"));
  const theme = createLiquid([join(THEME_DIRECTORY, "snippets")], {
    assetBase: "/cdn/shop/t/1/assets/",
    translations,
  });
  const currentExtension = watchExtension(sim.options.extensionDirectory);
  const templates = new Map<string, ReturnType<typeof theme.parse>>();

  function parsed(file: string) {
    let template = templates.get(file);
    if (!template) templates.set(file, (template = theme.parse(readFileSync(join(THEME_DIRECTORY, file), "utf8"))));
    return template;
  }

  // What a page of this template is rendered with: global objects, and the app's blocks in their places.
  function prepare(visit: Visit, template: string, page: Record<string, unknown>) {
    const globals = { ...pageGlobals(sim, visit, template, translations), cart: cartDrop(sim, visit), ...page };
    return { visit, globals, placed: placeBlocks(sim, currentExtension(), globals, template) };
  }

  function inLayout({ visit, globals, placed }: ReturnType<typeof prepare>, content: string, status: number) {
    const texts = Object.fromEntries(
      Object.entries(SCRIPT_TEXTS).map(([name, key]) => [name, translate(translations, visit.locale, key)]),
    );
    const layout = {
      ...globals,
      content_for_header: [shopifyObjectScript(sim, visit, texts), placed.head].join("\n"),
      content_for_layout: content,
      content_for_footer_blocks: placed.footer,
      content_for_body_end: [placed.body, pixelLoaderScript(sim, visit)].join("\n"),
    };
    const body = String(theme.renderSync(parsed("layout/theme.liquid"), {}, { globals: layout }));
    return html(body, status, { "cache-control": "no-store" });
  }

  return {
    translations,
    render(visit, template, page = {}, status = 200) {
      const prepared = prepare(visit, template, page);
      const globals = { ...prepared.globals, content_for_product_blocks: prepared.placed.main };
      const content = String(theme.renderSync(parsed(`templates/${template}.liquid`), {}, { globals }));
      return inLayout(prepared, content, status);
    },
    renderLiquid(visit, source, status) {
      const prepared = prepare(visit, "page", {});
      const withoutLayout = /\{%-?\s*layout\s+none\s*-?%\}/.test(source);
      const liquid = source.replace(/\{%-?\s*layout\s+\w+\s*-?%\}/g, "");
      const content = String(theme.parseAndRenderSync(liquid, {}, { globals: prepared.globals }));
      return withoutLayout ? html(content, status) : inLayout(prepared, `<div class="wrap">${content}</div>`, status);
    },
  };
}

/** Whether the merchant has this block in the theme. The embed is a switch; app blocks stay until they are taken out. */
export function isBlockPlaced(sim: Sim, block: ExtensionBlock): boolean {
  if (!isInstalled(sim)) return false;
  if (block.target !== "section") return sim.state.theme.isEmbedOn;
  return sim.state.theme.embedSettings[`${block.handle}.disabled`] !== true;
}

type Placed = { head: string; body: string; main: string; footer: string };

// Where a theme's sections would hold the app's blocks: those for product pages beside the product, others in the footer.
function placeBlocks(sim: Sim, extension: Extension | null, globals: object, template: string): Placed {
  const placed: Placed = { head: "", body: "", main: "", footer: "" };
  if (!extension) return placed;

  const blocks = extension.blocks.filter((block) => isBlockPlaced(sim, block) && isAllowedOn(block, template));
  const appGlobals = { ...globals, app: { metafields: appMetafields(sim) } };
  placed.head = blockAssetTags(blocks);
  for (const block of blocks) {
    const isForProducts = block.templates.enabledOn?.includes("product") ?? false;
    const place =
      block.target === "section" ? (isForProducts ? "main" : "footer") : block.target === "body" ? "body" : "head";
    placed[place] += renderBlock(extension, block, { globals: appGlobals, settings: settingsOf(sim, block), template });
  }
  return placed;
}

function settingsOf(sim: Sim, block: ExtensionBlock): Record<string, unknown> {
  const prefix = `${block.handle}.`;
  return Object.fromEntries(
    Object.entries(sim.state.theme.embedSettings)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}
