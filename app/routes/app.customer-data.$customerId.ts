import { json } from "@remix-run/node";
import type { LoaderFunctionArgs } from "@remix-run/node";
import { adminContext, notFound } from "../admin-request.server.ts";

/** Everything kept of a customer, for the merchant to answer their request with. Holds no endpoint, key or token. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  const { store, shop } = await adminContext(request);
  const customerId = params.customerId ?? "";
  if (!/^\d{1,20}$/.test(customerId)) throw notFound("There is no such customer.");
  return json({ customerId, data: await store.privacy.exportCustomer(shop, customerId) });
}
