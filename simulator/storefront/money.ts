// Money as a theme sees it: an integer in hundredths of the currency, also for a currency without decimals (Shopify counts
// ¥1,200 as 120000), next to a currency code.

/** Money formats of a shop's settings, by currency. */
const MONEY_FORMATS: Record<string, string> = {
  USD: "${{amount}}",
  EUR: "€{{amount_with_comma_separator}}",
  JPY: "¥{{amount_no_decimals}}",
};

/** The shop's money format for a currency, in Shopify's placeholder syntax. */
export function moneyFormat(currency: string): string {
  return MONEY_FORMATS[currency] ?? `{{amount}} ${currency}`;
}

/** "$1,234.50" from 123450 hundredths. */
export function formatMoney(hundredths: number, currency: string): string {
  return moneyFormat(currency).replace(/\{\{\s*(\w+)\s*\}\}/, (_, placeholder: string) => {
    if (placeholder === "amount_no_decimals") return grouped(hundredths, 0, ",", ".");
    if (placeholder === "amount_with_comma_separator") return grouped(hundredths, 2, ".", ",");
    return grouped(hundredths, 2, ",", ".");
  });
}

/** "$1,234.50 USD". */
export function formatMoneyWithCurrency(hundredths: number, currency: string): string {
  return `${formatMoney(hundredths, currency)} ${currency}`;
}

function grouped(hundredths: number, decimals: number, thousands: string, point: string): string {
  const [whole = "0", fraction] = (hundredths / 100).toFixed(decimals).split(".");
  const groups = whole.replace(/\B(?=(\d{3})+(?!\d))/g, thousands);
  return fraction === undefined ? groups : `${groups}${point}${fraction}`;
}
