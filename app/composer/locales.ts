/** Languages written from right to left. */
const RIGHT_TO_LEFT = new Set([
  "ar",
  "he",
  "iw",
  "fa",
  "ur",
  "ps",
  "sd",
  "ug",
  "yi",
  "dv",
  "ckb",
  "ku-arab",
  "pa-arab",
]);

export function textDirection(locale: string): "ltr" | "rtl" {
  const tag = locale.toLowerCase();
  const language = tag.split("-")[0] ?? tag;
  return RIGHT_TO_LEFT.has(tag) || RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

/** The language of our own sentences, those that no merchant writes, for who reads this one. */
export function ownLanguage(locale: string): "en" | "tr" | "ar" {
  const language = locale.split(/[-_]/)[0]?.toLowerCase();
  return language === "tr" || language === "ar" ? language : "en";
}

/**
 * The language to speak: the first of the wished ones that there is a text for, each tried from the most to the least
 * precise (pt-BR, then pt), then another variety of the same language (pt-PT for pt-BR), then English, then any.
 *
 * @param available languages with a text, at least one
 * @param wished most wanted first: the shopper's, then the shop's
 */
export function chooseLocale(available: string[], wished: (string | null | undefined)[]): string {
  const byLowerCase = new Map(available.map((locale) => [locale.toLowerCase(), locale]));
  for (const wish of wished) {
    if (!wish) continue;
    const parts = wish.replaceAll("_", "-").toLowerCase().split("-");
    for (let length = parts.length; length > 0; length -= 1) {
      const found = byLowerCase.get(parts.slice(0, length).join("-"));
      if (found) return found;
    }
    const sibling = available.find((locale) => locale.toLowerCase().startsWith(`${parts[0]}-`));
    if (sibling) return sibling;
  }
  const last = byLowerCase.get("en") ?? available[0];
  if (last === undefined) throw new Error("A message has no text in any language");
  return last;
}

/** A tag that Intl takes; "en" for what it does not. */
export function intlLocale(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale.replaceAll("_", "-"))[0] ?? "en";
  } catch {
    return "en";
  }
}
