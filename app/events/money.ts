const exponents = new Map<string, number>();

/** Decimal places of a currency: 2 for USD, 0 for JPY, 3 for KWD. Two for what is no currency. */
export function currencyExponent(currency: string): number {
  let exponent = exponents.get(currency);
  if (exponent === undefined) {
    try {
      exponent =
        new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
    } catch {
      exponent = 2;
    }
    if (exponents.size < 500) exponents.set(currency, exponent);
  }
  return exponent;
}

/**
 * A decimal amount ("19.99", "-5", "1.500") as an integer in minor units, without going through a double. Digits beyond
 * the currency's own are rounded half away from zero: Shopify writes two places for yen too ("1200.00").
 *
 * @throws RangeError for what is no amount
 */
export function toMinorUnits(amount: string | number, currency: string): number {
  const match = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(String(amount).trim());
  if (!match) throw new RangeError("Not an amount of money");
  const [, sign, whole = "0", fraction = ""] = match;
  const exponent = currencyExponent(currency);
  const digits = fraction.padEnd(exponent + 1, "0");
  const kept = Number(`${whole}${digits.slice(0, exponent)}`);
  const rounded = kept + (Number(digits[exponent]) >= 5 ? 1 : 0);
  return sign && rounded !== 0 ? -rounded : rounded;
}

/** An integer in minor units as Shopify writes it: 1999 USD is "19.99", 1500 JPY "1500", 1500 KWD "1.500". */
export function toDecimal(amount: number, currency: string): string {
  const exponent = currencyExponent(currency);
  if (exponent === 0) return String(amount);
  const digits = String(Math.abs(amount)).padStart(exponent + 1, "0");
  return `${amount < 0 ? "-" : ""}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
