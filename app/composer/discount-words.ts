import type { DiscountValue, Offer } from "./discount-offers.ts";
import { formatMoney } from "./format-values.ts";
import { isolateLeftToRight } from "./isolate.ts";
import { intlLocale } from "./locales.ts";
import type { TemplateFacts } from "./template-fields.ts";

type Words = { off: (value: string) => string; freeShipping: string };

const WORDS: Record<string, Words> = {
  en: { off: (value) => `${value} off`, freeShipping: "free shipping" },
  tr: { off: (value) => `${value} indirim`, freeShipping: "ücretsiz kargo" },
  ar: { off: (value) => `خصم ${value}`, freeShipping: "شحن مجاني" },
  de: { off: (value) => `${value} Rabatt`, freeShipping: "kostenloser Versand" },
  es: { off: (value) => `${value} de descuento`, freeShipping: "envío gratis" },
  fr: { off: (value) => `${value} de réduction`, freeShipping: "livraison gratuite" },
  it: { off: (value) => `${value} di sconto`, freeShipping: "spedizione gratuita" },
  nl: { off: (value) => `${value} korting`, freeShipping: "gratis verzending" },
  pt: { off: (value) => `${value} de desconto`, freeShipping: "frete grátis" },
  ru: { off: (value) => `скидка ${value}`, freeShipping: "бесплатная доставка" },
};

/** "15% off", "$5.00 off", "free shipping" in a language; null for free shipping in one we have no words for. */
export function discountInWords(value: DiscountValue, locale: string): string | null {
  const words = WORDS[locale.split("-")[0]?.toLowerCase() ?? ""] ?? { off: (text: string) => `−${text}` };
  switch (value.type) {
    case "percent":
      return words.off(percentInWords(value.percent, locale));
    case "amount":
      return words.off(isolateLeftToRight(formatMoney(value.amount, locale), locale));
    case "free_shipping":
      return "freeShipping" in words ? words.freeShipping : null;
  }
}

/** What a message's texts can name of its code; every field is empty without one. */
export function discountFacts(code: { code: string; endsAt: Date | null } | null, offer: Offer | null): TemplateFacts {
  const value = code && offer ? offer.value : null;
  return {
    code: code?.code ?? null,
    code_expires: code?.endsAt ?? null,
    discount: value,
    discount_percent: value?.type === "percent" ? value.percent : null,
    discount_amount: value?.type === "amount" ? value.amount : null,
    free_shipping: value?.type === "free_shipping" ? 1 : null,
    minimum_order: (code && offer?.minimum) ?? null,
  };
}

/** The fields that are empty where a message has no code. */
export const DISCOUNT_FIELDS = [
  "code",
  "code_expires",
  "discount",
  "discount_percent",
  "discount_amount",
  "free_shipping",
  "minimum_order",
] as const satisfies (keyof TemplateFacts)[];

const percentFormats = new Map<string, Intl.NumberFormat>();

function percentInWords(percent: number, locale: string): string {
  // Arabic readers of shops with Western digits everywhere else get Western digits here too.
  if (locale.startsWith("ar")) return `${percent}%`;
  const language = intlLocale(locale);
  const format = percentFormats.get(language) ?? new Intl.NumberFormat(language, { style: "percent" });
  // Making one costs more than the rest of a message; a page can name any language, so they are not kept without end.
  if (percentFormats.size < 500) percentFormats.set(language, format);
  return format.format(percent / 100);
}
