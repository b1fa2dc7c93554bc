import { z } from "zod";
import { conditionGroupSchema } from "./conditions.ts";
import { LONGEST_DELAY_MS, parseDelay } from "./duration.ts";

// What a merchant can edit of a journey: a plain JSON document, the same by hand, by API and by the admin's form. Strict:
// an unknown field is an error that names its path, because a misspelt field that is silently dropped is a message that
// silently differs from what was meant. What only a certain kind knows (its trigger, whether it may give discounts) and
// what the Liquid texts say is checked in validate-definition.server.ts.

/** Characters of Liquid source; what it renders to is cut to what notifications show. */
const LONGEST_TEXT = 2_000;
const LONGEST_URL = 1_000;

const languageTag = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "is not a language tag such as en, tr or pt-BR")
  .refine(isKnownLanguage, "is not a language we know");

const link = z
  .string()
  .min(1)
  .max(LONGEST_URL)
  .regex(/^(https:\/\/\S+|\/(?!\/)\S*)$/, "must be a path such as /collections/new or an https address");

const image = z
  .string()
  .max(LONGEST_URL)
  .regex(/^https:\/\/\S+$/, "must be an https address");

const action = z.strictObject({
  action: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "must be a short lower-case name such as cart"),
  title: z.string().min(1).max(200).describe("Liquid"),
  url: link.nullish().describe("Where the button leads; without it, where the message leads"),
});

export const messageTextSchema = z.strictObject({
  title: z.string().trim().min(1).max(LONGEST_TEXT).describe("Liquid"),
  body: z.string().trim().min(1).max(LONGEST_TEXT).describe("Liquid"),
  url: link
    .nullish()
    .describe(
      "Where a click leads; without it, where the journey leads. /recommended is the shopper's own page of picked items",
    ),
  image: image.nullish().describe("Absent: the product's picture; null: none"),
  icon: image.nullish().describe("Absent or null: the shop's icon"),
  actions: z.array(action).max(2).optional(),
  requireInteraction: z.boolean().optional(),
});
export type MessageText = z.infer<typeof messageTextSchema>;

export const discountSchema = z.strictObject({
  percent: z.number().int().min(1).max(100).describe("Percent off the whole order"),
  validHours: z.number().int().min(1).max(720).default(48).describe("At least this long; ends at the end of that day"),
  whenUnavailable: z
    .enum(["wait", "send_without"])
    .default("wait")
    .describe(
      "When no code can be had: wait up to an hour, or leave at once without one. After the wait it leaves without",
    ),
});
export type StepDiscount = z.infer<typeof discountSchema>;

const waitStep = z.strictObject({
  type: z.literal("wait"),
  delay: z
    .string()
    .refine((delay) => parseDelay(delay) !== null, "must be an ISO 8601 duration such as PT90M and not negative")
    .refine((delay) => (parseDelay(delay) ?? 0) <= LONGEST_DELAY_MS, "may be a year at most")
    .describe("ISO 8601"),
  from: z
    .enum(["previous", "trigger"])
    .default("previous")
    .describe("Counts from the step before, or from the trigger: leaving, subscribing, being shipped"),
});

export const messageTextsSchema = z
  .record(languageTag, messageTextSchema)
  .refine((texts) => Object.keys(texts).length > 0, "needs a text in at least one language")
  .refine((texts) => Object.keys(texts).length <= 60, "has too many languages");

const messageStep = z.strictObject({
  type: z.literal("message"),
  message: messageTextsSchema,
  discount: discountSchema.nullable().default(null),
  if: conditionGroupSchema.nullish().describe("The step is passed over when this is not met"),
});

export const stepSchema = z.discriminatedUnion("type", [waitStep, messageStep]);
export type Step = z.infer<typeof stepSchema>;
export type WaitStep = z.infer<typeof waitStep>;
export type MessageStep = z.infer<typeof messageStep>;

export const journeySchema = z
  .strictObject({
    trigger: z.strictObject({ type: z.string().min(1).max(60) }),
    filter: conditionGroupSchema.nullable().default(null).describe("Who gets into the journey; null: everybody"),
    exits: z
      .array(z.enum(["returned"]))
      .max(5)
      .default([])
      .describe(
        "Beside what always ends a run (bought, emptied, out of stock, unsubscribed, consent withdrawn): `returned`, a visit after a message",
      ),
    steps: z.array(stepSchema).min(1).max(40),
  })
  .superRefine((definition, context) => {
    const steps = definition.steps;
    if (!steps.some((step) => step.type === "message")) {
      context.addIssue({ code: "custom", path: ["steps"], message: "has no message" });
    }
    if (steps.length > 0 && steps.at(-1)?.type === "wait") {
      context.addIssue({
        code: "custom",
        path: ["steps", steps.length - 1],
        message: "waits for nothing: no step follows",
      });
    }
    const total = steps.reduce((sum, step) => sum + (step.type === "wait" ? (parseDelay(step.delay) ?? 0) : 0), 0);
    if (total > LONGEST_DELAY_MS) {
      context.addIssue({ code: "custom", path: ["steps"], message: "wait more than a year together" });
    }
  });
export type JourneyDefinition = z.infer<typeof journeySchema>;

/** The JSON Schema (2020-12) of a definition as it is written, for editors and OpenAPI. */
export function journeyJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(journeySchema, { io: "input" }) as Record<string, unknown>;
}

function isKnownLanguage(tag: string): boolean {
  try {
    return new Intl.DisplayNames(["en"], { type: "language", fallback: "none" }).of(tag) !== undefined;
  } catch {
    return false;
  }
}
