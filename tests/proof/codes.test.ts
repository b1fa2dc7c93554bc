import { afterAll, beforeAll, expect, test } from "vitest";
import { changeCart, priceCart } from "../../simulator/commerce/carts.ts";
import { priceOfCheckout, SAMPLE_ADDRESS, startCheckout, updateCheckout } from "../../simulator/commerce/checkouts.ts";
import type { Cart, Variant } from "../../simulator/state.ts";
import { openProofShop, openPushService } from "./proof-shop.ts";
import type { ProofPushService, ProofShop } from "./proof-shop.ts";

// What a message promises with its code, the shop's checkout gives: the app makes the code at Shopify, the shopper's
// browser decrypts it, and the cart and the checkout are priced with it.

const MINUTE = 60_000;

let pushService: ProofPushService;
beforeAll(async () => {
  pushService = await openPushService();
});
afterAll(() => pushService.service.close());

/** A shopper who was welcomed with a code on these terms. */
async function welcomed(termsIn: (shop: ProofShop) => object) {
  const shop = await openProofShop(pushService);
  await shop.disable("cart_recovery", "checkout_recovery", "back_in_stock", "shipping");
  const words = { title: "{{ discount | upcase_first }} for you", body: "{{ code }} until {{ code_expires }}" };
  await shop.enable("welcome", (definition) => {
    definition["steps"] = [{ type: "message", message: { en: words }, discount: termsIn(shop) }];
  });
  await shop.pass(5 * MINUTE);
  const who = await shop.shopper();
  await shop.pass(5 * MINUTE);
  const [message] = who.shown;
  const code = message?.data.code;
  if (!message || !code) throw new Error(`no code: ${shop.logged()}`);

  const basket = (variants: Variant[]): Cart => {
    const items = variants.map(({ id }) => ({ variantId: id, quantity: 1 }));
    changeCart(shop.sim, who.cart, { add: items, discountCodes: [code] });
    return who.cart;
  };
  return { shop, message, code, basket };
}

/** What the checkout of a cart says, as far as paying it. */
function checkOut({ sim }: ProofShop, cart: Cart) {
  const checkout = startCheckout(sim, cart);
  updateCheckout(sim, checkout, {
    email: "ada@example.com",
    shippingAddress: SAMPLE_ADDRESS,
    shippingMethod: "standard",
  });
  return priceOfCheckout(sim, checkout);
}

function inStock({ sim }: ProofShop): Variant[] {
  return [...sim.state.variants.values()].filter(({ available }) => [...available.values()].some((left) => left > 5));
}
function anyVariant(shop: ProofShop): Variant {
  const [variant] = inStock(shop);
  if (!variant) throw new Error("nothing is in stock");
  return variant;
}

/** A collection that does not hold everything. */
function collectionOf({ sim }: ProofShop) {
  return sim.state.collections.find(
    ({ handle, productIds }) => !["all", "frontpage"].includes(handle) && productIds.length < sim.state.products.size,
  );
}

/** What is said of the one code that lies in a basket. */
const codeOf = ({ codes }: ReturnType<typeof priceCart>) =>
  codes.map(({ code, isApplicable, refusal, amount }) => ({ code, isApplicable, refusal, amount }));

test("an amount comes off once, in the cart and in the checkout, and not after the code's end", async () => {
  const { shop, message, code, basket } = await welcomed(() => ({ type: "amount", amount: 500, currency: "USD" }));
  expect(message.title).toBe("$5.00 off for you");
  const cart = basket([anyVariant(shop)]);
  expect(codeOf(priceCart(shop.sim, cart))).toEqual([{ code, isApplicable: true, refusal: null, amount: 500 }]);
  const paid = checkOut(shop, cart);
  expect([paid.totalDiscount, paid.total]).toEqual([500, paid.itemsTotal + paid.shippingPrice - 500]);

  const endsIn = Number(message.codeEndsAt) - shop.clock.now().getTime();
  await shop.pass(endsIn - 1_000);
  expect(priceCart(shop.sim, cart).totalDiscount).toBe(500);
  await shop.pass(2_000);
  expect(codeOf(priceCart(shop.sim, cart))).toMatchObject([{ isApplicable: false, refusal: "expired", amount: 0 }]);
  expect(checkOut(shop, cart).totalDiscount).toBe(0);
  await shop.close();
});

test("free shipping takes off what the standard shipping costs, and nothing of the goods", async () => {
  const { shop, message, code, basket } = await welcomed(() => ({ type: "free_shipping" }));
  expect(message.title).toBe("Free shipping for you");
  const paid = checkOut(shop, basket([anyVariant(shop)]));

  expect(paid.shippingPrice).toBe(490);
  expect([paid.shippingDiscount, paid.itemsDiscount, paid.total]).toEqual([490, 0, paid.itemsTotal]);
  expect(codeOf(paid)).toMatchObject([{ code, isApplicable: true }]);
  await shop.close();
});

test("a smallest order is asked for by the checkout as it was said", async () => {
  const { shop, message, basket } = await welcomed((of) => ({
    percent: 10,
    minimumSubtotal: anyVariant(of).price + 1,
    currency: "USD",
  }));
  const shirt = anyVariant(shop);
  expect(message.title).toMatch(/^10% off/);
  const alone = basket([shirt]);
  expect(codeOf(priceCart(shop.sim, alone))).toMatchObject([{ isApplicable: false, refusal: "minimum_subtotal" }]);
  const two = basket([shirt]);
  expect(priceCart(shop.sim, two).itemsDiscount).toBe(Math.round((2 * shirt.price) / 10));
  await shop.close();
});

test("a code for a collection lowers its products alone", async () => {
  const { shop, basket } = await welcomed((of) => ({ percent: 20, collections: [collectionOf(of)?.id ?? ""] }));
  const inside = new Set(collectionOf(shop)?.productIds);
  const variants = inStock(shop);
  const one = variants.find(({ productId }) => inside.has(productId));
  const other = variants.find(({ productId }) => !inside.has(productId));
  if (!one || !other) throw new Error("no variants");

  const without = priceCart(shop.sim, basket([other]));
  expect(codeOf(without)).toMatchObject([{ isApplicable: false, refusal: "no_matching_items" }]);
  const both = priceCart(shop.sim, basket([one]));
  const lowered = both.lines.map(({ variant, discount }) => [variant.id, discount]);
  expect(lowered).toEqual([
    [one.id, Math.round(one.price / 5)],
    [other.id, 0],
  ]);
  await shop.close();
});
