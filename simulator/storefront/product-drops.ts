import { present, toHundredths } from "../money.ts";
import type { Sim } from "../sim.ts";
import { isAvailableForSale, titleIn, totalQuantity, variantsOf } from "../state.ts";
import type { Collection, Product, Variant } from "../state.ts";
import type { Visit } from "./visit.ts";

// Products and collections as Liquid and the AJAX API know them. Money is in hundredths of the shopper's currency.

export type ImageDrop = {
  id: number;
  src: string;
  alt: string;
  width: number;
  height: number;
  aspect_ratio: number;
  position: number;
};
export type ProductDrop = ReturnType<typeof productDrop>;

/** A price of the shop in hundredths of the shopper's currency. */
function priceFor(sim: Sim, visit: Visit, shopMinor: number): number {
  return toHundredths(present(sim.state.shop, shopMinor, visit.currency), visit.currency);
}

function imageDrop(product: Product): ImageDrop {
  const { id, path, alt, width, height } = product.image;
  return { id: Number(id), src: path, alt, width, height, aspect_ratio: width / height, position: 1 };
}

export function variantDrop(sim: Sim, visit: Visit, product: Product, variant: Variant) {
  const price = priceFor(sim, visit, variant.price);
  const image = imageDrop(product);
  return {
    id: Number(variant.id),
    title: variant.title,
    option1: variant.options[0] ?? null,
    option2: variant.options[1] ?? null,
    option3: variant.options[2] ?? null,
    options: variant.options,
    sku: variant.sku,
    barcode: null,
    price,
    compare_at_price: variant.compareAtPrice === null ? null : priceFor(sim, visit, variant.compareAtPrice),
    available: product.status === "active" && isAvailableForSale(variant),
    inventory_quantity: totalQuantity(variant),
    inventory_policy: variant.inventoryPolicy,
    inventory_management: variant.tracked ? "shopify" : null,
    requires_shipping: variant.grams > 0,
    taxable: true,
    weight: variant.grams,
    url: `${visit.folder}/products/${product.handle}?variant=${variant.id}`,
    image,
    featured_image: image,
    featured_media: null,
    selected: visit.request.url.searchParams.get("variant") === variant.id,
    matched: true,
    requires_selling_plan: false,
    selling_plan_allocations: [],
    quantity_rule: { min: 1, max: null, increment: 1 },
    metafields: {},
  };
}

export function productDrop(sim: Sim, visit: Visit, product: Product) {
  const variants = variantsOf(sim.state, product).map((variant) => variantDrop(sim, visit, product, variant));
  const firstAvailable = variants.find((variant) => variant.available) ?? null;
  const selected = variants.find((variant) => variant.selected) ?? null;
  const current = selected ?? firstAvailable ?? variants[0] ?? null;
  const prices = variants.map((variant) => variant.price);
  const cheapest = variants.toSorted((a, b) => a.price - b.price)[0];
  const image = imageDrop(product);

  return {
    id: Number(product.id),
    title: titleIn(visit.locale, product),
    handle: product.handle,
    description: product.bodyHtml,
    content: product.bodyHtml,
    url: `${visit.folder}/products/${product.handle}`,
    vendor: product.vendor,
    type: product.productType,
    tags: product.tags,
    available: firstAvailable !== null,
    price: Math.min(...prices),
    price_min: Math.min(...prices),
    price_max: Math.max(...prices),
    price_varies: Math.min(...prices) !== Math.max(...prices),
    compare_at_price: cheapest?.compare_at_price ?? null,
    compare_at_price_min: cheapest?.compare_at_price ?? 0,
    compare_at_price_max: cheapest?.compare_at_price ?? 0,
    compare_at_price_varies: false,
    variants,
    has_only_default_variant: variants.length === 1 && variants[0]?.title === "Default Title",
    selected_variant: selected,
    first_available_variant: firstAvailable,
    selected_or_first_available_variant: current,
    options: product.options.map((option) => option.name),
    options_with_values: product.options.map((option, index) => ({
      name: option.name,
      position: index + 1,
      values: option.values,
      selected_value: current?.options[index] ?? null,
    })),
    featured_image: image,
    featured_media: { ...image, media_type: "image", preview_image: image },
    images: [image],
    media: [{ ...image, media_type: "image", preview_image: image }],
    gift_card: false,
    requires_selling_plan: false,
    selling_plan_groups: [],
    template_suffix: "",
    published_at: product.publishedAt?.toISOString() ?? null,
    created_at: product.createdAt.toISOString(),
    metafields: {},
    collections: sim.state.collections
      .filter((collection) => collection.productIds.includes(product.id) && collection.handle !== "all")
      .map((collection) => collectionLink(visit, collection)),
  };
}

/** Products of the shop that can be seen on the storefront, in the catalogue's order. */
export function visibleProducts(sim: Sim): Product[] {
  return [...sim.state.products.values()].filter(
    (product) => product.status === "active" && product.publishedAt !== null,
  );
}

export function productsOf(sim: Sim, collection: Collection): Product[] {
  return collection.productIds.flatMap((id) => {
    const product = sim.state.products.get(id);
    return product && product.status === "active" && product.publishedAt !== null ? [product] : [];
  });
}

/** A collection without its products: enough for a link. */
function collectionLink(visit: Visit, collection: Collection) {
  return {
    id: Number(collection.id),
    handle: collection.handle,
    title: titleIn(visit.locale, collection),
    url: `${visit.folder}/collections/${collection.handle}`,
    products_count: collection.productIds.length,
  };
}

const SORTS: Record<string, (a: ProductDrop, b: ProductDrop) => number> = {
  "price-ascending": (a, b) => a.price - b.price,
  "price-descending": (a, b) => b.price - a.price,
  "title-ascending": (a, b) => a.title.localeCompare(b.title),
};

export function collectionDrop(sim: Sim, visit: Visit, collection: Collection) {
  const sortBy = visit.request.url.searchParams.get("sort_by") ?? "manual";
  const products = productsOf(sim, collection).map((product) => productDrop(sim, visit, product));
  const order = SORTS[sortBy];
  return {
    ...collectionLink(visit, collection),
    description: "",
    products: order ? products.toSorted(order) : products,
    products_count: products.length,
    all_products_count: products.length,
    featured_image: products[0]?.featured_image ?? null,
    sort_by: sortBy,
    default_sort_by: "manual",
    sort_options: [
      { value: "manual", key: "collection.sort_featured", name: "Featured" },
      { value: "price-ascending", key: "collection.sort_price_asc", name: "Price, low to high" },
      { value: "price-descending", key: "collection.sort_price_desc", name: "Price, high to low" },
      { value: "title-ascending", key: "collection.sort_title", name: "Alphabetically, A-Z" },
    ],
    metafields: {},
  };
}
