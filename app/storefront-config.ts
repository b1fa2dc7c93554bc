import type { PromptTexts, ShopSettings } from "./shop-settings.ts";

/**
 * What a storefront page needs to know: the value of the app metafield `beckon.config` (rendered inline by the theme app
 * embed) and the body of GET /proxy/config. The metafield carries the texts of every language, the proxy answer those of
 * the asked one; the embed picks `prompt.texts[locale]` with the fallback pt-BR → pt → `defaultLocale`.
 */
export type StorefrontConfig = {
  v: 1;
  vapidPublicKey: string;
  /** Path of the app proxy on the shop's domain: "/apps/beckon". */
  proxyPath: string;
  defaultLocale: string;
  prompt: Omit<ShopSettings["prompt"], "texts"> & { texts: Record<string, PromptTexts> };
  /** Whether a journey waits for subscribers who turn to leave with a full cart. */
  exitIntent: boolean;
  /** On-site messages; none yet. */
  messages: [];
};

/** Version of the messages the storefront sends (`v`). Every released one stays accepted for 180 days. */
export const STOREFRONT_PROTOCOL_VERSION = 1;
