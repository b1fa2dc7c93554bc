import { readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { createRequire } from "node:module";
import { productImageSvg } from "../catalogue.ts";
import type { SimResponse } from "../http.ts";
import type { Sim } from "../sim.ts";
import { EXTENSION_ASSETS } from "./extension.ts";
import { shopIconPng } from "./shop-icon.ts";

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

const THEME_ASSETS = "/cdn/shop/t/1/assets/";
const FONTS: Record<string, string> = {
  "inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "inter-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
};

/** Answers what Shopify's CDN serves: theme and extension assets, product pictures. Null for other paths. */
export function answerFile(sim: Sim, path: string): SimResponse | null {
  if (!path.startsWith("/cdn/")) return path === "/favicon.ico" ? { status: 204 } : null;

  // The name alone: no way out of the folder.
  const name = basename(decodeURIComponent(path));
  if (path.startsWith(THEME_ASSETS)) {
    const font = FONTS[name];
    return file(
      font ? createRequire(import.meta.url).resolve(font) : join(import.meta.dirname, "theme", "assets", name),
    );
  }
  if (path.startsWith(EXTENSION_ASSETS)) return file(join(sim.options.extensionDirectory, "assets", name), "no-cache");
  if (path === "/cdn/shop/icon-192.png") return answer(shopIconPng(192), "image/png", "public, max-age=86400");

  const picture = /^\/cdn\/shop\/files\/(.+)\.svg$/.exec(path)?.[1];
  const svg = picture ? productImageSvg(decodeURIComponent(picture)) : null;
  return svg ? answer(svg, "image/svg+xml", "public, max-age=86400") : { status: 404 };
}

function file(path: string, cacheControl = "no-cache"): SimResponse {
  try {
    return answer(readFileSync(path), TYPES[extname(path)] ?? "application/octet-stream", cacheControl);
  } catch {
    return { status: 404, headers: { "content-type": "text/plain" }, body: "Not Found" };
  }
}

function answer(body: string | Uint8Array, type: string, cacheControl: string): SimResponse {
  // The CDN is another origin on a real shop and lets any page use its files.
  return {
    status: 200,
    headers: { "content-type": type, "cache-control": cacheControl, "access-control-allow-origin": "*" },
    body,
  };
}
