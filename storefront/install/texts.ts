export type InstallTexts = { title: string; text: string; share: string; add: string; open: string; close: string };

/** Apple's own words for its buttons: "Share", "Add to Home Screen". */
export const INSTALL_TEXTS: Readonly<Record<"en" | "tr" | "ar", InstallTexts>> = {
  en: {
    title: "Keep {shop} on your Home Screen",
    text: "An iPhone shows a shop's notifications once the shop is on the Home Screen. It takes three taps.",
    share: "Tap Share in Safari's bar",
    add: "Choose Add to Home Screen",
    open: "Open {shop} from there and say yes",
    close: "Got it",
  },
  tr: {
    title: "{shop} Ana Ekranınızda dursun",
    text: "iPhone, bir mağazanın bildirimlerini ancak mağaza Ana Ekrandaysa gösterir. Üç dokunuş yeter.",
    share: "Safari çubuğunda Paylaş’a dokunun",
    add: "Ana Ekrana Ekle’yi seçin",
    open: "{shop} mağazasını oradan açıp onay verin",
    close: "Anladım",
  },
  ar: {
    title: "أبقِ {shop} على شاشتك الرئيسية",
    text: "يعرض iPhone إشعارات المتجر عندما يكون المتجر على الشاشة الرئيسية. ثلاث نقرات تكفي.",
    share: "انقر على «مشاركة» في شريط Safari",
    add: "اختر «إضافة إلى الشاشة الرئيسية»",
    open: "افتح {shop} من هناك ووافق",
    close: "فهمت",
  },
};
