import { z } from "zod";

// What a replay answers: the messages a definition would have sent to the people the recorded events tell of.

/** Days a replay can look back. Events are kept longer than that: RETENTION_DAYS in app/jobs/housekeeping.server.ts. */
export const LONGEST_REPLAY_DAYS = 90;

/** What events do not record, and what the replay takes instead. */
export const REPLAY_LIMITS = ["stock", "open_shop", "choices", "other_messages", "recorded_starts"] as const;
export type ReplayLimit = (typeof REPLAY_LIMITS)[number];

const instant = z.iso.datetime().describe("Shop time, ISO 8601");
const counted = z.number().int();
const amounts = z.array(z.object({ currency: z.string(), amount: counted.describe("Minor units") }));
const reasons = z.array(z.object({ reason: z.string().describe("As in the ledger"), count: counted }));

export const replayReportSchema = z.object({
  journey: z.string(),
  from: instant,
  until: instant.describe("Up to where the events were replayed: earlier than now when `isComplete` is false"),
  isComplete: z.boolean().describe("False: there was more than could be replayed in the time a replay is given"),
  events: counted.describe("Events looked at"),
  messages: counted.describe("Messages that would have left"),
  people: counted.describe("Browsers that would have got at least one"),
  reallySent: counted.describe("Messages of this journey that really left in the same span"),
  byStep: z.array(z.object({ step: z.string().describe("Place in the definition's steps"), messages: counted })),
  byDay: z.array(z.object({ date: z.iso.date().describe("In the shop's timezone"), messages: counted })),
  sample: z
    .array(z.object({ visitorId: z.string(), step: z.string(), at: instant, withCode: z.boolean() }))
    .describe("The newest of them, at most 100"),
  delayed: reasons.describe("Decisions to wait: quiet hours, caps, a more important message"),
  dropped: reasons.describe("Messages not sent, and people who left the journey, by what decided it"),
  discounts: z
    .object({
      codes: counted.describe("Codes that would have been given away"),
      atMost: amounts.describe(
        "What they would have cost had every one of them been used, on what lay in the cart then",
      ),
      useRate: z
        .number()
        .nullable()
        .describe("Of the codes this journey gave away in the span, the share used; null: it gave none"),
      expected: amounts.nullable().describe("`atMost` times `useRate`"),
    })
    .describe("The cost of discounts"),
  limits: z
    .array(z.enum(REPLAY_LIMITS))
    .describe(
      "What no event records. stock: everything is taken to have been in stock. open_shop: nobody is taken to have had the " +
        "shop open when a message came. choices: pauses, switched-off kinds, settings and prices of products without a " +
        "recorded price are today's. other_messages: other journeys and campaigns count against the caps as they really " +
        "left. recorded_starts: runs begin where this journey really began them, so none where it was off",
    ),
});
export type ReplayReport = z.infer<typeof replayReportSchema>;
