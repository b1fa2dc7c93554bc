import { createHash, createHmac } from "node:crypto";
import type { Liquid } from "liquidjs";
import { escapeHtml } from "./escape-html.ts";
import { formatMoney, formatMoneyWithCurrency } from "./money.ts";
import type { Translations } from "./translations.ts";
import { translate } from "./translations.ts";

/** What the filters of one set of Liquid files (the theme, or an app's extension) need to know. */
export type FilterSource = {
  /** Where `asset_url` points, with a trailing slash. */
  assetBase: string;
  translations: Translations;
};

// liquidjs calls a filter with `this` holding the render context.
type FilterThis = { context: { getSync(path: string[]): unknown } };

/** Shopify's filters that liquidjs lacks, or has with another meaning. */
export function registerShopifyFilters(liquid: Liquid, source: FilterSource): void {
  const assetUrl = (name: unknown) => source.assetBase + String(name);

  liquid.registerFilter("asset_url", assetUrl);
  liquid.registerFilter("asset_img_url", assetUrl);
  liquid.registerFilter(
    "stylesheet_tag",
    (url) => `<link href="${escapeHtml(url)}" rel="stylesheet" type="text/css" media="all" />`,
  );
  liquid.registerFilter("script_tag", (url) => `<script src="${escapeHtml(url)}" type="text/javascript"></script>`);
  liquid.registerFilter(
    "preload_tag",
    (url, ...options: unknown[]) => `<link href="${escapeHtml(url)}" rel="preload"${attributes(options)}>`,
  );

  liquid.registerFilter("image_url", (image, ...options: unknown[]) => imageUrl(image, named(options)));
  liquid.registerFilter("img_url", (image, size) =>
    imageUrl(image, { width: parseInt(String(size ?? ""), 10) || undefined }),
  );
  liquid.registerFilter("product_img_url", (image) => imageUrl(image, {}));
  liquid.registerFilter(
    "image_tag",
    (url, ...options: unknown[]) => `<img src="${escapeHtml(url)}"${attributes(options)}>`,
  );

  liquid.registerFilter("money", function (this: FilterThis, value) {
    return formatMoney(Number(value ?? 0), currencyOf(this));
  });
  liquid.registerFilter("money_with_currency", function (this: FilterThis, value) {
    return formatMoneyWithCurrency(Number(value ?? 0), currencyOf(this));
  });
  liquid.registerFilter("money_without_currency", (value) => (Number(value ?? 0) / 100).toFixed(2));
  liquid.registerFilter("money_without_trailing_zeros", function (this: FilterThis, value) {
    return formatMoney(Number(value ?? 0), currencyOf(this)).replace(/[.,]00\b/, "");
  });

  const t = function (this: FilterThis, key: unknown, ...options: unknown[]) {
    const locale = String(this.context.getSync(["request", "locale", "iso_code"]) ?? "en");
    return translate(source.translations, locale, String(key), named(options));
  };
  liquid.registerFilter("t", t);
  liquid.registerFilter("translate", t);

  liquid.registerFilter("json", safeJson);
  liquid.registerFilter("handle", handleize);
  liquid.registerFilter("handleize", handleize);
  liquid.registerFilter("link_to", (text, url) => `<a href="${escapeHtml(url)}">${String(text)}</a>`);
  liquid.registerFilter("pluralize", (count, one, many) => (Number(count) === 1 ? one : many));
  liquid.registerFilter("camelize", (text) =>
    String(text).replace(/(^|[-_ ]+)(\w)/g, (_, __, letter: string) => letter.toUpperCase()),
  );
  liquid.registerFilter("base64_encode", (text) => Buffer.from(String(text)).toString("base64"));
  liquid.registerFilter("base64_decode", (text) => Buffer.from(String(text), "base64").toString());
  liquid.registerFilter("md5", (text) => createHash("md5").update(String(text)).digest("hex"));
  liquid.registerFilter("sha256", (text) => createHash("sha256").update(String(text)).digest("hex"));
  liquid.registerFilter("hmac_sha256", (text, key) =>
    createHmac("sha256", String(key)).update(String(text)).digest("hex"),
  );
}

/** JSON that may stand inside a script element, as Shopify's `json` filter gives it. */
export function safeJson(value: unknown): string {
  return (JSON.stringify(value ?? null) ?? "null")
    .replace(/</g, "\\u003c")
    .replace(/>/g, "\\u003e")
    .replace(/&/g, "\\u0026")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}

function handleize(value: unknown): string {
  return String(value ?? "")
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}

function imageUrl(image: unknown, options: Record<string, unknown>): string {
  const source = imageSource(image);
  if (!source) return "";
  const size = ["width", "height", "crop", "format"]
    .filter((name) => options[name] !== undefined)
    .map((name) => `${name}=${encodeURIComponent(String(options[name]))}`);
  if (size.length === 0) return source;
  return `${source}${source.includes("?") ? "&" : "?"}${size.join("&")}`;
}

// A product, a variant, an image or a bare address: all of them may stand before `image_url`.
function imageSource(image: unknown): string {
  if (typeof image === "string") return image;
  if (image === null || typeof image !== "object") return "";
  for (const key of ["src", "featured_image", "image", "preview_image"]) {
    if (key in image) {
      const found = imageSource((image as Record<string, unknown>)[key]);
      if (found) return found;
    }
  }
  return "";
}

function currencyOf(filter: FilterThis): string {
  return String(filter.context.getSync(["cart", "currency", "iso_code"]) ?? "USD");
}

// liquidjs hands a named argument over as a [name, value] pair.
function named(options: unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    options.filter((option): option is [string, unknown] => Array.isArray(option) && option.length === 2),
  );
}

function attributes(options: unknown[]): string {
  return Object.entries(named(options))
    .map(([name, value]) => ` ${name}="${escapeHtml(value)}"`)
    .join("");
}
