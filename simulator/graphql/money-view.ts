import { dual, toDecimal } from "../money.ts";
import type { CurrencyCode, DualMoney, Shop } from "../state.ts";

/** `MoneyV2` */
export function moneyV2(minor: number, currency: CurrencyCode): object {
  return { amount: toDecimal(minor, currency), currencyCode: currency };
}

/** `MoneyBag` */
export function moneyBag(shop: Shop, money: DualMoney, presentment: CurrencyCode): object {
  return { shopMoney: moneyV2(money.shop, shop.currency), presentmentMoney: moneyV2(money.presentment, presentment) };
}

/** `MoneyBag` of a price in shop currency. */
export function bagOf(shop: Shop, shopMinor: number, presentment: CurrencyCode): object {
  return moneyBag(shop, dual(shop, shopMinor, presentment), presentment);
}
