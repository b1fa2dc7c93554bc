import { z } from "zod";

// What a merchant can change for the whole shop. Stored as JSON in `shops.settings`; every field has a safe default, so
// an empty object is a valid row. Shared by the admin, the domain and the storefront's configuration.

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 21:30");
const locale = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "a language tag such as pt-BR");

/** When our own prompt may be shown. Desktop and mobile have rules of their own. Any one satisfied rule is enough. */
const promptRules = z
  .object({
    enabled: z.boolean().default(true),
    /** Seconds on the page; null: not a rule. */
    afterSeconds: z.number().int().min(1).max(600).nullable().default(20),
    /** Percent of the page scrolled; null: not a rule. */
    afterScrollPercent: z.number().int().min(1).max(100).nullable().default(null),
    /** Page views in this browser; null: not a rule. */
    afterPageViews: z.number().int().min(1).max(50).nullable().default(3),
    afterAddToCart: z.boolean().default(true),
    onExitIntent: z.boolean().default(false),
  })
  .strict();

export const promptTextsSchema = z
  .object({
    title: z.string().trim().min(1).max(60),
    body: z.string().trim().min(1).max(200),
    accept: z.string().trim().min(1).max(30),
    dismiss: z.string().trim().min(1).max(30),
  })
  .strict();
export type PromptTexts = z.infer<typeof promptTextsSchema>;

export const shopSettingsSchema = z
  .object({
    /** Hours after a click in which an order counts as brought back by it. */
    attributionWindowHours: z.number().int().min(1).max(720).default(24),
    quietHours: z
      .object({
        enabled: z.boolean().default(true),
        start: timeOfDay.default("22:00"),
        end: timeOfDay.default("08:00"),
      })
      .strict()
      .prefault({}),
    caps: z
      .object({
        enabled: z.boolean().default(true),
        perDay: z.number().int().min(1).max(20).default(3),
        perWeek: z.number().int().min(1).max(100).default(8),
        minimumGapMinutes: z.number().int().min(0).max(10_080).default(30),
      })
      .strict()
      .prefault({}),
    prompt: z
      .object({
        desktop: promptRules.prefault({}),
        mobile: promptRules.prefault({ afterSeconds: 30 }),
        /** Days before our prompt is shown again to who dismissed it. */
        askAgainAfterDays: z.number().int().min(1).max(365).default(14),
        /** Times our prompt is shown at most to one browser. */
        maxAsks: z.number().int().min(1).max(10).default(3),
        position: z.enum(["bottom", "top", "center"]).default("bottom"),
        /** Texts the merchant wrote, by language. A language without texts uses the defaults in storefront/locales. */
        texts: z.record(locale, promptTextsSchema).default({}),
      })
      .strict()
      .prefault({}),
    /** Icon URL for notifications; null: the shop's own from the theme. */
    iconUrl: z
      .url({ protocol: /^https$/ })
      .max(500)
      .nullable()
      .default(null),
    /** Whether shipping messages may name what was bought. Off: a phone on a table tells nobody. */
    shippingNamesProducts: z.boolean().default(false),
    /** How many people at most are told per piece that came back in stock. One: nobody is called to an empty shelf. */
    backInStockPerPiece: z.number().min(1).max(20).default(1),
    /** What journeys may give away. A week is the last seven days. */
    discounts: z
      .object({
        /** Codes in a week, from all journeys together; null: as many as it takes. */
        codesPerWeek: z.number().int().min(0).max(1_000_000).nullable().default(null),
        /** What the codes used within a week may have cost before no more are given; minor units, the shop's currency. */
        costPerWeek: z.number().int().min(0).max(1e12).nullable().default(null),
        /** Codes in a week by journey kind. A kind without one: no limit of its own. */
        journeys: z
          .record(z.string().regex(/^[a-z][a-z_]{0,59}$/, "a kind of journey"), z.number().int().min(0).max(1_000_000))
          .default({}),
        /** Whoever came back after a reminder without a code and bought gets none with the next one. */
        noneForWhoBuyWithout: z.boolean().default(true),
      })
      .strict()
      .prefault({}),
    /**
     * Cart totals from which shipping is free, in minor units by currency ("EUR"), or by country and currency ("DE:EUR"),
     * which comes first. Neither: no threshold.
     */
    freeShippingThresholds: z
      .record(
        z.string().regex(/^([A-Z]{2}:)?[A-Z]{3}$/, "a currency such as USD, or a country with one such as CA:USD"),
        z.number().int().min(1).max(1e12),
      )
      .default({}),
    /** Default language of texts, when a subscriber's own has none; null: the shop's primary language. */
    defaultLocale: locale.nullable().default(null),
  })
  .strict();

export type ShopSettings = z.infer<typeof shopSettingsSchema>;

/** @throws ZodError naming the field when stored JSON does not fit */
export function parseShopSettings(stored: unknown): ShopSettings {
  return shopSettingsSchema.parse(stored ?? {});
}
