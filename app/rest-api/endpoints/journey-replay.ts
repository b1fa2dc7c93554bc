import { z } from "zod";
import { journeySchema } from "../../journeys/definition.ts";
import { getJourney, InvalidDefinitionError, parseDefinition } from "../../journeys/journeys.server.ts";
import { LONGEST_REPLAY_DAYS, replayReportSchema } from "../../journeys/replay-report.ts";
import { defineEndpoint } from "../endpoint.ts";
import { fieldProblems, ProblemError } from "../problem.ts";

const daysSchema = z.strictObject({
  days: z.number().int().min(1).max(LONGEST_REPLAY_DAYS).describe("How far to look back"),
  definition: z.unknown().optional(),
});

export const journeyReplayEndpoints = [
  defineEndpoint({
    method: "POST",
    path: "journeys/{kind}/replay",
    operationId: "replayJourney",
    summary: "What a journey would have sent",
    description:
      "Runs a definition against the recorded events of the last days: which messages would have left, to whom and when, what " +
      "caps and quiet hours would have held back, what the discounts would have cost. Nothing is sent, changed or given " +
      "away. `definition` is a draft, checked as at saving; without it, the journey as it is saved, switched on or not.",
    tag: "journeys",
    query: null,
    body: daysSchema.extend({ definition: journeySchema.optional() }),
    checksBodyItself: true,
    answer: { status: 200, description: "What would have happened", schema: replayReportSchema },
    errors: {
      400: "The days or the definition are wrong: `errors` names each place",
      404: "There is no such journey",
      409: "Another replay is under way: try again in a minute",
      413: "The body is too large",
    },
    async handle({ store, shop, params, body, replay }) {
      const kind = params.kind ?? "";
      const asked = daysSchema.safeParse(body);
      if (!asked.success) throw new ProblemError(400, "The body is wrong.", fieldProblems(asked.error.issues));
      const journey = await getJourney(store, shop, kind);
      const { days, definition: draft } = asked.data;
      const definition = journey && (draft === undefined ? journey.definition : parseDraft(kind, draft));
      const answer = definition ? await replay({ shop, kind, definition, days }) : null;
      if (answer?.type === "busy") throw new ProblemError(409, "Another replay is under way. Try again in a minute.");
      if (answer?.type !== "report") throw new ProblemError(404, "There is no such journey.");
      return { status: 200, body: answer.report };
    },
  }),
];

function parseDraft(kind: string, draft: unknown) {
  try {
    return parseDefinition(kind, draft);
  } catch (error) {
    if (!(error instanceof InvalidDefinitionError)) throw error;
    const issues = error.issues.map(({ path, message }) => ({
      path: path ? `definition.${path}` : "definition",
      message,
    }));
    throw new ProblemError(400, "The definition is wrong.", issues);
  }
}
