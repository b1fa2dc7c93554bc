import { z } from "zod";
import { toMinorUnits } from "../money.ts";
import { amount, id, instant, orNull, text } from "./fields.ts";
import type { WebhookParser } from "./webhook.ts";

/** Shopify sends at most this many variants in full. */
const FULL_VARIANTS = 100;

const image = z.object({ id: id.nullish(), src: z.string().max(2048) });
const product = z.object({
  id,
  title: text,
  handle: text.nullish(),
  vendor: text.nullish(),
  product_type: text.nullish(),
  status: z.string().nullish(),
  published_at: instant.nullish(),
  updated_at: instant.nullish(),
  image: image.nullish(),
  images: z.array(image).nullish(),
  variants: z.array(
    z.object({
      id,
      title: text.nullish(),
      price: amount,
      compare_at_price: amount.nullish(),
      inventory_item_id: id.nullish(),
      image_id: id.nullish(),
    }),
  ),
});

/** products/create and products/update; the latter fires on every order as well, mostly with nothing new. */
export const parseProduct: WebhookParser = (payload, { shopCurrency, triggeredAt }) => {
  const read = product.parse(payload);
  const updatedAt = read.updated_at ?? triggeredAt;
  const variants = read.variants.map((variant) => ({
    variantId: variant.id,
    inventoryItemId: orNull(variant.inventory_item_id),
    title: variant.title && variant.title !== "Default Title" ? variant.title : null,
    image:
      read.images?.find((candidate) => variant.image_id && candidate.id === variant.image_id)?.src ??
      read.image?.src ??
      read.images?.[0]?.src ??
      null,
    price: toMinorUnits(variant.price, shopCurrency),
    compareAtPrice: variant.compare_at_price ? toMinorUnits(variant.compare_at_price, shopCurrency) : null,
  }));
  return {
    event: {
      kind: "product_updated",
      occurredAt: updatedAt,
      data: {
        productId: read.id,
        variants: variants.map(({ variantId, price, compareAtPrice }) => ({ variantId, price, compareAtPrice })),
      },
    },
    changes: [
      {
        type: "product",
        productId: read.id,
        title: read.title,
        handle: orNull(read.handle),
        vendor: orNull(read.vendor),
        productType: orNull(read.product_type),
        isPublished: (read.status ?? "active") === "active" && read.published_at !== null,
        updatedAt,
        variants,
        isComplete: variants.length < FULL_VARIANTS,
      },
    ],
  };
};

/** products/delete: an id and nothing else. */
export const parseProductDeleted: WebhookParser = (payload, { triggeredAt }) => {
  const { id: productId } = z.object({ id }).parse(payload);
  return {
    event: { kind: "product_deleted", occurredAt: triggeredAt, data: { productId } },
    changes: [{ type: "product_deleted", productId, at: triggeredAt }],
  };
};

const level = z.object({ inventory_item_id: id, updated_at: instant.nullish() });

/** inventory_levels/update: one location's number says little; it is only a reason to look. */
export const parseInventoryLevel: WebhookParser = (payload, { triggeredAt }) => {
  const read = level.parse(payload);
  return {
    event: {
      kind: "inventory_changed",
      occurredAt: read.updated_at ?? triggeredAt,
      data: { inventoryItemId: read.inventory_item_id },
    },
    changes: [],
  };
};
