import { z } from "zod";
import { currencyExponent } from "../events/money.ts";
import type { DiscountValue, Offer } from "../composer/discount-offers.ts";
import { discountFacts } from "../composer/discount-words.ts";
import type { TemplateFacts } from "../composer/template-fields.ts";

// What a message gives: a part of a journey's definition. A definition of an older version has no `type`, which means
// percent, so `type` stays absent there instead of being filled in: stored versions are never rewritten.

const minorUnits = z.number().int().min(1).max(1e12);

const shared = {
  code: z
    .string()
    .regex(/^\S.{0,98}\S$|^\S$/u, "must be a code of 1 to 100 characters without a space at its ends")
    .nullish()
    .describe("A code of your own, the same for everybody. Without it every shopper gets a code that works once"),
  minimumSubtotal: minorUnits
    .nullish()
    .describe("What the order must come to before the discount, in minor units of `currency`"),
  validHours: z.number().int().min(1).max(720).default(48).describe("At least this long; ends at the end of that day"),
  whenUnavailable: z
    .enum(["wait", "send_without", "drop"])
    .default("wait")
    .describe(
      "When no code can be had: wait up to an hour and then leave without one, leave at once without one, or not at all",
    ),
};

const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, "must be a currency such as USD")
  .describe("The shop's own: Shopify takes the equivalent off orders in another currency");

const collections = z
  .array(z.string().regex(/^\d{1,20}$/, "must be the number of a collection"))
  .min(1)
  .max(25)
  .nullish()
  .describe("Only products of these collections, by their ids; null: the whole order");

const unionOfTypes = z.discriminatedUnion(
  "type",
  [
    z.strictObject({
      type: z.literal("percent").optional().describe("May be left out"),
      percent: z.number().int().min(1).max(100),
      collections,
      currency: currency.nullish(),
      ...shared,
    }),
    z.strictObject({
      type: z.literal("amount"),
      amount: minorUnits.describe("Minor units of `currency`: 500 is $5.00 in USD and ¥500 in JPY"),
      collections,
      currency,
      ...shared,
    }),
    z.strictObject({ type: z.literal("free_shipping"), currency: currency.nullish(), ...shared }),
  ],
  { error: (issue) => (issue.code === "invalid_union" ? "must be percent, amount or free_shipping" : undefined) },
);

export const discountSchema = unionOfTypes.superRefine((discount, context) => {
  if (discount.minimumSubtotal && !discount.currency) {
    context.addIssue({ code: "custom", path: ["currency"], message: "must say what minimumSubtotal is in" });
  }
  const { amount } = "amount" in discount ? discount : { amount: 0 };
  if (discount.minimumSubtotal && discount.minimumSubtotal < amount) {
    context.addIssue({ code: "custom", path: ["minimumSubtotal"], message: "is less than the discount" });
  }
});
export type StepDiscount = z.infer<typeof discountSchema>;

/** What a discount takes off, as the pools and the messages know it. */
export function offerOf(discount: StepDiscount): Offer {
  const { minimumSubtotal, currency: of } = discount;
  return {
    value: valueOf(discount),
    minimum: minimumSubtotal && of ? { amount: minimumSubtotal, currency: of } : null,
    collections: "collections" in discount ? (discount.collections ?? []).toSorted() : [],
  };
}

function valueOf(discount: StepDiscount): DiscountValue {
  switch (discount.type) {
    case "amount":
      return { type: "amount", amount: { amount: discount.amount, currency: discount.currency } };
    case "free_shipping":
      return { type: "free_shipping" };
    default:
      return { type: "percent", percent: discount.percent };
  }
}

/** What a text can name of a discount, with example values, for previews and trials. */
export function exampleDiscountFacts(discount: StepDiscount | null, now: Date): TemplateFacts {
  if (!discount) return discountFacts(null, null);
  const endsAt = new Date(now.getTime() + discount.validHours * 3_600_000);
  return discountFacts({ code: discount.code ?? "BACK-7F3K9Q", endsAt }, offerOf(discount));
}

/** What is wrong with a discount in a shop of this currency; `path` is the field's. */
export function discountProblems(discount: StepDiscount, shopCurrency: string): { path: string; message: string }[] {
  if (!discount.currency || discount.currency === shopCurrency) return [];
  const digits = currencyExponent(shopCurrency);
  return [
    {
      path: "currency",
      message: `must be ${shopCurrency}, the shop's own currency (${digits} decimal places): Shopify takes the equivalent off orders in others`,
    },
  ];
}
