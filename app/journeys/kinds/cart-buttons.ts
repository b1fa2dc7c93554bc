import type { MessageText } from "../../composer/message-texts.ts";

// Buttons of the messages about a cart: the way back, and the shopper's own timing.

type Buttons = NonNullable<MessageText["actions"]>;
type Language = "en" | "tr" | "ar";

const BACK: Record<Language, string> = { en: "Back to cart", tr: "Sepete dön", ar: "العودة إلى السلة" };

const TONIGHT: Record<Language, string> = {
  en: "{% if reminder_day == 'tomorrow' %}Tomorrow at 8 pm{% else %}Tonight at 8{% endif %}",
  tr: "{% if reminder_day == 'tomorrow' %}Yarın 20.00'de{% else %}Bu akşam 20.00'de{% endif %}",
  ar: "{% if reminder_day == 'tomorrow' %}غدًا الساعة 8 مساءً{% else %}الليلة الساعة 8{% endif %}",
};

const QUIET: Record<Language, string> = { en: "Quiet for 7 days", tr: "7 gün sessiz", ar: "هدوء 7 أيام" };

/** Back now, or tonight. */
export function backOrTonight(language: Language): Buttons {
  return [
    { action: "cart", title: BACK[language] },
    { action: "tonight", title: TONIGHT[language], does: { type: "remind", at: "20:00" } },
  ];
}

/** Back now, or nothing more for a week. */
export function backOrQuiet(language: Language): Buttons {
  return [
    { action: "cart", title: BACK[language] },
    { action: "quiet", title: QUIET[language], does: { type: "quiet", days: 7 } },
  ];
}
