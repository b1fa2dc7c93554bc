import { discountStatus } from "../commerce/pricing.ts";
import { toDecimal } from "../money.ts";
import type { Sim } from "../sim.ts";
import type { BulkCreation, Discount, RedeemCode } from "../state.ts";
import { gid } from "../webhooks/shapes.ts";
import { connection } from "./connection.ts";
import type { PageArguments } from "./connection.ts";
import { moneyV2 } from "./money-view.ts";
import { collectionView, productsConnection, variantsConnection } from "./product-views.ts";
import { matchesSearch } from "./search.ts";

/** `DiscountCodeNode` */
export function discountNodeView(sim: Sim, discount: Discount): object {
  return {
    __typename: "DiscountCodeNode",
    id: gid("DiscountCodeNode", discount.id),
    codeDiscount: () => discountView(sim, discount),
    metafield: null,
  };
}

/** `DiscountRedeemCodeBulkCreation` */
export function bulkCreationView(sim: Sim, bulk: BulkCreation): object {
  const failed = bulk.codes.filter((code) => code.error !== null).length;
  const discount = sim.state.discounts.get(bulk.discountId);
  return {
    __typename: "DiscountRedeemCodeBulkCreation",
    id: gid("DiscountRedeemCodeBulkCreation", bulk.id),
    done: bulk.isDone,
    createdAt: bulk.createdAt.toISOString(),
    codesCount: bulk.codes.length,
    importedCount: bulk.isDone ? bulk.codes.length - failed : 0,
    failedCount: bulk.isDone ? failed : 0,
    discountCode: () => (discount ? discountNodeView(sim, discount) : null),
    codes: (args: PageArguments) =>
      connection(
        bulk.codes,
        args,
        (code) => ({
          code: code.code,
          discountRedeemCode:
            code.redeemCodeId === null
              ? null
              : { id: gid("DiscountRedeemCode", code.redeemCodeId), code: code.code, asyncUsageCount: 0 },
          errors: code.error === null ? [] : [{ field: ["code"], extraInfo: null, ...code.error }],
        }),
        (code) => code.code,
      ),
  };
}

export function discountNodesConnection(sim: Sim, args: PageArguments & { query?: string | null }): object {
  const found = [...sim.state.discounts.values()].filter((discount) =>
    matchesSearch(args.query, {
      id: discount.id,
      title: discount.title,
      status: discountStatus(discount, sim.clock.now()).toLowerCase(),
      code: [...discount.codes.values()].map((code) => code.code),
      starts_at: discount.startsAt,
      ends_at: discount.endsAt,
      created_at: discount.createdAt,
      updated_at: discount.updatedAt,
    }),
  );
  return connection(
    found,
    args,
    (discount) => discountNodeView(sim, discount),
    (discount) => discount.id,
  );
}

function discountView(sim: Sim, discount: Discount): object {
  const { currency } = sim.state.shop;
  const codes = [...discount.codes.values()];
  const isShipping = discount.kind === "free_shipping";
  const used = codes.reduce((sum, code) => sum + code.usageCount, 0);
  return {
    __typename: isShipping ? "DiscountCodeFreeShipping" : "DiscountCodeBasic",
    title: discount.title,
    status: discountStatus(discount, sim.clock.now()),
    startsAt: discount.startsAt.toISOString(),
    endsAt: discount.endsAt?.toISOString() ?? null,
    createdAt: discount.createdAt.toISOString(),
    updatedAt: discount.updatedAt.toISOString(),
    usageLimit: discount.usageLimit,
    appliesOncePerCustomer: discount.appliesOncePerCustomer,
    asyncUsageCount: used,
    codesCount: { count: codes.length, precision: "EXACT" },
    combinesWith: discount.combinesWith,
    discountClass: isShipping ? "SHIPPING" : discount.items === null ? "ORDER" : "PRODUCT",
    discountClasses: [isShipping ? "SHIPPING" : discount.items === null ? "ORDER" : "PRODUCT"],
    recurringCycleLimit: 1,
    tags: [],
    totalSales: null,
    hasTimelineComment: false,
    summary: summaryOf(discount, sim),
    shortSummary: summaryOf(discount, sim),
    ...(isShipping && { appliesOnOneTimePurchase: true, appliesOnSubscription: false, maximumShippingPrice: null }),
    minimumRequirement:
      discount.minimumSubtotal !== null
        ? {
            __typename: "DiscountMinimumSubtotal",
            greaterThanOrEqualToSubtotal: moneyV2(discount.minimumSubtotal, currency),
          }
        : discount.minimumQuantity !== null
          ? { __typename: "DiscountMinimumQuantity", greaterThanOrEqualToQuantity: String(discount.minimumQuantity) }
          : null,
    ...(!isShipping && {
      customerGets: {
        value:
          discount.value.type === "percentage"
            ? { __typename: "DiscountPercentage", percentage: discount.value.percentage }
            : {
                __typename: "DiscountAmount",
                amount: moneyV2(discount.value.amount, currency),
                appliesOnEachItem: discount.value.appliesOnEachItem,
              },
        appliesOnOneTimePurchase: true,
        appliesOnSubscription: false,
        items: () => itemsView(sim, discount),
      },
    }),
    codes: (args: PageArguments & { query?: string | null }) =>
      connection(
        codes.filter((code) => matchesSearch(args.query, { id: code.id, title: code.code, code: code.code })),
        args,
        redeemCodeView,
        (code) => code.id,
      ),
  };
}

function itemsView(sim: Sim, discount: Discount): object {
  const { items } = discount;
  if (items === null) return { __typename: "AllDiscountItems", allItems: true };
  if (items.collectionIds.length > 0) {
    const collections = sim.state.collections.filter((one) => items.collectionIds.includes(one.id));
    return {
      __typename: "DiscountCollections",
      collections: (args: PageArguments) =>
        connection(
          collections,
          args,
          (one) => collectionView(sim, one),
          (one) => one.id,
        ),
    };
  }
  return {
    __typename: "DiscountProducts",
    products: (args: PageArguments) =>
      productsConnection(sim, { ...args, query: items.productIds.map((id) => `id:${id}`).join(" ") }),
    productVariants: (args: PageArguments) =>
      variantsConnection(sim, { ...args, query: items.variantIds.map((id) => `id:${id}`).join(" ") }),
  };
}

function redeemCodeView(code: RedeemCode): object {
  return {
    __typename: "DiscountRedeemCode",
    id: gid("DiscountRedeemCode", code.id),
    code: code.code,
    asyncUsageCount: code.usageCount,
  };
}

function summaryOf(discount: Discount, sim: Sim): string {
  if (discount.kind === "free_shipping") return "Free shipping";
  if (discount.value.type === "percentage") return `${Math.round(discount.value.percentage * 1000) / 10}% off`;
  return `${toDecimal(discount.value.amount, sim.state.shop.currency)} off`;
}
