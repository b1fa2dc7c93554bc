import { present, toDecimal } from "../money.ts";
import { findCode } from "../state.ts";
import type { CurrencyCode, Discount, LineItem, Product, RedeemCode, SimState, Variant } from "../state.ts";

/** What is to be priced. */
export type Basket = {
  items: LineItem[];
  discountCodes: string[];
  currency: CurrencyCode;
  /** Who buys, for limits per customer; null: not known yet, such limits pass. */
  customerId: string | null;
  email: string | null;
  /** Shop currency, minor units; 0 before a shipping method is chosen. */
  shippingPrice: number;
};

/** All money in minor units of the basket's currency. */
export type PricedBasket = {
  lines: PricedLine[];
  /** Each code of the basket in its order, whether it applies, and why not. */
  codes: PricedCode[];
  itemCount: number;
  /** Before discounts. */
  itemsTotal: number;
  /** Discounts on items; shipping discounts are in `shippingDiscount`. */
  itemsDiscount: number;
  subtotal: number;
  shippingPrice: number;
  shippingDiscount: number;
  totalDiscount: number;
  total: number;
};

export type PricedLine = {
  item: LineItem;
  variant: Variant;
  product: Product;
  unitPrice: number;
  compareAtPrice: number | null;
  lineTotal: number;
  /** One for each code that lowers this line. */
  allocations: { code: string; amount: number }[];
  discount: number;
};

export type PricedCode = {
  code: string;
  isApplicable: boolean;
  /** Null when it applies. */
  refusal: CodeRefusal | null;
  discount: Discount | null;
  redeemCode: RedeemCode | null;
  type: "percentage" | "fixed_amount" | "shipping" | null;
  amount: number;
};

export type CodeRefusal =
  | "unknown"
  | "not_started"
  | "expired"
  | "deactivated"
  | "used_up"
  | "used_by_customer"
  | "other_customer"
  | "minimum_subtotal"
  | "minimum_quantity"
  | "no_matching_items"
  | "not_combinable";

type DiscountClass = "orderDiscounts" | "productDiscounts" | "shippingDiscounts";

/**
 * Prices a basket as the shop's checkout would at `now` (shop time). Of codes that do not combine the set that saves the
 * shopper most applies; the others are refused as `not_combinable`. Lines whose variant is gone are left out.
 */
export function priceBasket(state: SimState, basket: Basket, now: Date): PricedBasket {
  const lines = basket.items.flatMap((item) => priceLine(state, item, basket.currency));
  const candidates = uniqueCodes(basket.discountCodes).map((code) => checkCode(state, code, basket, lines, now));
  const good = candidates.filter((candidate) => candidate.isApplicable);

  let best = applyCodes(state, basket, lines, []);
  for (const first of good) {
    const chosen = [first];
    for (const other of good) if (other !== first && chosen.every((one) => combine(one, other))) chosen.push(other);
    const result = applyCodes(state, basket, lines, chosen);
    if (result.totalDiscount > best.totalDiscount || best.codes.length === 0) best = result;
  }

  const codes = candidates.map((candidate) => {
    const applied = best.codes.find((code) => code.code === candidate.code);
    if (applied) return applied;
    return candidate.isApplicable
      ? { ...candidate, isApplicable: false, refusal: "not_combinable" as const }
      : candidate;
  });
  return { ...best, codes };
}

/** Whether the discount is on at `now`: what the Admin API calls its status. */
export function discountStatus(discount: Discount, now: Date): "ACTIVE" | "EXPIRED" | "SCHEDULED" {
  if (discount.isDeactivated || (discount.endsAt !== null && discount.endsAt <= now)) return "EXPIRED";
  return discount.startsAt > now ? "SCHEDULED" : "ACTIVE";
}

/** What a shopper reads about a code that does not apply. */
export function refusalText(
  refusal: CodeRefusal,
  code: string,
  discount: Discount | null,
  currency: CurrencyCode,
): string {
  switch (refusal) {
    case "unknown":
    case "deactivated":
    case "not_started":
      return `Enter a valid discount code. “${code}” is not one.`;
    case "expired":
      return `The discount code “${code}” has expired.`;
    case "used_up":
      return `The discount code “${code}” has reached its usage limit.`;
    case "used_by_customer":
      return `You have already used the discount code “${code}”.`;
    case "other_customer":
      return `The discount code “${code}” isn’t valid for your account.`;
    case "minimum_subtotal":
      return `Spend at least ${toDecimal(discount?.minimumSubtotal ?? 0, currency)} ${currency} to use “${code}”.`;
    case "minimum_quantity":
      return `Add at least ${discount?.minimumQuantity ?? 0} items to use “${code}”.`;
    case "no_matching_items":
      return `“${code}” isn’t valid for the items in your cart.`;
    case "not_combinable":
      return `“${code}” couldn’t be used with your other discounts.`;
  }
}

function priceLine(state: SimState, item: LineItem, currency: CurrencyCode): PricedLine[] {
  const variant = state.variants.get(item.variantId);
  const product = variant ? state.products.get(variant.productId) : undefined;
  if (!variant || !product) return [];
  const unitPrice = present(state.shop, variant.price, currency);
  const compareAtPrice = variant.compareAtPrice === null ? null : present(state.shop, variant.compareAtPrice, currency);
  return [
    {
      item,
      variant,
      product,
      unitPrice,
      compareAtPrice,
      lineTotal: unitPrice * item.quantity,
      allocations: [],
      discount: 0,
    },
  ];
}

function checkCode(state: SimState, code: string, basket: Basket, lines: PricedLine[], now: Date): PricedCode {
  const found = findCode(state, code);
  const refusal = found ? refuse(state, found.discount, found.redeemCode, basket, lines, now) : "unknown";
  return {
    code: found?.redeemCode.code ?? code,
    isApplicable: refusal === null,
    refusal,
    discount: found?.discount ?? null,
    redeemCode: found?.redeemCode ?? null,
    type: found ? typeOf(found.discount) : null,
    amount: 0,
  };
}

function refuse(
  state: SimState,
  discount: Discount,
  redeemCode: RedeemCode,
  basket: Basket,
  lines: PricedLine[],
  now: Date,
): CodeRefusal | null {
  if (discount.isDeactivated) return "deactivated";
  if (discount.startsAt > now) return "not_started";
  if (discount.endsAt !== null && discount.endsAt <= now) return "expired";
  if (discount.usageLimit !== null && redeemCode.usageCount >= discount.usageLimit) return "used_up";

  const buyers = [basket.customerId, basket.email?.toLowerCase() ?? null].filter((buyer) => buyer !== null);
  if (discount.customerIds !== null && !discount.customerIds.includes(basket.customerId ?? "")) return "other_customer";
  if (discount.appliesOncePerCustomer && hasUsed(discount, buyers)) return "used_by_customer";

  if (discount.kind === "free_shipping" ? lines.length === 0 : matchingLines(state, discount, lines).length === 0) {
    return "no_matching_items";
  }
  const entitled = matchingLines(state, discount, lines);
  const subtotal = entitled.reduce((sum, line) => sum + line.variant.price * line.item.quantity, 0);
  if (discount.minimumSubtotal !== null && subtotal < discount.minimumSubtotal) return "minimum_subtotal";
  const quantity = entitled.reduce((sum, line) => sum + line.item.quantity, 0);
  if (discount.minimumQuantity !== null && quantity < discount.minimumQuantity) return "minimum_quantity";
  return null;
}

function hasUsed(discount: Discount, buyers: string[]): boolean {
  for (const code of discount.codes.values()) if (code.usedBy.some((user) => buyers.includes(user))) return true;
  return false;
}

function matchingLines(state: SimState, discount: Discount, lines: PricedLine[]): PricedLine[] {
  const items = discount.items;
  if (items === null) return lines;
  return lines.filter(
    (line) =>
      items.productIds.includes(line.product.id) ||
      items.variantIds.includes(line.variant.id) ||
      state.collections.some(
        (collection) => items.collectionIds.includes(collection.id) && collection.productIds.includes(line.product.id),
      ),
  );
}

function applyCodes(state: SimState, basket: Basket, bare: PricedLine[], codes: PricedCode[]): PricedBasket {
  const lines = bare.map((line) => ({ ...line, allocations: [] as PricedLine["allocations"], discount: 0 }));
  const shippingPrice = present(state.shop, basket.shippingPrice, basket.currency);
  let shippingDiscount = 0;

  const applied = codes.map((code) => {
    const discount = code.discount;
    if (!discount) return code;
    if (discount.kind === "free_shipping") {
      shippingDiscount = shippingPrice;
      return { ...code, amount: shippingPrice };
    }
    const entitled = matchingLines(state, discount, lines).filter((line) => line.lineTotal > line.discount);
    let amount = 0;
    for (const share of shares(state, discount, entitled, basket.currency)) {
      share.line.allocations.push({ code: code.code, amount: share.amount });
      share.line.discount += share.amount;
      amount += share.amount;
    }
    return { ...code, amount };
  });

  const itemsTotal = lines.reduce((sum, line) => sum + line.lineTotal, 0);
  const itemsDiscount = lines.reduce((sum, line) => sum + line.discount, 0);
  const subtotal = itemsTotal - itemsDiscount;
  return {
    lines,
    codes: applied,
    itemCount: lines.reduce((sum, line) => sum + line.item.quantity, 0),
    itemsTotal,
    itemsDiscount,
    subtotal,
    shippingPrice,
    shippingDiscount,
    totalDiscount: itemsDiscount + shippingDiscount,
    total: subtotal + shippingPrice - shippingDiscount,
  };
}

/** How a discount spreads over `lines`. A fixed amount is shared by value; what rounding leaves goes to the last line. */
function shares(
  state: SimState,
  discount: Discount,
  lines: PricedLine[],
  currency: CurrencyCode,
): { line: PricedLine; amount: number }[] {
  const value = discount.value;
  if (value.type === "percentage") {
    return lines.map((line) => ({ line, amount: Math.round((line.lineTotal - line.discount) * value.percentage) }));
  }
  const amount = present(state.shop, value.amount, currency);
  if (value.appliesOnEachItem) {
    return lines.map((line) => ({
      line,
      amount: Math.min(amount * line.item.quantity, line.lineTotal - line.discount),
    }));
  }
  const base = lines.reduce((sum, line) => sum + line.lineTotal - line.discount, 0);
  let left = Math.min(amount, base);
  return lines.map((line, index) => {
    const open = line.lineTotal - line.discount;
    const share =
      index === lines.length - 1 ? left : Math.min(left, Math.round((Math.min(amount, base) * open) / base));
    left -= share;
    return { line, amount: share };
  });
}

function combine(one: PricedCode, other: PricedCode): boolean {
  if (!one.discount || !other.discount || one.discount === other.discount) return false;
  return one.discount.combinesWith[classOf(other.discount)] && other.discount.combinesWith[classOf(one.discount)];
}

function classOf(discount: Discount): DiscountClass {
  if (discount.kind === "free_shipping") return "shippingDiscounts";
  const isPerItem = discount.value.type === "amount" && discount.value.appliesOnEachItem;
  return discount.items !== null || isPerItem ? "productDiscounts" : "orderDiscounts";
}

function typeOf(discount: Discount): "percentage" | "fixed_amount" | "shipping" {
  if (discount.kind === "free_shipping") return "shipping";
  return discount.value.type === "percentage" ? "percentage" : "fixed_amount";
}

function uniqueCodes(codes: string[]): string[] {
  const seen = new Map(
    codes.filter((code) => code.trim() !== "").map((code) => [code.trim().toLowerCase(), code.trim()]),
  );
  return [...seen.values()];
}
