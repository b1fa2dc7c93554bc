// Words of the pages a shopper may come to by a link: the page behind a notification, and the preferences.

const en = {
  moving: "One moment…",
  moveOn: "Continue",
  toCart: "Go to your cart",
  soldOut: "Your cart is back, except for what has sold out in the meantime:",
  allSoldOut: "What was in your cart has sold out in the meantime:",
  linkOver: "This link has ended",
  linkOverBody: "It may be too old, or was not copied whole.",
  toShop: "To the shop",
  title: "Notifications",
  stateOn: "Notifications are on in this browser.",
  statePaused: "Paused until {date}.",
  stateOff: "Notifications are off in this browser.",
  stateOffHint: "To switch them on again, use the bell in the shop.",
  pause: "Pause",
  pauseHint: "Nothing comes in the meantime.",
  day: "1 day",
  week: "1 week",
  month: "1 month",
  resume: "Resume now",
  kinds: "What may come",
  marketing: "Offers and reminders",
  marketingHint: "Carts you left, news and offers. What you asked for by a tap comes in any case.",
  save: "Save",
  saved: "Saved.",
  unsubscribe: "Switch all off",
  unsubscribed: "Done. You will not hear from us any more.",
  data: "Your data",
  dataHint: "What this shop's notifications know of this browser.",
  download: "Download",
  remove: "Delete",
  removeSure: "Delete for good",
  removeHint: "Deletes this browser's subscription and all it has told us. This cannot be undone.",
  removed: "Deleted. Nothing of this browser is stored any more.",
};

export type PageTexts = typeof en;

const tr: PageTexts = {
  moving: "Bir saniye…",
  moveOn: "Devam et",
  toCart: "Sepetinize gidin",
  soldOut: "Sepetiniz hazır. Bu arada tükenenler dışında:",
  allSoldOut: "Sepetinizdekiler bu arada tükendi:",
  linkOver: "Bu bağlantının süresi doldu",
  linkOverBody: "Çok eski olabilir ya da eksik kopyalanmıştır.",
  toShop: "Mağazaya dön",
  title: "Bildirimler",
  stateOn: "Bu tarayıcıda bildirimler açık.",
  statePaused: "{date} tarihine kadar duraklatıldı.",
  stateOff: "Bu tarayıcıda bildirimler kapalı.",
  stateOffHint: "Yeniden açmak için mağazadaki zil simgesini kullanın.",
  pause: "Duraklat",
  pauseHint: "Bu sürede hiçbir şey gelmez.",
  day: "1 gün",
  week: "1 hafta",
  month: "1 ay",
  resume: "Şimdi sürdür",
  kinds: "Neler gelebilir",
  marketing: "Fırsatlar ve hatırlatmalar",
  marketingHint: "Bıraktığınız sepetler, yenilikler ve fırsatlar. Dokunarak istedikleriniz her durumda gelir.",
  save: "Kaydet",
  saved: "Kaydedildi.",
  unsubscribe: "Tümünü kapat",
  unsubscribed: "Tamam. Artık bizden bildirim almayacaksınız.",
  data: "Verileriniz",
  dataHint: "Bu mağazanın bildirimlerinin bu tarayıcı hakkında bildikleri.",
  download: "İndir",
  remove: "Sil",
  removeSure: "Kalıcı olarak sil",
  removeHint: "Bu tarayıcının aboneliğini ve bize bildirdiği her şeyi siler. Geri alınamaz.",
  removed: "Silindi. Bu tarayıcıya ait hiçbir şey artık saklanmıyor.",
};

const ar: PageTexts = {
  moving: "لحظة واحدة…",
  moveOn: "متابعة",
  toCart: "إلى سلّتك",
  soldOut: "عادت سلّتك، ما عدا ما نفد في هذه الأثناء:",
  allSoldOut: "نفد ما كان في سلّتك في هذه الأثناء:",
  linkOver: "انتهت صلاحية هذا الرابط",
  linkOverBody: "ربما كان قديمًا، أو لم يُنسخ كاملًا.",
  toShop: "إلى المتجر",
  title: "الإشعارات",
  stateOn: "الإشعارات مفعّلة في هذا المتصفح.",
  statePaused: "موقوفة مؤقتًا حتى {date}.",
  stateOff: "الإشعارات متوقفة في هذا المتصفح.",
  stateOffHint: "لتفعيلها من جديد استخدم الجرس في المتجر.",
  pause: "إيقاف مؤقت",
  pauseHint: "لن يصلك شيء خلال ذلك.",
  day: "يوم واحد",
  week: "أسبوع",
  month: "شهر",
  resume: "استئناف الآن",
  kinds: "ما الذي قد يصلك",
  marketing: "العروض والتذكيرات",
  marketingHint: "السلال المتروكة والجديد والعروض. أمّا ما طلبته بنفسك فيصلك في كل الأحوال.",
  save: "حفظ",
  saved: "تم الحفظ.",
  unsubscribe: "إيقاف الكل",
  unsubscribed: "تم. لن تصلك إشعارات منّا بعد الآن.",
  data: "بياناتك",
  dataHint: "ما تعرفه إشعارات هذا المتجر عن هذا المتصفح.",
  download: "تنزيل",
  remove: "حذف",
  removeSure: "حذف نهائي",
  removeHint: "يحذف اشتراك هذا المتصفح وكل ما أخبرنا به. لا يمكن التراجع عن ذلك.",
  removed: "تم الحذف. لم يعد أي شيء من هذا المتصفح محفوظًا.",
};

const kindsEn: Record<string, string> = {
  welcome: "Welcome",
  cart_recovery: "Your cart",
  checkout_recovery: "Unfinished orders",
  back_in_stock: "Back in stock",
  price_drop: "Price drops",
  shipping: "Orders on their way",
  campaign: "News and offers",
};
const kindsTr: Record<string, string> = {
  welcome: "Karşılama",
  cart_recovery: "Sepetiniz",
  checkout_recovery: "Tamamlanmamış siparişler",
  back_in_stock: "Yeniden stokta",
  price_drop: "Fiyat düşüşleri",
  shipping: "Yoldaki siparişler",
  campaign: "Yenilikler ve fırsatlar",
};
const kindsAr: Record<string, string> = {
  welcome: "الترحيب",
  cart_recovery: "سلّتك",
  checkout_recovery: "الطلبات غير المكتملة",
  back_in_stock: "عودة المنتجات",
  price_drop: "انخفاض الأسعار",
  shipping: "الطلبات في الطريق",
  campaign: "الجديد والعروض",
};

export type PageLanguage = { lang: string; dir: "ltr" | "rtl"; texts: PageTexts; kinds: Record<string, string> };

const LANGUAGES: Record<string, PageLanguage> = {
  en: { lang: "en", dir: "ltr", texts: en, kinds: kindsEn },
  tr: { lang: "tr", dir: "ltr", texts: tr, kinds: kindsTr },
  ar: { lang: "ar", dir: "rtl", texts: ar, kinds: kindsAr },
};

/** The language of the first wish we have words for, else English. Wishes are language tags, null ones are passed over. */
export function pageLanguage(...wishes: (string | null | undefined)[]): PageLanguage {
  for (const wish of wishes) {
    const found = LANGUAGES[wish?.slice(0, 2).toLowerCase() ?? ""];
    if (found) return found;
  }
  return LANGUAGES["en"] as PageLanguage;
}
