/** The scope an app must have for a topic; null: none. Topics that are not here do not exist in the simulation. */
export const TOPIC_SCOPES: Record<string, string | null> = {
  "app/scopes_update": null,
  "app/uninstalled": null,
  "carts/create": "read_orders",
  "carts/update": "read_orders",
  "checkouts/create": "read_orders",
  "checkouts/delete": "read_orders",
  "checkouts/update": "read_orders",
  "customers/create": "read_customers",
  "customers/data_request": null,
  "customers/delete": "read_customers",
  "customers/redact": null,
  "customers/update": "read_customers",
  "domains/update": null,
  "fulfillment_events/create": "read_fulfillments",
  "fulfillments/create": "read_fulfillments",
  "fulfillments/update": "read_fulfillments",
  "inventory_levels/update": "read_inventory",
  "locales/update": "read_locales",
  "orders/cancelled": "read_orders",
  "orders/create": "read_orders",
  "orders/fulfilled": "read_orders",
  "orders/paid": "read_orders",
  "orders/updated": "read_orders",
  "products/create": "read_products",
  "products/delete": "read_products",
  "products/update": "read_products",
  "refunds/create": "read_orders",
  "shop/redact": null,
  "shop/update": null,
  "variants/in_stock": "read_products",
  "variants/out_of_stock": "read_products",
};

/** "ORDERS_CREATE", as the Admin API names "orders/create". */
export function graphqlTopic(topic: string): string {
  return topic.replace("/", "_").toUpperCase();
}

/** "orders/create" for "ORDERS_CREATE"; null for a topic the simulation does not have. */
export function topicOfGraphql(name: string): string | null {
  return Object.keys(TOPIC_SCOPES).find((topic) => graphqlTopic(topic) === name) ?? null;
}
