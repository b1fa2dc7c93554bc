import type { PromptTexts } from "../app/shop-settings.ts";

/**
 * Texts of our prompt in the languages that come with Beckon. The app puts them into the storefront's configuration under
 * what the merchant wrote; any other language falls back to the shop's default one, then to English.
 */
export const DEFAULT_PROMPT_TEXTS: Readonly<Record<"en" | "tr" | "ar", PromptTexts>> = {
  en: {
    title: "Stay in the loop?",
    body: "Cart reminders, restocks and offers as a short message in this browser. You choose what, and can stop any time.",
    accept: "Yes, notify me",
    dismiss: "Not now",
  },
  tr: {
    title: "Size haber verelim mi?",
    body: "Sepetiniz, yeniden gelen ürünler ve fırsatlar bu tarayıcıda kısa bir mesajla. Neyi istediğinizi siz seçersiniz, dilediğiniz an durdurursunuz.",
    accept: "Evet, haber verin",
    dismiss: "Şimdi değil",
  },
  ar: {
    title: "هل نبقيك على اطّلاع؟",
    body: "سلّتك والمنتجات العائدة والعروض في رسالة قصيرة على هذا المتصفح. أنت تختار ما يصلك، ويمكنك الإيقاف متى شئت.",
    accept: "نعم، أخبروني",
    dismiss: "ليس الآن",
  },
};

/** Languages written from right to left, by their primary subtag. */
export const RIGHT_TO_LEFT: readonly string[] = ["ar", "he", "iw", "fa", "ur", "yi", "ps", "sd", "ug", "ckb", "dv"];
