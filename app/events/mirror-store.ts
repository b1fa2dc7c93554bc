import type {
  carts,
  cartTokens,
  checkouts,
  customers,
  fulfillments,
  orders,
  variants,
} from "../store/sqlite/schema.server.ts";

export type Cart = typeof carts.$inferSelect;
export type CartToken = typeof cartTokens.$inferSelect;
export type Checkout = typeof checkouts.$inferSelect;
export type Order = typeof orders.$inferSelect;
export type Customer = typeof customers.$inferSelect;
export type Fulfillment = typeof fulfillments.$inferSelect;
export type Variant = typeof variants.$inferSelect;

/** The local mirror of a shop's truth, read when a message leaves. Null: never heard of. */
export type MirrorStore = {
  cart(shop: string, visitorId: string): Promise<Cart | null>;
  cartToken(shop: string, cartToken: string): Promise<CartToken | null>;
  checkout(shop: string, checkoutToken: string): Promise<Checkout | null>;
  order(shop: string, orderId: string): Promise<Order | null>;
  customer(shop: string, customerId: string): Promise<Customer | null>;
  fulfillment(shop: string, fulfillmentId: string): Promise<Fulfillment | null>;
  /** Those known, in no particular order. Deleted ones included, with `deletedAt`. */
  variants(shop: string, variantIds: string[]): Promise<Variant[]>;
  /** Variants a shopper waits for are read from Shopify now and then; this writes what was read. Older states lose. */
  saveVariants(shop: string, read: Omit<Variant, "shop">[]): Promise<void>;
};
