import { z } from "zod";
import { id, instant, token } from "./fields.ts";
import type { WebhookParser } from "./webhook.ts";

const cart = z.object({
  token,
  updated_at: instant,
  line_items: z.array(z.object({ variant_id: id.nullish(), quantity: z.number() })).max(1000),
});

/** carts/create and carts/update: no customer, no attributes, no currency. Only what the token holds. */
export const parseCart: WebhookParser = (payload) => {
  const { token: cartToken, updated_at: updatedAt, line_items } = cart.parse(payload);
  const variantIds = [
    ...new Set(line_items.filter((line) => line.quantity > 0).flatMap((line) => line.variant_id ?? [])),
  ];
  return {
    event: { kind: "cart_webhook", occurredAt: updatedAt, cartToken, data: { variantIds } },
    changes: [{ type: "cart_token", cartToken, variantIds, updatedAt }],
  };
};
