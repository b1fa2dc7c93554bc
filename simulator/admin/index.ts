import { readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { HttpError, html, json, readJsonObject } from "../http.ts";
import type { Router, SimResponse } from "../http.ts";
import { mintSessionToken } from "../oauth/session-token.ts";
import { isInstalled } from "../sim.ts";
import type { Sim } from "../sim.ts";
import { moveProxy, proxyPathOf } from "../storefront/proxy-path.ts";
import { appFramePage } from "./app-frame.ts";
import { controlsPage } from "./controls.ts";
import { samplePayload } from "./sample-payload.ts";
import { extensionActivations, themeEditorPage } from "./theme-editor.ts";

const TYPES: Record<string, string> = { ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8" };

/** The merchant's admin: the frame with the app, the theme editor's app embeds, and the controls of the simulation. */
export function registerAdmin(router: Router, sim: Sim): void {
  router.on("GET", "/_sim/app-bridge.js", () => asset("app-bridge.js"));
  router.on("GET", "/admin/assets/:file", ({ params }) => asset(params["file"] ?? ""));

  router.on("GET", "/admin", () => page(appFramePage(sim, "/app")));
  router.on("GET", "/admin/apps/:key", () => page(appFramePage(sim, "/app")));
  router.on("GET", "/admin/apps/:key/*", ({ params, url }) =>
    page(appFramePage(sim, `/${params["rest"] || "app"}${url.search}`)),
  );
  router.on("GET", "/admin/themes/:theme/editor", ({ url }) => page(themeEditorPage(sim, url.searchParams)));
  router.on("GET", "/admin/simulator", () => page(controlsPage(sim)));

  router.on("POST", "/admin/session-token", () => {
    if (!isInstalled(sim)) throw new HttpError(403, "The app is not installed.");
    return json({ token: mintSessionToken(sim) }, 200, { "cache-control": "no-store" });
  });
  router.on("GET", "/admin/extensions", () => json(extensionActivations(sim)));
  router.on("GET", "/admin/sample-payload", ({ url }) =>
    json({ payload: samplePayload(sim, url.searchParams.get("topic") ?? "") }),
  );
  router.on("POST", "/admin/proxy-path", (request) => {
    try {
      moveProxy(sim, String(readJsonObject(request)["path"] ?? ""));
    } catch (error) {
      if (error instanceof RangeError) throw new HttpError(400, error.message);
      throw error;
    }
    return json({ path: proxyPathOf(sim) });
  });
}

function page(body: string): SimResponse {
  return html(body, 200, { "cache-control": "no-store" });
}

function asset(name: string): SimResponse {
  const file = basename(name);
  try {
    const body = readFileSync(join(import.meta.dirname, "assets", file));
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    // The app's own page loads the App Bridge stand-in from here.
    return {
      status: 200,
      headers: { "content-type": type, "cache-control": "no-cache", "access-control-allow-origin": "*" },
      body,
    };
  } catch {
    return { status: 404, body: "Not Found" };
  }
}
