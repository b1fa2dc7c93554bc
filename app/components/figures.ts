import { formatExactTime, formatNumber } from "./format.ts";
import { sentence } from "./plain-words.ts";

// The figures a decision was made on, as the ledger keeps them, in words: names of what machines read, without JSON.

const NAMES: Record<string, string> = {
  dueAt: "Due",
  until: "Waits until",
  since: "Since",
  lastSentAt: "The last one was sent",
  gapMinutes: "Minutes between two",
  sent: "Sent already",
  limit: "Allowed",
  stock: "Stock known from",
  discount: "Discount",
  inCart: "In the cart",
  firstSeenAt: "First seen",
  orderId: "Order",
  variantId: "Variant",
  variantIds: "Variants",
  repeatDays: "Bought again after, in days",
};

const STOCK: Record<string, string> = {
  shopify: "Shopify, at that moment",
  mirror: "Beckon’s own copy",
};

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** Pairs of name and value; instants in the shop's timezone. What has no value is left out. */
export function figuresInWords(values: Record<string, unknown>, timezone: string): [string, string][] {
  return Object.entries(values).flatMap(([name, value]): [string, string][] => {
    const text = name === "stock" && typeof value === "string" ? (STOCK[value] ?? value) : inWords(value, timezone);
    return text === "" ? [] : [[NAMES[name] ?? sentence(name), text]];
  });
}

function inWords(value: unknown, timezone: string): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return INSTANT.test(value) ? formatExactTime(value, timezone) : value;
  if (Array.isArray(value)) return value.map((one) => inWords(one, timezone)).join(", ");
  return Object.entries(value)
    .map(([name, inner]) => `${sentence(name).toLowerCase()}: ${inWords(inner, timezone).toLowerCase()}`)
    .join(", ");
}
