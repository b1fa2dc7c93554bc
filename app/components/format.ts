import type { Money } from "../reports/report-store.ts";

// How the admin writes numbers, money and times. One fixed language (the admin is in English) and no locale-dependent
// spaces around AM/PM, so that server and browser write the same.

const LANGUAGE = "en-US";

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(LANGUAGE).format(value);
}

/** "3.2%"; an em dash when there is nothing to take a share of. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return "—";
  return new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 }).format(part / whole);
}

/** Minor units with the currency's own number of digits: USD two, JPY none, KWD three. */
export function formatMoney({ amount, currency }: Money): string {
  try {
    const format = new Intl.NumberFormat(LANGUAGE, { style: "currency", currency });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(amount / 10 ** digits);
  } catch {
    return `${formatNumber(amount)} ${currency}`;
  }
}

/** Several currencies side by side; nothing at all in the shop's own. */
export function formatMoneys(sums: Money[], shopCurrency: string): string {
  if (sums.length === 0) return formatMoney({ currency: shopCurrency, amount: 0 });
  return sums.map(formatMoney).join(" + ");
}

/** "Nov 21, 2026, 21:03" in the shop's timezone. */
export function formatTime(instant: string, timezone: string): string {
  return timeFormat(timezone, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(instant));
}

/** "Nov 21, 21:03:12": for the steps of one notification. */
export function formatExactTime(instant: string, timezone: string): string {
  return timeFormat(timezone, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(new Date(instant));
}

/** "Nov 21" of a date without a time. */
export function formatDay(date: string): string {
  return timeFormat("UTC", { month: "short", day: "numeric" }).format(new Date(`${date}T00:00:00Z`));
}

/** "3 minutes ago", "in 2 hours": relative to the shop clock, which the loader gives. */
export function formatAgo(instant: string, now: string): string {
  const seconds = (new Date(instant).getTime() - new Date(now).getTime()) / 1000;
  const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
  const distance = Math.abs(seconds);
  if (distance < 45) return "just now";
  if (distance < 45 * 60) return relative.format(Math.round(seconds / 60), "minute");
  if (distance < 22 * 3600) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}

/** "Turkish", "Portuguese (Brazil)"; the tag itself when nobody knows it. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([LANGUAGE], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames([LANGUAGE], { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

function timeFormat(timezone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(LANGUAGE, { ...options, timeZone: timezone });
  } catch {
    return new Intl.DateTimeFormat(LANGUAGE, { ...options, timeZone: "UTC" });
  }
}
