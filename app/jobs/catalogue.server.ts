import type { Clock } from "../clock.server.ts";
import type { JobHandler, JobResult } from "../scheduler/job.ts";
import type { AdminApi, AdminResult } from "../shopify/admin-api.ts";
import { catalogueJob } from "../shopify/catalogue.ts";
import type { CataloguePayload } from "../shopify/catalogue.ts";
import { CATALOGUE_COLLECTIONS, CATALOGUE_VARIANTS } from "../shopify/operations.ts";
import type { CatalogueCollectionsData, CatalogueVariantsData } from "../shopify/operations.ts";
import { journeyKind } from "../journeys/kinds/registry.server.ts";
import type { Store } from "../store/store.ts";
import { recordPricesAbroad } from "./local-variants.server.ts";
import type { LocalVariants } from "./local-variants.server.ts";
import { numericId, variantRow } from "./variant-row.ts";

// After the install and then once a day: what the shop sells, so that products nobody has looked at yet can be recommended;
// which of them belong to a collection; and what those that people care for cost in the countries they shop from. One page
// a job, so that a crash loses a page at most, and slowly, because messages that leave share Shopify's budget.

const DAY_MS = 86_400_000;
/** Variants in a page: about 500 points of a bucket of 2,000 that fills by 100 a second. */
const PAGE = 50;
/** Products whose countries' prices are read in one job. */
const PRODUCTS = 20;
/** Machine time between two pages. */
const BETWEEN_PAGES_MS = 10_000;
const AFTER_FAILURE_MS = 60_000;
/** Shopify's own index of what changed lags behind a little. */
const OVERLAP_MS = 3_600_000;

type Deps = { store: Store; admin: AdminApi; clock: Clock; local: LocalVariants };
/** Null: the part is done. */
type NextPage = { after: string } | null;

export function catalogueHandler(deps: Deps): JobHandler {
  return async (job) => readPage(deps, job.payload as CataloguePayload, deps.clock.now());
}

async function readPage(deps: Deps, payload: CataloguePayload, now: Date): Promise<JobResult> {
  const { store, clock } = deps;
  const { shop } = payload;
  const facts = await store.shops.get(shop);
  if (facts?.state !== "installed") return { type: "cancel", reason: "the app is not installed" };

  const startedAt = payload.startedAt ?? now.getTime();
  const read = { variants: readVariants, collections: readCollection, prices: readPrices }[payload.part];
  const result = await read(deps, { ...payload, startedAt }, facts.currency, now);
  if (!result.ok) {
    if (result.reason === "revoked") return { type: "cancel", reason: result.message };
    return { type: "snooze", until: clock.afterMachineMs(Math.max(result.retryAfterMs ?? 0, AFTER_FAILURE_MS)) };
  }

  const soon = clock.afterMachineMs(BETWEEN_PAGES_MS);
  const next = (part: CataloguePayload["part"], after: string | null) =>
    store.jobs.schedule({ ...catalogueJob(shop, soon, null), payload: { ...payload, startedAt, part, after } });
  if (result.data) await next(payload.part, result.data.after);
  else if (payload.part === "variants") await next("collections", null);
  else if (payload.part === "collections") await next("prices", null);
  else {
    const changedSince = new Date(startedAt - OVERLAP_MS);
    await store.jobs.schedule(catalogueJob(shop, new Date(now.getTime() + DAY_MS), changedSince));
  }
  return { type: "done" };
}

type Read = (
  deps: Deps,
  payload: CataloguePayload & { startedAt: number },
  currency: string,
  now: Date,
) => Promise<AdminResult<NextPage>>;

const readVariants: Read = async ({ store, admin }, { shop, after, changedSince }, currency, now) => {
  const changed = changedSince === null ? null : `updated_at:>='${new Date(changedSince).toISOString()}'`;
  const result = await admin.query<CatalogueVariantsData>(shop, CATALOGUE_VARIANTS, { first: PAGE, after, changed });
  if (!result.ok) return result;
  const { nodes, pageInfo } = result.data.productVariants;
  await store.mirror.saveVariants(
    shop,
    nodes.map((node) => variantRow(node, currency, now)),
  );
  return { ok: true, data: nextOf(pageInfo) };
};

const readCollection: Read = async ({ store, admin }, { shop, after, startedAt }, _currency, now) => {
  const result = await admin.query<CatalogueCollectionsData>(shop, CATALOGUE_COLLECTIONS, { after });
  if (!result.ok) return result;
  const { nodes, pageInfo } = result.data.collections;
  for (const { handle, products } of nodes) {
    const productIds = products.nodes.map(({ id }) => numericId(id));
    await store.recommendations.saveCollection(shop, handle, productIds, now);
  }
  const next = nextOf(pageInfo);
  if (!next) await store.recommendations.dropCollectionsBefore(shop, new Date(startedAt));
  return { ok: true, data: next };
};

/** Only where a journey looks at prices: without a record of 30 days it must be silent, see kinds/price-record.ts. */
const readPrices: Read = async ({ store, local }, { shop, after }, _currency, now) => {
  const journeys = await store.runs.currentJourneys(shop);
  if (!journeys.some(({ kind }) => journeyKind(kind)?.variantMoment)) return { ok: true, data: null };
  const page = await store.interests.caredForAbroad(shop, after ?? "product:", PRODUCTS, now);
  if (!page) return { ok: true, data: null };
  const byCountry = Map.groupBy(page.wanted, ({ country }) => country);
  for (const [country, wanted] of byCountry) {
    const variantIds = wanted.map(({ variantId }) => variantId);
    if (!(await recordPricesAbroad({ store, local }, shop, country, variantIds, now)))
      return { ok: false, reason: "later", message: "prices could not be read", retryAfterMs: null };
  }
  return { ok: true, data: { after: page.after } };
};

function nextOf({ hasNextPage, endCursor }: { hasNextPage: boolean; endCursor: string | null }): NextPage {
  return hasNextPage && endCursor !== null ? { after: endCursor } : null;
}
