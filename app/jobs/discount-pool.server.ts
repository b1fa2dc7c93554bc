import type { Clock } from "../clock.server.ts";
import { cohortEnd, newDiscountCode, offerKey, parseOffer, poolTarget } from "../composer/discount-offers.ts";
import type { JourneyDefinition } from "../journeys/definition.ts";
import type { StepDiscount } from "../journeys/discount.ts";
import type { Cohort } from "../journeys/discount-store.ts";
import { DAY_MS, HOUR_MS } from "../journeys/duration.ts";
import type { Logger } from "../log.server.ts";
import type { JobHandler, JobResult } from "../scheduler/job.ts";
import type { AdminApi, AdminResult } from "../shopify/admin-api.ts";
import { ADD_DISCOUNT_CODES, CREATE_DISCOUNT, DELETE_DISCOUNT, DISCOUNT_CODES_ADDED } from "../shopify/operations.ts";
import type {
  AddDiscountCodesData,
  CreateDiscountData,
  DeleteDiscountData,
  DiscountCodesAddedData,
} from "../shopify/operations.ts";
import type { Store } from "../store/store.ts";

// Codes are made ahead of need, so that no message waits for Shopify: for what is promised now and for the day after, a
// pool of unique single-use codes per offer and day of validity. Each call to Shopify is followed by what it changed in
// our own tables; a crash in between costs a few codes that nobody ever gets.

/** Codes Shopify takes in one call. */
const BATCH = 250;
const KEEP_AFTER_END_MS = 7 * DAY_MS;
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
    const discounts = promisedDiscounts(await store.discounts.promisedDefinitions(shop));
    for (const discount of discounts) {
      // Today's need and tomorrow's, so that midnight finds a pool.
      for (const at of [now, new Date(now.getTime() + DAY_MS)]) {
        if (signal?.aborted) return { type: "snooze", until: now };
        await fill(deps, shop, discount, cohortEnd(at, discount.validHours, facts.timezone), now);
      }
    }
    await deleteOld(deps, shop, now);
    const isWaiting = (await store.discounts.pendingBatches(shop)).length > 0;
    if (isWaiting) return { type: "snooze", until: clock.afterMachineMs(POLL_MS) };
    // What was made for a promise that is no more still has to be cleared away.
    const isIdle = discounts.length === 0 && (await store.discounts.cohorts(shop)).length === 0;
    return isIdle ? { type: "done" } : { type: "snooze", until: new Date(now.getTime() + BETWEEN_LOOKS_MS) };
  } catch (error) {
    if (!(error instanceof ShopifyRefusal)) throw error;
    if (error.reason === "revoked") return { type: "done" };
    if (error.reason === "invalid") deps.log.error({ shop, err: error }, "Shopify refused a discount operation");
    const waitMs = error.retryAfterMs ?? (error.reason === "invalid" ? AFTER_REFUSAL_MS : AFTER_FAILURE_MS);
    return { type: "snooze", until: clock.afterMachineMs(waitMs) };
  }
}

/** Distinct discounts that messages may promise. */
function promisedDiscounts(definitions: unknown[]): StepDiscount[] {
  const found = new Map<string, StepDiscount>();
  for (const definition of definitions as JourneyDefinition[]) {
    for (const step of definition.steps) {
      if (step.type === "message" && step.discount) {
        found.set(`${offerKey(step.discount)} ${step.discount.validHours}`, step.discount);
      }
    }
  }
  return [...found.values()];
}

async function fill(deps: Deps, shop: string, discount: StepDiscount, endsAt: Date, now: Date) {
  const { store } = deps;
  const offer = offerKey(discount);
  const cohort = await openCohort(deps, shop, offer, endsAt, now);
  if (!cohort?.shopifyId || cohort.state !== "open") return;

  const demand = await store.discounts.demand(shop, offer, new Date(now.getTime() - DAY_MS));
  const target = poolTarget(demand);
  const ready = cohort.free + cohort.pending;
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

async function openCohort(deps: Deps, shop: string, offer: string, endsAt: Date, now: Date): Promise<Cohort | null> {
  const { store } = deps;
  const find = async () =>
    (await store.discounts.cohorts(shop)).find(
      (cohort) => cohort.offer === offer && cohort.endsAt.getTime() === endsAt.getTime(),
    ) ?? null;
  const known = await find();
  if (known && known.state !== "creating") return known;

  const terms = parseOffer(offer);
  if (!terms) return null;
  const cohortId = await store.discounts.beginCohort(shop, offer, endsAt, now);
  const code = newDiscountCode();
  const created = await ask<CreateDiscountData>(deps, shop, CREATE_DISCOUNT, {
    basicCodeDiscount: {
      title: `Beckon ${terms.percent}% until ${endsAt.toISOString().slice(0, 10)}`,
      code,
      // A little in the past: the shop's clock and ours need not agree to the second.
      startsAt: new Date(now.getTime() - HOUR_MS).toISOString(),
      endsAt: endsAt.toISOString(),
      usageLimit: 1,
      appliesOncePerCustomer: true,
      context: { all: "ALL" },
      customerGets: { value: { percentage: terms.percent / 100 }, items: { all: true } },
      combinesWith: { orderDiscounts: false, productDiscounts: false, shippingDiscounts: true },
    },
  });
  const { codeDiscountNode, userErrors } = created.discountCodeBasicCreate;
  if (!codeDiscountNode) throw new ShopifyRefusal("invalid", describe(userErrors), null);
  await store.discounts.openCohort(shop, cohortId, codeDiscountNode.id, code, now);
  return find();
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

async function deleteOld(deps: Deps, shop: string, now: Date) {
  for (const cohort of await deps.store.discounts.cohorts(shop)) {
    if (cohort.endsAt.getTime() + KEEP_AFTER_END_MS > now.getTime()) continue;
    if (cohort.shopifyId) {
      const deleted = await ask<DeleteDiscountData>(deps, shop, DELETE_DISCOUNT, { id: cohort.shopifyId });
      const { userErrors } = deleted.discountCodeDelete;
      // Gone already is what we want.
      if (userErrors.length > 0) deps.log.warn({ shop, discount: cohort.shopifyId }, describe(userErrors));
    }
    await deps.store.discounts.markDeleted(shop, cohort.id);
  }
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
