import { COLLECTION_ROWS, CUSTOMER_ROWS, PRODUCT_ROWS } from "./catalogue-data.ts";
import type { ProductRow } from "./catalogue-data.ts";
import { drawProduct, toSvg } from "./product-image.ts";
import type { Drawing } from "./product-image.ts";
import { toPng } from "./product-png.ts";
import { newId } from "./state.ts";
import type { Product, SimState, Variant } from "./state.ts";

const FIRST_ID = 7_000_000_000_000;
const IMAGE_SIZE = 480;
const pngs = new Map<string, Buffer>();

/** The whole shop as it is when the simulator starts: products, stock, collections, customers; nobody has bought yet. */
export function createState(shopDomain: string, now: Date): SimState {
  const longAgo = new Date(now.getTime() - 200 * 86_400_000);
  const state: SimState = {
    shop: {
      id: "62104330123",
      name: "Juniper & Oak",
      email: "hello@juniper-and-oak.example.com",
      domain: shopDomain,
      currency: "USD",
      presentmentCurrencies: ["USD", "JPY"],
      rates: { USD: 1, JPY: 151.4 },
      ianaTimezone: "America/New_York",
      locales: [
        { locale: "en", name: "English", primary: true, published: true },
        { locale: "tr", name: "Turkish", primary: false, published: true },
        { locale: "ar", name: "Arabic", primary: false, published: true },
      ],
      country: "US",
      planName: "Basic",
      createdAt: longAgo,
    },
    locations: [
      { id: "81230001001", name: "Warehouse" },
      { id: "81230001002", name: "Shop on Main Street" },
    ],
    collections: [],
    articles: [
      {
        handle: "how-to-wash-linen",
        title: "How to wash linen",
        bodyHtml: "<p>Cold water, little soap, and the sun. Linen gets softer each time.</p>",
        publishedAt: longAgo,
      },
    ],
    products: new Map(),
    variants: new Map(),
    customers: new Map(),
    carts: new Map(),
    checkouts: new Map(),
    orders: new Map(),
    discounts: new Map(),
    bulkCreations: new Map(),
    installation: null,
    appMetafields: new Map(),
    webPixel: null,
    shopWebhooks: new Map(),
    theme: { isEmbedOn: false, embedSettings: {}, isDesignMode: false },
    nextId: FIRST_ID,
    nextOrderNumber: 1001,
  };

  PRODUCT_ROWS.forEach((row) => addProduct(state, row, longAgo));
  addCollections(state);
  addCustomers(state, longAgo);
  return state;
}

/** The drawn image behind `/cdn/shop/files/HANDLE.svg`; null for an unknown handle. */
export function productImageSvg(handle: string): string | null {
  const drawing = drawingOf(handle);
  return drawing && toSvg(drawing);
}

/** The same as pixels, behind `/cdn/shop/files/HANDLE.png`: what products name as their image. */
export function productImagePng(handle: string): Buffer | null {
  const known = pngs.get(handle);
  if (known) return known;
  const drawing = drawingOf(handle);
  if (!drawing) return null;
  const png = toPng(drawing, IMAGE_SIZE);
  pngs.set(handle, png);
  return png;
}

function drawingOf(handle: string): Drawing | null {
  const row = PRODUCT_ROWS.find((candidate) => handleOf(candidate.title) === handle);
  return row ? drawProduct(row.shape, row.hue) : null;
}

function addProduct(state: SimState, row: ProductRow, createdAt: Date): void {
  const handle = handleOf(row.title);
  const optionNames = Object.keys(row.options);
  const product: Product = {
    id: newId(state),
    handle,
    title: row.title,
    titles: { tr: row.tr, ar: row.ar },
    bodyHtml: `<p>${row.text}</p>`,
    vendor: row.vendor,
    productType: row.type,
    tags: row.tags,
    status: "active",
    options: optionNames.length
      ? optionNames.map((name) => ({ name, values: row.options[name] ?? [] }))
      : [{ name: "Title", values: ["Default Title"] }],
    variantIds: [],
    image: {
      id: newId(state),
      path: `/cdn/shop/files/${handle}.png`,
      alt: row.title,
      width: IMAGE_SIZE,
      height: IMAGE_SIZE,
    },
    publishedAt: createdAt,
    createdAt,
    updatedAt: createdAt,
  };
  state.products.set(product.id, product);

  combinations(Object.values(row.options)).forEach((options, index) => {
    const quantity = row.selling === "untracked" ? 0 : (row.stock[index % row.stock.length] ?? 0);
    const inStore = quantity > 8 ? 2 : 0;
    const variant: Variant = {
      id: newId(state),
      productId: product.id,
      title: options.length ? options.join(" / ") : "Default Title",
      options: options.length ? options : ["Default Title"],
      sku: `${handle.slice(0, 12).toUpperCase().replace(/-$/, "")}-${index + 1}`,
      price: Math.round(row.price * 100 * sizeFactor(row, options)),
      compareAtPrice: row.compareAt === undefined ? null : Math.round(row.compareAt * 100 * sizeFactor(row, options)),
      grams: row.type === "Services" ? 0 : 350,
      position: index + 1,
      inventoryItemId: newId(state),
      tracked: row.selling !== "untracked",
      inventoryPolicy: row.selling === "oversold" ? "continue" : "deny",
      available: new Map(state.locations.map((location, at) => [location.id, at === 0 ? quantity - inStore : inStore])),
      previousQuantity: quantity,
      createdAt,
      updatedAt: createdAt,
    };
    state.variants.set(variant.id, variant);
    product.variantIds.push(variant.id);
  });
}

/** Bigger pieces cost more: a kilogram of coffee is not the price of a bag of 250 g. */
function sizeFactor(row: ProductRow, options: string[]): number {
  const sized =
    row.options["Weight"] ?? (row.type === "Tableware" || row.type === "Cookware" ? row.options["Size"] : undefined);
  const at = sized ? sized.findIndex((value) => options.includes(value)) : 0;
  if (row.options["Weight"]) return at > 0 ? 3.4 : 1;
  return 1 + Math.max(0, at) * 0.25;
}

function combinations(values: string[][]): string[][] {
  return values.reduce<string[][]>((all, next) => all.flatMap((start) => next.map((value) => [...start, value])), [[]]);
}

function addCollections(state: SimState): void {
  const products = [...state.products.values()];
  for (const row of COLLECTION_ROWS) {
    const productIds = PRODUCT_ROWS.flatMap((product, index) =>
      row.holds(product, index) ? (products[index]?.id ?? []) : [],
    );
    state.collections.push({
      id: newId(state),
      handle: row.handle,
      title: row.title,
      titles: { tr: row.tr, ar: row.ar },
      productIds,
    });
  }
}

function addCustomers(state: SimState, createdAt: Date): void {
  for (const row of CUSTOMER_ROWS) {
    const id = newId(state);
    state.customers.set(id, {
      id,
      firstName: row.firstName,
      lastName: row.lastName,
      email: row.email,
      phone: row.phone,
      locale: row.locale,
      tags: row.tags,
      note: null,
      acceptsMarketing: row.accepts,
      address: {
        firstName: row.firstName,
        lastName: row.lastName,
        address1: "12 Orchard Street",
        city: row.city,
        zip: row.zip,
        province: null,
        country: row.country,
        countryCode: row.countryCode,
        phone: row.phone,
      },
      ordersCount: row.orders,
      createdAt,
      updatedAt: createdAt,
    });
  }
}

function handleOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/['’]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
