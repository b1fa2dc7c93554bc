import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseToml, tomlTable } from "../toml.ts";
import { isInstalled } from "../sim.ts";
import type { Sim } from "../sim.ts";
import type { Checkout } from "../state.ts";
import { safeJson } from "./liquid-filters.ts";
import { COOKIES } from "./visit.ts";
import type { Visit } from "./visit.ts";

const MANAGER = readFileSync(new URL("browser/pixel-manager.js", import.meta.url), "utf8").trim();
const SANDBOX = readFileSync(new URL("browser/pixel-sandbox.js", import.meta.url), "utf8")
  .replace(/^\/\/.*\n/, "")
  .trim();

/** Standard events waiting for the next page of their checkout. */
export type PixelQueue = {
  add(checkoutToken: string, name: string, orderId?: string): void;
  take(checkoutToken: string): PixelEvent[];
};

export type PixelEvent = { id: string; name: string; timestamp: string; orderId: string | null };

export function createPixelQueue(): PixelQueue {
  const waiting = new Map<string, PixelEvent[]>();
  return {
    add(checkoutToken, name, orderId) {
      const event = { id: `sh-${randomUUID()}`, name, timestamp: new Date().toISOString(), orderId: orderId ?? null };
      waiting.set(checkoutToken, [...(waiting.get(checkoutToken) ?? []), event]);
    },
    take(checkoutToken) {
      const events = waiting.get(checkoutToken) ?? [];
      waiting.delete(checkoutToken);
      return events;
    },
  };
}

/**
 * The script that runs the app's web pixel on a page and tells it `events`; "" when the app has not switched a pixel on
 * (webPixelCreate). Whether the shopper allows it is decided in the browser.
 */
export function pixelScript(sim: Sim, visit: Visit, checkout: Checkout | null, events: PixelEvent[]): string {
  const pixel = readPixel(sim);
  if (!pixel) return "";

  const attributes = checkout?.attributes ?? visit.cart?.attributes ?? {};
  const attributeList = Object.entries(attributes).map(([key, value]) => ({ key, value }));
  const config = {
    consentCookie: COOKIES.consent,
    isConsentRequired: visit.isConsentRequired,
    needs: pixel.needs,
    settings: pixel.settings,
    pixel: pixel.source,
    sandbox: SANDBOX,
    data: {
      cart: visit.cart
        ? { id: visit.cart.token, attributes: attributeList, totalQuantity: visit.cart.items.length }
        : null,
      customer: visit.customer ? { id: visit.customer.id } : null,
      shop: { name: sim.state.shop.name, myshopifyDomain: sim.state.shop.domain, countryCode: sim.state.shop.country },
    },
    events: events.map(({ id, name, timestamp, orderId }) => ({
      id,
      name,
      timestamp,
      data: checkout
        ? { checkout: { token: checkout.token, attributes: attributeList, order: orderId ? { id: orderId } : null } }
        : {},
    })),
  };
  return `<script>${MANAGER}
runWebPixel(${safeJson(config)});</script>`;
}

/** The pixel on a page of the theme, where it hears of the view alone. */
export function pixelLoaderScript(sim: Sim, visit: Visit): string {
  const event = { id: `sh-${randomUUID()}`, name: "page_viewed", timestamp: new Date().toISOString(), orderId: null };
  return pixelScript(sim, visit, null, [event]);
}

type Pixel = { source: string; settings: unknown; needs: Record<string, boolean> };

function readPixel(sim: Sim): Pixel | null {
  const { webPixel } = sim.state;
  const folder = join(dirname(sim.options.extensionDirectory), "beckon-pixel");
  const built = join(folder, "src", "index.js");
  if (!isInstalled(sim) || !webPixel || !existsSync(built)) return null;

  const privacy = tomlTable(
    parseToml(readFileSync(join(folder, "shopify.extension.toml"), "utf8"))["customer_privacy"],
  );
  return {
    source: readFileSync(built, "utf8"),
    settings: JSON.parse(webPixel.settings) as unknown,
    needs: {
      analytics: privacy["analytics"] === true,
      marketing: privacy["marketing"] === true,
      preferences: privacy["preferences"] === true,
    },
  };
}
