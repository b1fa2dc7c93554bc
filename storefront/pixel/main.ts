import type { PixelApi } from "./pixel-api.ts";
import { followCheckout } from "./follow-checkout.ts";

// Shopify runs this in a sandbox without a page. It is what `register` of @shopify/web-pixels-extension does, in one line.
declare const shopify: { extend(point: "WebPixel::Render", run: (api: PixelApi) => void): void };

shopify.extend("WebPixel::Render", followCheckout);
