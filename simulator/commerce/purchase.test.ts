import { afterEach, beforeEach, expect, test } from "vitest";
import { startSim, variantInStock } from "../testing/start-sim.ts";
import type { ReceivedWebhook, TestSim } from "../testing/start-sim.ts";
import { totalQuantity } from "../state.ts";
import { CartError, changeCart, createCart, findCart } from "./carts.ts";
import {
  SAMPLE_ADDRESS,
  completeCheckout,
  deleteCheckout,
  stageOf,
  startCheckout,
  updateCheckout,
} from "./checkouts.ts";

let run: TestSim;
let variantId: string;
beforeEach(async () => {
  run = await startSim();
  variantId = variantInStock(run.sim);
});
afterEach(() => run.close());

/** Does something and waits for its webhooks. */
async function done<T>(act: () => T): Promise<T> {
  const { value, deliveries } = run.sim.webhooks.collect(act);
  await run.sim.webhooks.settle(deliveries);
  return value;
}

function received(topic: string): ReceivedWebhook[] {
  return run.received.filter((webhook) => webhook.topic === topic);
}

test("a cart is announced with its first line, updated on each change, and silent when nothing changes", async () => {
  const cart = createCart(run.sim);
  await done(() => changeCart(run.sim, cart, { attributes: { __beckon: "link-1" } }));
  await done(() => changeCart(run.sim, cart, { add: [{ variantId, quantity: 1 }] }));
  await done(() => changeCart(run.sim, cart, { quantities: { [variantId]: 2 } }));
  await done(() => changeCart(run.sim, cart, { quantities: { [variantId]: 2 } }));

  expect(run.received.map(({ topic }) => topic)).toEqual(["carts/create", "carts/update"]);
  const { payload } = run.received[1] ?? {};
  expect(payload).toMatchObject({
    id: cart.token,
    token: cart.token,
    line_items: [{ quantity: 2, variant_id: Number(variantId) }],
  });
  expect(Object.keys(payload ?? {}).toSorted()).toEqual([
    "created_at",
    "id",
    "line_items",
    "note",
    "token",
    "updated_at",
  ]);
});

test("a cart opens with its key or without one, not with a wrong one", () => {
  const cart = createCart(run.sim);

  expect(findCart(run.sim, cart.token)).toBe(cart);
  expect(findCart(run.sim, `${cart.token}?key=${cart.secret}`)).toBe(cart);
  expect(findCart(run.sim, `${cart.token}?key=wrong`)).toBeNull();
});

test("more than there is, sold out and unknown are refused and leave the cart as it was", async () => {
  const cart = createCart(run.sim);
  const variant = run.sim.state.variants.get(variantId);
  await done(() => changeCart(run.sim, cart, { add: [{ variantId, quantity: 1 }] }));
  const stock = variant ? totalQuantity(variant) : 0;
  await run.post("/_sim/inventory", { variantId: "gid://shopify/ProductVariant/1", available: 0 });
  const soldOut = [...run.sim.state.variants.values()].find(
    (one) => one.tracked && one.inventoryPolicy === "deny" && totalQuantity(one) === 0,
  );

  expect(() => changeCart(run.sim, cart, { add: [{ variantId, quantity: stock }] })).toThrow(/You can only add \d+/);
  expect(() => changeCart(run.sim, cart, { add: [{ variantId: soldOut?.id ?? "", quantity: 1 }] })).toThrow(
    /already sold out/,
  );
  expect(() => changeCart(run.sim, cart, { add: [{ variantId: "1", quantity: 1 }] })).toThrow(CartError);
  expect(cart.items).toMatchObject([{ variantId, quantity: 1 }]);
});

test("a checkout goes through contact, shipping and payment and carries the cart's attributes", async () => {
  const cart = createCart(run.sim, { locale: "tr" });
  await done(() =>
    changeCart(run.sim, cart, { add: [{ variantId, quantity: 1 }], attributes: { __beckon: "link-1" } }),
  );
  const checkout = await done(() => startCheckout(run.sim, cart));
  const stages = [stageOf(checkout)];
  await done(() => updateCheckout(run.sim, checkout, { email: "new@example.com", shippingAddress: SAMPLE_ADDRESS }));
  stages.push(stageOf(checkout));
  await done(() => updateCheckout(run.sim, checkout, { shippingMethod: "standard" }));
  stages.push(stageOf(checkout));

  expect(stages).toEqual(["contact", "shipping", "payment"]);
  expect(received("checkouts/create")[0]?.payload).toMatchObject({
    token: checkout.token,
    cart_token: cart.token,
    customer_locale: "tr",
    email: null,
    shipping_lines: [],
    note_attributes: [{ name: "__beckon", value: "link-1" }],
  });
  expect("id" in (received("checkouts/create")[0]?.payload ?? {})).toBe(false);
  expect(received("checkouts/update").at(-1)?.payload).toMatchObject({
    email: "new@example.com",
    shipping_lines: [{ title: "Standard" }],
  });
});

test("paying makes the order with all its webhooks, takes the stock and ends the cart", async () => {
  const cart = createCart(run.sim, { currency: "JPY" });
  const variant = run.sim.state.variants.get(variantId);
  const stock = variant ? totalQuantity(variant) : 0;
  await done(() =>
    changeCart(run.sim, cart, { add: [{ variantId, quantity: 2 }], attributes: { __beckon: "link-1" } }),
  );
  const checkout = await done(() => startCheckout(run.sim, cart));
  expect(() => completeCheckout(run.sim, checkout)).toThrow("still at contact");
  await done(() =>
    updateCheckout(run.sim, checkout, {
      email: "new@example.com",
      shippingAddress: SAMPLE_ADDRESS,
      shippingMethod: "standard",
    }),
  );
  run.received.length = 0;

  const order = await done(() => completeCheckout(run.sim, checkout));
  const again = await done(() => completeCheckout(run.sim, checkout));

  expect(again).toBe(order);
  expect(received("orders/create")).toHaveLength(1);
  expect(received("orders/paid")).toHaveLength(1);
  expect(received("customers/create")).toHaveLength(1);
  expect(received("inventory_levels/update").length).toBeGreaterThan(0);
  expect(received("checkouts/update").at(-1)?.payload["completed_at"]).not.toBeNull();
  expect(received("orders/create")[0]?.payload).toMatchObject({
    cart_token: cart.token,
    checkout_token: checkout.token,
    note_attributes: [{ name: "__beckon", value: "link-1" }],
    currency: "USD",
    presentment_currency: "JPY",
    total_price_set: { presentment_money: { currency_code: "JPY", amount: expect.stringMatching(/^\d+$/) } },
    financial_status: "paid",
    source_name: "web",
    test: false,
  });
  expect(variant && totalQuantity(variant)).toBe(stock - 2);
  expect(findCart(run.sim, cart.token)).toBeNull();
});

test("a deleted checkout names only its cart", async () => {
  const cart = createCart(run.sim);
  await done(() => changeCart(run.sim, cart, { add: [{ variantId, quantity: 1 }] }));
  const checkout = await done(() => startCheckout(run.sim, cart));

  await done(() => deleteCheckout(run.sim, checkout));

  const { payload } = received("checkouts/delete")[0] ?? {};
  expect(payload).toMatchObject({ cart_token: cart.token });
  expect("token" in (payload ?? {})).toBe(false);
});

test("an order by API takes a cart's attributes and lines, and its code is used up", async () => {
  const cart = createCart(run.sim);
  await done(() =>
    changeCart(run.sim, cart, { add: [{ variantId, quantity: 1 }], attributes: { __beckon: "link-1" } }),
  );

  const { status, body } = await run.post("/_sim/orders", { cartToken: `${cart.token}?key=${cart.secret}` });

  expect(status).toBe(200);
  expect(body).toMatchObject({
    name: "#1001",
    cart_token: cart.token,
    note_attributes: [{ name: "__beckon", value: "link-1" }],
    line_items: [{ variant_id: Number(variantId), quantity: 1 }],
  });
  expect(body["webhooks"]).toEqual(
    expect.arrayContaining([expect.objectContaining({ topic: "orders/create", state: "delivered" })]),
  );
});

test("attributes given with an order join the cart's, and an unknown customer exists from then on", async () => {
  const cart = createCart(run.sim);
  await done(() =>
    changeCart(run.sim, cart, { add: [{ variantId, quantity: 1 }], attributes: { __beckon: "old", kept: "1" } }),
  );

  const { body } = await run.post("/_sim/orders", {
    cartToken: cart.token,
    noteAttributes: [{ name: "__beckon", value: "new" }],
    customerId: "4242",
  });

  expect(body["note_attributes"]).toEqual([
    { name: "kept", value: "1" },
    { name: "__beckon", value: "new" },
  ]);
  expect(body["customer"]).toMatchObject({ id: 4242 });
});

test("an order needs something that exists", async () => {
  expect((await run.post("/_sim/orders", {})).status).toBe(400);
  expect((await run.post("/_sim/orders", { items: [{ variantId: "1", quantity: 1 }] })).status).toBe(404);
  expect((await run.post("/_sim/orders", { items: [{ variantId, quantity: 0 }] })).status).toBe(400);
});

test("an order is shipped, tracked, delivered; a second parcel is not made", async () => {
  const { body: order } = await run.post("/_sim/orders", { items: [{ variantId, quantity: 1 }] });
  const shipped = await run.post("/_sim/fulfillments", { orderId: order["id"], status: "success" });
  const tracked = await run.post("/_sim/fulfillments", {
    orderId: order["id"],
    status: "success",
    trackingNumber: "1Z9",
  });
  const delivered = await run.post("/_sim/fulfillments", { orderId: order["id"], status: "delivered" });

  expect(shipped.body).toMatchObject({
    status: "success",
    tracking_number: null,
    shipment_status: null,
    name: "#1001.1",
  });
  expect(tracked.body).toMatchObject({
    id: shipped.body["id"],
    tracking_number: "1Z9",
    tracking_company: "Parcel Post",
  });
  expect(delivered.body).toMatchObject({ id: shipped.body["id"], shipment_status: "delivered" });
  expect(received("fulfillments/create")).toHaveLength(1);
  expect(received("fulfillments/update")).toHaveLength(2);
  expect(received("fulfillment_events/create")[0]?.payload).toMatchObject({
    status: "delivered",
    order_id: order["id"],
  });
  expect((await run.post("/_sim/fulfillments", { orderId: order["id"], status: "eaten" })).status).toBe(400);
});

test("refunds and cancellations are told, and money given back is a number where Shopify sends one", async () => {
  const { body: order } = await run.post("/_sim/orders", { items: [{ variantId, quantity: 2 }] });
  const part = await run.post("/_sim/refunds", { orderId: order["id"], items: [{ variantId, quantity: 1 }] });
  const { body: other } = await run.post("/_sim/orders", { items: [{ variantId, quantity: 1 }] });
  await run.post("/_sim/orders/cancel", { orderId: other["id"] });

  const [line] = part.body["refund_line_items"] as { subtotal: number }[];
  expect(typeof line?.subtotal).toBe("number");
  expect(received("refunds/create")[0]?.payload).toMatchObject({ order_id: order["id"] });
  expect(received("orders/cancelled")[0]?.payload).toMatchObject({ id: other["id"], cancel_reason: "customer" });
});

test("stock and price changes answer with the variant", async () => {
  const stock = await run.post("/_sim/inventory", { variantId, available: 3 });
  const price = await run.post("/_sim/price", { variantId, price: "10.00", compareAtPrice: "20.00" });

  expect(stock.body).toMatchObject({ id: Number(variantId), inventory_quantity: 3 });
  expect(price.body).toMatchObject({ price: "10.00", compare_at_price: "20.00" });
  expect(received("inventory_levels/update")[0]?.payload).toMatchObject({ available: 3 });
  expect((await run.post("/_sim/price", { variantId, price: "free" })).status).toBe(400);
});
