import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Liquid } from "liquidjs";
import type { StorefrontConfig } from "../../../app/storefront-config.ts";
import { shopSettingsSchema } from "../../../app/shop-settings.ts";
import { createLiquid } from "../../../simulator/storefront/liquid-engine.ts";
import { readTranslations } from "../../../simulator/storefront/translations.ts";
import { DEFAULT_PROMPT_TEXTS } from "../../../storefront/locales.ts";
import { directionOf } from "../../../storefront/ui/direction.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const EXTENSION = join(ROOT, "extensions/beckon");

/** A P-256 point; nobody has its private half. */
const VAPID_KEY = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";

export type Recorded = { method: string; path: string; body: unknown; at: number };

type Line = { id: number; quantity: number };

/** What a page of the shop is rendered with; a test changes it before it opens the page. */
export type ShopOptions = {
  consent: "yes" | "no" | "absent";
  designMode: boolean;
  prompt: object;
  /** Answer to POST subscriptions; a test of failures says 503. */
  subscriptionStatus: number;
  subscriptionState: "active" | "ended";
  eventsStatus: number;
  isSoldOut: boolean;
  exitIntent: boolean;
  theme: "light" | "dark";
  vapidPublicKey: string;
};

export type TestShop = {
  origin: string;
  options: ShopOptions;
  requests: Recorded[];
  /** Bodies of POSTs to this path of the proxy, oldest first. */
  posted(path: string): Record<string, unknown>[];
  /** All events that reached the proxy, with subscriptions or alone. */
  events(): { type: string; data: Record<string, unknown>; id: string }[];
  cart: { attributes: Record<string, unknown>; lines: Line[]; updates: number };
  reset(): void;
  close(): Promise<void>;
};

const DEFAULTS: ShopOptions = {
  consent: "yes",
  designMode: false,
  prompt: {},
  subscriptionStatus: 201,
  subscriptionState: "active",
  eventsStatus: 202,
  isSoldOut: false,
  exitIntent: false,
  theme: "light",
  vapidPublicKey: VAPID_KEY,
};

/**
 * A page of a shop with the real extension files, and a stand-in for the app behind the proxy path that records what it is
 * sent. Smaller than the simulated store, so that each test can turn every screw.
 */
export async function startTestShop(): Promise<TestShop> {
  const liquid = createLiquid([join(EXTENSION, "snippets"), join(EXTENSION, "blocks")], {
    assetBase: "/cdn/beckon/assets/",
    translations: readTranslations(join(EXTENSION, "locales")),
  });
  const shop: TestShop = {
    origin: "",
    options: { ...DEFAULTS },
    requests: [],
    posted: (path) =>
      shop.requests
        .filter((request) => request.method === "POST" && request.path === `/apps/beckon${path}`)
        .map((request) => request.body as Record<string, unknown>),
    events: () =>
      [...shop.posted("/subscriptions"), ...shop.posted("/events")].flatMap(
        (body) => (body["events"] ?? []) as ReturnType<TestShop["events"]>,
      ),
    cart: { attributes: {}, lines: [], updates: 0 },
    reset() {
      shop.options = { ...DEFAULTS };
      shop.requests.length = 0;
      shop.cart = { attributes: {}, lines: [], updates: 0 };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => void answer(shop, liquid, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  shop.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return shop;
}

async function answer(shop: TestShop, liquid: Liquid, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? "/", shop.origin);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const body: unknown = text.startsWith("{") ? JSON.parse(text) : text;
  shop.requests.push({ method: request.method ?? "GET", path: url.pathname, body, at: Date.now() });

  const send = (status: number, type: string, content: string) =>
    response.writeHead(status, { "content-type": type, "cache-control": "no-cache" }).end(content);
  const json = (status: number, value: unknown) => send(status, "application/json", JSON.stringify(value));
  const { pathname } = url;

  if (pathname.startsWith("/cdn/beckon/assets/")) {
    const name = pathname.split("/").at(-1)!;
    return send(200, "text/javascript", readFileSync(join(EXTENSION, "assets", name), "utf8"));
  }
  if (pathname === "/apps/beckon/sw.js") {
    return send(200, "text/javascript", readFileSync(join(ROOT, "public/beckon-sw.js"), "utf8"));
  }
  if (pathname === "/apps/beckon/subscriptions") {
    const { visitorId } = body as { visitorId: string };
    const { subscriptionStatus, subscriptionState } = shop.options;
    return json(subscriptionStatus, {
      subscriptionId: "s1",
      visitorId,
      state: subscriptionState,
      preferencesUrl: "/apps/beckon/preferences?token=t",
    });
  }
  if (pathname === "/apps/beckon/events") return json(shop.options.eventsStatus, {});
  if (pathname === "/apps/beckon/stock-alerts") return json(201, {});
  if (pathname === "/apps/beckon/receipts") return response.writeHead(204).end();
  if (/\/cart(\/\w+)?\.js$/.test(pathname)) return json(200, changeCart(shop, pathname, body as never));
  if (pathname === "/favicon.ico") return response.writeHead(204).end();
  return send(200, "text/html; charset=utf-8", await renderPage(shop, liquid, url));
}

function changeCart(shop: TestShop, pathname: string, body: { id?: number; quantity?: number; attributes?: object }) {
  const { cart } = shop;
  if (pathname.endsWith("/add.js")) cart.lines.push({ id: body.id ?? 11, quantity: body.quantity ?? 1 });
  if (pathname.endsWith("/clear.js")) cart.lines = [];
  if (pathname.endsWith("/update.js")) {
    cart.updates++;
    Object.assign(cart.attributes, body.attributes);
  }
  return {
    token: "carttoken?key=secret",
    attributes: cart.attributes,
    item_count: count(cart.lines),
    total_price: 1900 * count(cart.lines),
    total_discount: 0,
    currency: "USD",
    items: cart.lines.map(({ id, quantity }) => ({
      key: `${id}:k`,
      product_id: 1,
      variant_id: id,
      product_title: "Linen apron",
      variant_title: "Sage",
      quantity,
      final_price: 1900,
      image: `${shop.origin}/apron.png`,
      url: `/products/apron?variant=${id}`,
      properties: null,
    })),
  };
}

function count(lines: Line[]): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}

/** `/ar/…` is Arabic, `/tr/…` Turkish; `/products/apron` a product, `/collections/kitchen` a collection. */
async function renderPage(shop: TestShop, liquid: Liquid, { pathname, searchParams }: URL): Promise<string> {
  const { options, cart } = shop;
  const locale = /^\/(ar|tr)\b/.exec(pathname)?.[1] ?? "en";
  const isProduct = pathname.includes("/products/");
  const variants = [
    { id: 11, available: !options.isSoldOut, price: 1900 },
    { id: 12, available: options.isSoldOut, price: 2100 },
  ];
  const chosen = variants.find(({ id }) => `${id}` === searchParams.get("variant")) ?? variants[0];
  const product = {
    id: 1,
    title: "Linen apron",
    handle: "apron",
    url: "/products/apron",
    variants,
    collections: [{ handle: "kitchen" }],
    selected_or_first_available_variant: chosen,
  };
  const config: StorefrontConfig = {
    v: 1,
    vapidPublicKey: options.vapidPublicKey,
    proxyPath: "/apps/beckon",
    defaultLocale: "en",
    prompt: {
      ...shopSettingsSchema.parse({ prompt: options.prompt }).prompt,
      texts: DEFAULT_PROMPT_TEXTS,
    },
    exitIntent: options.exitIntent,
    messages: [],
  };
  const globals = {
    shop: { name: "Fern & Flax", currency: "USD" },
    app: { metafields: { beckon: { config: { value: config } } } },
    request: {
      design_mode: options.designMode,
      page_type: isProduct ? "product" : pathname.includes("/collections/") ? "collection" : "index",
      locale: { iso_code: locale },
    },
    localization: { country: { iso_code: "US" } },
    routes: { root_url: locale === "en" ? "/" : `/${locale}` },
    cart: { item_count: count(cart.lines), total_price: 1900 * count(cart.lines), currency: { iso_code: "USD" } },
    product,
    collection: { handle: "kitchen", title: "Kitchen" },
  };
  const render = async (file: string, settings: object) =>
    String(
      await liquid.parseAndRender(
        readFileSync(join(EXTENSION, "blocks", file), "utf8"),
        { block: { settings } },
        { globals },
      ),
    );

  const [embed, alert, bell] = await Promise.all([
    render("beckon-embed.liquid", {}),
    render("stock-alert.liquid", { price_alert: true }),
    render("bell.liquid", {}),
  ]);
  const colors = options.theme === "light" ? "#fbfaf7;color:#23302a" : "#14181a;color:#f2efe9";
  const button = options.theme === "light" ? "#2f5d46;color:#fff" : "#f2c14e;color:#1b1b1b";
  const words = WORDS[locale as keyof typeof WORDS];
  return `<!doctype html><html lang="${locale}" dir="${directionOf(locale)}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${words.title}</title>
<style>html{font-size:62.5%}body{margin:0;font:400 1.6rem/1.6 "Noto Sans","Noto Sans Arabic",sans-serif;background:${colors}}
header{padding:2rem 4vw;border-bottom:1px solid rgb(128 128 128/.25);display:flex;justify-content:space-between;font-weight:600}
main{padding:4vw;display:grid;grid-template-columns:repeat(auto-fit,minmax(28rem,1fr));gap:4rem}
.picture{aspect-ratio:4/5;border-radius:1.2rem;background:linear-gradient(150deg,#c9d6c3,#7f9c87)}
h1{font-size:3.2rem;line-height:1.2;margin:0 0 1rem}
.button{background:${button};border:0;border-radius:1rem;padding:1.4rem 2.4rem;font:600 1.6rem/1 inherit;width:100%;margin:1.6rem 0}
section{max-width:46rem}.tall{height:300vh}</style>
<script>
window.Shopify={designMode:${options.designMode},theme:{role:"main"},routes:{root:"/"},loadFeatures:function(f,done){setTimeout(function(){
${options.consent === "absent" ? 'done(new Error("blocked"))' : `Shopify.customerPrivacy={marketingAllowed:function(){return ${options.consent === "yes"}}};done()`}},30)}};
</script></head><body>
<header><a href="/" style="color:inherit;text-decoration:none">Fern &amp; Flax</a><a id="away" href="https://example.com/">↗</a></header>
<main><div class="picture"></div><section><h1>${words.title}</h1><p>$19.00</p><p>${words.text}</p>
<form id="add" action="/cart/add" method="post" onsubmit="event.preventDefault();fetch('/cart/add.js',{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify({id:+this.id.value})})">
<input type="hidden" name="id" value="${chosen?.id}"><button class="button" type="submit">${words.add}</button></form>
${isProduct ? `<div class="shopify-block">${alert}</div>` : ""}<p><a id="next" href="/products/apron">${words.next}</a></p>
<form action="/checkout"><button name="checkout" id="checkout">${words.checkout}</button></form>
<label>${words.mail} <input id="mail" type="email"></label>
${pathname.includes("/account") ? bell : ""}</section></main><div class="tall"></div>
${embed}</body></html>`;
}

const WORDS = {
  en: {
    title: "Linen apron",
    text: "Stone-washed, with two deep pockets. Made in small runs.",
    add: "Add to cart",
    next: "Next",
    checkout: "Check out",
    mail: "E-mail",
  },
  tr: {
    title: "Keten önlük",
    text: "Taş yıkamalı, iki derin cepli. Az sayıda üretilir.",
    add: "Sepete ekle",
    next: "Sonraki",
    checkout: "Ödeme",
    mail: "E-posta",
  },
  ar: {
    title: "مريلة كتّان",
    text: "مغسولة بالحجر وبجيبين عميقين. تُصنع بكميات صغيرة.",
    add: "أضف إلى السلة",
    next: "التالي",
    checkout: "الدفع",
    mail: "البريد",
  },
};
