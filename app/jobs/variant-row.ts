import type { Variant } from "../events/mirror-store.ts";
import { toMinorUnits } from "../events/money.ts";
import type { VariantNow } from "../shopify/operations.ts";

/** A variant as Shopify tells of it now, as the mirror keeps it. */
export function variantRow(node: VariantNow, currency: string, now: Date): Omit<Variant, "shop"> {
  const { product, inventoryItem } = node;
  const isCounted = inventoryItem.tracked && node.inventoryPolicy === "DENY";
  const image = [...node.media.nodes, product.featuredMedia].find((media) => media?.preview?.image)?.preview?.image;
  return {
    variantId: numericId(node.id),
    productId: numericId(product.id),
    inventoryItemId: numericId(inventoryItem.id),
    productTitle: product.title,
    variantTitle: node.title === "Default Title" ? null : node.title,
    handle: product.handle,
    vendor: product.vendor || null,
    productType: product.productType || null,
    image: image?.url ?? null,
    price: toMinorUnits(node.price, currency),
    compareAtPrice: node.compareAtPrice === null ? null : toMinorUnits(node.compareAtPrice, currency),
    // Stock at a place that does not sell online is no stock, and a draft cannot be bought whatever its stock.
    isAvailable:
      node.availableForSale && product.status === "ACTIVE" && (!isCounted || node.sellableOnlineQuantity > 0),
    sellableQuantity: isCounted ? Math.max(0, node.sellableOnlineQuantity) : null,
    updatedAt: now,
    deletedAt: null,
  };
}

/** The digits of a gid. */
export function numericId(gid: string): string {
  return gid.slice(gid.lastIndexOf("/") + 1);
}
