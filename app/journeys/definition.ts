import { z } from "zod";
import { faultsOfSteps, MOST_STEPS } from "./check-steps.ts";
import { conditionGroupSchema } from "./conditions.ts";
import type { ConditionGroup } from "./conditions.ts";
import { discountSchema } from "./discount.ts";
import { LONGEST_DELAY_MS, parseDelay } from "./duration.ts";
import { eventMatchSchema } from "./event-match.ts";
import { messageTextsSchema } from "./message-text.ts";
import { OFFERED } from "./offered-product.ts";
import { triggerSchema } from "./trigger.ts";
import { webhookUrlSchema } from "./webhook-url.ts";

// What a merchant can edit of a journey: a plain JSON document, the same by hand, by API and by the admin's form. Strict:
// an unknown field is an error that names its path, because a misspelt field that is silently dropped is a message that
// silently differs from what was meant. What only a certain kind knows (its trigger, whether it may give discounts) and
// what the Liquid texts say is checked in journeys.server.ts.

/** Exits a journey can choose; those that always hold are no choice. */
const OPTIONAL_EXITS = ["returned", "bought", "item_removed", "out_of_stock"] as const;

const delay = z
  .string()
  .refine((text) => parseDelay(text) !== null, "must be an ISO 8601 duration such as PT90M and not negative")
  .refine((text) => (parseDelay(text) ?? 0) <= LONGEST_DELAY_MS, "may be a year at most");

const delayBand = z.strictObject({ if: conditionGroupSchema, delay: delay.describe("ISO 8601") });

const waitStep = z
  .strictObject({
    type: z.literal("wait"),
    delay: delay.optional().describe("ISO 8601"),
    from: z
      .enum(["previous", "trigger", "seen"])
      .default("previous")
      .describe(
        "What the delay counts from. `previous`: the step before; of a message, the moment it was shown, when it was. " +
          "`trigger`: leaving, subscribing, being shipped. `seen`: the last message was shown, however late",
      ),
    fallback: delay
      .optional()
      .describe("With `seen`: a message not shown for so long after it was sent is waited for no longer"),
    bands: z
      .array(delayBand)
      .min(1)
      .max(10)
      .optional()
      .describe("Other delays for some; the first whose condition is met counts"),
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 19:00")
      .optional()
      .describe("After the delay: until this time of day where the shopper is"),
    for: eventMatchSchema.optional().describe("Until this happens, in place of a delay; `timeout` says how long"),
    timeout: delay.optional(),
  })
  .superRefine((wait, context) => {
    const complain = (path: keyof typeof wait, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (wait.for !== undefined) {
      if (wait.timeout === undefined) complain("timeout", "is needed with `for`");
      for (const field of ["delay", "bands", "at", "fallback"] as const)
        if (wait[field] !== undefined) complain(field, "does not go with `for`");
      if (wait.from !== "previous") complain("from", "does not go with `for`");
      return;
    }
    if (wait.timeout !== undefined) complain("timeout", "is only for a wait with `for`");
    if (wait.delay === undefined && wait.at === undefined) complain("delay", "is needed: the wait has no end");
    if (wait.bands !== undefined && wait.delay === undefined) complain("delay", "is needed beside `bands`");
    if (wait.from === "seen" && wait.fallback === undefined) complain("fallback", "is needed with `seen`");
    if (wait.from !== "seen" && wait.fallback !== undefined) complain("fallback", "is only for a wait from `seen`");
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

const conditionStep = z
  .strictObject({ type: z.literal("condition"), if: conditionGroupSchema })
  .describe("Goes on only when it is met; the run ends otherwise");

const nested = z.lazy((): z.ZodType<Step[]> => z.array(stepSchema).max(MOST_STEPS));

const branchStep = z
  .strictObject({
    type: z.literal("branch"),
    if: conditionGroupSchema,
    yes: nested.default([]),
    no: nested.default([]),
  })
  .describe("The steps of `yes` when it is met, else those of `no`; what follows the branch is for both");

const splitWay = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]{0,19}$/, "must be a short lower-case name such as a"),
  share: z.number().int().min(1).max(99).describe("Percent"),
  steps: nested.default([]),
});

const splitStep = z
  .strictObject({ type: z.literal("split"), ways: z.array(splitWay).min(2).max(5) })
  .superRefine(({ ways }, context) => {
    if (ways.reduce((sum, { share }) => sum + share, 0) !== 100) {
      context.addIssue({ code: "custom", path: ["ways"], message: "must have shares of 100 percent together" });
    }
    if (new Set(ways.map(({ name }) => name)).size < ways.length) {
      context.addIssue({ code: "custom", path: ["ways"], message: "must have different names" });
    }
  })
  .describe("One of several ways by chance; a run takes the same one however often it is asked");

const tag = z.string().trim().min(1).max(60);

const tagStep = z
  .strictObject({
    type: z.literal("tag"),
    add: z.array(tag).max(10).default([]),
    remove: z.array(tag).max(10).default([]),
  })
  .refine(({ add, remove }) => add.length + remove.length > 0, "adds and removes nothing")
  .describe("Changes the person's tags");

const webhookStep = z
  .strictObject({ type: z.literal("webhook"), url: webhookUrlSchema })
  .describe("Tells a system of the merchant's; the run does not wait for its answer");

const endStep = z.strictObject({ type: z.literal("end") }).describe("The run ends here");

export type WaitStep = z.infer<typeof waitStep>;
export type MessageStep = z.infer<typeof messageStep>;
/** Written out, because a branch holds steps again. */
export type Step =
  | WaitStep
  | MessageStep
  | z.infer<typeof conditionStep>
  | { type: "branch"; if: ConditionGroup; yes: Step[]; no: Step[] }
  | { type: "split"; ways: { name: string; share: number; steps: Step[] }[] }
  | z.infer<typeof tagStep>
  | z.infer<typeof webhookStep>
  | z.infer<typeof endStep>;

export const stepSchema = z
  .discriminatedUnion("type", [
    waitStep,
    messageStep,
    conditionStep,
    branchStep,
    splitStep,
    tagStep,
    webhookStep,
    endStep,
  ])
  .meta({ id: "Step" });

export const journeySchema = z
  .strictObject({
    trigger: triggerSchema,
    filter: conditionGroupSchema.nullable().default(null).describe("Who gets into the journey; null: everybody"),
    exits: z
      .array(z.union([z.enum(OPTIONAL_EXITS), eventMatchSchema]))
      .max(10)
      .default([])
      .describe(
        "What ends a run beside what always does: no subscription or consent left, the app uninstalled, the journey " +
          "switched off, a purchase (unless the journey is about one), and whatever makes its messages untrue (an empty " +
          "cart, sold out). `returned`: a visit after a message. `bought`: any order, also where the journey outlives " +
          "one. `item_removed`: something that was in the cart when the run began is taken out of it. `out_of_stock`: the " +
          "variant it is about, or all that is in the cart, is sold out. Or an event",
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
    goal: eventMatchSchema.nullish().describe("The run ends as reached when this happens"),
    steps: z.array(stepSchema).min(1).max(MOST_STEPS),
  })
  .superRefine((definition, context) => {
    for (const { path, message } of faultsOfSteps(definition.steps)) {
      context.addIssue({ code: "custom", path: ["steps", ...path], message });
    }
  });
export type JourneyDefinition = z.infer<typeof journeySchema>;

/** The JSON Schema (2020-12) of a definition as it is written, for editors and OpenAPI. */
export function journeyJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(journeySchema, { io: "input" }) as Record<string, unknown>;
}
