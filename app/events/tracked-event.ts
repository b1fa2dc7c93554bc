import { z } from "zod";
import type { ShopEvent } from "./shop-event.ts";
import { shopifyIdSchema } from "./storefront-schema.ts";

// What a merchant's own systems may tell through the API: things no webhook and no page of the shop knows of.

const text = (length: number) => z.string().trim().min(1).max(length);
const properties = z
  .record(z.string().min(1).max(100), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
  .refine((value) => Object.keys(value).length <= 50, "at most 50 properties");

const custom = z.strictObject({
  name: text(100).describe("What was done, in your own words: trial_taken"),
  value: z.number().nullish(),
  properties: properties.nullish(),
});

const pointsCredited = z.strictObject({
  points: z.number().int().min(1).max(1e9).describe("How many were credited"),
  balance: z.number().int().min(0).max(1e12).nullish().describe("How many there are now"),
});

const reviewCreated = z.strictObject({
  reviewId: text(100).nullish().describe("Your own id of the review: the same one is thanked for once"),
  productId: shopifyIdSchema.nullish(),
  productTitle: text(300).nullish(),
  rating: z.number().min(0).max(5).nullish().describe("Stars, of five"),
});

const dayOfYear = z.strictObject({
  date: z
    .string()
    .refine(isDayOfYear, "must be a day such as 12-24 or 1990-12-24")
    .transform((date) => date.slice(-5))
    .nullable()
    .describe("Month and day, the year is not kept; null takes it back"),
});

/** Each kind by its name with the schema of its `data`. */
const TRACKED_EVENT_DATA = {
  custom,
  points_credited: pointsCredited,
  review_created: reviewCreated,
  birthday: dayOfYear,
  anniversary: dayOfYear,
} as const satisfies Partial<Record<ShopEvent["kind"], z.ZodType>>;

type TrackedKind = keyof typeof TRACKED_EVENT_DATA;

const about = {
  visitorId: z.string().min(1).max(64).optional().describe("The browser profile"),
  subscriberId: z.string().min(1).max(64).optional().describe("A subscriber of the list"),
  customerId: shopifyIdSchema.optional().describe("Shopify's customer: all browsers signed in as it"),
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/, "1 to 100 printable characters")
    .optional()
    .describe("Your own id of what happened: the same one again changes nothing"),
  at: z.iso.datetime({ offset: true }).optional().describe("When it happened; without it, now"),
};

function eventOf<Kind extends TrackedKind>(type: Kind) {
  return z.strictObject({ ...about, type: z.literal(type), data: TRACKED_EVENT_DATA[type] });
}

export const trackedEventSchema = z
  .discriminatedUnion("type", [
    eventOf("custom"),
    eventOf("points_credited"),
    eventOf("review_created"),
    eventOf("birthday"),
    eventOf("anniversary"),
  ])
  .refine(
    ({ visitorId, subscriberId, customerId }) =>
      [visitorId, subscriberId, customerId].filter((id) => id !== undefined).length === 1,
    "needs exactly one of visitorId, subscriberId and customerId",
  );
export type TrackedEvent = z.output<typeof trackedEventSchema>;

function isDayOfYear(date: string): boolean {
  if (!/^(\d{4}-)?\d{2}-\d{2}$/.test(date)) return false;
  // 2000 was a leap year, with every day there is; a day too many would become one of the next month.
  const day = new Date(`2000-${date.slice(-5)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(5, 10) === date.slice(-5);
}
