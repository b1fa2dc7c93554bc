import { expect, test } from "vitest";
import { createTestStore } from "../../tests/support/test-store.ts";
import { manualClock } from "../../tests/support/manual-clock.ts";
import { ensureDefaultJourneys, getJourney, saveDefinition, setEnabled } from "../journeys/journeys.server.ts";
import { createLogger } from "../log.server.ts";
import type { AdminApi, AdminResult } from "../shopify/admin-api.ts";
import {
  ADD_DISCOUNT_CODES,
  CREATE_DISCOUNT,
  CREATE_SHIPPING_DISCOUNT,
  DELETE_DISCOUNT,
  DISCOUNT_BY_CODE,
  DISCOUNT_CODES_ADDED,
} from "../shopify/operations.ts";
import { shops } from "../store/sqlite/schema.server.ts";
import { tendDiscountPool } from "./discount-pool.server.ts";

const SHOP = "harbour.myshopify.com";
const DAY = 86_400_000;

type Created = {
  id: string;
  title: string;
  code: string;
  endsAt: string;
  usageLimit: number;
  customerGets: { value: { percentage: number } };
};

/** Shopify's discounts, as far as the pool sees them. Bulk additions are done when `finish` says so. */
function fakeShopify() {
  const created: Created[] = [];
  const bulks = new Map<string, { codes: string[]; done: boolean; bad: Set<string> }>();
  const deleted: unknown[] = [];
  let refusal: AdminResult<never> | null = null;
  /** Terms that Shopify does not like. */
  const unwanted = new Set<string>();
  let losesAnswers = false;

  const admin: AdminApi = {
    async query<T>(_shop: string, operation: string, variables: Record<string, unknown> = {}): Promise<AdminResult<T>> {
      if (refusal) return refusal;
      const data = answer(operation, variables) as T;
      if (losesAnswers) return { ok: false, reason: "later", message: "no answer", retryAfterMs: null };
      return { ok: true, data };
    },
  };

  function answer(operation: string, variables: Record<string, unknown>): unknown {
    switch (operation) {
      case CREATE_DISCOUNT: {
        const made = make(variables.basicCodeDiscount);
        return { discountCodeBasicCreate: made };
      }
      case CREATE_SHIPPING_DISCOUNT:
        return { discountCodeFreeShippingCreate: make(variables.freeShippingCodeDiscount) };
      case DISCOUNT_BY_CODE: {
        const found = created.find(({ code }) => code === variables.code);
        return { codeDiscountNodeByCode: found ? { id: found.id, codeDiscount: {} } : null };
      }
      case ADD_DISCOUNT_CODES: {
        const id = `gid://shopify/DiscountRedeemCodeBulkCreation/${bulks.size + 1}`;
        const codes = (variables.codes as { code: string }[]).map(({ code }) => code);
        bulks.set(id, { codes, done: false, bad: new Set() });
        return { discountRedeemCodeBulkAdd: { bulkCreation: { id }, userErrors: [] } };
      }
      case DISCOUNT_CODES_ADDED: {
        const bulk = bulks.get(String(variables.id));
        const nodes = bulk?.codes.map((code) => ({ code, errors: bulk.bad.has(code) ? [{ message: "taken" }] : [] }));
        return { discountRedeemCodeBulkCreation: bulk && { id: variables.id, done: bulk.done, codes: { nodes } } };
      }
      case DELETE_DISCOUNT:
        deleted.push(variables.id);
        return { discountCodeDelete: { deletedCodeDiscountId: variables.id, userErrors: [] } };
      default:
        throw new Error("an operation the pool does not use");
    }
  }

  function make(input: unknown) {
    const wanted = input as Omit<Created, "id">;
    if (unwanted.has(wanted.title.split(" until ")[0] ?? "")) {
      return { codeDiscountNode: null, userErrors: [{ field: null, message: "Collection is gone", code: "INVALID" }] };
    }
    const id = `gid://shopify/DiscountCodeNode/${created.length + 1}`;
    created.push({ id, ...wanted });
    return { codeDiscountNode: { id }, userErrors: [] };
  }

  return {
    admin,
    created,
    unwanted,
    loseAnswers(isOn: boolean) {
      losesAnswers = isOn;
    },
    bulks,
    deleted,
    finish(spoil = 0) {
      for (const bulk of bulks.values()) {
        if (bulk.done) continue;
        bulk.done = true;
        for (const code of bulk.codes.slice(0, spoil)) bulk.bad.add(code);
      }
    },
    refuse(reason: "later" | "revoked" | "invalid" | null) {
      refusal = reason && { ok: false, reason, message: "no", retryAfterMs: null };
    },
  };
}

async function createShop() {
  const store = await createTestStore();
  const clock = manualClock(new Date("2026-11-21T12:00:00Z"));
  store.database.drizzle
    .insert(shops)
    .values({ shop: SHOP, state: "installed", installedAt: clock.now(), locales: ["en"], scopes: [], settings: {} })
    .run();
  await ensureDefaultJourneys(store, SHOP, clock.now());
  const shopify = fakeShopify();
  const deps = { store, clock, admin: shopify.admin, log: createLogger("silent") };
  return { store, clock, shopify, tend: () => tendDiscountPool(deps, SHOP, clock.now()) };
}

const pools = async ({ store }: Awaited<ReturnType<typeof createShop>>) =>
  (await store.discounts.cohorts(SHOP)).map(({ offer, endsAt, state, free, pending }) => [
    offer,
    endsAt.toISOString().slice(0, 10),
    state,
    free,
    pending,
  ]);

test("makes a discount for today's need and one for tomorrow's, with single-use codes that end with it", async () => {
  const shop = await createShop();
  const result = await shop.tend();

  expect(result).toEqual({ type: "snooze", until: new Date("2026-11-21T12:00:01Z") });
  expect(await pools(shop)).toEqual([
    ["percent:15", "2026-11-23", "open", 1, 19],
    ["percent:15", "2026-11-24", "open", 1, 19],
  ]);
  expect(shop.shopify.created[0]).toMatchObject({
    endsAt: "2026-11-23T23:59:59.000Z",
    usageLimit: 1,
    appliesOncePerCustomer: true,
    customerGets: { value: { percentage: 0.15 } },
  });
});

test("counts a code only when its bulk creation is done without an error", async () => {
  const shop = await createShop();
  await shop.tend();
  await shop.tend();
  expect((await pools(shop)).map((row) => row.slice(3))).toEqual([
    [1, 19],
    [1, 19],
  ]);

  shop.shopify.finish(2);
  const result = await shop.tend();
  expect((await pools(shop)).map((row) => row.slice(3))).toEqual([
    [18, 0],
    [18, 0],
  ]);
  expect(result).toEqual({ type: "snooze", until: new Date("2026-11-21T18:00:00Z") });
});

test("asks nothing of Shopify while the pool is full", async () => {
  const shop = await createShop();
  await shop.tend();
  shop.shopify.finish();
  await shop.tend();
  const before = shop.shopify.bulks.size;
  await shop.tend();

  expect(shop.shopify.bulks.size).toBe(before);
  expect(shop.shopify.created).toHaveLength(2);
});

test("deletes a discount when it has ended, and of its codes those that nobody got", async () => {
  const shop = await createShop();
  await shop.tend();
  shop.shopify.finish();
  await shop.tend();
  const { sqlite } = shop.store.database;
  sqlite.prepare("update discount_codes set state = 'used' where discount_id = 1 and code like 'BACK-%' limit 1").run();
  // Ended a few minutes ago: a checkout begun with it may still be under way.
  shop.clock.advance(2.5 * DAY + 5 * 60_000);
  await shop.tend();
  expect(shop.shopify.deleted).toEqual([]);
  shop.clock.advance(DAY / 24);
  await shop.tend();
  expect(shop.shopify.deleted).toEqual(["gid://shopify/DiscountCodeNode/1"]);
  expect(sqlite.prepare("select state from discount_codes where discount_id = 1").pluck().all()).toEqual(["used"]);
  expect((await pools(shop))[0]).toEqual(["percent:15", "2026-11-24", "open", 20, 0]);
});

test("makes no codes that no journey promises", async () => {
  const shop = await createShop();
  await setEnabled(shop.store, SHOP, "cart_recovery", false, shop.clock.now());
  expect(await shop.tend()).toEqual({ type: "done" });
  expect(shop.shopify.created).toEqual([]);
});

test("clears away what was made for a journey that is switched off now", async () => {
  const shop = await createShop();
  await shop.tend();
  await setEnabled(shop.store, SHOP, "cart_recovery", false, shop.clock.now());
  shop.shopify.finish();
  expect(await shop.tend()).toMatchObject({ type: "snooze" });
  shop.clock.advance(12 * DAY);
  expect(await shop.tend()).toEqual({ type: "done" });
  expect(shop.shopify.deleted).toHaveLength(2);
});

test("comes back later when Shopify does not answer, and ends when the app is gone", async () => {
  const shop = await createShop();
  shop.shopify.refuse("later");
  expect(await shop.tend()).toEqual({ type: "snooze", until: new Date("2026-11-21T12:00:30Z") });
  shop.shopify.refuse(null);
  await shop.tend();
  expect(shop.shopify.created).toHaveLength(2);
  shop.shopify.refuse("revoked");
  expect(await shop.tend()).toEqual({ type: "done" });
});

/** Cart recovery's second message gives this. */
async function promise(shop: Awaited<ReturnType<typeof createShop>>, ...discounts: object[]) {
  const journey = await getJourney(shop.store, SHOP, "cart_recovery");
  const message = { en: { title: "{{ discount }}", body: "{{ code }}" } };
  const steps = discounts.map((discount) => ({ type: "message", message, discount }));
  await saveDefinition(shop.store, SHOP, "cart_recovery", { ...journey?.definition, steps }, shop.clock.now());
}

test("makes each sort of discount on its terms", async () => {
  const shop = await createShop();
  const terms = { minimumSubtotal: 5_000, currency: "USD", validHours: 48 };
  await promise(
    shop,
    { type: "amount", amount: 550, ...terms, collections: ["7", "12"] },
    { type: "free_shipping", ...terms },
  );
  await shop.tend();

  expect(shop.shopify.created).toHaveLength(4);
  expect(shop.shopify.created[0]).toMatchObject({
    title: "Beckon 5.50 USD from 50.00 USD in some collections until 2026-11-23",
    customerGets: {
      value: { discountAmount: { amount: "5.50", appliesOnEachItem: false } },
      items: { collections: { add: ["gid://shopify/Collection/12", "gid://shopify/Collection/7"] } },
    },
    minimumRequirement: { subtotal: { greaterThanOrEqualToSubtotal: "50.00" } },
    usageLimit: 1,
  });
  expect(shop.shopify.created[2]).toMatchObject({
    title: "Beckon free shipping from 50.00 USD until 2026-11-23",
    destination: { all: true },
    minimumRequirement: { subtotal: { greaterThanOrEqualToSubtotal: "50.00" } },
    usageLimit: 1,
  });
});

test("makes no codes where the merchant's own is given", async () => {
  const shop = await createShop();
  await promise(shop, { percent: 15, code: "WELCOME15" });
  expect(await shop.tend()).toEqual({ type: "done" });
  expect(shop.shopify.created).toEqual([]);
});

test("an offer that Shopify does not want keeps no other from being made, and says why", async () => {
  const shop = await createShop();
  shop.shopify.unwanted.add("Beckon 10% in some collections");
  await promise(shop, { percent: 10, collections: ["7"] }, { percent: 15 });
  await shop.tend();
  expect(await pools(shop)).toEqual([
    ["percent:10;collections:7", "2026-11-23", "creating", 0, 0],
    ["percent:15", "2026-11-23", "open", 1, 19],
    ["percent:10;collections:7", "2026-11-24", "creating", 0, 0],
    ["percent:15", "2026-11-24", "open", 1, 19],
  ]);
  expect((await shop.store.discounts.cohorts(SHOP))[0]?.problem).toBe("Collection is gone");

  shop.shopify.unwanted.clear();
  await shop.tend();
  expect((await shop.store.discounts.cohorts(SHOP)).map(({ problem, state }) => [problem, state])).toEqual(
    Array(4).fill([null, "open"]),
  );
});

test("finds a discount again whose making got no answer, and makes no second one", async () => {
  const shop = await createShop();
  shop.shopify.loseAnswers(true);
  await shop.tend();
  expect(shop.shopify.created).toHaveLength(1);

  shop.shopify.loseAnswers(false);
  await shop.tend();
  expect(shop.shopify.created).toHaveLength(2);
  expect((await pools(shop)).map((row) => row.slice(2))).toEqual([
    ["open", 1, 19],
    ["open", 1, 19],
  ]);
});
