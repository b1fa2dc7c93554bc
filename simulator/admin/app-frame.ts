import { embeddedUrl } from "../oauth/session-token.ts";
import { isInstalled } from "../sim.ts";
import type { Sim } from "../sim.ts";
import { escapeHtml } from "../storefront/escape-html.ts";
import { adminPage } from "./layout.ts";

/** The admin with the app in its frame, at `path` of the app. */
export function appFramePage(sim: Sim, path: string): string {
  const { name } = sim.options.appConfig();
  if (!isInstalled(sim)) return installPage(sim, name);

  return adminPage(sim, {
    title: name,
    current: "app",
    scripts: ["frame.js"],
    config: {
      appOrigin: sim.options.appUrl,
      apiKey: sim.options.apiKey,
      appName: name,
      home: "/app",
      scopes: { granted: sim.state.installation?.scopes ?? [], required: sim.options.appConfig().scopes, optional: [] },
    },
    body: `
      <div class="app-head"><strong data-app-title>${escapeHtml(name)}</strong><span data-app-actions></span></div>
      <iframe data-app-frame title="${escapeHtml(name)}" data-src="${escapeHtml(embeddedUrl(sim, path))}" allow="clipboard-write"></iframe>
      <div data-save-bar hidden role="region" aria-label="Unsaved changes"><span>Unsaved changes</span><span data-save-buttons></span></div>`,
  });
}

function installPage(sim: Sim, name: string): string {
  const scopes = sim.options.appConfig().scopes;
  return adminPage(sim, {
    title: `Install ${name}`,
    current: "app",
    isScrolling: true,
    body: `<div class="page">
      <h1>Install ${escapeHtml(name)}</h1>
      <div class="card">
        <p>${escapeHtml(name)} will be able to:</p>
        <ul>${scopes.map((scope) => `<li>${escapeHtml(describeScope(scope))} <code class="muted">${escapeHtml(scope)}</code></li>`).join("")}</ul>
        <p class="error-text" data-install-error role="alert"></p>
        <button class="primary" type="button" data-install>Install</button>
      </div>
    </div>`,
  });
}

function describeScope(scope: string): string {
  const [verb = "", ...rest] = scope.split("_");
  return `${verb === "write" ? "View and change" : "View"} ${rest.join(" ")}`;
}
