/** The texts of a language: its own (pt-BR), its base's (pt), the default's, English's, or the first there are. */
export function pickTexts<T>(texts: Record<string, T>, locale: string, defaultLocale: string): T | undefined {
  const keys = [locale, locale.split("-")[0]!, defaultLocale, "en"];
  const found = keys.find((key) => Object.hasOwn(texts, key)) ?? Object.keys(texts)[0];
  return found === undefined ? undefined : texts[found];
}
