import { toDecimal } from "../money.ts";
import type { CurrencyCode, DualMoney, Shop } from "../state.ts";

/** `MoneyV2` */
export function moneyV2(minor: number, currency: CurrencyCode): object {
  return { amount: toDecimal(minor, currency), currencyCode: currency };
}

/** `MoneyBag` */
export function moneyBag(shop: Shop, money: DualMoney, presentment: CurrencyCode): object {
  return { shopMoney: moneyV2(money.shop, shop.currency), presentmentMoney: moneyV2(money.presentment, presentment) };
}
