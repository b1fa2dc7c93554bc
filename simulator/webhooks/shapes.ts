import { toDecimal } from "../money.ts";
import type { Address, CurrencyCode, Customer, DualMoney, Shop } from "../state.ts";

// Pieces that several webhook payloads share.

/** {shop_money, presentment_money} of an amount. */
export function moneySet(shop: Shop, money: DualMoney, presentment: CurrencyCode): object {
  return {
    shop_money: { amount: toDecimal(money.shop, shop.currency), currency_code: shop.currency },
    presentment_money: { amount: toDecimal(money.presentment, presentment), currency_code: presentment },
  };
}

/** Ids of payloads are numbers. */
export function numeric(id: string): number {
  return Number(id);
}

export function gid(type: string, id: string): string {
  return `gid://shopify/${type}/${id}`;
}

/** ISO 8601 with the shop's offset, whole seconds: "2021-12-31T19:00:00-05:00". */
export function localTime(at: Date, timezone: string): string {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "longOffset",
  }).formatToParts(at);
  const value = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? "";
  const offset = value("timeZoneName").replace("GMT", "") || "+00:00";
  return `${value("year")}-${value("month")}-${value("day")}T${value("hour")}:${value("minute")}:${value("second")}${offset}`;
}

export function addressShape(address: Address): object {
  return {
    first_name: address.firstName,
    address1: address.address1,
    phone: address.phone,
    city: address.city,
    zip: address.zip,
    province: address.province,
    country: address.country,
    last_name: address.lastName,
    address2: null,
    company: null,
    latitude: null,
    longitude: null,
    name: `${address.firstName} ${address.lastName}`.trim(),
    country_code: address.countryCode,
    province_code: null,
  };
}

/** A customer as customers/* carry it and orders and checkouts embed it. */
export function customerShape(shop: Shop, customer: Customer): object {
  const { address } = customer;
  return {
    id: numeric(customer.id),
    created_at: localTime(customer.createdAt, shop.ianaTimezone),
    updated_at: localTime(customer.updatedAt, shop.ianaTimezone),
    first_name: customer.firstName,
    last_name: customer.lastName,
    state: "disabled",
    note: customer.note,
    verified_email: customer.email !== null,
    multipass_identifier: null,
    tax_exempt: false,
    email: customer.email,
    phone: customer.phone,
    currency: shop.currency,
    tax_exemptions: [],
    admin_graphql_api_id: gid("Customer", customer.id),
    ...(address && {
      default_address: {
        id: numeric(customer.id) + 1,
        customer_id: numeric(customer.id),
        ...addressShape(address),
        country_name: address.country,
        default: true,
      },
    }),
  };
}
