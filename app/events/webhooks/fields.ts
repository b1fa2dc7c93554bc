import { z } from "zod";
import { toMinorUnits } from "../money.ts";

// Fields that many payloads share. Only what a journey or a report uses is kept; the rest of a payload is never stored.

/** Shopify's ids exceed 2^53 in samples: they arrive as exact text or as numbers that fit. */
export const id = z
  .union([z.string(), z.number().int().nonnegative()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,20}$/, "a numeric id"));

export const instant = z
  .string()
  .transform((text) => new Date(text))
  .refine((date) => !Number.isNaN(date.getTime()), "an instant");

/** A decimal amount as Shopify writes it: text, in some places a number. */
export const amount = z.union([z.string().regex(/^-?\d{1,15}(\.\d*)?$/, "an amount"), z.number()]);
export const currency = z.string().regex(/^[A-Z]{3}$/, "an ISO 4217 code");
export const token = z
  .string()
  .min(1)
  .max(300)
  .transform((text) => text.split("?")[0] ?? text);
export const text = z.string().max(2000);

const money = z.object({ amount, currency_code: currency });
/** The same amount in the shop's currency and in the shopper's. */
export const moneySet = z.object({ shop_money: money, presentment_money: money });
export type MoneySet = z.infer<typeof moneySet>;

export function inShopCurrency(set: MoneySet): number {
  return toMinorUnits(set.shop_money.amount, set.shop_money.currency_code);
}

export const noteAttributes = z
  .array(z.object({ name: z.string(), value: z.unknown().optional() }))
  .nullish()
  .transform((attributes) => attributes ?? []);

/** The random id our page script wrote into the cart, or null. */
export function linkIdOf(attributes: z.infer<typeof noteAttributes>): string | null {
  const value = attributes.find(({ name }) => name === "__beckon")?.value;
  return typeof value === "string" && /^[A-Za-z0-9_-]{8,64}$/.test(value) ? value : null;
}

export const customerOf = z
  .object({ id, first_name: z.string().max(200).nullish(), updated_at: instant.nullish().catch(null) })
  .nullish()
  .transform((customer) => customer ?? null);

export function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null;
}
