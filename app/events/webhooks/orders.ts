import { z } from "zod";
import type { MirrorChange, OrderChange } from "../mirror-change.ts";
import { toMinorUnits } from "../money.ts";
import type { EventKind } from "../shop-event.ts";
import {
  amount,
  currency,
  customerOf,
  id,
  inShopCurrency,
  instant,
  linkIdOf,
  moneySet,
  noteAttributes,
  orNull,
  text,
  token,
} from "./fields.ts";
import type { WebhookParser } from "./webhook.ts";

const order = z.object({
  id,
  // What no decision needs may be missing: an order that is not understood would stop nothing.
  name: z.string().max(200).nullish(),
  cart_token: token.nullish(),
  checkout_token: token.nullish(),
  customer_locale: z.string().max(35).nullish(),
  note_attributes: noteAttributes,
  currency,
  presentment_currency: currency.nullish(),
  total_price: amount.nullish(),
  total_price_set: moneySet.nullish(),
  total_discounts: amount.nullish(),
  total_discounts_set: moneySet.nullish(),
  discount_codes: z
    .array(z.object({ code: z.string().max(255), amount: amount.nullish() }))
    .nullish()
    .transform((codes) => codes ?? []),
  financial_status: z.string().nullish(),
  cancelled_at: instant.nullish(),
  source_name: z.string().max(200).nullish(),
  test: z.boolean().nullish(),
  created_at: instant,
  updated_at: instant.nullish(),
  processed_at: instant.nullish(),
  customer: customerOf,
  line_items: z
    .array(
      z.object({
        product_id: id.nullish(),
        variant_id: id.nullish(),
        title: text.nullish(),
        quantity: z.number().int().min(0).nullish(),
        price: amount.nullish(),
        price_set: moneySet.nullish(),
      }),
    )
    .max(1000)
    .nullish()
    .transform((lines) => lines ?? []),
});

/** An order older than this when it is heard of is no purchase just made: imports, edits, long outages. */
const SHOPPING_MS = 3_600_000;

/** orders/create, orders/paid and orders/cancelled have one shape. */
export function parseOrder(
  kind: Extract<EventKind, "order_created" | "order_paid" | "order_cancelled">,
): WebhookParser {
  return (payload, { receivedAt }) => {
    const read = order.parse(payload);
    const updatedAt = read.updated_at ?? read.created_at;
    const name = read.name ?? `#${read.id}`;
    const ageMs = receivedAt.getTime() - read.created_at.getTime();
    // "web" is the online store: drafts, POS, subscription renewals and other apps have names or numbers of their own.
    const isShopping = read.source_name === "web" && !read.test && ageMs <= SHOPPING_MS;
    const shopTotal = read.total_price_set
      ? inShopCurrency(read.total_price_set)
      : toMinorUnits(read.total_price ?? "0", read.currency);
    const presentmentCurrency =
      read.presentment_currency ?? read.total_price_set?.presentment_money.currency_code ?? read.currency;
    const customerId = read.customer?.id ?? null;
    const variantIds = [...new Set(read.line_items.flatMap((line) => line.variant_id ?? []))];
    const isPaid = ["paid", "partially_refunded", "refunded"].includes(read.financial_status ?? "");

    const change: OrderChange = {
      type: "order",
      orderId: read.id,
      name,
      cartToken: orNull(read.cart_token),
      checkoutToken: orNull(read.checkout_token),
      linkId: linkIdOf(read.note_attributes),
      customerId,
      currency: read.currency,
      total: shopTotal,
      presentmentCurrency,
      presentmentTotal: read.total_price_set
        ? toMinorUnits(
            read.total_price_set.presentment_money.amount,
            read.total_price_set.presentment_money.currency_code,
          )
        : shopTotal,
      discountTotal: read.total_discounts_set
        ? inShopCurrency(read.total_discounts_set)
        : toMinorUnits(read.total_discounts ?? "0", read.currency),
      discountCodes: read.discount_codes.map(({ code }) => code),
      discountAmounts: Object.fromEntries(
        read.discount_codes.map(({ code, amount: taken }) => [
          code.toUpperCase(),
          toMinorUnits(taken ?? "0", read.currency),
        ]),
      ),
      items: read.line_items.map((line) => ({
        productId: orNull(line.product_id),
        variantId: orNull(line.variant_id),
        title: line.title ?? "",
        quantity: line.quantity ?? 1,
        price: line.price_set ? inShopCurrency(line.price_set) : toMinorUnits(line.price ?? "0", read.currency),
      })),
      locale: orNull(read.customer_locale),
      sourceName: orNull(read.source_name),
      test: read.test ?? false,
      isShopping,
      createdAt: read.created_at,
      updatedAt,
      paidAt: kind === "order_paid" || isPaid ? (read.processed_at ?? updatedAt) : null,
      cancelledAt: read.cancelled_at ?? (kind === "order_cancelled" ? updatedAt : null),
    };
    const changes: MirrorChange[] = [change];
    if (read.customer?.first_name)
      changes.push({
        type: "customer",
        customerId: read.customer.id,
        firstName: read.customer.first_name,
        locale: orNull(read.customer_locale),
        createdAt: null,
        updatedAt: read.customer.updated_at ?? updatedAt,
      });
    return {
      event: {
        kind,
        occurredAt: kind === "order_created" ? read.created_at : updatedAt,
        customerId,
        cartToken: change.cartToken,
        checkoutToken: change.checkoutToken,
        orderId: read.id,
        data: { isShopping, variantIds, customerId, name },
      },
      changes,
    };
  };
}

const refund = z.object({
  id,
  order_id: id,
  created_at: instant,
  processed_at: instant.nullish(),
  transactions: z
    .array(
      z.object({
        kind: z.string().nullish(),
        status: z.string().nullish(),
        amount: amount.nullish(),
        currency: currency.nullish(),
        amount_set: moneySet.nullish(),
      }),
    )
    .nullish(),
  refund_line_items: z
    .array(
      z.object({
        subtotal: amount.nullish(),
        total_tax: amount.nullish(),
        subtotal_set: moneySet.nullish(),
        total_tax_set: moneySet.nullish(),
      }),
    )
    .nullish(),
  order_adjustments: z
    .array(z.object({ amount: amount.nullish(), amount_set: moneySet.nullish(), tax_amount_set: moneySet.nullish() }))
    .nullish(),
});

/** refunds/create: what was given back, in the shop's currency. */
export const parseRefund: WebhookParser = (payload, { shopCurrency }) => {
  const read = refund.parse(payload);
  const given = Math.max(0, refundedAmount(read, shopCurrency));
  return {
    event: {
      kind: "order_refunded",
      occurredAt: read.created_at,
      orderId: read.order_id,
      data: { refundId: read.id, amount: given },
    },
    changes: [{ type: "refund", refundId: read.id, orderId: read.order_id, amount: given, createdAt: read.created_at }],
  };
};

/**
 * The money that moved, when the transactions tell it in the shop's currency; else what the lines and adjustments (shipping
 * is given back as a negative one) add up to.
 */
function refundedAmount(read: z.infer<typeof refund>, shopCurrency: string): number {
  const paid = (read.transactions ?? []).filter(
    ({ kind, status }) => (kind ?? "refund") === "refund" && !["failure", "error"].includes(status ?? "success"),
  );
  const known = paid.every(({ amount_set, amount: plain, currency: named }) =>
    Boolean(amount_set ?? (plain !== null && plain !== undefined && (named ?? shopCurrency) === shopCurrency)),
  );
  if (paid.length > 0 && known)
    return sum(paid, ({ amount_set, amount: plain }) =>
      amount_set ? inShopCurrency(amount_set) : toMinorUnits(plain ?? "0", shopCurrency),
    );

  const lines = sum(read.refund_line_items ?? [], (line) => {
    const subtotal = line.subtotal_set ? inShopCurrency(line.subtotal_set) : plainAmount(line.subtotal, shopCurrency);
    const tax = line.total_tax_set ? inShopCurrency(line.total_tax_set) : plainAmount(line.total_tax, shopCurrency);
    return subtotal + tax;
  });
  const adjustments = sum(read.order_adjustments ?? [], (adjustment) => {
    const shift = adjustment.amount_set
      ? inShopCurrency(adjustment.amount_set)
      : plainAmount(adjustment.amount, shopCurrency);
    return -(shift + (adjustment.tax_amount_set ? inShopCurrency(adjustment.tax_amount_set) : 0));
  });
  return lines + adjustments;
}

function plainAmount(value: string | number | null | undefined, code: string): number {
  return value === null || value === undefined ? 0 : toMinorUnits(value, code);
}

function sum<T>(items: T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
