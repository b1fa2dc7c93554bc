import { pickTexts } from "../ui/pick-texts.ts";
import { escape, openSheet, untilUncovered } from "../ui/sheet.ts";
import { INSTALL_TEXTS } from "./texts.ts";

// Safari on an iPhone: notifications exist only for a shop on the home screen. Shown in place of the prompt.

const { Beckon } = window;

Beckon.install = { show };

const draw = (path: string) =>
  `<svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;
const SHARE = draw(
  '<path d="M12 15V3.5M8.5 7 12 3.5 15.5 7"/><path d="M8 10.5H6.5A1.5 1.5 0 0 0 5 12v7a1.5 1.5 0 0 0 1.5 1.5h11A1.5 1.5 0 0 0 19 19v-7a1.5 1.5 0 0 0-1.5-1.5H16"/>',
);
const ADD = draw('<rect x="4" y="4" width="16" height="16" rx="4"/><path d="M12 8.5v7M8.5 12h7"/>');
const OPEN = draw(
  '<path d="M6 9a6 6 0 1 1 12 0c0 5 2 6.5 2 7.5H4C4 15.5 6 14 6 9Z"/><path d="M10 20a2.2 2.2 0 0 0 4 0"/>',
);

const CSS = `
ol{list-style:none;padding:0;margin-top:16px;display:grid;gap:8px}
li{display:flex;align-items:center;gap:12px;font-size:15px;font-weight:500;min-height:44px;padding:6px 12px;border-radius:12px;background:rgb(from var(--ink) r g b/.05)}
li svg{flex:none;color:var(--accent)}`.replace(/\n/g, "");

async function show(): Promise<void> {
  await untilUncovered();
  const { locale, shop, accent, config } = Beckon.page;
  const chosen = pickTexts(INSTALL_TEXTS, locale, config.defaultLocale)!;
  const say = (name: keyof typeof chosen) => escape(chosen[name].replace("{shop}", shop));
  linkManifest();
  const sheet = openSheet({
    name: "install-sheet",
    position: "bottom",
    locale,
    accent,
    css: CSS,
    html: `<h2 id="title">${say("title")}</h2><p id="text">${say("text")}</p>
<ol><li>${SHARE}<span>${say("share")}</span></li><li>${ADD}<span>${say("add")}</span></li><li>${OPEN}<span>${say("open")}</span></li></ol>
<div class="row"><button type="button" class="main" data-beckon="dismiss">${say("close")}</button></div>`,
    onEscape: close,
  });
  sheet.root.querySelector("button")!.addEventListener("click", close);

  function close() {
    sheet.close();
    Beckon.track("prompt_dismissed", { variant: "install" });
  }
}

/** What makes the icon on the home screen an app that may ask. A manifest of the theme's own is left alone. */
function linkManifest(): void {
  const { config, icon, shop } = Beckon.page;
  if (!document.querySelector("link[rel=manifest]")) {
    addToHead("link", { rel: "manifest", href: `${config.proxyPath}/manifest.webmanifest` });
  }
  if (icon && !document.querySelector("link[rel^=apple-touch-icon]")) {
    addToHead("link", { rel: "apple-touch-icon", href: icon });
  }
  if (!document.querySelector("meta[name=apple-mobile-web-app-title]")) {
    addToHead("meta", { name: "apple-mobile-web-app-title", content: shop });
  }
}

function addToHead(name: string, attributes: Record<string, string>): void {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  document.head.append(element);
}
