import type { visitors } from "../store/sqlite/schema.server.ts";

export type Visitor = typeof visitors.$inferSelect;

export type VisitorStore = {
  get(shop: string, visitorId: string): Promise<Visitor | null>;
  /** The visitors last signed in as the customer, most recently heard of first. */
  ofCustomer(shop: string, customerId: string): Promise<Visitor[]>;
  /** The visitor a link id belongs to. */
  byLink(shop: string, linkId: string): Promise<string | null>;
};
