/** Everything known of a person, in plain JSON for a person to read. Holds no endpoint, key or token. */
export type PersonalData = Record<string, unknown>;

/** Deletes everything of a shop, bit by bit. Key `forget-shop:SHOP`, payload `{shop}`. */
export const FORGET_SHOP_JOB = "forget-shop";

export type PrivacyStore = {
  /** Of one browser profile, for who holds its preferences token. Null when nothing is known. */
  exportVisitor(shop: string, visitorId: string): Promise<PersonalData | null>;
  /** Of a customer and the browsers signed in as it, for the merchant to answer a data request with. */
  exportCustomer(shop: string, customerId: string): Promise<PersonalData>;
  /** Requests of customers for their data that Shopify passed on, newest first. */
  dataRequests(shop: string, limit: number): Promise<{ customerId: string; requestedAt: Date }[]>;
  /** Deletes a browser profile with its subscription, its history and its waiting messages. */
  forgetVisitor(shop: string, visitorId: string): Promise<void>;
  /**
   * Deletes at most about `limit` rows of a shop that has uninstalled the app, the shop itself last. Nothing of one that has it.
   *
   * @returns whether there is more
   */
  forgetShopPart(shop: string, limit: number): Promise<boolean>;
};
