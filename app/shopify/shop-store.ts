import type { ShopSettings } from "../shop-settings.ts";
import type { shops } from "../store/sqlite/schema.server.ts";

/** A shop the app is or was installed in. `settings` is parsed, with defaults filled in. */
export type Shop = Omit<typeof shops.$inferSelect, "settings"> & { settings: ShopSettings };

/** What Shopify says of a shop. `primaryDomain` is a host (with port in the simulation), no scheme. */
export type ShopInfo = {
  name: string;
  currency: string;
  timezone: string;
  primaryLocale: string;
  /** Published ones, primary first. */
  locales: string[];
  /** The origin shoppers see, e.g. "https://www.example.com". */
  origin: string;
  appInstallationId: string;
};

export type ShopStore = {
  get(shop: string): Promise<Shop | null>;
  /** Null for a shop that is not known. For webhooks, which need nothing else of it. */
  currencyOf(shop: string): Promise<string | null>;
  /** Installed ones, for jobs that walk all shops. Ordered by name; `after` pages on. */
  listInstalled(limit: number, after?: string): Promise<Shop[]>;
  /**
   * Makes the shop's row, or takes a shop that was uninstalled up again with everything it had.
   *
   * @returns "new", "resumed" or "unchanged"
   */
  install(shop: string, scopes: string[], now: Date): Promise<"new" | "resumed" | "unchanged">;
  /** Writes what was read from Shopify. */
  saveInfo(shop: string, info: ShopInfo, now: Date): Promise<void>;
  saveSettings(shop: string, settings: ShopSettings): Promise<void>;
  setWebPixel(shop: string, webPixelId: string | null): Promise<void>;
  /**
   * The encrypted secret of the shop's outgoing webhooks; `encrypted` becomes it when there is none. Null for a shop that is
   * not known.
   */
  ensureWebhookSecret(shop: string, encrypted: string): Promise<string | null>;
  replaceWebhookSecret(shop: string, encrypted: string): Promise<void>;
  /** The path learnt from a signed proxy request. True when it was another one before. */
  learnProxyPath(shop: string, proxyPath: string): Promise<boolean>;
  embedSeen(shop: string, now: Date): Promise<void>;
  /** True for the one process that may refresh the shop's access token until `until`. Machine time. */
  lockTokenRefresh(shop: string, machineNow: Date, until: Date): Promise<boolean>;
  unlockTokenRefresh(shop: string): Promise<void>;
};
