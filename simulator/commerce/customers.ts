import { newId } from "../state.ts";
import type { Address, Customer, LocaleCode } from "../state.ts";
import type { Sim } from "../sim.ts";
import { customerPayload } from "../webhooks/shop-payloads.ts";

export type NewCustomer = {
  /** Digits; a new one when left out. */
  id?: string;
  firstName: string;
  lastName: string;
  email: string | null;
  phone: string | null;
  locale?: LocaleCode;
  acceptsMarketing?: boolean;
  address?: Address | null;
};

export function findCustomerByEmail(sim: Sim, email: string): Customer | null {
  const wanted = email.trim().toLowerCase();
  for (const customer of sim.state.customers.values()) if (customer.email?.toLowerCase() === wanted) return customer;
  return null;
}

/** A new customer. Sends customers/create. */
export function createCustomer(sim: Sim, fields: NewCustomer): Customer {
  const now = sim.clock.now();
  const customer: Customer = {
    id: fields.id ?? newId(sim.state),
    firstName: fields.firstName,
    lastName: fields.lastName,
    email: fields.email,
    phone: fields.phone,
    locale: fields.locale ?? "en",
    tags: [],
    note: null,
    acceptsMarketing: fields.acceptsMarketing ?? false,
    address: fields.address ?? null,
    ordersCount: 0,
    createdAt: now,
    updatedAt: now,
  };
  sim.state.customers.set(customer.id, customer);
  sim.webhooks.send("customers/create", customerPayload(sim.state, customer), `customer:${customer.id}`);
  return customer;
}

/** Sends customers/update. */
export function updateCustomer(
  sim: Sim,
  customer: Customer,
  change: Partial<NewCustomer & Pick<Customer, "ordersCount">>,
): void {
  Object.assign(customer, change);
  customer.updatedAt = sim.clock.now();
  sim.webhooks.send("customers/update", customerPayload(sim.state, customer), `customer:${customer.id}`);
}
