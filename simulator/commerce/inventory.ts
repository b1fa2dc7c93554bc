import type { Sim } from "../sim.ts";
import { isAvailableForSale, totalQuantity } from "../state.ts";
import type { Product, Variant } from "../state.ts";
import { inventoryLevelPayload, productPayload, variantPayload } from "../webhooks/shop-payloads.ts";

/**
 * Sets how many pieces of a variant there are: all at `locationId` (default: the warehouse, the other locations emptied).
 * Sends inventory_levels/update for each location that changed, products/update, and variants/in_stock or out_of_stock.
 */
export function setAvailable(sim: Sim, variant: Variant, available: number, locationId?: string): void {
  const { locations } = sim.state;
  const target = locationId ?? locations[0]?.id ?? "";
  const next = new Map(variant.available);
  next.set(target, available);
  if (locationId === undefined) for (const location of locations) if (location.id !== target) next.set(location.id, 0);
  changeStock(sim, variant, next);
}

/** Takes sold pieces out, from the locations in order; what is oversold makes the warehouse's number negative. */
export function takeStock(sim: Sim, variant: Variant, quantity: number): void {
  if (!variant.tracked) return;
  const next = new Map(variant.available);
  let left = quantity;
  for (const [locationId, pieces] of next) {
    const taken = Math.min(Math.max(0, pieces), left);
    next.set(locationId, pieces - taken);
    left -= taken;
  }
  const warehouse = sim.state.locations[0]?.id ?? "";
  if (left > 0) next.set(warehouse, (next.get(warehouse) ?? 0) - left);
  changeStock(sim, variant, next);
}

/** Puts returned pieces back into the warehouse. */
export function putBack(sim: Sim, variant: Variant, quantity: number): void {
  if (!variant.tracked) return;
  const warehouse = sim.state.locations[0]?.id ?? "";
  const next = new Map(variant.available);
  next.set(warehouse, (next.get(warehouse) ?? 0) + quantity);
  changeStock(sim, variant, next);
}

/** Sets a variant's price and compare-at price (shop currency, minor units). Sends products/update. */
export function setPrice(sim: Sim, variant: Variant, price: number, compareAtPrice: number | null): void {
  variant.price = price;
  variant.compareAtPrice = compareAtPrice;
  touchProduct(sim, variant);
}

/** Changes a product's own fields. Sends products/update. */
export function changeProduct(
  sim: Sim,
  product: Product,
  change: Partial<Pick<Product, "title" | "status" | "tags">>,
): void {
  Object.assign(product, change);
  product.updatedAt = sim.clock.now();
  sim.webhooks.send("products/update", productPayload(sim.state, sim.origin, product), `product:${product.id}`);
}

/** Takes a product out of the shop. Sends products/delete. */
export function deleteProduct(sim: Sim, product: Product): void {
  sim.state.products.delete(product.id);
  for (const variantId of product.variantIds) sim.state.variants.delete(variantId);
  for (const collection of sim.state.collections) {
    collection.productIds = collection.productIds.filter((id) => id !== product.id);
  }
  sim.webhooks.send("products/delete", { id: Number(product.id) }, `product:${product.id}`);
}

function changeStock(sim: Sim, variant: Variant, next: Map<string, number>): void {
  const wasForSale = isAvailableForSale(variant);
  const changed = [...next].filter(([locationId, pieces]) => (variant.available.get(locationId) ?? 0) !== pieces);
  if (changed.length === 0 && variant.tracked) return;

  variant.tracked = true; // who sets a number counts the pieces
  variant.previousQuantity = totalQuantity(variant);
  variant.available = next;
  variant.updatedAt = sim.clock.now();
  for (const [locationId] of changed) {
    const payload = inventoryLevelPayload(sim.state, variant, locationId);
    sim.webhooks.send("inventory_levels/update", payload, `product:${variant.productId}`);
  }
  touchProduct(sim, variant);
  if (wasForSale === isAvailableForSale(variant)) return;
  const topic = wasForSale ? "variants/out_of_stock" : "variants/in_stock";
  sim.webhooks.send(topic, variantPayload(sim.state, variant), `product:${variant.productId}`);
}

function touchProduct(sim: Sim, variant: Variant): void {
  variant.updatedAt = sim.clock.now();
  const product = sim.state.products.get(variant.productId);
  if (product) changeProduct(sim, product, {});
}
