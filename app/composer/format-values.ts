import { DateTime } from "luxon";
import { currencyExponent } from "../events/money.ts";
import { intlLocale } from "./locales.ts";
import type { Money } from "./template-fields.ts";

/** A price as the shopper's language writes it. Whole amounts of currencies with cents keep their zeros: $49.00. */
export function formatMoney({ amount, currency }: Money, locale: string): string {
  const digits = currencyExponent(currency);
  const value = amount / 10 ** digits;
  try {
    return moneyFormat(intlLocale(locale), currency).format(value);
  } catch {
    return `${value.toFixed(digits)} ${currency}`;
  }
}

/** Making one costs more than everything else about a price: languages times currencies in use, the oldest leave first. */
const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  let format = moneyFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    if (moneyFormats.size >= 500) moneyFormats.delete(moneyFormats.keys().next().value ?? "");
    moneyFormats.set(key, format);
  }
  return format;
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
