import type { Clock } from "../clock.server.ts";
import { toMinorUnits } from "../events/money.ts";
import type { LocalPrice, LocalVariant, Place } from "../journeys/local-variant.ts";
import type { AdminApi } from "../shopify/admin-api.ts";
import { LOCAL_VARIANTS } from "../shopify/operations.ts";
import type { LocalVariantNow, LocalVariantsData } from "../shopify/operations.ts";
import type { Store } from "../store/store.ts";
import { readTogether } from "./read-together.ts";

// Markets have prices of their own and languages titles of their own. Both are read when a message leaves, together for all
// that leave to one country in one language, and not again within a minute.

const FRESH_MS = 60_000;
/** Variants in one call: about 5 points each of a budget of 1,000. */
const BATCH = 100;
const LARGEST_CACHE = 20_000;

export type LocalVariants = {
  /** Those Shopify knows, by variant id; null when it cannot be asked now. Never throws for what Shopify does. */
  read(shop: string, place: Place, variantIds: string[]): Promise<ReadonlyMap<string, LocalVariant> | null>;
};

type Known = { at: number; variant: LocalVariant };

export function localVariants({ admin, clock }: { admin: AdminApi; clock: Clock }): LocalVariants {
  const known = new Map<string, Known>();
  const readTogetherWith = readTogether(async (group, ids): Promise<boolean> => {
    const [shop = "", country = "", locale = ""] = group.split(" ");
    for (let from = 0; from < ids.length; from += BATCH) {
      const part = ids.slice(from, from + BATCH);
      const result = await admin.query<LocalVariantsData>(shop, LOCAL_VARIANTS, {
        ids: part.map((id) => `gid://shopify/ProductVariant/${id}`),
        context: country ? { country } : {},
        locale: locale || "en",
        isPriced: country !== "",
        isTranslated: locale !== "",
      });
      if (!result.ok) return false;
      const at = clock.now().getTime();
      part.forEach((id, index) => {
        const node = result.data.nodes[index];
        if (isVariant(node)) known.set(`${group} ${id}`, { at, variant: localVariantOf(node) });
      });
    }
    return true;
  });

  function fresh(key: string): LocalVariant | null {
    const found = known.get(key);
    const age = found ? clock.now().getTime() - found.at : Infinity;
    return found && age >= 0 && age < FRESH_MS ? found.variant : null;
  }

  return {
    async read(shop, { country, locale }, variantIds) {
      const local = new Map<string, LocalVariant>();
      if (country === null && locale === null) return local;
      const group = `${shop} ${country ?? ""} ${locale ?? ""}`;
      const stale = variantIds.filter((id) => !fresh(`${group} ${id}`));
      if (known.size > LARGEST_CACHE) known.clear();
      if (stale.length > 0 && !(await readTogetherWith(group, stale))) return null;
      for (const id of variantIds) {
        const variant = fresh(`${group} ${id}`);
        if (variant) local.set(id, variant);
      }
      return local;
    },
  };
}

/** Notes what variants cost in a country now. False when Shopify cannot be asked now. */
export async function recordPricesAbroad(
  { store, local }: { store: Pick<Store, "interests">; local: LocalVariants },
  shop: string,
  country: string,
  variantIds: string[],
  now: Date,
): Promise<boolean> {
  const found = await local.read(shop, { country, locale: null }, variantIds);
  if (!found) return false;
  const prices = [...found].flatMap(([variantId, { price }]) =>
    price ? [{ variantId, country, currency: price.currency, price: price.amount }] : [],
  );
  await store.interests.recordLocalPrices(shop, prices, now);
  return true;
}

function isVariant(node: LocalVariantsData["nodes"][number] | undefined): node is LocalVariantNow {
  return node !== null && node !== undefined && "id" in node;
}

function localVariantOf({ contextualPricing, product }: LocalVariantNow): LocalVariant {
  const title = product?.translations.find(({ key }) => key === "title")?.value ?? null;
  return { title, price: contextualPricing ? priceOf(contextualPricing) : null };
}

function priceOf({ price, compareAtPrice }: NonNullable<LocalVariantNow["contextualPricing"]>): LocalPrice {
  const currency = price.currencyCode;
  const compareAt = compareAtPrice?.currencyCode === currency ? toMinorUnits(compareAtPrice.amount, currency) : null;
  return { amount: toMinorUnits(price.amount, currency), compareAt, currency };
}
