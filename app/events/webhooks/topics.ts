import { parseCart } from "./carts.ts";
import { parseCheckout, parseCheckoutDeleted } from "./checkouts.ts";
import { parseFulfillment, parseFulfillmentEvent } from "./fulfillments.ts";
import { parseOrder, parseRefund } from "./orders.ts";
import { parseInventoryLevel, parseProduct, parseProductDeleted } from "./products.ts";
import {
  parseCustomer,
  parseCustomerRedact,
  parseDataRequest,
  parseDomain,
  parseScopes,
  parseShop,
  parseShopRedact,
  parseUninstalled,
} from "./shop.ts";
import type { WebhookParser } from "./webhook.ts";

/** Every topic shopify.app.toml subscribes to, and who reads it. */
export const WEBHOOK_TOPICS: Readonly<Record<string, WebhookParser>> = {
  "carts/create": parseCart,
  "carts/update": parseCart,
  "checkouts/create": parseCheckout,
  "checkouts/update": parseCheckout,
  "checkouts/delete": parseCheckoutDeleted,
  "orders/create": parseOrder("order_created"),
  "orders/paid": parseOrder("order_paid"),
  "orders/cancelled": parseOrder("order_cancelled"),
  "refunds/create": parseRefund,
  "fulfillments/create": parseFulfillment,
  "fulfillments/update": parseFulfillment,
  "fulfillment_events/create": parseFulfillmentEvent,
  "inventory_levels/update": parseInventoryLevel,
  "products/create": parseProduct,
  "products/update": parseProduct,
  "products/delete": parseProductDeleted,
  "shop/update": parseShop,
  "domains/update": parseDomain,
  "customers/create": parseCustomer,
  "customers/update": parseCustomer,
  "customers/data_request": parseDataRequest,
  "customers/redact": parseCustomerRedact,
  "shop/redact": parseShopRedact,
  "app/uninstalled": parseUninstalled,
  "app/scopes_update": parseScopes,
};
