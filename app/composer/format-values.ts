import { DateTime } from "luxon";
import { intlLocale } from "./locales.ts";
import type { Money } from "./template-fields.ts";

/** Decimal places of a currency: 2 for USD, 0 for JPY, 3 for KWD. Two for what is no currency. */
export function currencyDigits(currency: string): number {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** A price as the shopper's language writes it. Whole amounts of currencies with cents keep their zeros: $49.00. */
export function formatMoney({ amount, currency }: Money, locale: string): string {
  const digits = currencyDigits(currency);
  const value = amount / 10 ** digits;
  try {
    return new Intl.NumberFormat(intlLocale(locale), {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
    }).format(value);
  } catch {
    return `${value.toFixed(digits)} ${currency}`;
  }
}

/** Weekday, date and time of an instant where the shopper is: "Mon, Nov 23, 11:59 PM". */
export function formatInstant(at: Date, locale: string, timezone: string): string {
  const there = DateTime.fromJSDate(at).setZone(timezone);
  const zoned = there.isValid ? there : DateTime.fromJSDate(at).setZone("UTC");
  return zoned.setLocale(intlLocale(locale)).toLocaleString({
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  });
}
