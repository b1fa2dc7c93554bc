import { isInstalled } from "../sim.ts";
import type { Sim } from "../sim.ts";
import { escapeHtml } from "../storefront/escape-html.ts";
import { safeJson } from "../storefront/liquid-filters.ts";

const ICONS: Record<string, string> = {
  home: `<path d="M3 11 12 4l9 7v9h-6v-6H9v6H3z"/>`,
  orders: `<path d="M4 4h16v16H4zM4 13h4l2 3h4l2-3h4"/>`,
  products: `<path d="M4 12V4h8l8 8-8 8zM8 8h.01"/>`,
  customers: `<circle cx="12" cy="8" r="4"/><path d="M4 21c1-5 4-7 8-7s7 2 8 7"/>`,
  store: `<path d="M4 10v10h16V10M3 10l2-6h14l2 6z"/>`,
  theme: `<path d="M12 3a9 9 0 1 0 0 18c2 0 2-2 1-3s0-3 2-3h3c2 0 3-1 3-3a9 9 0 0 0-9-9Z"/><path d="M8 9h.01M12 7h.01M16 9h.01"/>`,
  clock: `<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>`,
  app: `<path d="M6 17V11a6 6 0 1 1 12 0v6l2 2H4zM10 21h4"/>`,
};

type Page = {
  title: string;
  body: string;
  current: string;
  scripts?: string[];
  config?: object;
  isScrolling?: boolean;
};

/** A page of the simulated admin: bar, menu, `body`. */
export function adminPage(sim: Sim, page: Page): string {
  const { shop } = sim.state;
  const { apiKey } = sim.options;
  const { name } = sim.options.appConfig();
  const item = (key: string, label: string, href: string) =>
    `<a href="${href}"${page.current === key ? ' aria-current="page"' : ""}>${icon(key)}${label}</a>`;
  const appMenu = isInstalled(sim)
    ? `<h2>Apps</h2>${item("app", escapeHtml(name), `/admin/apps/${apiKey}`)}<nav class="sub" data-app-nav aria-label="${escapeHtml(name)}"></nav>`
    : `<h2>Apps</h2>${item("app", `${escapeHtml(name)} (install)`, "/admin")}`;

  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)} · ${escapeHtml(shop.name)} · Simulated admin</title>
<link rel="icon" href="/cdn/shop/t/1/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/admin/assets/admin.css">
</head>
<body>
<header class="top">
  <span class="row"><button class="nav-toggle" type="button" data-nav-toggle aria-label="Menu">☰</button><a class="brand" href="/admin"><svg viewBox="0 0 32 32" aria-hidden="true"><path d="M16 3c7 4 10 9 10 14a10 10 0 0 1-20 0C6 12 9 7 16 3Z" fill="#36e29d"/></svg>admin</a></span>
  <span class="search" aria-hidden="true">Search</span>
  <a class="store" href="/" target="_blank" rel="noopener"><i>${escapeHtml(shop.name.slice(0, 1))}${escapeHtml(shop.name.split(" ").at(-1)?.slice(0, 1) ?? "")}</i><span>${escapeHtml(shop.name)}</span></a>
</header>
<aside class="side">
  ${item("home", "Home", "/admin")}
  ${item("orders", "Orders", "/admin/simulator#orders")}
  ${item("products", "Products", "/admin/simulator#products")}
  ${item("customers", "Customers", "/admin/simulator#customers")}
  <h2>Sales channels</h2>
  ${item("store", "Online store", "/")}
  ${item("theme", "Theme editor", "/admin/themes/current/editor?context=apps")}
  ${appMenu}
  <div class="bottom">${item("clock", "Simulation controls", "/admin/simulator#clock")}</div>
</aside>
<div class="nav-shade" data-nav-shade></div>
<main class="main${page.isScrolling ? " scroll" : ""}">${page.body}</main>
<div data-toasts role="status" aria-live="polite"></div>
${page.config ? `<script type="application/json" id="sim-config">${safeJson(page.config)}</script>` : ""}
${["admin.js", ...(page.scripts ?? [])].map((file) => `<script src="/admin/assets/${file}"></script>`).join("\n")}
</body>
</html>`;
}

function icon(name: string): string {
  return `<svg viewBox="0 0 24 24" aria-hidden="true">${ICONS[name] ?? ""}</svg>`;
}
