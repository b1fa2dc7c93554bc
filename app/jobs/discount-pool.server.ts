import type { Clock } from "../clock.server.ts";
import { cohortEnd, newDiscountCode, offerKey, poolTarget } from "../composer/discount-offers.ts";
import type { Offer } from "../composer/discount-offers.ts";
import { offerOf } from "../journeys/discount.ts";
import type { StepDiscount } from "../journeys/discount.ts";
import type { Cohort } from "../journeys/discount-store.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../journeys/duration.ts";
import type { Logger } from "../log.server.ts";
import type { JobHandler, JobResult } from "../scheduler/job.ts";
import type { AdminApi, AdminResult } from "../shopify/admin-api.ts";
import { ADD_DISCOUNT_CODES, DELETE_DISCOUNT, DISCOUNT_BY_CODE, DISCOUNT_CODES_ADDED } from "../shopify/operations.ts";
import type {
  AddDiscountCodesData,
  DeleteDiscountData,
  DiscountByCodeData,
  DiscountCodesAddedData,
} from "../shopify/operations.ts";
import type { Store } from "../store/store.ts";
import { creationOf } from "./create-discount.ts";

// Codes are made ahead of need, so that no message waits for Shopify: for what is promised now and for the day after, a
// pool of unique single-use codes per offer and day of validity. Each call to Shopify is followed by what it changed in
// our own tables. A discount is found again by its first code when the answer to its making was lost; bulk codes whose
// answer was lost are given to nobody and go with their discount.

/** Codes Shopify takes in one call. */
const BATCH = 250;
/** Codes stop in Shopify by themselves; what is over is cleared away once the last checkouts begun with it are done. */
const KEEP_AFTER_END_MS = HOUR_MS;
/** Discounts deleted in one look, one call each. */
const DELETED_AT_ONCE = 25;
const BETWEEN_LOOKS_MS = 6 * HOUR_MS;
/** Machine time. */
const POLL_MS = 1_000;
const AFTER_FAILURE_MS = 30_000;
const AFTER_REFUSAL_MS = 3_600_000;

type Deps = { store: Store; admin: AdminApi; clock: Clock; log: Logger };

export function discountPoolHandler(deps: Deps): JobHandler {
  return (job, signal) => {
    const { shop } = job.payload as { shop: string };
    return tendDiscountPool(deps, shop, deps.clock.now(), signal);
  };
}

/** Brings a shop's pools up to what its journeys promise, and clears away what is over. Comes back by itself. */
export async function tendDiscountPool(deps: Deps, shop: string, now: Date, signal?: AbortSignal): Promise<JobResult> {
  const { store, clock } = deps;
  const facts = await store.shops.get(shop);
  if (facts?.state !== "installed") return { type: "done" };

  try {
    await settlePending(deps, shop);
    await store.discounts.closeEnded(shop, now);
    const promises = promisesIn(await store.discounts.promisedDefinitions(shop));
    let isAnyRefused = false;
    for (const promise of promises) {
      // Today's need and tomorrow's, so that midnight finds a pool.
      for (const at of [now, new Date(now.getTime() + DAY_MS)]) {
        if (signal?.aborted) return { type: "snooze", until: now };
        const isMade = await fill(deps, shop, promise, cohortEnd(at, promise.validHours, facts.timezone), now);
        isAnyRefused ||= !isMade;
      }
    }
    const hasMoreToDelete = await deleteOld(deps, shop, now);
    const isWaiting = (await store.discounts.pendingBatches(shop)).length > 0;
    if (isWaiting || hasMoreToDelete) return { type: "snooze", until: clock.afterMachineMs(POLL_MS) };
    if (isAnyRefused) return { type: "snooze", until: clock.afterMachineMs(AFTER_REFUSAL_MS) };
    // What was made for a promise that is no more still has to be cleared away.
    const cohorts = await store.discounts.cohorts(shop);
    if (promises.length === 0 && cohorts.length === 0) return { type: "done" };
    const firstEnd = Math.min(...cohorts.map(({ endsAt }) => endsAt.getTime() + KEEP_AFTER_END_MS + MINUTE_MS));
    return { type: "snooze", until: new Date(Math.min(now.getTime() + BETWEEN_LOOKS_MS, firstEnd)) };
  } catch (error) {
    if (!(error instanceof ShopifyRefusal)) throw error;
    if (error.reason === "revoked") return { type: "done" };
    if (error.reason === "invalid") deps.log.error({ shop, err: error }, "Shopify refused a discount operation");
    const waitMs = error.retryAfterMs ?? (error.reason === "invalid" ? AFTER_REFUSAL_MS : AFTER_FAILURE_MS);
    return { type: "snooze", until: clock.afterMachineMs(waitMs) };
  }
}

type Promised = { offer: Offer; validHours: number; journeys: string[] };

/** The offers that messages may make with codes of our own, each once for each length of validity. */
function promisesIn(definitions: { journey: string; definition: unknown }[]): Promised[] {
  const found = new Map<string, Promised>();
  for (const { journey, definition } of definitions) {
    for (const discount of discountsIn(definition)) {
      if (discount.code) continue;
      const offer = offerOf(discount);
      const key = `${offerKey(offer)} ${discount.validHours}`;
      const promise = found.get(key) ?? { offer, validHours: discount.validHours, journeys: [] };
      if (!promise.journeys.includes(journey)) promise.journeys.push(journey);
      found.set(key, promise);
    }
  }
  return [...found.values()];
}

/** Of every message, however deep in branches. */
function discountsIn(part: unknown): StepDiscount[] {
  if (Array.isArray(part)) return part.flatMap(discountsIn);
  if (typeof part !== "object" || part === null) return [];
  if ("type" in part && part.type === "message") {
    return "discount" in part && part.discount ? [part.discount as StepDiscount] : [];
  }
  return Object.values(part).flatMap(discountsIn);
}

/** @returns false when Shopify does not want this offer; the others are made all the same */
async function fill(deps: Deps, shop: string, promise: Promised, endsAt: Date, now: Date): Promise<boolean> {
  const { store, log } = deps;
  const offer = offerKey(promise.offer);
  const cohort = await beginCohort(deps, shop, offer, endsAt, now);
  try {
    const shopifyId = cohort.shopifyId ?? (await openCohort(deps, shop, cohort, promise.offer, now));
    if (cohort.state === "open" || cohort.state === "creating") {
      await addCodes(deps, shop, { ...cohort, shopifyId }, promise.journeys, now);
    }
    if (cohort.problem) await store.discounts.noteProblem(shop, cohort.id, null);
    return true;
  } catch (error) {
    if (!(error instanceof ShopifyRefusal) || error.reason !== "invalid") throw error;
    log.error({ shop, offer, err: error }, "Shopify does not want a discount");
    await store.discounts.noteProblem(shop, cohort.id, error.message.slice(0, 300));
    return false;
  }
}

type Begun = Cohort & { isNew: boolean };

async function beginCohort({ store }: Deps, shop: string, offer: string, endsAt: Date, now: Date): Promise<Begun> {
  const firstCode = newDiscountCode();
  const cohort = await store.discounts.beginCohort(shop, offer, endsAt, firstCode, now);
  return { ...cohort, isNew: cohort.firstCode === firstCode };
}

/** Has Shopify make the discount, unless it did and we never heard of it. @returns its id in Shopify */
async function openCohort(deps: Deps, shop: string, cohort: Begun, offer: Offer, now: Date): Promise<string> {
  const { id, endsAt } = cohort;
  const firstCode = cohort.firstCode ?? newDiscountCode();
  let shopifyId = cohort.isNew ? null : await idOfCode(deps, shop, firstCode);
  if (shopifyId === null) {
    const creation = creationOf(offer, { code: firstCode, endsAt, now });
    const created = await ask<Record<string, unknown>>(deps, shop, creation.operation, creation.variables);
    const { codeDiscountNode, userErrors } = creation.read(created);
    if (!codeDiscountNode) throw new ShopifyRefusal("invalid", describe(userErrors), null);
    shopifyId = codeDiscountNode.id;
  }
  await deps.store.discounts.openCohort(shop, id, shopifyId, firstCode, now);
  return shopifyId;
}

async function idOfCode(deps: Deps, shop: string, code: string): Promise<string | null> {
  const found = await ask<DiscountByCodeData>(deps, shop, DISCOUNT_BY_CODE, { code });
  return found.codeDiscountNodeByCode?.id ?? null;
}

async function addCodes(
  deps: Deps,
  shop: string,
  cohort: Cohort & { shopifyId: string },
  journeys: string[],
  now: Date,
) {
  const { store } = deps;
  const demand = await store.discounts.demand(shop, cohort.offer, journeys, new Date(now.getTime() - DAY_MS));
  const target = poolTarget(demand);
  // A discount is made with its first code.
  const free = cohort.state === "creating" ? 1 : cohort.free;
  const ready = free + cohort.pending;
  // Half empty is early enough, and saves a call for each code taken.
  if (ready > target / 2) return;
  const codes = Array.from({ length: Math.min(BATCH, target - ready) }, newDiscountCode);
  const added = await ask<AddDiscountCodesData>(deps, shop, ADD_DISCOUNT_CODES, {
    discountId: cohort.shopifyId,
    codes: codes.map((code) => ({ code })),
  });
  const { bulkCreation, userErrors } = added.discountRedeemCodeBulkAdd;
  if (!bulkCreation) throw new ShopifyRefusal("invalid", describe(userErrors), null);
  await store.discounts.addPending(shop, cohort.id, bulkCreation.id, codes, now);
}

/** Codes count once their bulk creation is done, and only those without an error. */
async function settlePending(deps: Deps, shop: string) {
  for (const batch of await deps.store.discounts.pendingBatches(shop)) {
    const { discountRedeemCodeBulkCreation: creation } = await ask<DiscountCodesAddedData>(
      deps,
      shop,
      DISCOUNT_CODES_ADDED,
      { id: batch.bulkCreationId },
    );
    if (creation && !creation.done) continue;
    const nodes = creation?.codes.nodes ?? [];
    const made = new Set(nodes.filter(({ errors }) => errors.length === 0).map(({ code }) => code.toUpperCase()));
    const good = batch.codes.filter((code) => made.has(code.toUpperCase()));
    const failed = batch.codes.filter((code) => !made.has(code.toUpperCase()));
    await deps.store.discounts.settleBatch(shop, batch.bulkCreationId, good, failed);
  }
}

/** @returns whether there is more to delete */
async function deleteOld(deps: Deps, shop: string, now: Date): Promise<boolean> {
  const old = (await deps.store.discounts.cohorts(shop)).filter(
    ({ endsAt }) => endsAt.getTime() + KEEP_AFTER_END_MS <= now.getTime(),
  );
  for (const cohort of old.slice(0, DELETED_AT_ONCE)) {
    // Begun, and never heard of again.
    const shopifyId = cohort.shopifyId ?? (cohort.firstCode && (await idOfCode(deps, shop, cohort.firstCode)));
    if (shopifyId) {
      const deleted = await ask<DeleteDiscountData>(deps, shop, DELETE_DISCOUNT, { id: shopifyId });
      const { userErrors } = deleted.discountCodeDelete;
      // Gone already is what we want.
      if (userErrors.length > 0) deps.log.warn({ shop, discount: shopifyId }, describe(userErrors));
    }
    await deps.store.discounts.markDeleted(shop, cohort.id);
  }
  return old.length > DELETED_AT_ONCE;
}

class ShopifyRefusal extends Error {
  readonly reason: "later" | "revoked" | "invalid";
  readonly retryAfterMs: number | null;

  constructor(reason: "later" | "revoked" | "invalid", message: string, retryAfterMs: number | null) {
    super(message);
    this.name = "ShopifyRefusal";
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

async function ask<T>(
  { admin }: Deps,
  shop: string,
  operation: string,
  variables: Record<string, unknown>,
): Promise<T> {
  const result: AdminResult<T> = await admin.query<T>(shop, operation, variables);
  if (!result.ok) throw new ShopifyRefusal(result.reason, result.message, result.retryAfterMs);
  return result.data;
}

function describe(userErrors: { message: string }[]): string {
  return userErrors.map(({ message }) => message).join("; ") || "no reason given";
}
