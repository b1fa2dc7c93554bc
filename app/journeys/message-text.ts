import { z } from "zod";
import { actionSchema } from "./action.ts";
import { LONGEST_URL, linkSchema } from "./link.ts";

/** Characters of Liquid source; what it renders to is cut to what notifications show. */
const LONGEST_TEXT = 2_000;

const languageTag = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "is not a language tag such as en, tr or pt-BR")
  .refine(isKnownLanguage, "is not a language we know");

const image = z
  .string()
  .max(LONGEST_URL)
  .regex(/^https:\/\/\S+$/, "must be an https address");

export const messageTextSchema = z.strictObject({
  title: z.string().trim().min(1).max(LONGEST_TEXT).describe("Liquid"),
  body: z.string().trim().min(1).max(LONGEST_TEXT).describe("Liquid"),
  url: linkSchema
    .nullish()
    .describe(
      "Where a click leads; without it, where the journey leads. /recommended is the shopper's own page of picked items",
    ),
  image: image.nullish().describe("Absent: the product's picture; null: none"),
  icon: image.nullish().describe("Absent or null: the shop's icon"),
  actions: z.array(actionSchema).max(2).optional(),
  requireInteraction: z.boolean().optional(),
});
export type MessageText = z.infer<typeof messageTextSchema>;

/** A message in one or many languages. */
export const messageTextsSchema = z
  .record(languageTag, messageTextSchema)
  .refine((texts) => Object.keys(texts).length > 0, "needs a text in at least one language")
  .refine((texts) => Object.keys(texts).length <= 60, "has too many languages");

function isKnownLanguage(tag: string): boolean {
  try {
    return new Intl.DisplayNames(["en"], { type: "language", fallback: "none" }).of(tag) !== undefined;
  } catch {
    return false;
  }
}
