import type { CurrencyCode, Shop } from "./state.ts";

/** Digits after the decimal point of an amount in `currency`. */
export function decimalsOf(currency: CurrencyCode): number {
  return currency === "JPY" ? 0 : 2;
}

/** "19.99" for 1999 USD, "2999" for 2999 JPY: the decimal strings of webhooks and the Admin API. */
export function toDecimal(minor: number, currency: CurrencyCode): string {
  const decimals = decimalsOf(currency);
  return (minor / 10 ** decimals).toFixed(decimals);
}

/** Minor units of a decimal string or number. Throws when it is not an amount. */
export function fromDecimal(amount: string | number, currency: CurrencyCode): number {
  const value = typeof amount === "number" ? amount : Number(amount);
  if (!Number.isFinite(value)) throw new RangeError(`not an amount of money: ${amount}`);
  return Math.round(value * 10 ** decimalsOf(currency));
}

/** The AJAX cart, product JSON and Liquid count every currency in hundredths, yen too. */
export function toHundredths(minor: number, currency: CurrencyCode): number {
  return minor * 10 ** (2 - decimalsOf(currency));
}

/** What `shopMinor` of the shop's currency is in `currency`, in its minor units, rounded as the shop would show it. */
export function present(shop: Shop, shopMinor: number, currency: CurrencyCode): number {
  if (currency === shop.currency) return shopMinor;
  const units = (shopMinor / 10 ** decimalsOf(shop.currency)) * shop.rates[currency];
  return Math.round(units * 10 ** decimalsOf(currency));
}

/** As the theme shows it: "$19.99", "¥2,999". */
export function formatMoney(minor: number, currency: CurrencyCode): string {
  const [whole = "0", fraction] = toDecimal(minor, currency).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${currency === "JPY" ? "¥" : "$"}${grouped}${fraction ? `.${fraction}` : ""}`;
}
