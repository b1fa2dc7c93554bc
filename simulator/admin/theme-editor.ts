import type { Sim } from "../sim.ts";
import { escapeHtml } from "../storefront/escape-html.ts";
import { readExtension } from "../storefront/extension.ts";
import type { ExtensionBlock } from "../storefront/extension.ts";
import { isBlockPlaced } from "../storefront/page.ts";
import { readTranslations, translate } from "../storefront/translations.ts";
import { adminPage } from "./layout.ts";

/** The blocks of the theme app extension; none while the folder is empty. */
function extensionBlocks(sim: Sim): ExtensionBlock[] {
  try {
    return readExtension(sim.options.extensionDirectory).blocks;
  } catch {
    return [];
  }
}

/**
 * The theme editor's panel of app embeds and app blocks beside a preview. A deep link's `activateAppId` (or
 * `addAppBlockId`) = KEY/HANDLE switches that block on, to be saved, as Shopify's does.
 */
export function themeEditorPage(sim: Sim, query: URLSearchParams): string {
  const asked = (query.get("activateAppId") ?? query.get("addAppBlockId") ?? "").split("/");
  const askedHandle = asked[0] === sim.options.apiKey ? (asked[1] ?? "") : "";
  const blocks = extensionBlocks(sim);
  const embeds = blocks.filter((block) => block.target !== "section");
  const appBlocks = blocks.filter((block) => block.target === "section");
  const template = query.get("template") ?? "index";
  const product = [...sim.state.products.values()][0];
  const preview = template === "product" && product ? `/products/${product.handle}` : "/";

  const card = (block: ExtensionBlock) => {
    const isAsked = block.handle === askedHandle;
    const isOn = isAsked || isBlockPlaced(sim, block);
    return `<div class="block-card${isAsked ? " asked" : ""}" data-block="${escapeHtml(block.handle)}" data-target="${block.target}">
      <label class="switch">${escapeHtml(schemaText(sim, block.name))}<input type="checkbox" role="switch" data-on${isOn ? " checked" : ""}></label>
      ${block.settings.map((setting) => settingField(sim, block, setting)).join("")}
    </div>`;
  };

  return adminPage(sim, {
    title: "Theme editor",
    current: "theme",
    scripts: ["theme-editor.js"],
    body: `<div class="editor">
      <section class="editor-side">
        <h1>App embeds</h1>
        <p class="muted">Meadow · live theme</p>
        ${embeds.map(card).join("") || '<p class="muted">The app is not installed or has no embeds.</p>'}
        <h2>App blocks</h2>
        ${appBlocks.map(card).join("")}
        <div class="editor-save"><button class="primary" type="button" data-save>Save</button></div>
      </section>
      <iframe data-preview title="Preview" src="${preview}?_sim_design_mode=1"></iframe>
    </div>`,
  });
}

/** What App Bridge's `app.extensions()` tells of our theme app extension. */
export function extensionActivations(sim: Sim): object[] {
  const themeId = "gid://shopify/OnlineStoreTheme/140000000001";
  return [
    {
      handle: "beckon",
      type: "theme_app_extension",
      activations: extensionBlocks(sim).map((block) => {
        const isOn = isBlockPlaced(sim, block);
        return {
          target: block.target,
          handle: block.handle,
          name: schemaText(sim, block.name),
          status: isOn ? "active" : "available",
          activations: isOn
            ? [{ target: block.target === "section" ? "template--product" : block.target, themeId }]
            : [],
        };
      }),
    },
  ];
}

function settingField(sim: Sim, block: ExtensionBlock, setting: ExtensionBlock["settings"][number]): string {
  const key = `${block.handle}.${setting.id}`;
  const value = sim.state.theme.embedSettings[key] ?? setting.default;
  const label = escapeHtml(setting.label ? schemaText(sim, setting.label) : setting.id);
  const name = `data-setting="${escapeHtml(key)}"`;
  if (setting.type === "checkbox") {
    return `<label class="row"><input type="checkbox" ${name}${value === true ? " checked" : ""}> ${label}</label>`;
  }
  if (!["text", "textarea", "color", "url", "number"].includes(setting.type)) return "";
  return `<label class="field">${label}<input ${name} value="${escapeHtml(value ?? "")}"${setting.type === "color" ? ' placeholder="#1f3a34"' : ""}></label>`;
}

/** "t:embed.name" in the extension's English schema texts. */
function schemaText(sim: Sim, text: string): string {
  if (!text.startsWith("t:")) return text;
  return translate(readTranslations(`${sim.options.extensionDirectory}/locales`, "schema"), "en", text.slice(2));
}
