import type { CurrencyCode, LocaleCode, Shop } from "../state.ts";

/** A country that the shop sells to, with the currency it pays in. */
export type Country = { code: string; name: string; currency: CurrencyCode; symbol: string };

export const COUNTRIES: Country[] = [
  { code: "US", name: "United States", currency: "USD", symbol: "$" },
  { code: "TR", name: "Türkiye", currency: "USD", symbol: "$" },
  { code: "AE", name: "United Arab Emirates", currency: "USD", symbol: "$" },
  { code: "DE", name: "Germany", currency: "USD", symbol: "$" },
  { code: "JP", name: "Japan", currency: "JPY", symbol: "¥" },
];

export const ENDONYMS: Record<LocaleCode, string> = { en: "English", tr: "Türkçe", ar: "العربية" };

/** "/tr" for a language in a folder of its own, "" for the shop's primary one. */
export function localeFolder(shop: Shop, locale: LocaleCode): string {
  return shop.locales.some((one) => one.locale === locale && one.primary) ? "" : `/${locale}`;
}

/** Splits "/tr/products/x" into the language and the path inside it. */
export function splitLocale(shop: Shop, path: string): { locale: LocaleCode; path: string } {
  for (const { locale, primary, published } of shop.locales) {
    if (primary || !published) continue;
    if (path === `/${locale}`) return { locale, path: "/" };
    if (path.startsWith(`/${locale}/`)) return { locale, path: path.slice(locale.length + 1) };
  }
  return { locale: shop.locales.find((one) => one.primary)?.locale ?? "en", path };
}
