import { randomBytes } from "node:crypto";
import { z } from "zod";
import { cancelOrder, markPaid, placeOrder } from "./commerce/orders.ts";
import { findCart, lineKey } from "./commerce/carts.ts";
import { SAMPLE_ADDRESS, openCheckoutOf } from "./commerce/checkouts.ts";
import { createCustomer, updateCustomer } from "./commerce/customers.ts";
import { addShipmentEvent, cancelFulfillment, fulfillOrder, setTracking } from "./commerce/fulfilment.ts";
import { changeProduct, deleteProduct, setAvailable, setPrice } from "./commerce/inventory.ts";
import { refundOrder } from "./commerce/refunds.ts";
import { HttpError, json } from "./http.ts";
import type { Router, SimResponse } from "./http.ts";
import { grantInstallation, openApp, redactShop, sendPrivacyRequest, setScopes, uninstall } from "./installation.ts";
import { fromDecimal } from "./money.ts";
import { amountSchema, idSchema, readBody } from "./read-body.ts";
import { isInstalled } from "./sim.ts";
import type { Sim } from "./sim.ts";
import { dumpState } from "./state-dump.ts";
import { escapeHtml } from "./storefront/escape-html.ts";
import type { Customer, Order, Product, ShipmentStatus, Variant } from "./state.ts";
import { fulfillmentPayload, orderPayload, refundPayload } from "./webhooks/order-payloads.ts";
import { customerPayload, productPayload, shopPayload, variantPayload } from "./webhooks/shop-payloads.ts";
import { NO_DISTURBANCE } from "./webhooks/sender.ts";
import type { Delivery } from "./webhooks/sender.ts";
import { TOPIC_SCOPES } from "./webhooks/topics.ts";

const quantity = z.number().int();
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

/**
 * The simulation's own API: what merchants, shoppers and carriers do, by JSON. Each answers with what was made once its
 * webhooks were delivered (`webhooks` tells how that went), or at once while they are delayed.
 */
export function registerSimApi(router: Router, sim: Sim): void {
  registerShopkeeping(router, sim);
  registerOrders(router, sim);
  registerCustomers(router, sim);
  registerInstallation(router, sim);
  registerDisturbances(router, sim);
  router.on("GET", "/_sim/state", () => json(dumpState(sim)));
}

function registerShopkeeping(router: Router, sim: Sim): void {
  const inventoryBody = z.object({ variantId: idSchema, available: quantity, locationId: optional(idSchema) });
  router.on("POST", "/_sim/inventory", (request) => {
    const body = readBody(request, inventoryBody);
    const variant = variantOr404(sim, body.variantId);
    return answer(sim, () => {
      setAvailable(sim, variant, body.available, body.locationId);
      return variantPayload(sim.state, variant);
    });
  });

  const priceBody = z.object({
    variantId: idSchema,
    price: optional(amountSchema),
    compareAtPrice: amountSchema.nullish(),
  });
  router.on("POST", "/_sim/price", (request) => {
    const body = readBody(request, priceBody);
    const variant = variantOr404(sim, body.variantId);
    const { currency } = sim.state.shop;
    const compareAt = body.compareAtPrice;
    return answer(sim, () => {
      setPrice(
        sim,
        variant,
        body.price === undefined ? variant.price : fromDecimal(body.price, currency),
        compareAt === undefined ? variant.compareAtPrice : compareAt === null ? null : fromDecimal(compareAt, currency),
      );
      return variantPayload(sim.state, variant);
    });
  });

  const productBody = z.object({
    productId: idSchema,
    title: z.string().optional(),
    status: z.enum(["active", "draft", "archived"]).optional(),
    tags: z.array(z.string()).optional(),
    delete: z.boolean().optional(),
  });
  router.on("POST", "/_sim/products", (request) => {
    const { productId, delete: isDeleted, ...change } = readBody(request, productBody);
    const product = productOr404(sim, productId);
    return answer(sim, () => {
      if (isDeleted) deleteProduct(sim, product);
      else changeProduct(sim, product, change);
      return isDeleted ? { id: Number(product.id) } : productPayload(sim.state, sim.origin, product);
    });
  });

  const articleBody = z.object({ title: z.string().min(1), body: z.string().default("") });
  router.on("POST", "/_sim/articles", (request) => {
    const { title, body } = readBody(request, articleBody);
    const handle = `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-${sim.state.articles.length + 1}`;
    const article = { handle, title, bodyHtml: `<p>${escapeHtml(body)}</p>`, publishedAt: sim.clock.now() };
    sim.state.articles.push(article);
    return json(article);
  });

  const shopBody = z.object({
    name: z.string().optional(),
    ianaTimezone: z.string().optional(),
    topic: z.enum(["shop/update", "domains/update"]).optional(),
  });
  router.on("POST", "/_sim/shop", (request) => {
    const { topic, ...change } = readBody(request, shopBody);
    return answer(sim, () => {
      Object.assign(sim.state.shop, change);
      const payload = shopPayload(sim.state.shop, sim.clock.now());
      sim.webhooks.send(topic ?? "shop/update", payload, "shop");
      return payload;
    });
  });
}

function registerOrders(router: Router, sim: Sim): void {
  const attributes = z.union([
    z.array(z.object({ name: z.string(), value: z.string() })),
    z.record(z.string(), z.string()).transform((map) => Object.entries(map).map(([name, value]) => ({ name, value }))),
  ]);
  const orderBody = z.object({
    items: optional(
      z.array(
        z.object({
          variantId: idSchema,
          quantity: z.number().int().min(1).default(1),
          properties: z.record(z.string(), z.string()).default({}),
        }),
      ),
    ),
    cartToken: optional(z.string()),
    checkoutToken: optional(z.string()),
    noteAttributes: optional(attributes),
    discountCodes: optional(z.array(z.string())),
    customerId: optional(idSchema),
    email: optional(z.string()),
    sourceName: z.string().default("web"),
    currency: optional(z.enum(["USD", "JPY"])),
    locale: optional(z.enum(["en", "tr", "ar"])),
    test: z.boolean().default(false),
    paid: z.boolean().default(true),
  });

  router.on("POST", "/_sim/orders", (request) => {
    const body = readBody(request, orderBody);
    const cart = body.cartToken === undefined ? null : findCart(sim, body.cartToken.split("?")[0] ?? "");
    const named = body.checkoutToken === undefined ? null : (sim.state.checkouts.get(body.checkoutToken) ?? null);
    const checkout = named ?? (cart ? openCheckoutOf(sim, cart.token) : null);
    const items = body.items?.map((item) => ({ ...item, key: lineKey(item.variantId, item.properties) }));
    const bought = items ?? checkout?.items ?? cart?.items ?? [];
    if (bought.length === 0) throw new HttpError(400, "items: an order needs something to buy");
    for (const item of bought) variantOr404(sim, item.variantId);
    const customerId = body.customerId ?? checkout?.customerId ?? cart?.customerId ?? null;
    const customer = customerId === null ? null : customerOrNew(sim, customerId);
    const carried = Object.entries({ ...cart?.attributes, ...checkout?.attributes });
    const given = new Set(body.noteAttributes?.map(({ name }) => name));
    const kept = carried.filter(([name]) => !given.has(name)).map(([name, value]) => ({ name, value }));

    return answer(sim, () => {
      const order = placeOrder(sim, {
        items: structuredClone(bought),
        discountCodes: body.discountCodes ?? checkout?.discountCodes ?? cart?.discountCodes ?? [],
        cartToken: body.cartToken?.split("?")[0] ?? checkout?.cartToken ?? null,
        checkoutToken:
          body.checkoutToken ?? checkout?.token ?? (body.sourceName === "web" ? randomBytes(16).toString("hex") : null),
        noteAttributes: [...kept, ...(body.noteAttributes ?? [])],
        note: "",
        customerId,
        email: body.email ?? checkout?.email ?? customer?.email ?? null,
        phone: checkout?.phone ?? customer?.phone ?? null,
        acceptsMarketing: customer?.acceptsMarketing ?? false,
        currency: body.currency ?? checkout?.currency ?? cart?.currency ?? sim.state.shop.currency,
        locale: body.locale ?? checkout?.locale ?? cart?.locale ?? customer?.locale ?? "en",
        shippingAddress: checkout?.shippingAddress ?? customer?.address ?? SAMPLE_ADDRESS,
        shippingLine: checkout?.shippingLine ?? null,
        sourceName: body.sourceName,
        isTest: body.test,
        isPaid: body.paid,
      });
      return orderPayload(sim.state, sim.origin, order);
    });
  });

  const orderIdBody = z.object({ orderId: idSchema, reason: z.string().optional() });
  router.on("POST", "/_sim/orders/cancel", (request) => {
    const body = readBody(request, orderIdBody);
    const order = orderOr404(sim, body.orderId);
    return answer(sim, () => {
      cancelOrder(sim, order, body.reason);
      return orderPayload(sim.state, sim.origin, order);
    });
  });
  router.on("POST", "/_sim/orders/pay", (request) => {
    const order = orderOr404(sim, readBody(request, orderIdBody).orderId);
    return answer(sim, () => {
      markPaid(sim, order);
      return orderPayload(sim.state, sim.origin, order);
    });
  });

  const fulfillmentBody = z.object({
    orderId: idSchema,
    status: z.string().default("success"),
    trackingNumber: z.string().nullish(),
    trackingCompany: z.string().nullish(),
    trackingUrl: z.string().nullish(),
  });
  router.on("POST", "/_sim/fulfillments", (request) => {
    const body = readBody(request, fulfillmentBody);
    const order = orderOr404(sim, body.orderId);
    return answer(sim, () => fulfill(sim, order, body));
  });

  const refundBody = z.object({
    orderId: idSchema,
    items: optional(z.array(z.object({ variantId: idSchema, quantity: z.number().int().min(1).default(1) }))),
    restock: z.boolean().default(false),
    note: z.string().nullish(),
  });
  router.on("POST", "/_sim/refunds", (request) => {
    const body = readBody(request, refundBody);
    const order = orderOr404(sim, body.orderId);
    return answer(sim, () =>
      refundPayload(sim.state, order, refundOrder(sim, order, { ...body, note: body.note ?? null })),
    );
  });
}

function registerCustomers(router: Router, sim: Sim): void {
  const customerBody = z.object({
    customerId: optional(idSchema),
    firstName: z.string().optional(),
    lastName: z.string().optional(),
    email: z.string().nullable().optional(),
    phone: z.string().nullable().optional(),
    locale: z.enum(["en", "tr", "ar"]).optional(),
  });
  router.on("POST", "/_sim/customers", (request) => {
    const { customerId, ...fields } = readBody(request, customerBody);
    const known = customerId === undefined ? null : customerOr404(sim, customerId);
    return answer(sim, () => {
      if (known) updateCustomer(sim, known, fields);
      const customer =
        known ?? createCustomer(sim, { firstName: "Robin", lastName: "Carter", email: null, phone: null, ...fields });
      return customerPayload(sim.state, customer);
    });
  });

  const privacyBody = z.object({ customerId: idSchema });
  for (const [path, topic] of [
    ["/_sim/customers/redact", "customers/redact"],
    ["/_sim/customers/data-request", "customers/data_request"],
  ] as const) {
    router.on("POST", path, (request) => {
      const customer = customerOr404(sim, readBody(request, privacyBody).customerId);
      return answer(sim, () => {
        sendPrivacyRequest(sim, topic, customer);
        return { customerId: customer.id, topic };
      });
    });
  }
}

function registerInstallation(router: Router, sim: Sim): void {
  const installBody = z.object({ embed: z.boolean().default(true) });
  router.on("POST", "/_sim/install", async (request) => {
    const body = readBody(request, installBody);
    grantInstallation(sim);
    const opened = await openApp(sim);
    if (!opened.isOpen) {
      const error = `The app did not open: it answered ${opened.status}.`;
      return json({ error, body: opened.body.slice(0, 2000) }, 502);
    }
    sim.state.theme.isEmbedOn = body.embed;
    return json({
      installed: true,
      shop: sim.state.shop.domain,
      scopes: sim.state.installation?.scopes ?? [],
      embed: body.embed,
    });
  });

  const uninstallBody = z.object({ redact: z.boolean().default(false) });
  router.on("POST", "/_sim/uninstall", (request) => {
    const body = readBody(request, uninstallBody);
    return answer(sim, () => {
      uninstall(sim);
      if (body.redact) redactShop(sim);
      return { installed: isInstalled(sim), redacted: sim.state.installation?.isRedacted ?? false };
    });
  });

  const scopesBody = z.object({ scopes: z.array(z.string()) });
  router.on("POST", "/_sim/scopes", (request) => {
    const body = readBody(request, scopesBody);
    return answer(sim, () => {
      setScopes(sim, body.scopes);
      return { scopes: body.scopes };
    });
  });

  router.on("POST", "/_sim/tokens/expire", () => {
    sim.tokens.expireAccess();
    return json({ expired: true });
  });

  const themeBody = z.object({
    embed: z.boolean().optional(),
    settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  });
  router.on("POST", "/_sim/theme", (request) => {
    const body = readBody(request, themeBody);
    sim.state.theme.isEmbedOn = body.embed ?? sim.state.theme.isEmbedOn;
    sim.state.theme.embedSettings = body.settings ?? sim.state.theme.embedSettings;
    return json(sim.state.theme);
  });
}

function registerDisturbances(router: Router, sim: Sim): void {
  const webhooksBody = z.object({
    duplicate: z.number().int().min(0).max(20).default(0),
    delayMs: z.number().min(0).max(3_600_000).default(0),
    shuffle: z.boolean().default(false),
    drop: z.number().min(0).max(1).default(0),
  });
  router.on("POST", "/_sim/webhooks", (request) => {
    sim.webhooks.disturb(readBody(request, webhooksBody));
    return json(sim.webhooks.disturbance());
  });
  router.on("GET", "/_sim/webhooks", () =>
    json({
      disturbance: sim.webhooks.disturbance(),
      deliveries: sim.webhooks.log().map((delivery) => describeFully(delivery)),
    }),
  );

  const fireBody = z.object({ topic: z.string(), payload: z.record(z.string(), z.unknown()) });
  router.on("POST", "/_sim/webhooks/fire", (request) => {
    const body = readBody(request, fireBody);
    if (!(body.topic in TOPIC_SCOPES)) throw new HttpError(404, `topic: ${body.topic} is not simulated`);
    return answer(sim, () => {
      sim.webhooks.send(body.topic, body.payload, `fired:${body.topic}`);
      return { topic: body.topic };
    });
  });
  const resendBody = z.object({ webhookId: z.string() });
  router.on("POST", "/_sim/webhooks/resend", (request) => {
    const body = readBody(request, resendBody);
    return answer(sim, () => {
      if (!sim.webhooks.resend(body.webhookId)) throw new HttpError(404, "webhookId: no such delivery");
      return { webhookId: body.webhookId };
    });
  });

  const faultBody = z.object({
    path: z.string().optional(),
    status: z.number().int().min(100).max(599).nullish(),
    times: z.number().int().min(1).max(100_000).default(1),
    hangMs: z.number().min(0).max(600_000).default(0),
    throttled: z.union([z.boolean(), z.number()]).default(false),
  });
  router.on("POST", "/_sim/faults", (request) => {
    if (request.body.toString("utf8").replace(/[{}\s]/g, "") === "") sim.faults.clear();
    else {
      const { path = "/admin/", status, times, hangMs, throttled } = readBody(request, faultBody);
      const isThrottled = throttled !== false && throttled !== 0;
      const fallback = isThrottled || hangMs > 0 ? null : 500;
      // `throttled: 3` is three throttled calls.
      const count = typeof throttled === "number" && throttled > 0 ? throttled : times;
      sim.faults.add({ path, status: status ?? fallback, times: count, hangMs, isThrottled });
    }
    return json({ faults: sim.faults.list() });
  });

  router.on("POST", "/_sim/reset-disturbances", () => {
    sim.faults.clear();
    sim.webhooks.disturb(NO_DISTURBANCE);
    return json({ faults: [], webhooks: NO_DISTURBANCE });
  });
}

type FulfillmentBody = {
  status: string;
  trackingNumber?: string | null | undefined;
  trackingCompany?: string | null | undefined;
  trackingUrl?: string | null | undefined;
};

const SHIPMENT_STATUSES: ShipmentStatus[] = [
  "label_printed",
  "label_purchased",
  "confirmed",
  "carrier_picked_up",
  "in_transit",
  "out_for_delivery",
  "attempted_delivery",
  "ready_for_pickup",
  "delayed",
  "delivered",
  "failure",
];

/**
 * `success` ships what is open, or gives a shipped parcel its tracking; a shipment status is what the carrier says of the
 * newest parcel (shipped first, if need be); `cancelled` calls it back.
 */
function fulfill(sim: Sim, order: Order, body: FulfillmentBody): object {
  const tracking = { number: body.trackingNumber, company: body.trackingCompany, url: body.trackingUrl };
  const known = Object.fromEntries(Object.entries(tracking).filter(([, value]) => value !== undefined));
  const shipped = order.fulfillments.findLast((fulfillment) => fulfillment.status === "success");
  const hasOpen = order.lines.some((line) => line.fulfilledQuantity < line.currentQuantity);
  const status = SHIPMENT_STATUSES.find((candidate) => candidate === body.status.toLowerCase());

  if (!["success", "cancelled"].includes(body.status) && !status) {
    throw new HttpError(400, `status: one of success, cancelled, ${SHIPMENT_STATUSES.join(", ")}`);
  }
  if (!shipped && (!hasOpen || body.status === "cancelled"))
    throw new HttpError(409, "orderId: there is nothing to ship");

  const fulfillment = shipped && !(body.status === "success" && hasOpen) ? shipped : fulfillOrder(sim, order, known);
  if (fulfillment === shipped && body.trackingNumber) setTracking(sim, order, fulfillment, known);
  if (body.status === "cancelled") cancelFulfillment(sim, order, fulfillment);
  if (status) addShipmentEvent(sim, order, fulfillment, status);
  return fulfillmentPayload(sim.state, order, fulfillment);
}

/** Does `act` and answers with what it gave when its webhooks are through (at once while they are delayed). */
async function answer(sim: Sim, act: () => object): Promise<SimResponse> {
  const { value, deliveries } = sim.webhooks.collect(act);
  if (sim.webhooks.disturbance().delayMs === 0) await sim.webhooks.settle(deliveries);
  return json({ ...value, webhooks: deliveries.map(describe) });
}

function describe(delivery: Delivery): object {
  return { topic: delivery.topic, webhookId: delivery.webhookId, eventId: delivery.eventId, state: delivery.state };
}

function describeFully(delivery: Delivery): object {
  const { done: _done, body, ...rest } = delivery;
  return { ...rest, payload: JSON.parse(body) as unknown };
}

function variantOr404(sim: Sim, id: string): Variant {
  const variant = sim.state.variants.get(id);
  if (!variant) throw new HttpError(404, `variantId: there is no variant ${id}`);
  return variant;
}

function productOr404(sim: Sim, id: string): Product {
  const product = sim.state.products.get(id);
  if (!product) throw new HttpError(404, `productId: there is no product ${id}`);
  return product;
}

function orderOr404(sim: Sim, id: string): Order {
  const order = sim.state.orders.get(id);
  if (!order) throw new HttpError(404, `orderId: there is no order ${id}`);
  return order;
}

/** An id nobody has yet is a customer the simulation did not know: they exist from now on. */
function customerOrNew(sim: Sim, id: string): Customer {
  if (!/^\d{1,15}$/.test(id)) throw new HttpError(400, "customerId: digits");
  const known = sim.state.customers.get(id);
  if (known) return known;
  return createCustomer(sim, { id, firstName: "Robin", lastName: "Carter", email: null, phone: null });
}

function customerOr404(sim: Sim, id: string): Customer {
  const customer = sim.state.customers.get(id);
  if (!customer) throw new HttpError(404, `customerId: there is no customer ${id}`);
  return customer;
}
