import type { AdminApi } from "../shopify/admin-api.ts";
import { CUSTOMER_ORDER_COUNT } from "../shopify/operations.ts";
import type { CustomerOrderCountData } from "../shopify/operations.ts";

/** How many orders Shopify counts for a customer; null when it cannot be asked now or knows no such customer. */
export type OrderCount = (shop: string, customerId: string) => Promise<number | null>;

export function orderCountOf(admin: AdminApi): OrderCount {
  return async (shop, customerId) => {
    const id = `gid://shopify/Customer/${customerId}`;
    const answer = await admin.query<CustomerOrderCountData>(shop, CUSTOMER_ORDER_COUNT, { id });
    return answer.ok && answer.data.customer ? Number(answer.data.customer.numberOfOrders) : null;
  };
}
