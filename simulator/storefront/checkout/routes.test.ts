import { afterEach, beforeEach, expect, test } from "vitest";
import { totalQuantity } from "../../state.ts";
import type { Checkout } from "../../state.ts";
import { openShop } from "../testing/open-shop.ts";
import type { OpenShop, Shopper } from "../testing/open-shop.ts";

let shop: OpenShop;
let variantId: string;
beforeEach(async () => {
  shop = await openShop();
  variantId = [...shop.sim.state.variants.values()].find((one) => totalQuantity(one) > 5)?.id ?? "";
});
afterEach(() => shop.close());

test("takes an order in three clicks, with the cart's attributes as the order's note attributes", async () => {
  const shopper = shop.shopper();
  const address = await startCheckout(shopper);

  const shipping = await click(shopper, address, { contact: "Ada@Example.com" });
  const payment = await click(shopper, shipping, { method: "express" });
  const thanks = await click(shopper, payment, {});

  const [order] = shop.sim.state.orders.values();
  expect(order).toMatchObject({
    email: "ada@example.com",
    noteAttributes: [{ name: "__beckon", value: "link-1" }],
    shippingLine: { title: "Express" },
    financialStatus: "paid",
  });
  expect(await (await shopper.get(thanks)).text()).toContain(order?.name);
  expect((await shopper.cart()).item_count).toBe(0);
});

test("takes a phone number instead of an e-mail address, and asks again for neither", async () => {
  const shopper = shop.shopper();
  const address = await startCheckout(shopper);

  const refused = await shopper.postForm(address, { contact: "call me" });
  await click(shopper, address, { contact: "+90 212 555 01 02" });

  expect(refused.status).toBe(422);
  expect(onlyCheckout()).toMatchObject({ email: null, phone: "+902125550102" });
});

test("does not let a step be skipped", async () => {
  const shopper = shop.shopper();
  const address = await startCheckout(shopper);

  const page = await (await shopper.get(`${address}?step=payment`)).text();

  expect(page).toContain('name="contact"');
  expect(shop.sim.state.orders.size).toBe(0);
});

test("opens an abandoned checkout again by its link, in a browser that never saw it, with a code", async () => {
  const address = await startCheckout(shop.shopper());
  const { token, recoveryKey } = onlyCheckout();
  const other = shop.shopper();
  const link = `/${shop.sim.state.shop.id}/checkouts/${token}/recover?key=`;

  const answer = await other.get(`${link}${recoveryKey}&discount=WELCOME`);

  expect(answer.headers.get("location")).toBe(address);
  expect((await other.cart()).item_count).toBe(1);
  expect(onlyCheckout().discountCodes).toEqual(["WELCOME"]);
  expect((await shop.shopper().get(`${link}wrong`)).status).toBe(404);
});

test("sells one product past the cart, without the cart's attributes", async () => {
  const shopper = shop.shopper();
  await startCheckout(shopper);

  const express =
    (await shopper.get(`/checkouts/buy-now?variant=${variantId}&quantity=2`)).headers.get("location") ?? "";
  await click(shopper, express, { contact: "ada@example.com" });

  const [order] = shop.sim.state.orders.values();
  expect(order?.noteAttributes).toEqual([]);
  expect(order?.lines).toMatchObject([{ variantId, quantity: 2 }]);
  expect((await shopper.cart()).item_count).toBe(1);
});

test("sends who has an empty cart back to it", async () => {
  const answer = await shop.shopper().get("/checkout");

  expect(answer.headers.get("location")).toBe("/cart");
});

test("shows an order's page only with its key or to its customer", async () => {
  const shopper = shop.shopper();
  const address = await startCheckout(shopper);
  const payment = await click(shopper, await click(shopper, address, { contact: "ada@example.com" }), {});
  await click(shopper, payment, {});
  const [order] = shop.sim.state.orders.values();
  const path = `/${shop.sim.state.shop.id}/orders/${order?.token}`;

  expect((await shopper.get(path)).status).toBe(404);
  expect((await shopper.get(`${path}/authenticate?key=${order?.token.slice(0, 12)}`)).status).toBe(200);
});

async function startCheckout(shopper: Shopper): Promise<string> {
  await shopper.postJson("/cart/add.js", { id: Number(variantId), quantity: 1 });
  await shopper.postJson("/cart/update.js", { attributes: { __beckon: "link-1" } });
  return (await shopper.get("/checkout")).headers.get("location") ?? "";
}

async function click(shopper: Shopper, address: string, fields: Record<string, string>): Promise<string> {
  const answer = await shopper.postForm(address, fields);
  expect(answer.status).toBe(303);
  return answer.headers.get("location") ?? "";
}

function onlyCheckout(): Checkout {
  const [checkout] = shop.sim.state.checkouts.values();
  if (!checkout) throw new Error("no checkout");
  return checkout;
}
