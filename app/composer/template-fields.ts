import type { DiscountValue } from "./discount-offers.ts";

/** An amount in minor units of its currency: 1050 USD is $10.50, 1050 JPY is ¥1,050, 1050 KWD is KWD 1.050. */
export type Money = { amount: number; currency: string };

/** A name in several languages; English stands in for those it is not known in. */
export type Localized = { byLanguage: Record<string, string> };

/**
 * What a message's texts may name. Kinds of journeys fill in what they know, in raw form; the composer writes it in the
 * shopper's language, currency and timezone. Absent or null: not known, the field's fallback is used.
 */
export type TemplateFacts = Partial<{
  first_name: string | null;
  city: string | null;
  country: string | null;
  shop_name: string | null;
  product_title: string | null;
  variant_title: string | null;
  product_price: Money | null;
  compare_at_price: Money | null;
  cart_total: Money | null;
  missing_amount: Money | null;
  collection_title: string | null;
  item_count: number | null;
  more_items: number | null;
  code: string | null;
  code_expires: Date | null;
  discount: DiscountValue | null;
  discount_percent: number | null;
  discount_amount: Money | null;
  free_shipping: number | null;
  minimum_order: Money | null;
  checkout_stage: string | null;
  order_name: string | null;
  shipment_status: string | null;
  tracking_company: string | null;
  tracking_number: string | null;
  points: number | null;
  points_balance: number | null;
  holiday: Localized | null;
  article_title: string | null;
  more_articles: number | null;
  reminder_day: "tonight" | "tomorrow" | null;
}>;

export type TemplateField = keyof TemplateFacts;

type FieldDescription = {
  description: string;
  /** Used by previews and by the trial rendering when a text is saved. */
  example: string | number | Money | Localized | DiscountValue;
};

/** The variables of every text, for the docs, the API's description and the editor. */
export const TEMPLATE_FIELDS: Record<TemplateField, FieldDescription> = {
  first_name: { description: "First name of a signed-in customer", example: "Mary" },
  city: { description: "The shopper's city", example: "Izmir" },
  country: { description: "The shopper's country, two letters", example: "TR" },
  shop_name: { description: "The shop's name", example: "Harbour Goods" },
  product_title: { description: "The product; of a cart, the first one", example: "Linen shirt" },
  variant_title: { description: "The variant, when the product has several", example: "Blue / M" },
  product_price: { description: "Price of one piece", example: { amount: 4900, currency: "USD" } },
  compare_at_price: { description: "Price before a reduction", example: { amount: 6900, currency: "USD" } },
  cart_total: { description: "Total of the cart or checkout", example: { amount: 9800, currency: "USD" } },
  missing_amount: {
    description: "What the cart lacks for free shipping",
    example: { amount: 1200, currency: "USD" },
  },
  collection_title: { description: "The collection looked at", example: "Shirts" },
  item_count: { description: "Pieces in the cart or checkout", example: 2 },
  more_items: { description: "Products in the cart besides the first", example: 1 },
  code: { description: "The shopper's own discount code; empty when the message carries none", example: "BACK-7F3K9Q" },
  discount: {
    description: "What the code gives, in words: 15% off, $5.00 off, free shipping",
    example: { type: "percent", percent: 15 },
  },
  code_expires: { description: "When the code ends", example: "Monday, 11:59 PM" },
  discount_percent: { description: "Percent off with the code; empty unless it is a percentage", example: 15 },
  discount_amount: {
    description: "Amount off with the code; empty unless it is an amount",
    example: { amount: 500, currency: "USD" },
  },
  free_shipping: { description: "1 when the code gives free shipping; empty otherwise", example: 1 },
  minimum_order: {
    description: "What the order must come to for the code; empty when anything will do",
    example: { amount: 5000, currency: "USD" },
  },
  checkout_stage: { description: "Where the checkout was left: contact, shipping or payment", example: "payment" },
  order_name: { description: "The order's number", example: "#1001" },
  shipment_status: {
    description: "shipped, out_for_delivery, delayed, ready_for_pickup or delivered",
    example: "shipped",
  },
  tracking_company: { description: "The carrier", example: "DHL" },
  tracking_number: { description: "The carrier's number", example: "1Z999AA10123456784" },
  points: { description: "Points just credited", example: 120 },
  reminder_day: {
    description: "On a button that reminds: tonight, or tomorrow when the time has passed",
    example: "tonight",
  },
  points_balance: { description: "Points there are now, when your system says so", example: 480 },
  holiday: {
    description: "The holiday’s name",
    example: { byLanguage: { en: "Mother’s Day", tr: "Anneler Günü", ar: "عيد الأم" } },
  },
  article_title: { description: "The newest article", example: "How we dye our linen" },
  more_articles: { description: "New articles besides it", example: 1 },
};

/** Words that texts compare with: nothing may be wrapped around them. */
export const KEYWORD_FIELDS: ReadonlySet<TemplateField> = new Set([
  "checkout_stage",
  "shipment_status",
  "reminder_day",
]);

/** Ways to write, isolated from the text around them when that runs the other way. */
export const LEFT_TO_RIGHT_FIELDS: ReadonlySet<TemplateField> = new Set([
  "code",
  "product_price",
  "compare_at_price",
  "cart_total",
  "missing_amount",
  "discount_amount",
  "minimum_order",
  "order_name",
  "tracking_number",
  "tracking_company",
]);

/**
 * What stands where a field is not known, by language. An empty text leaves no trace: the spaces and punctuation around it
 * are tidied away.
 */
const FALLBACKS: Record<string, Partial<Record<TemplateField, string>>> = {
  en: {
    first_name: "there",
    product_title: "your pick",
    tracking_company: "the carrier",
    order_name: "your order",

    points: "New",
  },
  tr: {
    first_name: "tekrar",
    product_title: "seçtiğiniz ürün",
    tracking_company: "kargo",
    order_name: "siparişiniz",

    points: "Yeni",
  },
  ar: {
    first_name: "بك",
    product_title: "ما اخترته",
    tracking_company: "شركة الشحن",
    order_name: "طلبك",

    points: "أُضيفت للتو",
  },
};

/** @param locale the language of the text, e.g. "pt-BR" */
export function fieldFallback(field: TemplateField, locale: string): string {
  return FALLBACKS[locale.split("-")[0] ?? locale]?.[field] ?? "";
}
