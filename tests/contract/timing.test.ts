import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cartOf, meetDemo, token } from "./stranger.ts";
import type { Payload, Push, Stranger } from "./stranger.ts";

// When messages come, and when none does: real pushes at a push service of our own, the shop's clock moved by hand. Scenes
// take different variants, because an order of no known shopper holds back whoever has the same variant in the cart.

type Variant = { id: string; productId: string; title: string; handle: string; price: number };

let stranger: Stranger;
let variants: Variant[];

beforeAll(async () => {
  stranger = await meetDemo();
  const answer = await fetch(`${stranger.demo.store}/products.json?limit=250`);
  const { products } = (await answer.json()) as {
    products: {
      id: number;
      title: string;
      handle: string;
      variants: { id: number; price: string; available: boolean }[];
    }[];
  };
  variants = products.flatMap((product) => {
    const variant = product.variants.find(({ available }) => available);
    if (!variant) return [];
    const { id: productId, title, handle } = product;
    return [
      {
        id: String(variant.id),
        productId: String(productId),
        title,
        handle,
        price: Math.round(Number(variant.price) * 100),
      },
    ];
  });
}, 120_000);

afterAll(() => stranger?.leave());

function nextVariant(): Variant {
  const variant = variants.shift();
  if (!variant) throw new Error("no variant is left");
  return variant;
}

function cartWith(cartToken: string, ...chosen: Variant[]) {
  return cartOf(
    cartToken,
    chosen.map(({ id, productId, title, handle, price }) => ({
      variantId: id,
      productId,
      title,
      price,
      url: `/products/${handle}`,
    })),
  );
}

async function withCart(options: Parameters<Stranger["subscribe"]>[0] = {}, variant = nextVariant()) {
  const shopper = await stranger.subscribe(options);
  const cartToken = token();
  await shopper.tell(cartWith(cartToken, variant));
  return { shopper, cartToken, variant };
}

const kinds = (pushes: Push[]) => pushes.map(({ payload }) => payload.notification.data.kind);

describe("a cart that was left", () => {
  test("gets a reminder after 3 minutes and a code of its own after 90, then nothing for a day", async () => {
    const { shopper, variant } = await withCart();
    const left = await shopper.leave();

    await stranger.advanceTo(left, 2.7);
    expect(await shopper.waiting()).toEqual([]);
    await stranger.advanceTo(left, 3.05);
    const first = await shopper.next();
    expect(first.payload.notification.title).toContain(variant.title);
    expect(first.payload.notification.data).toMatchObject({ kind: "cart_recovery", code: null });

    await stranger.advanceTo(left, 88);
    expect(await shopper.waiting()).toEqual([]);
    await stranger.advanceTo(left, 90.05);
    const second = await shopper.next();
    const { code } = second.payload.notification.data;
    expect(code).toMatch(/^[A-Z0-9-]{6,}$/);
    expect(second.payload.notification.title + second.payload.notification.body).toContain("15");
    expect(second.payload.notification.body).toContain(code);
    expect(second.headers["topic"]).toBe(first.headers["topic"]);
    expect(second.payload.notification.tag).not.toBe(first.payload.notification.tag);

    await stranger.advance("PT22H");
    expect(await shopper.waiting()).toEqual([]);
    const decisions = await stranger.ledger(`visitorId=${shopper.visitorId}&journey=cart_recovery`);
    expect(decisions.filter(({ verdict }) => verdict === "sent")).toHaveLength(2);
  });

  test("counts from the last word when the page spoke again within 30 s of leaving, and then needs 2 minutes more", async () => {
    const { shopper } = await withCart();
    await shopper.leave();
    await stranger.advance("PT20S");
    await shopper.tell({ type: "page_viewed" });
    const spoke = await stranger.shopNow();

    await stranger.advanceTo(spoke, 4.8);
    expect(await shopper.waiting()).toEqual([]);
    await stranger.advanceTo(spoke, 5.05);
    expect(kinds([await shopper.next()])).toEqual(["cart_recovery"]);
  });

  test("needs 5 minutes of silence when nothing told of leaving", async () => {
    const { shopper } = await withCart();
    const spoke = await stranger.shopNow();

    await stranger.advanceTo(spoke, 4.8);
    expect(await shopper.waiting()).toEqual([]);
    await stranger.advanceTo(spoke, 5.05);
    expect(kinds([await shopper.next()])).toEqual(["cart_recovery"]);
  });

  test("takes the shopper's clock for the time between its readings only, and events older than 10 minutes for history", async () => {
    const variant = nextVariant();
    const [fresh, stale] = [await stranger.subscribe(), await stranger.subscribe()];
    const wrongClock = (secondsAgo: number) => new Date(Date.UTC(2031, 0, 1) - secondsAgo * 1000).toISOString();
    const send = (visitorId: string, secondsAgo: number) =>
      stranger.proxy("POST", "events", {
        v: 1,
        visitorId,
        sentAt: wrongClock(0),
        events: [
          { id: token(), at: wrongClock(secondsAgo + 1), ...cartWith(token(), variant) },
          { id: token(), at: wrongClock(secondsAgo), type: "left", data: {} },
        ],
      });

    // Their subscribing was a sign of life: only what comes after it can be silence.
    await stranger.advance("PT15M");
    expect((await send(fresh.visitorId, 120)).status).toBe(202);
    expect((await send(stale.visitorId, 660)).status).toBe(202);
    const sent = await stranger.shopNow();

    await stranger.advanceTo(sent, 0.8);
    expect(await fresh.waiting()).toEqual([]);
    await stranger.advanceTo(sent, 1.05);
    expect(kinds([await fresh.next()])).toEqual(["cart_recovery"]);
    await stranger.advanceTo(sent, 10);
    expect(await stale.waiting()).toEqual([]);
  });

  test("is let go when it is emptied, bought by any device of the customer, or sold out", async () => {
    const emptied = await withCart();
    const bought = await withCart();
    const customerId = "990000000001";
    const phone = await withCart({ customerId });
    const soldOut = await withCart();

    await emptied.shopper.tell(cartOf(emptied.cartToken, []));
    await stranger.demo.sim("orders", {
      items: [{ variantId: bought.variant.id, quantity: 1 }],
      cartToken: bought.cartToken,
    });
    await stranger.demo.sim("orders", { items: [{ variantId: nextVariant().id, quantity: 1 }], customerId });
    await stranger.demo.sim("inventory", { variantId: soldOut.variant.id, available: 0 });
    await stranger.advance("PT3H");

    for (const { shopper } of [emptied, bought, phone, soldOut]) expect(await shopper.waiting()).toEqual([]);
    const [last] = await stranger.ledger(`visitorId=${soldOut.shopper.visitorId}&journey=cart_recovery`);
    expect(last).toMatchObject({ verdict: "dropped", reason: "out_of_stock" });
    const reasons = await Promise.all(
      [emptied, bought, phone].map(({ shopper }) =>
        stranger.ledger(`visitorId=${shopper.visitorId}&journey=cart_recovery`),
      ),
    );
    expect(reasons.map(([decision]) => decision?.reason)).toEqual(["emptied", "bought", "bought"]);
  });

  test("waits half an hour when somebody unknown bought what is in it", async () => {
    const { shopper, variant } = await withCart();
    const left = await shopper.leave();
    await stranger.demo.sim("orders", { items: [{ variantId: variant.id, quantity: 1 }] });
    const ordered = await stranger.shopNow();

    await stranger.advanceTo(left, 5);
    expect(await shopper.waiting()).toEqual([]);
    const [held] = await stranger.ledger(`visitorId=${shopper.visitorId}&journey=cart_recovery`);
    expect(held).toMatchObject({ verdict: "delayed", reason: "possible_purchase" });

    await stranger.advanceTo(ordered, 30.1);
    expect(kinds([await shopper.next()])).toEqual(["cart_recovery"]);
  });

  test("promises no code when the cart has a discount already", async () => {
    const variant = nextVariant();
    const shopper = await stranger.subscribe();
    const cart = cartWith(token(), variant);
    await shopper.tell({ ...cart, data: { ...cart.data, discounted: true } });
    const left = await shopper.leave();

    await stranger.advanceTo(left, 3.05);
    await shopper.next();
    await stranger.advanceTo(left, 90.05);
    const { payload } = await shopper.next();
    expect(payload.notification.data.code).toBeNull();
    expect(payload.notification.title + payload.notification.body).not.toMatch(/15|%/);
  });

  test("is written about again when the message met an open shop", async () => {
    const { shopper } = await withCart();
    const left = await shopper.leave();
    await stranger.advanceTo(left, 3.05);
    const first = await shopper.next();
    const at = new Date().toISOString();
    const receipt = {
      v: 1,
      token: first.payload.notification.data.token,
      type: "suppressed",
      action: null,
      at,
      sentAt: at,
    };
    expect((await stranger.proxy("POST", "receipts", receipt)).status).toBe(204);
    await stranger.untilProcessed();

    await shopper.tell({ type: "page_viewed" });
    const again = await shopper.leave();
    await stranger.advanceTo(again, 3.05);
    expect(kinds([await shopper.next()])).toEqual(["cart_recovery"]);
    const decisions = await stranger.ledger(`visitorId=${shopper.visitorId}&journey=cart_recovery`);
    expect(decisions.map(({ reason }) => reason)).toContain("shopping");
  });

  test("is not written about once consent is withdrawn, the browser is unsubscribed, or marketing was never wanted", async () => {
    const withdrawn = await withCart();
    const unsubscribed = await withCart();
    const never = await withCart({ marketing: false });

    await withdrawn.shopper.tell({ type: "consent_withdrawn" });
    const { endpoint } = unsubscribed.shopper.subscription.toJSON();
    await stranger.proxy("DELETE", "subscriptions", { endpoint });
    await stranger.advance("PT3H");

    for (const { shopper } of [withdrawn, unsubscribed, never]) expect(await shopper.waiting()).toEqual([]);
  });

  test("two browsers of one customer get one notification, the one used last", async () => {
    const customerId = "990000000002";
    const phone = await stranger.subscribe({ customerId });
    await stranger.advance("PT1M");
    const desk = await withCart({ customerId, welcome: false });
    const left = await desk.shopper.leave();
    await stranger.advanceTo(left, 3.05);

    const first = await desk.shopper.next();
    expect(kinds([first])).toEqual(["cart_recovery"]);
    expect(first.headers["ttl"]).toBe("1800");
    expect(await phone.waiting()).toEqual([]);
    // Not shown within half an hour: the other browser gets the same one.
    await stranger.advanceTo(left, 34);
    const handedOver = await phone.next();
    expect(handedOver.payload.notification.data).toMatchObject({
      kind: "cart_recovery",
      id: first.payload.notification.data.id,
    });
    expect(handedOver.payload.notification.tag).toBe(first.payload.notification.tag);
  });
});

describe("what must not be said", () => {
  test("a cart that was bought stays bought, whatever its page says later", async () => {
    const { shopper, cartToken, variant } = await withCart();
    await stranger.demo.sim("orders", { items: [{ variantId: variant.id, quantity: 1 }], cartToken });
    // The secret after "?" is no part of the token.
    await shopper.tell(cartWith(`${cartToken}?key=0123`, variant), { type: "left" });
    await stranger.advance("PT3H");

    expect(await shopper.waiting()).toEqual([]);
  });

  test("a cart that Shopify says is empty is left alone", async () => {
    const { shopper, cartToken } = await withCart();
    await stranger.advance("PT10S");
    const at = (await stranger.shopNow()).toISOString();
    const emptied = { id: cartToken, token: cartToken, line_items: [], created_at: at, updated_at: at };
    expect((await stranger.webhook("carts/update", emptied)).status).toBe(200);
    await shopper.leave();
    await stranger.advance("PT3H");

    expect(await shopper.waiting()).toEqual([]);
  });

  test("one person is given one code in 30 days", async () => {
    const { shopper } = await withCart();
    let left = await shopper.leave();
    await stranger.advanceTo(left, 3.05);
    await shopper.next();
    await stranger.advanceTo(left, 90.1);
    expect((await shopper.next()).payload.notification.data.code).not.toBeNull();

    await stranger.advance("P5D");
    await shopper.tell(cartWith(token(), nextVariant()));
    left = await shopper.leave();
    await stranger.advanceTo(left, 3.05);
    await shopper.next();
    await stranger.advanceTo(left, 90.1);
    expect((await shopper.next()).payload.notification.data.code).toBeNull();
  });

  test("an order is told only to its buyer: not to who claims the link, nor to who was signed in here before", async () => {
    const customerId = "990000000003";
    const buyer = await stranger.subscribe({ marketing: false });
    const thief = await stranger.subscribe({ marketing: false, more: { linkId: buyer.linkId } });
    const former = await stranger.subscribe({ marketing: false, customerId });
    // The browser changed hands: another customer signed in.
    const page = { v: 1, visitorId: former.visitorId, sentAt: new Date().toISOString() };
    const event = { id: token(), type: "page_viewed", at: page.sentAt, data: {} };
    await stranger.proxy("POST", "events", { ...page, events: [event] }, { customerId: "990000000004" });
    const made = await stranger.demo.sim("orders", {
      items: [{ variantId: nextVariant().id, quantity: 1 }],
      noteAttributes: [{ name: "__beckon", value: buyer.linkId }],
      customerId,
    });
    await stranger.demo.sim("fulfillments", { orderId: made["id"], status: "success", trackingNumber: "T-3" });

    expect(kinds([await buyer.next()])).toEqual(["shipping"]);
    expect(await thief.waiting()).toEqual([]);
    expect(await former.waiting()).toEqual([]);
  });

  test("a parcel's news of more than a day ago, and of a cancelled order, is none", async () => {
    const buyer = await stranger.subscribe({ marketing: false });
    const order = () =>
      stranger.demo.sim("orders", {
        items: [{ variantId: nextVariant().id, quantity: 1 }],
        noteAttributes: [{ name: "__beckon", value: buyer.linkId }],
      });
    const [late, cancelled] = [await order(), await order()];
    const at = new Date((await stranger.shopNow()).getTime() - 25 * 3_600_000).toISOString();
    const fulfillment = {
      id: Math.floor(Math.random() * 1e12),
      order_id: late["id"],
      status: "success",
      created_at: at,
      updated_at: at,
      tracking_number: "T-4",
      tracking_company: "UPS",
      tracking_url: null,
    };
    await stranger.webhook("fulfillments/create", fulfillment, { triggeredAt: at });
    await stranger.demo.sim("fulfillments", { orderId: cancelled["id"], status: "success" });
    await stranger.demo.sim("orders/cancel", { orderId: cancelled["id"] });
    await stranger.advance("PT2H");

    expect(await buyer.waiting()).toEqual([]);
  });
});

describe("a checkout", () => {
  async function checkout(
    checkoutToken: string,
    cartToken: string,
    variant: Variant,
    linkId: string,
    more: object = {},
  ): Promise<object> {
    const at = (await stranger.shopNow()).toISOString();
    return {
      id: Math.floor(Math.random() * 1e12),
      token: checkoutToken,
      cart_token: cartToken,
      email: null,
      phone: null,
      created_at: at,
      updated_at: at,
      completed_at: null,
      currency: "USD",
      presentment_currency: "USD",
      total_price: (variant.price / 100).toFixed(2),
      subtotal_price: (variant.price / 100).toFixed(2),
      total_discounts: "0.00",
      discount_codes: [],
      shipping_lines: [],
      note_attributes: [{ name: "__beckon", value: linkId }],
      line_items: [
        {
          variant_id: Number(variant.id),
          product_id: Number(variant.productId),
          title: variant.title,
          presentment_title: variant.title,
          quantity: 1,
          price: (variant.price / 100).toFixed(2),
        },
      ],
      abandoned_checkout_url: `${stranger.demo.store}/checkouts/ac/${checkoutToken}/recover`,
      ...more,
    };
  }

  test("begun from the storefront, suspends the cart's recovery", async () => {
    const { shopper, cartToken } = await withCart();
    await shopper.tell({ type: "checkout_intent", data: { cartToken } });
    await shopper.leave();
    await stranger.advance("PT14M");

    expect(await shopper.waiting()).toEqual([]);
  });

  test("told by Shopify, takes the cart's run over and is written about 15 minutes after its last word, in other words", async () => {
    const { shopper, cartToken, variant } = await withCart();
    const checkoutToken = token();
    await shopper.tell({ type: "checkout_intent", data: { cartToken } });
    await stranger.webhook("checkouts/create", await checkout(checkoutToken, cartToken, variant, shopper.linkId));
    await stranger.advance("PT10M");
    await stranger.webhook(
      "checkouts/update",
      await checkout(checkoutToken, cartToken, variant, shopper.linkId, {
        email: "somebody@example.com",
        shipping_lines: [{ title: "Standard", price: "5.00" }],
      }),
    );
    const last = await stranger.shopNow();

    await stranger.advanceTo(last, 14.5);
    expect(await shopper.waiting()).toEqual([]);
    await stranger.advanceTo(last, 15.1);
    const { payload } = await shopper.next();
    expect(payload.notification.data.kind).toBe("checkout_recovery");
    expect(payload.notification.title).toMatch(/payment/i);
    expect(payload.notification.body).toContain(variant.title);
    await stranger.advance("PT5H");
    expect(await shopper.waiting()).toEqual([]);
    expect(JSON.stringify(payload)).not.toContain("recover?");
    expect(JSON.stringify(payload)).not.toContain("somebody@example.com");
  });

  test("of the simulated store itself is known from its webhooks alone", async () => {
    const variant = nextVariant();
    const shopper = await stranger.subscribe();
    const post = (path: string, body: object, cookie = "") =>
      fetch(`${stranger.demo.store}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", cookie },
        body: JSON.stringify(body),
      });
    const added = await post("/cart/add.js", { id: Number(variant.id), quantity: 1 });
    const cookie = added.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    await post("/cart/update.js", { attributes: { __beckon: shopper.linkId } }, cookie);
    const opened = await fetch(`${stranger.demo.store}/checkout`, { headers: { cookie } });
    expect(opened.url).toContain("/checkouts/");
    const begun = await stranger.shopNow();

    await stranger.advanceTo(begun, 14.5);
    expect(await shopper.waiting()).toEqual([]);
    await stranger.advanceTo(begun, 15.2);
    const { payload } = await shopper.next();
    expect(payload.notification.data.kind).toBe("checkout_recovery");
    expect(payload.notification.title).not.toMatch(/payment/i);
    expect(payload.notification.body).toContain(variant.title);
  });

  test("signs of life of the web pixel suspend it, for whom its link names", async () => {
    const { shopper, cartToken, variant } = await withCart();
    await stranger.webhook("checkouts/create", await checkout(token(), cartToken, variant, shopper.linkId));
    await stranger.advance("PT12M");
    const pixel = {
      v: 1,
      shop: stranger.demo.shop,
      linkId: shopper.linkId,
      events: [
        {
          id: token(),
          type: "payment_info_submitted",
          at: new Date().toISOString(),
          checkoutToken: null,
          orderId: null,
          stage: "payment",
        },
      ],
    };
    const answer = await fetch(`${stranger.demo.app}/pixel/events`, { method: "POST", body: JSON.stringify(pixel) });
    expect(answer.status).toBe(204);
    const last = await stranger.shopNow();

    await stranger.advanceTo(last, 14.5);
    expect(await shopper.waiting()).toEqual([]);
    await stranger.advanceTo(last, 15.1);
    expect(kinds([await shopper.next()])).toEqual(["checkout_recovery"]);
  });

  test("of an order stays bought, however late its webhooks arrive", async () => {
    const { shopper, cartToken, variant } = await withCart();
    const checkoutToken = token();
    await stranger.demo.sim("orders", { items: [{ variantId: variant.id, quantity: 1 }], cartToken, checkoutToken });
    await stranger.webhook("checkouts/create", await checkout(checkoutToken, cartToken, variant, shopper.linkId));
    await shopper.tell({ type: "left" });
    await stranger.advance("PT3H");

    expect(await shopper.waiting()).toEqual([]);
  });

  test("of somebody else who knows the cart's token or visitor id shows nothing to them", async () => {
    const { shopper: buyer, cartToken, variant } = await withCart();
    const thief = await stranger.subscribe();
    await thief.tell({ type: "checkout_intent", data: { cartToken } });
    await thief.tell({ type: "checkout_started", data: { cartToken, checkoutToken: "x" } });
    await stranger.webhook("checkouts/create", await checkout(token(), cartToken, variant, buyer.linkId));
    await stranger.advance("PT20M");

    expect(await thief.waiting()).toEqual([]);
    expect(kinds([await buyer.next()])).toEqual(["checkout_recovery"]);
  });
});

describe("back in stock", () => {
  const ask = (visitorId: string, variantId: string) =>
    stranger.proxy("POST", "stock-alerts", { v: 1, visitorId, variantId, kind: "back_in_stock" });

  test("is believed after a minute of calm, told to as many as there are pieces, oldest wish first", async () => {
    const variant = nextVariant();
    await stranger.demo.sim("inventory", { variantId: variant.id, available: 0 });
    const waiting = [];
    for (let i = 0; i < 3; i++) {
      // No marketing wanted: the tap itself is consent to this one message.
      const shopper = await stranger.subscribe({ marketing: false });
      expect((await ask(shopper.visitorId, variant.id)).status).toBe(201);
      waiting.push(shopper);
    }

    await stranger.demo.sim("inventory", { variantId: variant.id, available: 1 });
    const restocked = await stranger.shopNow();
    await stranger.advanceTo(restocked, 0.8);
    for (const shopper of waiting) expect(await shopper.waiting()).toEqual([]);
    await stranger.advanceTo(restocked, 2);

    const [first, ...others] = waiting;
    const push = await first?.next();
    expect(push?.payload.notification.data.kind).toBe("back_in_stock");
    expect(push?.payload.notification.title).toContain(variant.title);
    expect(push?.payload.notification.data.url).toContain(`/products/${variant.handle}`);
    for (const shopper of others) expect(await shopper.waiting()).toEqual([]);
  });

  test("a piece that was only there for a moment is not told of", async () => {
    const variant = nextVariant();
    const shopper = await stranger.subscribe({ marketing: false });
    await stranger.demo.sim("inventory", { variantId: variant.id, available: 0 });
    await ask(shopper.visitorId, variant.id);

    await stranger.demo.sim("inventory", { variantId: variant.id, available: 2 });
    await stranger.advance("PT20S");
    await stranger.demo.sim("inventory", { variantId: variant.id, available: 0 });
    await stranger.advance("PT5M");

    expect(await shopper.waiting()).toEqual([]);
  });
});

describe("shipping", () => {
  async function order(shopper: { linkId: string }) {
    const made = await stranger.demo.sim("orders", {
      items: [{ variantId: nextVariant().id, quantity: 1 }],
      noteAttributes: [{ name: "__beckon", value: shopper.linkId }],
    });
    return { id: String(made["id"]), name: String(made["name"]) };
  }
  const ship = (orderId: string, status: string, more: object = {}) =>
    stranger.demo.sim("fulfillments", { orderId, status, ...more });

  test("tells the buyer of shipped, out for delivery and delivered, once each, in one slot, without product names", async () => {
    const buyer = await stranger.subscribe({ marketing: false });
    const { id, name } = await order(buyer);
    await ship(id, "success", { trackingNumber: "1Z999AA10123456784", trackingCompany: "UPS" });
    const shipped = await buyer.next();
    await ship(id, "in_transit");
    await ship(id, "out_for_delivery");
    const out = await buyer.next();
    await ship(id, "out_for_delivery");
    await ship(id, "delivered");
    const delivered = await buyer.next();
    await ship(id, "delivered");

    const notes: Payload["notification"][] = [shipped, out, delivered].map(({ payload }) => payload.notification);
    expect(notes.map(({ data }) => data.kind)).toEqual(["shipping", "shipping", "shipping"]);
    for (const note of notes) expect(note.title).toContain(name);
    expect(new Set(notes.map(({ tag }) => tag)).size).toBe(1);
    expect(new Set([shipped, out, delivered].map(({ headers }) => headers["topic"])).size).toBe(1);
    expect(notes.map(({ renotify }) => renotify)).toEqual([false, true, true]);
    expect(notes[0]?.body).toContain("1Z999AA10123456784");
    expect(await buyer.waiting()).toEqual([]);
  });

  test("waits half an hour for a tracking number, then goes without", async () => {
    const buyer = await stranger.subscribe({ marketing: false });
    const { id } = await order(buyer);
    await ship(id, "success");
    const shipped = await stranger.shopNow();

    await stranger.advanceTo(shipped, 28);
    expect(await buyer.waiting()).toEqual([]);
    await stranger.advanceTo(shipped, 30.1);
    expect(kinds([await buyer.next()])).toEqual(["shipping"]);
  });

  test("a number that comes in between is told at once", async () => {
    const buyer = await stranger.subscribe({ marketing: false });
    const { id } = await order(buyer);
    await ship(id, "success");
    await stranger.advance("PT5M");
    expect(await buyer.waiting()).toEqual([]);
    await ship(id, "success", { trackingNumber: "T-1", trackingCompany: "UPS" });

    expect((await buyer.next()).payload.notification.body).toContain("T-1");
    await stranger.advance("PT1H");
    expect(await buyer.waiting()).toEqual([]);
  });

  test("a shopper who only claims the cart learns nothing of the order", async () => {
    const buyer = await stranger.subscribe({ marketing: false });
    const cartToken = token();
    const thief = await stranger.subscribe({ marketing: false, more: { cartToken } });
    const variant = nextVariant();
    await thief.tell(cartWith(cartToken, variant));
    const made = await stranger.demo.sim("orders", {
      items: [{ variantId: variant.id, quantity: 1 }],
      cartToken,
      noteAttributes: [{ name: "__beckon", value: buyer.linkId }],
    });
    await ship(String(made["id"]), "success", { trackingNumber: "T-2", trackingCompany: "UPS" });

    expect(kinds([await buyer.next()])).toEqual(["shipping"]);
    expect(await thief.waiting()).toEqual([]);
  });

  test("is told once, and in order, when Shopify's webhooks come late, twice and shuffled", async () => {
    const buyer = await stranger.subscribe({ marketing: false });
    const { id } = await order(buyer);
    await stranger.demo.sim("webhooks", { duplicate: 2, shuffle: true, delayMs: 300 });
    try {
      await ship(id, "success", { trackingNumber: "T-6", trackingCompany: "UPS" });
      expect(kinds([await buyer.next()])).toEqual(["shipping"]);
      await ship(id, "delivered");
      expect((await buyer.next()).payload.notification.title).toMatch(/delivered/);
    } finally {
      await stranger.demo.sim("webhooks", {});
    }
    await stranger.advance("PT2H");
    expect(await buyer.waiting()).toEqual([]);
  });

  test("nothing is told of a label that was only printed", async () => {
    const buyer = await stranger.subscribe({ marketing: false });
    const { id } = await order(buyer);
    await ship(id, "label_printed");
    await stranger.advance("PT1H");

    expect(await buyer.waiting()).toEqual([]);
  });
});

describe("the rules of a new real shop, which a merchant switches on", () => {
  async function saveSettings(settings: object): Promise<void> {
    const asked = await fetch(`${stranger.demo.store}/admin/session-token`, { method: "POST" });
    const { token: session } = (await asked.json()) as { token: string };
    const saved = await fetch(`${stranger.demo.app}/app/settings?_data=${encodeURIComponent("routes/app.settings")}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${session}`,
        "content-type": "application/json",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
      },
      body: JSON.stringify({ intent: "save", settings }),
    });
    expect(saved.status, await saved.text()).toBe(200);
  }

  /** A timezone in which it is now so many o'clock. */
  async function zoneWhereItIs(hour: number): Promise<string> {
    const offset = ((hour - (await stranger.shopNow()).getUTCHours() + 36) % 24) - 12;
    return offset === 0 ? "Etc/GMT" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`;
  }

  const minutesOf = (hours: number) => hours * 60;

  afterAll(() => saveSettings({ quietHours: { enabled: false }, caps: { enabled: false } }));

  test("a message that is due in the shopper's night waits for the morning there", async () => {
    await saveSettings({ caps: { enabled: false } });
    const { shopper } = await withCart({ timezone: await zoneWhereItIs(20) });
    await stranger.advance("PT2H30M");
    await shopper.tell({ type: "page_viewed" });
    const left = await shopper.leave();
    await stranger.advanceTo(left, 10);
    expect(await shopper.waiting()).toEqual([]);
    const [held] = await stranger.ledger(`visitorId=${shopper.visitorId}&journey=cart_recovery`);
    expect(held).toMatchObject({ verdict: "delayed", reason: "quiet_hours" });

    const morning = new Date(String(held?.values["until"] ?? Number.NaN));
    await stranger.advanceTo(left, minutesOf(7));
    expect(await shopper.waiting()).toEqual([]);
    await stranger.advanceTo(left, minutesOf(10) + 1);
    expect(kinds([await shopper.next()])).toEqual(["cart_recovery"]);
    if (!Number.isNaN(morning.getTime())) expect(morning.getTime()).toBeGreaterThan(left.getTime());
  });

  test("half an hour lies between two marketing messages, and shipping is not held back by them", async () => {
    await saveSettings({ quietHours: { enabled: false } });
    const { shopper } = await withCart();
    const left = await shopper.leave();
    await stranger.advanceTo(left, 3.05);
    await shopper.next();
    await shopper.tell(cartWith(token(), nextVariant()), { type: "left" });
    await stranger.advanceTo(left, 10);
    expect(await shopper.waiting()).toEqual([]);
    const [held] = await stranger.ledger(`visitorId=${shopper.visitorId}&journey=cart_recovery`);
    expect(held).toMatchObject({ verdict: "delayed", reason: "minimum_gap" });

    await stranger.advanceTo(left, 34);
    expect(kinds([await shopper.next()])).toEqual(["cart_recovery"]);
    const made = await stranger.demo.sim("orders", {
      items: [{ variantId: nextVariant().id, quantity: 1 }],
      noteAttributes: [{ name: "__beckon", value: shopper.linkId }],
    });
    await stranger.demo.sim("fulfillments", { orderId: made["id"], status: "success", trackingNumber: "T-5" });
    expect(kinds([await shopper.next()])).toEqual(["shipping"]);
  });
});

describe("after an uninstall", () => {
  test("nothing is sent; a new install before shop/redact goes on with the same people", async () => {
    const { shopper } = await withCart();
    await shopper.leave();
    await stranger.untilProcessed();
    await stranger.demo.sim("uninstall", {});
    await stranger.advance("PT3H");
    expect(await shopper.waiting()).toEqual([]);
    expect((await stranger.proxy("GET", "config")).status).toBe(404);

    await stranger.demo.sim("install", {});
    const again = cartWith(token(), nextVariant());
    await shopper.tell(again);
    const left = await shopper.leave();
    await stranger.advanceTo(left, 3.05);
    expect(kinds([await shopper.next()])).toEqual(["cart_recovery"]);
  });
});
