import { beforeEach, expect, test } from "vitest";
import { createState } from "../catalogue.ts";
import { newId } from "../state.ts";
import type { Discount, LineItem, SimState } from "../state.ts";
import { lineKey } from "./carts.ts";
import { discountStatus, priceBasket } from "./pricing.ts";
import type { Basket } from "./pricing.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

let state: SimState;
let first: string;
let second: string;
beforeEach(() => {
  state = createState("test-shop.myshopify.com", NOW);
  const [one, two] = [...state.variants.values()].filter((variant) => variant.position === 1);
  if (!one || !two) throw new Error("the catalogue is empty");
  one.price = 10_000;
  two.price = 3333;
  [first, second] = [one.id, two.id];
});

function line(variantId: string, quantity = 1): LineItem {
  return { key: lineKey(variantId, {}), variantId, quantity, properties: {} };
}

function basket(changes: Partial<Basket> = {}): Basket {
  return {
    items: [line(first), line(second)],
    discountCodes: [],
    currency: "USD",
    customerId: null,
    email: null,
    shippingPrice: 490,
    ...changes,
  };
}

function addDiscount(code: string, changes: Partial<Discount> = {}): Discount {
  const discount: Discount = {
    id: newId(state),
    kind: "basic",
    title: code,
    value: { type: "percentage", percentage: 0.15 },
    items: null,
    minimumSubtotal: null,
    minimumQuantity: null,
    codes: new Map([[code.toLowerCase(), { id: newId(state), code, usageCount: 0, usedBy: [] }]]),
    startsAt: new Date("2026-11-01T00:00:00Z"),
    endsAt: null,
    isDeactivated: false,
    usageLimit: null,
    appliesOncePerCustomer: false,
    customerIds: null,
    combinesWith: { orderDiscounts: false, productDiscounts: false, shippingDiscounts: false },
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
  state.discounts.set(discount.id, discount);
  return discount;
}

test("a percentage comes off every line, whatever the code's case", () => {
  addDiscount("SAVE15");

  const priced = priceBasket(state, basket({ discountCodes: ["save15"] }), NOW);

  expect(priced.lines.map((one) => one.discount)).toEqual([1500, 500]);
  expect(priced).toMatchObject({ itemsTotal: 13_333, subtotal: 11_333, total: 11_823, itemsDiscount: 2000 });
  expect(priced.codes).toMatchObject([{ code: "SAVE15", isApplicable: true, amount: 2000, type: "percentage" }]);
});

test("a fixed amount is shared without losing a cent, and never exceeds the items", () => {
  addDiscount("TEN", { value: { type: "amount", amount: 1000, appliesOnEachItem: false } });
  addDiscount("HUGE", { value: { type: "amount", amount: 999_999, appliesOnEachItem: false } });

  expect(priceBasket(state, basket({ discountCodes: ["TEN"] }), NOW).itemsDiscount).toBe(1000);
  expect(priceBasket(state, basket({ discountCodes: ["HUGE"] }), NOW).subtotal).toBe(0);
});

test("free shipping takes the shipping off", () => {
  addDiscount("SHIP", { kind: "free_shipping" });

  expect(priceBasket(state, basket({ discountCodes: ["SHIP"] }), NOW)).toMatchObject({
    shippingDiscount: 490,
    total: 13_333,
  });
});

test("yen have no minor units and are rounded as a whole", () => {
  addDiscount("SAVE15");

  const priced = priceBasket(state, basket({ discountCodes: ["SAVE15"], currency: "JPY" }), NOW);

  expect(priced.itemsTotal).toBe(15_140 + 5046);
  expect(priced.itemsDiscount).toBe(2271 + 757);
});

test.each<[string, Partial<Discount>, Partial<Basket>, string]>([
  ["not begun", { startsAt: new Date("2026-12-01T00:00:00Z") }, {}, "not_started"],
  ["ended at this very moment", { endsAt: NOW }, {}, "expired"],
  ["switched off", { isDeactivated: true }, {}, "deactivated"],
  ["above the subtotal", { minimumSubtotal: 13_334 }, {}, "minimum_subtotal"],
  ["above the pieces", { minimumQuantity: 3 }, {}, "minimum_quantity"],
  ["for other things", { items: { productIds: ["1"], variantIds: [], collectionIds: [] } }, {}, "no_matching_items"],
  ["for others", { customerIds: ["1"] }, { customerId: "2" }, "other_customer"],
])("a code that is %s does not apply", (_name, discount, changes, refusal) => {
  addDiscount("NO", discount);

  const priced = priceBasket(state, basket({ discountCodes: ["NO"], ...changes }), NOW);

  expect(priced.codes).toMatchObject([{ isApplicable: false, refusal }]);
  expect(priced.totalDiscount).toBe(0);
});

test("an unknown code is told so", () => {
  expect(priceBasket(state, basket({ discountCodes: ["WHAT"] }), NOW).codes).toMatchObject([{ refusal: "unknown" }]);
});

test("a used-up code and one a customer has used before are refused", () => {
  const limited = addDiscount("ONCE", { usageLimit: 1 });
  const personal = addDiscount("MINE", { appliesOncePerCustomer: true });
  for (const code of limited.codes.values()) code.usageCount = 1;
  for (const code of personal.codes.values()) code.usedBy.push("ada@example.com");

  expect(priceBasket(state, basket({ discountCodes: ["ONCE"] }), NOW).codes).toMatchObject([{ refusal: "used_up" }]);
  const mine = basket({ discountCodes: ["MINE"], email: "Ada@Example.com" });
  expect(priceBasket(state, mine, NOW).codes).toMatchObject([{ refusal: "used_by_customer" }]);
});

test("codes that do not combine: the better one wins", () => {
  addDiscount("SMALL", { value: { type: "percentage", percentage: 0.1 } });
  addDiscount("BIG", { value: { type: "percentage", percentage: 0.2 } });

  const { codes } = priceBasket(state, basket({ discountCodes: ["SMALL", "BIG"] }), NOW);

  expect(codes).toMatchObject([{ isApplicable: false, refusal: "not_combinable" }, { isApplicable: true }]);
});

test("codes combine only when both say so", () => {
  const yes = { orderDiscounts: false, productDiscounts: false, shippingDiscounts: true };
  addDiscount("SAVE15", { combinesWith: yes });
  addDiscount("SHIP", { kind: "free_shipping", combinesWith: { ...yes, orderDiscounts: true } });
  addDiscount("SHIP-ALONE", { kind: "free_shipping" });

  const both = priceBasket(state, basket({ discountCodes: ["SAVE15", "SHIP"] }), NOW);
  const oneSided = priceBasket(state, basket({ discountCodes: ["SAVE15", "SHIP-ALONE"] }), NOW);

  expect(both.totalDiscount).toBe(2490);
  expect(oneSided.totalDiscount).toBe(2000);
});

test("a discount on a collection lowers only its lines", () => {
  const product = state.variants.get(first)?.productId ?? "";
  state.collections.push({ id: "77", handle: "x", title: "X", titles: {}, productIds: [product] });
  addDiscount("PART", { items: { productIds: [], variantIds: [], collectionIds: ["77"] } });

  expect(priceBasket(state, basket({ discountCodes: ["PART"] }), NOW).lines.map((one) => one.discount)).toEqual([
    1500, 0,
  ]);
});

test("a discount's status follows shop time", () => {
  const discount = addDiscount("DAY", {
    startsAt: new Date("2026-11-21T00:00:00Z"),
    endsAt: new Date("2026-11-22T00:00:00Z"),
  });

  expect(discountStatus(discount, new Date("2026-11-20T23:59:59Z"))).toBe("SCHEDULED");
  expect(discountStatus(discount, NOW)).toBe("ACTIVE");
  expect(discountStatus(discount, new Date("2026-11-22T00:00:00Z"))).toBe("EXPIRED");
});
