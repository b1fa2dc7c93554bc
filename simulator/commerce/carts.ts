import { createHash, randomBytes } from "node:crypto";
import type { Sim } from "../sim.ts";
import { isAvailableForSale, totalQuantity } from "../state.ts";
import type { Cart, CurrencyCode, LineItem, LocaleCode } from "../state.ts";
import { cartPayload } from "../webhooks/cart-payloads.ts";
import { priceBasket } from "./pricing.ts";
import type { PricedBasket } from "./pricing.ts";

/** A change of a cart. What is left out stays as it is. */
export type CartChange = {
  add?: { variantId: string; quantity: number; properties?: Record<string, string> }[];
  /** New quantities by line key or variant id; 0 takes the line out. */
  quantities?: Record<string, number>;
  /** Merged into the cart's attributes; an empty value removes one. */
  attributes?: Record<string, string>;
  note?: string;
  /** Replaces the codes. */
  discountCodes?: string[];
  currency?: CurrencyCode;
  locale?: LocaleCode;
  customerId?: string | null;
  /** Takes out all lines (attributes stay, as with cart/clear.js). */
  clear?: boolean;
};

/** Refused as the AJAX API refuses: 404 for an unknown variant, 422 for what is not in stock. */
export class CartError extends Error {
  readonly status: 404 | 422;
  constructor(status: 404 | 422, message: string) {
    super(message);
    this.name = "CartError";
    this.status = status;
  }
}

/** A new, empty cart. Nothing is sent for it until something lies in it. */
export function createCart(
  sim: Sim,
  of: { currency?: CurrencyCode; locale?: LocaleCode; customerId?: string | null } = {},
): Cart {
  const now = sim.clock.now();
  const cart: Cart = {
    token: `hWN${randomBytes(14).toString("base64url").replace(/[-_]/g, "x")}`,
    secret: randomBytes(16).toString("hex"),
    items: [],
    note: "",
    attributes: {},
    discountCodes: [],
    currency: of.currency ?? sim.state.shop.currency,
    locale: of.locale ?? "en",
    customerId: of.customerId ?? null,
    createdAt: now,
    updatedAt: now,
    isAnnounced: false,
  };
  sim.state.carts.set(cart.token, cart);
  return cart;
}

/** The cart behind `token` or `token?key=secret` (the key must then be right); null when there is none. */
export function findCart(sim: Sim, tokenAndKey: string): Cart | null {
  const [token = "", key] = tokenAndKey.split("?key=");
  const cart = sim.state.carts.get(token);
  if (!cart || (key !== undefined && key !== cart.secret)) return null;
  return cart;
}

/**
 * Changes a cart: carts/create with its first line, carts/update for each later change, nothing for a change that
 * changes nothing. A refused line leaves the cart as it was.
 * @throws CartError
 */
export function changeCart(sim: Sim, cart: Cart, change: CartChange): void {
  const before = fingerprint(cart);
  let items = change.clear ? [] : cart.items.map((item) => ({ ...item }));
  for (const added of change.add ?? []) items = withAdded(sim, items, added);
  for (const [name, quantity] of Object.entries(change.quantities ?? {}))
    items = withQuantity(sim, items, name, quantity);

  cart.items = items;
  cart.attributes = mergeAttributes(cart.attributes, change.attributes ?? {});
  cart.note = change.note ?? cart.note;
  cart.discountCodes = change.discountCodes ?? cart.discountCodes;
  cart.currency = change.currency ?? cart.currency;
  cart.locale = change.locale ?? cart.locale;
  if (change.customerId !== undefined) cart.customerId = change.customerId;
  if (fingerprint(cart) === before) return;

  cart.updatedAt = sim.clock.now();
  if (!cart.isAnnounced && cart.items.length === 0) return;
  const topic = cart.isAnnounced ? "carts/update" : "carts/create";
  cart.isAnnounced = true;
  sim.webhooks.send(topic, cartPayload(sim.state, cart, sim.clock.now()), cart.token);
}

export function priceCart(sim: Sim, cart: Cart): PricedBasket {
  const email = cart.customerId === null ? null : (sim.state.customers.get(cart.customerId)?.email ?? null);
  const basket = { ...cart, email, shippingPrice: 0 };
  return priceBasket(sim.state, basket, sim.clock.now());
}

/** "VARIANT:HASH": lines of one variant with other properties are other lines. */
export function lineKey(variantId: string, properties: Record<string, string>): string {
  const sorted = Object.entries(properties).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${variantId}:${createHash("md5").update(JSON.stringify(sorted)).digest("hex")}`;
}

function withAdded(
  sim: Sim,
  items: LineItem[],
  added: { variantId: string; quantity: number; properties?: Record<string, string> },
): LineItem[] {
  const properties = added.properties ?? {};
  const key = lineKey(added.variantId, properties);
  const existing = items.find((item) => item.key === key);
  const wanted = (existing?.quantity ?? 0) + Math.max(0, Math.floor(added.quantity));
  checkStock(sim, added.variantId, wanted, existing?.quantity ?? 0);
  if (existing) return items.map((item) => (item === existing ? { ...item, quantity: wanted } : item));
  return wanted > 0 ? [{ key, variantId: added.variantId, quantity: wanted, properties }, ...items] : items;
}

function withQuantity(sim: Sim, items: LineItem[], name: string, quantity: number): LineItem[] {
  const line = items.find((item) => item.key === name) ?? items.find((item) => item.variantId === name);
  const wanted = Math.max(0, Math.floor(quantity));
  if (!line) {
    if (wanted === 0 || name.includes(":")) return items;
    return withAdded(sim, items, { variantId: name, quantity: wanted });
  }
  if (wanted > line.quantity) checkStock(sim, line.variantId, wanted, line.quantity);
  if (wanted === 0) return items.filter((item) => item !== line);
  return items.map((item) => (item === line ? { ...item, quantity: wanted } : item));
}

function checkStock(sim: Sim, variantId: string, wanted: number, inCart: number): void {
  const variant = sim.state.variants.get(variantId);
  const product = variant ? sim.state.products.get(variant.productId) : undefined;
  if (!variant || !product || product.status !== "active") throw new CartError(404, "Cannot find variant");

  const name = variant.title === "Default Title" ? product.title : `${product.title} - ${variant.title}`;
  if (!isAvailableForSale(variant)) throw new CartError(422, `The product '${name}' is already sold out.`);
  const isLimited = variant.tracked && variant.inventoryPolicy === "deny";
  const quantity = totalQuantity(variant);
  if (!isLimited || wanted <= quantity) return;
  throw new CartError(
    422,
    inCart >= quantity
      ? `All ${quantity} ${name} are in your cart.`
      : `You can only add ${quantity} ${name} to the cart.`,
  );
}

function mergeAttributes(old: Record<string, string>, next: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...old, ...next }).filter(([, value]) => value !== ""));
}

function fingerprint(cart: Cart): string {
  const { items, note, attributes, discountCodes, currency } = cart;
  return JSON.stringify([items, note, attributes, discountCodes, currency]);
}
