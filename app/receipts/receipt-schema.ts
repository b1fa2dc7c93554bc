import { z } from "zod";

/** Receipts of every released worker are taken for 180 days, whatever else changes: workers live for months. */
export const receiptSchema = z.object({
  v: z.literal(1),
  token: z.string().min(1).max(1000),
  type: z.enum(["shown", "clicked", "dismissed", "suppressed"]),
  action: z
    .string()
    .nullish()
    .transform((action) => action?.slice(0, 60) || null),
  at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  sentAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .nullish(),
});
export type Receipt = z.infer<typeof receiptSchema>;
export type ReceiptType = Receipt["type"];
