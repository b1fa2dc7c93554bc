import { afterEach, beforeEach, expect, test } from "vitest";
import { newId, totalQuantity } from "../state.ts";
import type { Discount, Variant } from "../state.ts";
import { openShop } from "./testing/open-shop.ts";
import type { OpenShop } from "./testing/open-shop.ts";

let shop: OpenShop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

test("gives an untouched cart another token at each look, and a lasting one once something lies in it", async () => {
  const shopper = shop.shopper();

  const first = await shopper.cart();
  const second = await shopper.cart();
  await shopper.postJson("/cart/add.js", { items: [{ id: Number(inStock(0).id), quantity: 1 }] });
  const filled = await shopper.cart();

  expect(first.token).not.toBe(second.token);
  expect(filled.token).toMatch(/^[A-Za-z0-9]+\?key=[0-9a-f]{32}$/);
  expect((await shopper.cart()).token).toBe(filled.token);
});

test("does not open a cart by its token without the key", async () => {
  const shopper = shop.shopper();
  await shopper.postJson("/cart/add.js", { id: Number(inStock(0).id) });
  const stranger = shop.shopper();
  const [token = ""] = (await shopper.cart()).token.split("?");

  for (const cookie of [token, `${token}?key=wrong`]) {
    stranger.cookies.set("cart", encodeURIComponent(cookie));
    expect((await stranger.cart()).item_count).toBe(0);
  }
});

test("answers an added line as it came: one line, or a list", async () => {
  const shopper = shop.shopper();
  const variant = inStock(0);

  const single = (await (await shopper.postForm("/cart/add.js", { id: variant.id, quantity: "2" })).json()) as Line;
  const list = (await (
    await shopper.postJson("/cart/add.js", { items: [{ id: variant.id, properties: { Gift: "yes" } }] })
  ).json()) as {
    items: Line[];
  };

  expect(single).toMatchObject({ variant_id: Number(variant.id), quantity: 2, price: variant.price });
  expect(list.items).toHaveLength(1);
  expect((await shopper.cart())["items"]).toHaveLength(2);
});

test("refuses what is sold out, too much, or unknown in the AJAX API's words", async () => {
  const shopper = shop.shopper();
  const soldOut = [...shop.sim.state.variants.values()].find(
    (one) => one.tracked && one.inventoryPolicy === "deny" && totalQuantity(one) === 0,
  );
  const limited = inStock(0);

  const none = await shopper.postJson("/cart/add.js", { id: soldOut?.id });
  const tooMany = await shopper.postJson("/cart/add.js", { id: limited.id, quantity: totalQuantity(limited) + 1 });
  const unknown = await shopper.postJson("/cart/add.js", { id: 1 });
  const missing = await shopper.postJson("/cart/add.js", {});

  expect(none.status).toBe(422);
  expect(await none.json()).toMatchObject({
    status: 422,
    message: "Cart Error",
    description: expect.stringContaining("sold out"),
  });
  expect(tooMany.status).toBe(422);
  expect(unknown.status).toBe(404);
  expect(missing.status).toBe(400);
  expect(shop.sim.state.carts.size).toBe(0);
});

test("changes lines by key, by place in the list and by variant, and merges attributes", async () => {
  const shopper = shop.shopper();
  const [a, b] = [inStock(0), inStock(1)];
  await shopper.postJson("/cart/add.js", { items: [{ id: a.id }, { id: b.id }] });

  await shopper.postJson("/cart/change.js", { line: 1, quantity: 3 });
  await shopper.postJson("/cart/update.js", {
    updates: { [a.id]: 2 },
    note: "ring twice",
    attributes: { __beckon: "link-1", colour: "blue" },
  });
  await shopper.postJson("/cart/update.js", { attributes: { colour: "" } });
  const cart = await shopper.cart();

  expect(cart).toMatchObject({ item_count: 5, note: "ring twice", attributes: { __beckon: "link-1" } });
  expect((await shopper.postJson("/cart/change.js", { id: "1:x", quantity: 1 })).status).toBe(400);
  await shopper.postJson("/cart/clear.js", {});
  expect(await shopper.cart()).toMatchObject({ item_count: 0, token: cart.token, attributes: { __beckon: "link-1" } });
});

test("counts yen in hundredths too", async () => {
  const shopper = shop.shopper();
  const variant = inStock(0);
  await shopper.postForm("/localization", { country_code: "JP" });

  await shopper.postJson("/cart/add.js", { id: variant.id });
  const cart = await shopper.cart();

  const yen = Math.round((variant.price / 100) * shop.sim.state.shop.rates.JPY);
  expect(cart).toMatchObject({ currency: "JPY", total_price: yen * 100 });
});

test("applies a code from a discount link to the cart and to the next one", async () => {
  const shopper = shop.shopper();
  addCode(0.15, "SAVE15");
  const variant = inStock(0);
  await shopper.postJson("/cart/add.js", { id: variant.id, quantity: 2 });

  const answer = await shopper.get("/discount/SAVE15?redirect=/cart?utm_source=beckon");
  const cart = await shopper.cart();

  expect(answer.status).toBe(302);
  expect(answer.headers.get("location")).toBe("/cart?utm_source=beckon");
  expect(cart).toMatchObject({
    original_total_price: variant.price * 2,
    total_discount: Math.round(variant.price * 2 * 0.15),
    discount_codes: [{ code: "SAVE15", applicable: true }],
  });
  const later = shop.shopper();
  await later.get("/discount/SAVE15");
  await later.postJson("/cart/add.js", { id: variant.id });
  expect((await later.cart())["discount_codes"]).toEqual([{ code: "SAVE15", applicable: true }]);
});

test("says of a code that does not apply that it does not", async () => {
  const shopper = shop.shopper();
  await shopper.postJson("/cart/add.js", { id: inStock(0).id });

  const cart = (await (await shopper.postJson("/cart/update.js", { discount: "NOPE" })).json()) as object;

  expect(cart).toMatchObject({ total_discount: 0, discount_codes: [{ code: "NOPE", applicable: false }] });
});

test("leads only to paths of the shop after a discount link", async () => {
  const shopper = shop.shopper();

  for (const target of ["https://evil.example", "//evil.example", "/\\evil.example"]) {
    const answer = await shopper.get(`/discount/X?redirect=${encodeURIComponent(target)}`);
    expect(answer.headers.get("location")).toBe("/");
  }
  expect((await shopper.get("/tr/discount/X?redirect=/cart")).headers.get("location")).toBe("/tr/cart");
});

test("puts a permalink's lines into a new cart with code and attributes", async () => {
  const shopper = shop.shopper();
  addCode(0.1, "TEN");
  const [a, b] = [inStock(0), inStock(1)];
  await shopper.postJson("/cart/add.js", { id: a.id, quantity: 1 });
  const before = (await shopper.cart()).token;

  const toCart = await shopper.get(
    `/cart/${a.id}:1,${b.id}:2?discount=TEN&attributes[__beckon]=L&note=hi&storefront=true`,
  );
  const cart = await shopper.cart();
  const toCheckout = await shopper.get(`/cart/${a.id}:1`);

  expect(toCart.headers.get("location")).toBe("/cart");
  expect(cart).toMatchObject({
    item_count: 3,
    note: "hi",
    attributes: { __beckon: "L" },
    discount_codes: [{ code: "TEN", applicable: true }],
  });
  expect(cart.token).not.toBe(before);
  expect(toCheckout.headers.get("location")).toBe("/checkout");
});

type Line = { variant_id: number };

function inStock(index: number): Variant {
  const variants = [...shop.sim.state.variants.values()].filter(
    (one) => one.tracked && one.inventoryPolicy === "deny" && totalQuantity(one) >= 4,
  );
  const variant = variants[index];
  if (!variant) throw new Error("too little in stock");
  return variant;
}

function addCode(percentage: number, code: string): void {
  const now = shop.sim.clock.now();
  const discount: Discount = {
    id: newId(shop.sim.state),
    kind: "basic",
    title: code,
    value: { type: "percentage", percentage },
    items: null,
    minimumSubtotal: null,
    minimumQuantity: null,
    codes: new Map([[code.toLowerCase(), { id: newId(shop.sim.state), code, usageCount: 0, usedBy: [] }]]),
    startsAt: now,
    endsAt: null,
    isDeactivated: false,
    usageLimit: null,
    appliesOncePerCustomer: false,
    customerIds: null,
    combinesWith: { orderDiscounts: false, productDiscounts: false, shippingDiscounts: false },
    createdAt: now,
    updatedAt: now,
  };
  shop.sim.state.discounts.set(discount.id, discount);
}
