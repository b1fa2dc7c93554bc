import { DEFAULT_PROMPT_TEXTS } from "../../storefront/locales.ts";
import type { JourneyStore } from "../journeys/journey-store.ts";
import type { PromptTexts } from "../shop-settings.ts";
import type { StorefrontConfig } from "../storefront-config.ts";
import type { Shop } from "./shop-store.ts";

/** What a page needs: the value of the metafield `beckon.config`, with the texts of every language. */
export async function buildStorefrontConfig(
  store: { journeys: JourneyStore },
  shop: Shop,
  vapidPublicKey: string,
): Promise<StorefrontConfig> {
  const { texts, ...rules } = shop.settings.prompt;
  const journeys = await store.journeys.list(shop.shop);
  return {
    v: 1,
    vapidPublicKey,
    proxyPath: shop.proxyPath,
    defaultLocale: defaultLocaleOf(shop),
    prompt: { ...rules, texts: { ...DEFAULT_PROMPT_TEXTS, ...texts } },
    exitIntent: journeys.some(({ enabled, definition }) => enabled && definition.trigger.type === "exit_intent"),
    messages: [],
  };
}

/** The same for one language: the body of GET /proxy/config. */
export function configForLocale(config: StorefrontConfig, asked: string | null): StorefrontConfig & { locale: string } {
  const locale = closestLocale(Object.keys(config.prompt.texts), asked, config.defaultLocale);
  const texts = config.prompt.texts[locale] as PromptTexts;
  return { ...config, locale, prompt: { ...config.prompt, texts: { [locale]: texts } } };
}

/** pt-BR → pt → the shop's default → its language → English. */
function closestLocale(available: string[], asked: string | null, fallback: string): string {
  const candidates = [asked, asked?.split("-")[0], fallback, fallback.split("-")[0], "en"];
  const byLowerCase = new Map(available.map((locale) => [locale.toLowerCase(), locale]));
  for (const candidate of candidates) {
    const found = candidate ? byLowerCase.get(candidate.toLowerCase()) : undefined;
    if (found) return found;
  }
  return available[0] ?? "en";
}

function defaultLocaleOf(shop: Shop): string {
  return shop.settings.defaultLocale ?? shop.primaryLocale;
}
