import type { Variant } from "../events/mirror-store.ts";
import type { Clock } from "../clock.server.ts";
import type { AdminApi } from "../shopify/admin-api.ts";
import { VARIANTS_NOW } from "../shopify/operations.ts";
import type { VariantNow, VariantsNowData } from "../shopify/operations.ts";
import type { Store } from "../store/store.ts";
import { readTogether } from "./read-together.ts";
import { variantRow } from "./variant-row.ts";

// Just before messages leave, their distinct variants are read again: in one call for all that are due at the same moment,
// and not again within a minute, because Shopify's API could never answer once per message.

const FRESH_MS = 60_000;
/** Variants in one call: about 5 points each of a budget of 1,000. */
const BATCH = 100;
const LARGEST_CACHE = 20_000;

type Deps = { store: Store; admin: AdminApi; clock: Clock };

/** Where the stock and prices in the mirror come from now: just read, or as last heard because Shopify did not answer. */
export type Freshness = "shopify" | "mirror";

export type FreshVariants = {
  /** Brings the mirror's rows of these variants up to date. Never throws for what Shopify does. */
  refresh(shop: string, variantIds: string[]): Promise<Freshness>;
};

export function freshVariants({ store, admin, clock }: Deps): FreshVariants {
  const readAt = new Map<string, number>();
  const readTogetherWith = readTogether(readAll);

  function isFresh(shop: string, variantId: string): boolean {
    const at = readAt.get(`${shop} ${variantId}`);
    const age = at === undefined ? Infinity : clock.now().getTime() - at;
    return age >= 0 && age < FRESH_MS;
  }

  async function readAll(shop: string, ids: string[]): Promise<Freshness> {
    for (let from = 0; from < ids.length; from += BATCH) {
      const part = ids.slice(from, from + BATCH);
      const result = await admin.query<VariantsNowData>(shop, VARIANTS_NOW, {
        ids: part.map((id) => `gid://shopify/ProductVariant/${id}`),
      });
      if (!result.ok) return "mirror";
      await save(shop, part, result.data.nodes);
    }
    return "shopify";
  }

  async function save(shop: string, ids: string[], nodes: VariantsNowData["nodes"]) {
    const now = clock.now();
    const facts = await store.shops.get(shop);
    const currency = facts?.currency ?? "USD";
    const known = new Map((await store.mirror.variants(shop, ids)).map((variant) => [variant.variantId, variant]));
    const rows = ids.map((id, index) => {
      const node = nodes[index];
      if (isVariant(node)) return variantRow(node, currency, now);
      const { shop: _, ...before } = known.get(id) ?? unknownVariant(id);
      return { ...before, isAvailable: false, sellableQuantity: 0, updatedAt: now, deletedAt: now };
    });
    await store.mirror.saveVariants(shop, rows);
    if (readAt.size > LARGEST_CACHE) readAt.clear();
    for (const id of ids) readAt.set(`${shop} ${id}`, now.getTime());
  }

  return {
    async refresh(shop, variantIds) {
      const stale = variantIds.filter((id) => !isFresh(shop, id));
      if (stale.length === 0) return "shopify";
      return readTogetherWith(shop, stale);
    },
  };
}

function isVariant(node: VariantsNowData["nodes"][number] | undefined): node is VariantNow {
  return node !== null && node !== undefined && "id" in node;
}

function unknownVariant(variantId: string): Variant {
  return {
    shop: "",
    variantId,
    productId: "",
    inventoryItemId: null,
    productTitle: "",
    variantTitle: null,
    handle: null,
    vendor: null,
    productType: null,
    image: null,
    price: null,
    compareAtPrice: null,
    isAvailable: false,
    sellableQuantity: 0,
    updatedAt: new Date(0),
    deletedAt: null,
  };
}
