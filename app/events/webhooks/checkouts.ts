import { z } from "zod";
import { toMinorUnits } from "../money.ts";
import { amount, currency, customerOf, id, instant, linkIdOf, noteAttributes, orNull, text, token } from "./fields.ts";
import type { WebhookParser } from "./webhook.ts";

const checkout = z.object({
  token,
  cart_token: token.nullish(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  created_at: instant,
  updated_at: instant,
  completed_at: instant.nullish(),
  note_attributes: noteAttributes,
  currency,
  presentment_currency: currency.nullish(),
  total_price: amount,
  total_discounts: amount.nullish(),
  discount_codes: z.array(z.unknown()).nullish(),
  shipping_lines: z.array(z.unknown()).nullish(),
  abandoned_checkout_url: z.url().max(4000).nullish(),
  customer: customerOf,
  line_items: z
    .array(
      z.object({
        product_id: id.nullish(),
        variant_id: id.nullish(),
        title: text.nullish(),
        presentment_title: text.nullish(),
        variant_title: text.nullish(),
        quantity: z.number().int().min(0),
        price: amount,
        properties: z.unknown().optional(),
      }),
    )
    .max(1000),
});

/** checkouts/create and checkouts/update. The token has no id beside it since 2026-04. */
export const parseCheckout: WebhookParser = (payload, { seal }) => {
  const read = checkout.parse(payload);
  const shown = read.presentment_currency ?? read.currency;
  // No e-mail or phone yet: contact. No way of shipping chosen: shipping. Else the shopper stands before the payment.
  const stage = !read.email && !read.phone ? "contact" : !read.shipping_lines?.length ? "shipping" : "payment";
  const discounted = (read.discount_codes?.length ?? 0) > 0 || Number(read.total_discounts ?? 0) > 0;
  const total = toMinorUnits(read.total_price, shown);
  const items = read.line_items.flatMap((line) =>
    line.variant_id && line.product_id && line.quantity > 0
      ? [
          {
            productId: line.product_id,
            variantId: line.variant_id,
            title: line.presentment_title || line.title || "",
            variantTitle: orNull(line.variant_title),
            quantity: line.quantity,
            price: toMinorUnits(line.price, shown),
            image: null,
            url: null,
            properties: propertiesOf(line.properties),
            sellingPlanId: null,
          },
        ]
      : [],
  );
  const customerId = read.customer?.id ?? null;
  return {
    event: {
      kind: "checkout_updated",
      occurredAt: read.updated_at,
      customerId,
      cartToken: orNull(read.cart_token),
      checkoutToken: read.token,
      data: { stage, currency: shown, total, discounted, items },
    },
    changes: [
      {
        type: "checkout",
        checkoutToken: read.token,
        cartToken: orNull(read.cart_token),
        linkId: linkIdOf(read.note_attributes),
        customerId,
        stage,
        currency: shown,
        total,
        discounted,
        items,
        recoveryUrl: read.abandoned_checkout_url ? seal(read.abandoned_checkout_url) : null,
        createdAt: read.created_at,
        updatedAt: read.updated_at,
        completedAt: orNull(read.completed_at),
      },
    ],
  };
};

const deleted = z.object({ cart_token: token.nullish() });

/** checkouts/delete still has an id and no token: it is found through its cart. */
export const parseCheckoutDeleted: WebhookParser = (payload, { triggeredAt }) => {
  const cartToken = orNull(deleted.parse(payload).cart_token);
  return {
    event: { kind: "checkout_deleted", occurredAt: triggeredAt, cartToken, data: {} },
    changes: cartToken ? [{ type: "checkout_deleted", cartToken, at: triggeredAt }] : [],
  };
};

/** An object, or a list of names and values. */
function propertiesOf(value: unknown): Record<string, string> | null {
  const pairs: [string, unknown][] = Array.isArray(value)
    ? value.flatMap((entry) => (isNamed(entry) ? [[entry.name, entry.value] as [string, unknown]] : []))
    : typeof value === "object" && value !== null
      ? Object.entries(value)
      : [];
  const kept = pairs.flatMap(([name, content]) =>
    ["string", "number", "boolean"].includes(typeof content) ? [[name, String(content).slice(0, 1000)]] : [],
  );
  return kept.length > 0 ? (Object.fromEntries(kept) as Record<string, string>) : null;
}

function isNamed(entry: unknown): entry is { name: string; value: unknown } {
  return typeof entry === "object" && entry !== null && "name" in entry && typeof entry.name === "string";
}
