import { HttpError, json } from "../http.ts";
import type { SimResponse } from "../http.ts";
import { present, toDecimal } from "../money.ts";
import type { Sim } from "../sim.ts";
import { collectionByHandle, isAvailableForSale, productByHandle, titleIn, variantsOf } from "../state.ts";
import type { Product } from "../state.ts";
import { productDrop, productsOf, visibleProducts } from "./product-drops.ts";
import type { ProductDrop } from "./product-drops.ts";
import type { Visit } from "./visit.ts";

// Products for scripts: /products.json (decimal strings, as in the Admin's REST API) and /products/HANDLE.js (hundredths).

// More than Shopify's 30, so that a first look at this small shop shows all of it.
const DEFAULT_PAGE = 250;
const MAX_PAGE = 250;

/** Answers the JSON addresses of products and collections; null for other paths. */
export function answerProducts(sim: Sim, visit: Visit): SimResponse | null {
  if (visit.path === "/products.json")
    return json({ products: page(visit, visibleProducts(sim)).map(restJson(sim, visit)) });

  const collection = /^\/collections\/([^/]+)\/products\.json$/.exec(visit.path);
  if (collection?.[1]) {
    const found = collectionByHandle(sim.state, decodeURIComponent(collection[1]));
    if (!found) throw new HttpError(404, "Not Found");
    return json({ products: page(visit, productsOf(sim, found)).map(restJson(sim, visit)) });
  }
  if (visit.path === "/collections.json") {
    return json({
      collections: sim.state.collections.map((one) => ({
        id: Number(one.id),
        title: titleIn(visit.locale, one),
        handle: one.handle,
        description: "",
        products_count: one.productIds.length,
      })),
    });
  }

  const product = /^\/products\/([^/]+)\.(js|json)$/.exec(visit.path);
  if (!product?.[1]) return null;
  const found = productByHandle(sim.state, decodeURIComponent(product[1]));
  if (!found || found.status !== "active") throw new HttpError(404, "Not Found");
  if (product[2] === "json") return json({ product: restJson(sim, visit)(found) });
  return json(productJson(productDrop(sim, visit, found)), 200, { "content-type": "text/javascript; charset=utf-8" });
}

/** A product as GET /products/HANDLE.js gives it. */
export function productJson(product: ProductDrop) {
  return {
    id: product.id,
    title: product.title,
    handle: product.handle,
    description: product.description,
    published_at: product.published_at,
    created_at: product.created_at,
    vendor: product.vendor,
    type: product.type,
    tags: product.tags,
    price: product.price,
    price_min: product.price_min,
    price_max: product.price_max,
    available: product.available,
    price_varies: product.price_varies,
    compare_at_price: product.compare_at_price,
    compare_at_price_min: product.compare_at_price_min,
    compare_at_price_max: product.compare_at_price_max,
    compare_at_price_varies: product.compare_at_price_varies,
    variants: product.variants.map((variant) => ({
      id: variant.id,
      title: variant.title,
      option1: variant.option1,
      option2: variant.option2,
      option3: variant.option3,
      sku: variant.sku,
      requires_shipping: variant.requires_shipping,
      taxable: true,
      featured_image: null,
      available: variant.available,
      name: variant.title === "Default Title" ? product.title : `${product.title} - ${variant.title}`,
      public_title: variant.title === "Default Title" ? null : variant.title,
      options: variant.options,
      price: variant.price,
      weight: variant.weight,
      compare_at_price: variant.compare_at_price,
      inventory_management: variant.inventory_management,
      barcode: null,
      requires_selling_plan: false,
      selling_plan_allocations: [],
    })),
    images: product.images.map((image) => image.src),
    featured_image: product.featured_image.src,
    options: product.options_with_values.map(({ name, position, values }) => ({ name, position, values })),
    url: product.url,
    media: product.images.map((image) => ({ ...image, media_type: "image", preview_image: image })),
    requires_selling_plan: false,
    selling_plan_groups: [],
  };
}

function restJson(sim: Sim, visit: Visit) {
  const { shop } = sim.state;
  const price = (minor: number) => toDecimal(present(shop, minor, visit.currency), visit.currency);
  return (product: Product) => ({
    id: Number(product.id),
    title: titleIn(visit.locale, product),
    handle: product.handle,
    body_html: product.bodyHtml,
    published_at: product.publishedAt?.toISOString() ?? null,
    created_at: product.createdAt.toISOString(),
    updated_at: product.updatedAt.toISOString(),
    vendor: product.vendor,
    product_type: product.productType,
    tags: product.tags,
    variants: variantsOf(sim.state, product).map((variant) => ({
      id: Number(variant.id),
      title: variant.title,
      option1: variant.options[0] ?? null,
      option2: variant.options[1] ?? null,
      option3: variant.options[2] ?? null,
      sku: variant.sku,
      requires_shipping: variant.grams > 0,
      taxable: true,
      featured_image: null,
      available: isAvailableForSale(variant),
      price: price(variant.price),
      grams: variant.grams,
      compare_at_price: variant.compareAtPrice === null ? null : price(variant.compareAtPrice),
      position: variant.position,
      product_id: Number(product.id),
      created_at: variant.createdAt.toISOString(),
      updated_at: variant.updatedAt.toISOString(),
    })),
    images: [
      {
        id: Number(product.image.id),
        product_id: Number(product.id),
        position: 1,
        src: sim.origin + product.image.path,
        width: product.image.width,
        height: product.image.height,
        variant_ids: [],
      },
    ],
    options: product.options.map((option, index) => ({
      name: option.name,
      position: index + 1,
      values: option.values,
    })),
  });
}

function page(visit: Visit, products: Product[]): Product[] {
  const query = visit.request.url.searchParams;
  const size = Math.min(MAX_PAGE, Math.max(1, Number(query.get("limit") ?? DEFAULT_PAGE) || DEFAULT_PAGE));
  const number = Math.max(1, Number(query.get("page") ?? 1) || 1);
  return products.slice((number - 1) * size, number * size);
}
