import { ownLanguage, textDirection } from "./locales.ts";

const WORDS = {
  en: {
    thanks: "Thank you for your order.",
    sold_out: "This has sold out in the meantime.",
    over: "This message is out of date by now.",
  },
  tr: {
    thanks: "Siparişiniz için teşekkür ederiz.",
    sold_out: "Bu ürün bu arada tükendi.",
    over: "Bu bildirim artık geçerli değil.",
  },
  ar: {
    thanks: "شكرًا لطلبك.",
    sold_out: "نفد هذا المنتج في هذه الأثناء.",
    over: "لم تعد هذه الرسالة سارية.",
  },
};

export type RecallReason = keyof (typeof WORDS)["en"];

/** What stands where a message stood that is no longer true. */
export function recallWords(reason: RecallReason, locale: string): { body: string; lang: string; dir: "ltr" | "rtl" } {
  const lang = ownLanguage(locale);
  return { body: WORDS[lang][reason], lang, dir: textDirection(lang) };
}
