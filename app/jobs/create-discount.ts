import type { Offer } from "../composer/discount-offers.ts";
import { toDecimal } from "../events/money.ts";
import { HOUR_MS } from "../journeys/duration.ts";
import { CREATE_DISCOUNT, CREATE_SHIPPING_DISCOUNT } from "../shopify/operations.ts";
import type { CreateDiscountData, CreateShippingDiscountData } from "../shopify/operations.ts";

type Created = CreateDiscountData["discountCodeBasicCreate"];

export type Creation = {
  operation: string;
  variables: Record<string, unknown>;
  read(data: Record<string, unknown>): Created;
};

/** How Shopify makes the discount of an offer, with its first code; each code works once and until `endsAt`. */
export function creationOf(offer: Offer, { code, endsAt, now }: { code: string; endsAt: Date; now: Date }): Creation {
  const { value, minimum, collections } = offer;
  const shared = {
    title: `Beckon ${titleOf(offer)} until ${endsAt.toISOString().slice(0, 10)}`,
    code,
    // A little in the past: the shop's clock and ours need not agree to the second.
    startsAt: new Date(now.getTime() - HOUR_MS).toISOString(),
    endsAt: endsAt.toISOString(),
    usageLimit: 1,
    appliesOncePerCustomer: true,
    context: { all: "ALL" },
    ...(minimum && {
      minimumRequirement: {
        subtotal: { greaterThanOrEqualToSubtotal: toDecimal(minimum.amount, minimum.currency) },
      },
    }),
  };
  if (value.type === "free_shipping") {
    return {
      operation: CREATE_SHIPPING_DISCOUNT,
      variables: {
        freeShippingCodeDiscount: {
          ...shared,
          destination: { all: true },
          combinesWith: { orderDiscounts: true, productDiscounts: true, shippingDiscounts: false },
        },
      },
      read: (data) => (data as CreateShippingDiscountData).discountCodeFreeShippingCreate,
    };
  }
  return {
    operation: CREATE_DISCOUNT,
    variables: {
      basicCodeDiscount: {
        ...shared,
        customerGets: {
          value:
            value.type === "percent"
              ? { percentage: value.percent / 100 }
              : {
                  discountAmount: {
                    amount: toDecimal(value.amount.amount, value.amount.currency),
                    appliesOnEachItem: false,
                  },
                },
          items:
            collections.length > 0
              ? { collections: { add: collections.map((id) => `gid://shopify/Collection/${id}`) } }
              : { all: true },
        },
        combinesWith: { orderDiscounts: false, productDiscounts: false, shippingDiscounts: true },
      },
    },
    read: (data) => (data as CreateDiscountData).discountCodeBasicCreate,
  };
}

/** What the merchant reads in Shopify's list of discounts. */
function titleOf({ value, minimum, collections }: Offer): string {
  const what =
    value.type === "percent"
      ? `${value.percent}%`
      : value.type === "amount"
        ? `${toDecimal(value.amount.amount, value.amount.currency)} ${value.amount.currency}`
        : "free shipping";
  const from = minimum ? ` from ${toDecimal(minimum.amount, minimum.currency)} ${minimum.currency}` : "";
  return `${what}${from}${collections.length > 0 ? " in some collections" : ""}`;
}
