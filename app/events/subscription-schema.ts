import { ECDH } from "node:crypto";
import { z } from "zod";
import {
  cartTokenSchema,
  incomingEventsSchema,
  instantSchema,
  linkIdSchema,
  localeSchema,
  protocolVersion,
  shopifyIdSchema,
  visitorIdSchema,
} from "./storefront-schema.ts";

/** base64url (or base64, with or without padding) of exactly `bytes` bytes. */
function base64Bytes(accepts: (bytes: number) => boolean, what: string) {
  return z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9_+/-]+={0,2}$/, what)
    .transform((text) => Buffer.from(text, "base64url"))
    .refine((bytes) => accepts(bytes.length), what)
    .transform((bytes) => bytes.toString("base64url"));
}

const p256dh = base64Bytes((bytes) => bytes === 65, "an uncompressed P-256 point of 65 bytes").refine(
  isPoint,
  "an uncompressed P-256 point",
);
const auth = base64Bytes((bytes) => bytes === 16, "16 bytes");
const utmField = z
  .string()
  .nullish()
  .transform((text) => text?.slice(0, 200) || undefined);

/** POST /proxy/subscriptions. `quiet`, `sentAt`, `country` and `vapidPublicKey` are our own pages' additions. */
export const subscriptionRequestSchema = z.object({
  v: protocolVersion,
  visitorId: visitorIdSchema,
  subscription: z.object({
    endpoint: z.string().min(1).max(4096),
    keys: z.object({ p256dh, auth }),
  }),
  consent: z.object({
    marketing: z.boolean(),
    text: z
      .string()
      .nullish()
      .transform((text) => text?.slice(0, 1000) || null),
    at: instantSchema.nullish(),
  }),
  quiet: z.boolean().nullish(),
  vapidPublicKey: z.string().max(200).nullish(),
  locale: localeSchema.nullish(),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, "an ISO 3166 code")
    .transform((code) => code.toUpperCase())
    .nullish(),
  /** IANA. A name nobody knows ("Etc/Unknown") is no reason to lose an opt-in: then the shop's own counts. */
  timezone: z
    .string()
    .max(64)
    .transform((zone) => (isTimezone(zone) ? zone : null))
    .nullish(),
  page: z.string().max(2048).nullish(),
  referrer: z.string().max(2048).nullish(),
  utm: z
    .object({ source: utmField, medium: utmField, campaign: utmField, term: utmField, content: utmField })
    .nullish(),
  cartToken: cartTokenSchema.nullish(),
  linkId: linkIdSchema.nullish(),
  promptVariant: z.string().max(60).nullish(),
  sentAt: instantSchema.nullish(),
  events: incomingEventsSchema.nullish(),
});
export type SubscriptionRequest = z.infer<typeof subscriptionRequestSchema>;

export const endpointRequestSchema = z.object({ endpoint: z.string().min(1).max(4096) });

export const stockAlertRequestSchema = z.object({
  v: protocolVersion,
  visitorId: visitorIdSchema,
  variantId: shopifyIdSchema,
  kind: z.enum(["back_in_stock", "price_drop"]),
});

/** On the curve: nothing could ever be encrypted for another one. */
function isPoint(key: string): boolean {
  const bytes = Buffer.from(key, "base64url");
  try {
    ECDH.convertKey(bytes, "prime256v1");
    return bytes[0] === 4;
  } catch {
    return false;
  }
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== "";
  } catch {
    return false;
  }
}
