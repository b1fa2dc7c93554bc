import { directionOf } from "./ui/direction.ts";

/** What makes the shop's icon on an iPhone's home screen an app, which alone may show notifications there. */
export type WebManifest = {
  id: string;
  name: string;
  short_name: string;
  start_url: string;
  scope: string;
  display: "standalone";
  lang: string;
  dir: "ltr" | "rtl";
  background_color: string;
  theme_color: string;
  icons: { src: string; sizes: string; type?: string }[];
};

/**
 * Body of GET manifest.webmanifest below the proxy's path (application/manifest+json). The install sheet links it. Start
 * and scope are the shop's root, which the manifest may name although it lies deeper.
 *
 * @param iconUrl a square picture; null: the browser takes the page's apple-touch-icon
 */
export function buildWebManifest(shop: { name: string; locale: string; iconUrl: string | null }): WebManifest {
  return {
    id: "/?beckon=home",
    name: shop.name,
    // What fits below an icon.
    short_name: shop.name.length > 12 ? shop.name.split(/\s+/)[0]!.slice(0, 12) : shop.name,
    start_url: "/?utm_source=home_screen",
    scope: "/",
    display: "standalone",
    lang: shop.locale,
    dir: directionOf(shop.locale),
    background_color: "#ffffff",
    theme_color: "#ffffff",
    icons: shop.iconUrl ? [{ src: shop.iconUrl, sizes: "192x192" }] : [],
  };
}
