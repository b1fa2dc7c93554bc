import { z } from "zod";
import { getJourney } from "../../journeys/journeys.server.ts";
import { runPlaces } from "../../journeys/run-places.ts";
import { defineEndpoint } from "../endpoint.ts";
import { ProblemError } from "../problem.ts";

const counted = z.number().int();

const versionRuns = z.object({
  version: counted,
  underWay: z
    .array(
      z.object({
        step: z.string().describe("The step they do next: its place in the definition of this version"),
        title: z.string().nullable().describe("Of a message, as it is written; null for other steps"),
        count: counted,
      }),
    )
    .describe("In the order of the steps"),
  finished: counted.describe("Went through to the end"),
  ended: z.array(z.object({ reason: z.string().describe("As in the ledger"), count: counted })),
});

export const journeyRunEndpoints = [
  defineEndpoint({
    method: "GET",
    path: "journeys/{kind}/runs",
    operationId: "countJourneyRuns",
    summary: "How many are where in a journey",
    description:
      "Runs by version, the newest first: who is under way goes on with the version they started with. Runs that ended are " +
      "counted as long as they are kept, 400 days.",
    tag: "journeys",
    query: null,
    body: null,
    answer: {
      status: 200,
      description: "All versions with a run on one page",
      schema: z.object({ data: z.array(versionRuns), next: z.null() }),
    },
    errors: { 404: "There is no such journey" },
    async handle({ store, shop, params }) {
      const kind = params.kind ?? "";
      const [journey, row] = [await getJourney(store, shop, kind), await store.shops.get(shop)];
      if (!journey || !row) throw new ProblemError(404, "There is no such journey.");
      return { status: 200, body: { data: await runPlaces(store, shop, kind, row.primaryLocale), next: null } };
    },
  }),
];
