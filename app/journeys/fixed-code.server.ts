import { toMinorUnits } from "../events/money.ts";
import type { AdminApi } from "../shopify/admin-api.ts";
import { DISCOUNT_BY_CODE } from "../shopify/operations.ts";
import type { DiscountByCodeData, DiscountNow } from "../shopify/operations.ts";
import { offerOf } from "./discount.ts";
import type { StepDiscount } from "./discount.ts";

// A merchant's own code lives in Shopify, where it can be changed or ended at any time: what a message says of it is checked
// there when the journey is saved and again when the message leaves.

/** `unknown`: Shopify could not be asked. `assumed`: it was not to be asked, and the merchant is believed. */
export type CodeInShopify =
  { type: "found"; discount: DiscountNow } | { type: "missing" } | { type: "unknown" } | { type: "assumed" };

export async function findCode(admin: AdminApi, shop: string, code: string): Promise<CodeInShopify> {
  const answer = await admin.query<DiscountByCodeData>(shop, DISCOUNT_BY_CODE, { code });
  if (!answer.ok) return { type: "unknown" };
  const discount = answer.data.codeDiscountNodeByCode?.codeDiscount;
  return discount ? { type: "found", discount } : { type: "missing" };
}

/** Why the code does not do what the journey says of it, in words for the merchant; null when it does. */
export function codeProblem(found: CodeInShopify, meant: StepDiscount, now: Date): string | null {
  if (found.type === "unknown" || found.type === "assumed") return null;
  if (found.type === "missing") return "is no discount code of the shop";
  const { discount } = found;
  if (discount.endsAt && new Date(discount.endsAt) <= now) return "has expired in Shopify";
  if (discount.status === "EXPIRED") return "is not active in Shopify";
  if (discount.status === "SCHEDULED") return "is not active in Shopify yet";
  if (typeof discount.usageLimit === "number" && (discount.asyncUsageCount ?? 0) >= discount.usageLimit) {
    return "has been used as often as Shopify allows";
  }
  return valueProblem(discount, meant) ?? minimumProblem(discount, meant);
}

function valueProblem(discount: DiscountNow, meant: StepDiscount): string | null {
  const { value } = offerOf(meant);
  if (discount.__typename === "DiscountCodeFreeShipping") {
    return value.type === "free_shipping" ? null : "gives free shipping in Shopify";
  }
  const inShopify = discount.customerGets?.value;
  if (inShopify?.__typename === "DiscountPercentage") {
    // Shopify says 0.15; a double away from it is still 15 %.
    const percent = Math.round((inShopify.percentage ?? 0) * 10_000) / 100;
    return value.type === "percent" && value.percent === percent ? null : `takes ${percent} % off in Shopify`;
  }
  if (inShopify?.__typename === "DiscountAmount" && inShopify.amount) {
    const { amount, currencyCode } = inShopify.amount;
    const isSame =
      value.type === "amount" &&
      value.amount.currency === currencyCode &&
      value.amount.amount === toMinorUnits(amount, currencyCode);
    return isSame ? null : `takes ${amount} ${currencyCode} off in Shopify`;
  }
  return "is a kind of discount that cannot be described here";
}

/** A message that names no minimum must not lead to a code that has one. */
function minimumProblem({ minimumRequirement }: DiscountNow, meant: StepDiscount): string | null {
  const inShopify = minimumRequirement?.greaterThanOrEqualToSubtotal;
  if (minimumRequirement && !inShopify) return "asks for a number of pieces in Shopify";
  const { minimum } = offerOf(meant);
  const asked = inShopify ? toMinorUnits(inShopify.amount, inShopify.currencyCode) : 0;
  if (asked <= (minimum?.amount ?? 0)) return null;
  return `asks for an order of ${inShopify?.amount} ${inShopify?.currencyCode} in Shopify: say so as the smallest order`;
}
