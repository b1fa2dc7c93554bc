import { present, toDecimal } from "../money.ts";
import type { Sim } from "../sim.ts";
import { isAvailableForSale, totalQuantity, variantsOf } from "../state.ts";
import type { Collection, LocaleCode, Location, Product, Variant } from "../state.ts";
import { COUNTRIES } from "../storefront/locales.ts";
import { gid } from "../webhooks/shapes.ts";
import { connection } from "./connection.ts";
import type { PageArguments } from "./connection.ts";
import { digits } from "./ids.ts";
import { moneyV2 } from "./money-view.ts";
import { matchesSearch } from "./search.ts";

type Search = PageArguments & { query?: string | null; sortKey?: string | null };

/** `Product`. Fields that are functions are worked out when they are asked for. */
export function productView(sim: Sim, product: Product): object {
  const variants = variantsOf(sim.state, product);
  const prices = variants.map((variant) => variant.price);
  const { currency } = sim.state.shop;
  const text = product.bodyHtml.replace(/<[^>]+>/g, "");
  return {
    __typename: "Product",
    id: gid("Product", product.id),
    legacyResourceId: product.id,
    title: product.title,
    handle: product.handle,
    bodyHtml: product.bodyHtml,
    descriptionHtml: product.bodyHtml,
    descriptionPlainSummary: text,
    description: ({ truncateAt }: { truncateAt?: number | null }) => (truncateAt ? text.slice(0, truncateAt) : text),
    vendor: product.vendor,
    productType: product.productType,
    tags: product.tags,
    status: product.status.toUpperCase(),
    createdAt: product.createdAt.toISOString(),
    updatedAt: product.updatedAt.toISOString(),
    publishedAt: product.publishedAt?.toISOString() ?? null,
    onlineStoreUrl: product.status === "active" ? `${sim.origin}/products/${product.handle}` : null,
    onlineStorePreviewUrl: `${sim.origin}/products/${product.handle}`,
    totalInventory: variants.reduce((sum, variant) => sum + totalQuantity(variant), 0),
    totalVariants: variants.length,
    variantsCount: { count: variants.length, precision: "EXACT" },
    tracksInventory: variants.some((variant) => variant.tracked),
    hasOnlyDefaultVariant: variants.length === 1 && variants[0]?.title === "Default Title",
    hasOutOfStockVariants: variants.some((variant) => !isAvailableForSale(variant)),
    isGiftCard: false,
    requiresSellingPlan: false,
    templateSuffix: null,
    options: ({ first }: { first?: number | null }) =>
      product.options.slice(0, first ?? undefined).map((option, index) => ({
        id: gid("ProductOption", `${product.id}${index}`),
        name: option.name,
        position: index + 1,
        values: option.values,
      })),
    featuredImage: imageView(sim, product),
    featuredMedia: mediaView(sim, product),
    media: (args: PageArguments) =>
      connection(
        [product],
        args,
        () => mediaView(sim, product),
        () => product.image.id,
      ),
    mediaCount: { count: 1, precision: "EXACT" },
    priceRangeV2: {
      minVariantPrice: moneyV2(Math.min(...prices), currency),
      maxVariantPrice: moneyV2(Math.max(...prices), currency),
    },
    inCollection: ({ id }: { id: string }) =>
      sim.state.collections.some((one) => one.id === digits("Collection", id) && one.productIds.includes(product.id)),
    collections: (args: PageArguments) =>
      connection(
        sim.state.collections.filter((one) => one.productIds.includes(product.id)),
        args,
        (one) => collectionView(sim, one),
        (one) => one.id,
      ),
    variants: (args: PageArguments) =>
      connection(
        variants,
        args,
        (variant) => variantView(sim, variant),
        (variant) => variant.id,
      ),
    metafield: null,
    translations: ({ locale }: { locale: string }) => {
      const title = product.titles[locale as LocaleCode];
      return title ? [{ key: "title", locale, value: title, outdated: false, updatedAt: null }] : [];
    },
  };
}

/** `ProductVariant`. `price` is in shop currency. */
export function variantView(sim: Sim, variant: Variant): object {
  const product = sim.state.products.get(variant.productId);
  const { currency } = sim.state.shop;
  return {
    __typename: "ProductVariant",
    id: gid("ProductVariant", variant.id),
    legacyResourceId: variant.id,
    title: variant.title,
    displayName: `${product?.title ?? ""} - ${variant.title}`,
    sku: variant.sku,
    barcode: null,
    position: variant.position,
    price: toDecimal(variant.price, currency),
    compareAtPrice: variant.compareAtPrice === null ? null : toDecimal(variant.compareAtPrice, currency),
    availableForSale: isAvailableForSale(variant) && product?.status === "active",
    inventoryQuantity: totalQuantity(variant),
    sellableOnlineQuantity: totalQuantity(variant),
    inventoryPolicy: variant.inventoryPolicy.toUpperCase(),
    inventoryItem: () => inventoryItemView(sim, variant),
    selectedOptions: variant.options.map((value, index) => ({ name: product?.options[index]?.name ?? "Title", value })),
    taxable: true,
    requiresComponents: false,
    createdAt: variant.createdAt.toISOString(),
    updatedAt: variant.updatedAt.toISOString(),
    image: null,
    // No variant has a picture of its own.
    media: (args: PageArguments) =>
      connection(
        [],
        args,
        () => ({}),
        () => "",
      ),
    metafield: null,
    translations: () => [],
    contextualPricing: ({ context }: { context: { country?: string | null } }) => {
      const market = COUNTRIES.find(({ code }) => code === context.country);
      const asked = market?.currency ?? currency;
      const money = (amount: number) => moneyV2(present(sim.state.shop, amount, asked), asked);
      const { price, compareAtPrice } = variant;
      return { price: money(price), compareAtPrice: compareAtPrice === null ? null : money(compareAtPrice) };
    },
    product: () => product && productView(sim, product),
  };
}

/** `InventoryItem` */
export function inventoryItemView(sim: Sim, variant: Variant): object {
  const levels = sim.state.locations;
  return {
    __typename: "InventoryItem",
    id: gid("InventoryItem", variant.inventoryItemId),
    legacyResourceId: variant.inventoryItemId,
    sku: variant.sku,
    tracked: variant.tracked,
    requiresShipping: true,
    createdAt: variant.createdAt.toISOString(),
    updatedAt: variant.updatedAt.toISOString(),
    variant: () => variantView(sim, variant),
    variants: (args: PageArguments) =>
      connection(
        [variant],
        args,
        (one) => variantView(sim, one),
        (one) => one.id,
      ),
    inventoryLevels: (args: PageArguments) =>
      connection(
        levels,
        args,
        (location) => inventoryLevelView(sim, variant, location),
        (location) => location.id,
      ),
    inventoryLevel: ({ locationId }: { locationId: string }) => {
      const location = levels.find((one) => one.id === digits("Location", locationId));
      return location ? inventoryLevelView(sim, variant, location) : null;
    },
    locationsCount: { count: levels.length, precision: "EXACT" },
  };
}

/** `Collection` */
export function collectionView(sim: Sim, collection: Collection): object {
  const products = collection.productIds.flatMap((id) => sim.state.products.get(id) ?? []);
  return {
    __typename: "Collection",
    id: gid("Collection", collection.id),
    legacyResourceId: collection.id,
    handle: collection.handle,
    title: collection.title,
    description: () => "",
    descriptionHtml: "",
    sortOrder: "MANUAL",
    templateSuffix: null,
    updatedAt: sim.state.shop.createdAt.toISOString(),
    image: null,
    metafield: null,
    productsCount: { count: products.length, precision: "EXACT" },
    hasProduct: ({ id }: { id: string }) => collection.productIds.includes(digits("Product", id)),
    products: (args: PageArguments) =>
      connection(
        products,
        args,
        (one) => productView(sim, one),
        (one) => one.id,
      ),
  };
}

/** `Location` */
export function locationView(sim: Sim, location: Location): object {
  return {
    __typename: "Location",
    id: gid("Location", location.id),
    legacyResourceId: location.id,
    name: location.name,
    isActive: true,
    isPrimary: location === sim.state.locations[0],
    fulfillsOnlineOrders: true,
    shipsInventory: true,
    createdAt: sim.state.shop.createdAt.toISOString(),
    updatedAt: sim.state.shop.createdAt.toISOString(),
  };
}

export function productsConnection(sim: Sim, args: Search): object {
  const found = [...sim.state.products.values()].filter((product) =>
    matchesSearch(args.query, {
      id: product.id,
      title: product.title,
      handle: product.handle,
      vendor: product.vendor,
      product_type: product.productType,
      tag: product.tags,
      status: product.status,
      created_at: product.createdAt,
      updated_at: product.updatedAt,
      collection_id: sim.state.collections.filter((one) => one.productIds.includes(product.id)).map((one) => one.id),
      inventory_total: variantsOf(sim.state, product).reduce((sum, variant) => sum + totalQuantity(variant), 0),
    }),
  );
  const sorted =
    args.sortKey === "TITLE"
      ? found.toSorted((a, b) => a.title.localeCompare(b.title))
      : args.sortKey === "UPDATED_AT"
        ? found.toSorted((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime())
        : found;
  return connection(
    sorted,
    args,
    (product) => productView(sim, product),
    (product) => product.id,
  );
}

export function variantsConnection(sim: Sim, args: Search): object {
  const found = [...sim.state.variants.values()].filter((variant) =>
    matchesSearch(args.query, {
      id: variant.id,
      title: variant.title,
      sku: variant.sku,
      product_id: variant.productId,
      inventory_quantity: totalQuantity(variant),
      updated_at: variant.updatedAt,
    }),
  );
  return connection(
    found,
    args,
    (variant) => variantView(sim, variant),
    (variant) => variant.id,
  );
}

function inventoryLevelView(sim: Sim, variant: Variant, location: Location): object {
  const quantity = variant.available.get(location.id) ?? 0;
  return {
    id: `gid://shopify/InventoryLevel/${location.id}?inventory_item_id=${variant.inventoryItemId}`,
    isActive: true,
    createdAt: variant.createdAt.toISOString(),
    updatedAt: variant.updatedAt.toISOString(),
    item: () => inventoryItemView(sim, variant),
    location: () => locationView(sim, location),
    quantities: ({ names }: { names: string[] }) =>
      names.map((name) => ({
        id: `${name}-${location.id}`,
        name,
        quantity: ["available", "on_hand"].includes(name) ? quantity : 0,
        updatedAt: null,
      })),
  };
}

function imageView(sim: Sim, product: Product): object {
  const url = sim.origin + product.image.path;
  return {
    id: gid("ImageSource", product.image.id),
    url: () => url,
    src: url,
    originalSrc: url,
    transformedSrc: () => url,
    altText: product.image.alt,
    width: product.image.width,
    height: product.image.height,
  };
}

function mediaView(sim: Sim, product: Product): object {
  return {
    __typename: "MediaImage",
    id: gid("MediaImage", product.image.id),
    alt: product.image.alt,
    image: imageView(sim, product),
    preview: { image: imageView(sim, product), status: "READY" },
    mediaContentType: "IMAGE",
    status: "READY",
    fileStatus: "READY",
    mimeType: "image/png",
    createdAt: product.createdAt.toISOString(),
    updatedAt: product.createdAt.toISOString(),
  };
}
