import { z } from "zod";
import { STOREFRONT_PROTOCOL_VERSION } from "../storefront-config.ts";
import { STOREFRONT_EVENT_KINDS } from "./shop-event.ts";
import type { StorefrontEventKind } from "./shop-event.ts";

// What the storefront may send. Unknown fields are ignored, so that older apps take newer pages; wrong types are refused.

export const protocolVersion = z.literal(STOREFRONT_PROTOCOL_VERSION);
export const visitorIdSchema = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/, "8 to 64 of A–Z a–z 0–9 _ -");
export const linkIdSchema = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/, "8 to 64 of A–Z a–z 0–9 _ -");
/** Ids are text; a number is taken as its digits. */
export const shopifyIdSchema = z
  .union([z.string(), z.number().int().nonnegative()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,20}$/, "a numeric id"));
/** The secret after "?" is cut: it opens the cart. */
export const cartTokenSchema = z
  .string()
  .max(300)
  .transform((token) => token.split("?")[0] ?? "")
  .pipe(z.string().min(1).max(200));
export const instantSchema = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const currencySchema = z.string().regex(/^[A-Z]{3}$/, "an ISO 4217 code");
export const localeSchema = z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "a language tag");
const text = (length: number) => z.string().max(length);
const money = z.number().int().min(0).max(1e13);
const address = z.string().max(2048);

const productViewed = z.object({
  productId: shopifyIdSchema,
  variantId: shopifyIdSchema.nullish(),
  handle: text(255).nullish(),
  title: text(500).nullish(),
  price: money.nullish(),
  currency: currencySchema.nullish(),
  image: address.nullish(),
  url: address.nullish(),
  collections: z.array(text(255)).max(50).nullish(),
  seconds: z.number().min(0).max(86_400).nullish(),
});

const cartItemSchema = z.object({
  productId: shopifyIdSchema,
  variantId: shopifyIdSchema,
  title: text(500),
  variantTitle: text(500).nullish().transform(orNull),
  quantity: z.number().int().min(0).max(1_000_000),
  price: money,
  image: address.nullish().transform(orNull),
  url: address.nullish().transform(orNull),
  properties: z
    .record(text(100), z.union([z.string().max(1000), z.number(), z.boolean()]).transform(String))
    .nullish()
    .transform(orNull),
  sellingPlanId: shopifyIdSchema.nullish().transform(orNull),
});

const cartUpdated = z.object({
  cartToken: cartTokenSchema,
  currency: currencySchema,
  total: money,
  discounted: z.boolean().default(false),
  items: z.array(cartItemSchema).max(250),
});

const collectionViewed = z.object({
  handle: text(255),
  title: text(500).nullish(),
  seconds: z.number().min(0).max(86_400).nullish(),
});

const product = z.object({ productId: shopifyIdSchema, variantId: shopifyIdSchema.nullish() });
const nothing = z.object({});

const dataSchemas = {
  page_viewed: z.object({ path: address.nullish(), seconds: z.number().min(0).max(86_400).nullish() }),
  product_viewed: productViewed,
  collection_viewed: collectionViewed,
  search_submitted: z.object({ query: text(500), results: z.number().int().min(0).nullish() }),
  reviews_viewed: product,
  wishlist_added: product,
  cart_updated: cartUpdated,
  checkout_intent: z.object({ cartToken: cartTokenSchema.nullish() }),
  checkout_started: z.object({ checkoutToken: text(200).nullish(), cartToken: cartTokenSchema.nullish() }),
  left: nothing,
  returned: nothing,
  prompt_shown: z.object({ variant: text(60).nullish() }),
  prompt_accepted: z.object({ variant: text(60).nullish() }),
  prompt_dismissed: z.object({ variant: text(60).nullish() }),
  permission_denied: z.object({ variant: text(60).nullish() }),
  consent_withdrawn: nothing,
  custom: z.object({
    name: text(100),
    value: z.number().nullish(),
    properties: z
      .record(text(100), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
      .refine((value) => Object.keys(value).length <= 50, "at most 50 properties")
      .nullish(),
  }),
} satisfies Record<StorefrontEventKind, z.ZodType>;

const incomingEventSchema = z
  .object({
    id: z.string().min(1).max(100),
    type: z.enum(STOREFRONT_EVENT_KINDS),
    at: instantSchema,
    data: z.unknown().optional(),
  })
  .transform(({ id, type, at, data }, context) => {
    const parsed = dataSchemas[type].safeParse(data ?? {});
    if (parsed.success) return { id, type, at, data: parsed.data as Record<string, unknown> };
    for (const issue of parsed.error.issues)
      context.addIssue({ code: "custom", path: ["data", ...issue.path], message: issue.message });
    return z.NEVER;
  });

export type IncomingEvent = z.infer<typeof incomingEventSchema>;
export type IncomingCart = z.infer<typeof cartUpdated>;
/** Of a product looked at; of one saved, the ids alone. */
export type IncomingProduct = z.infer<typeof productViewed>;
export type IncomingCollection = z.infer<typeof collectionViewed>;

export const incomingEventsSchema = z.array(incomingEventSchema).max(50);

export const eventsRequestSchema = z.object({
  v: protocolVersion,
  visitorId: visitorIdSchema,
  sentAt: instantSchema,
  linkId: linkIdSchema.nullish(),
  events: incomingEventsSchema,
});

function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null;
}
