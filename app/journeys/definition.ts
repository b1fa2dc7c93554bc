import { z } from "zod";
import { conditionGroupSchema } from "./conditions.ts";
import { discountSchema } from "./discount.ts";
import { LONGEST_DELAY_MS, parseDelay } from "./duration.ts";
import { messageTextsSchema } from "./message-text.ts";
import { OFFERED } from "./offered-product.ts";
import { triggerSchema } from "./trigger.ts";

// What a merchant can edit of a journey: a plain JSON document, the same by hand, by API and by the admin's form. Strict:
// an unknown field is an error that names its path, because a misspelt field that is silently dropped is a message that
// silently differs from what was meant. What only a certain kind knows (its trigger, whether it may give discounts) and
// what the Liquid texts say is checked in validate-definition.server.ts.

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

const messageStep = z.strictObject({
  type: z.literal("message"),
  message: messageTextsSchema,
  discount: discountSchema.nullable().default(null),
  if: conditionGroupSchema.nullish().describe("The step is passed over when this is not met"),
  about: z
    .enum(OFFERED)
    .optional()
    .describe(
      "Names, shows and leads to another product, and is passed over when there is none now: `alternative`, of the same type by another brand or a better model; `reduced`, a reduced one of the same line; `best_seller`, what is sold most. Absent: what the journey is about",
    ),
});

export const stepSchema = z.discriminatedUnion("type", [waitStep, messageStep]);
export type Step = z.infer<typeof stepSchema>;
export type WaitStep = z.infer<typeof waitStep>;
export type MessageStep = z.infer<typeof messageStep>;

export const journeySchema = z
  .strictObject({
    trigger: triggerSchema,
    filter: conditionGroupSchema.nullable().default(null).describe("Who gets into the journey; null: everybody"),
    exits: z
      .array(z.enum(["returned"]))
      .max(5)
      .default([])
      .describe(
        "Beside what always ends a run (bought, emptied, out of stock, unsubscribed, consent withdrawn): `returned`, a visit after a message",
      ),
    priority: z
      .number()
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe("Of messages that want the same room under the caps, the higher goes; absent: the journey's own"),
    whenHeld: z
      .enum(["wait", "drop"])
      .optional()
      .describe("What becomes of a message that a cap or a more important message holds back; absent: it waits"),
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
