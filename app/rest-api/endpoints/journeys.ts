import { z } from "zod";
import { journeySchema } from "../../journeys/definition.ts";
import {
  getJourney,
  InvalidDefinitionError,
  listJourneys,
  saveDefinition,
  setEnabled,
} from "../../journeys/journeys.server.ts";
import type { Journey } from "../../journeys/journey-store.ts";
import { scheduleShopSync } from "../../shopify/sync-shop.server.ts";
import { defineEndpoint, instant } from "../endpoint.ts";
import type { ApiCall, ApiReply } from "../endpoint.ts";
import { ProblemError } from "../problem.ts";

const journeyAnswer = z.object({
  kind: z.string(),
  enabled: z.boolean(),
  version: z.number().int().describe("Grows with every change of the definition"),
  definition: journeySchema,
  updatedAt: instant,
});

const notFound = { 404: "There is no such journey" };
const answer = { status: 200, description: "The journey", schema: journeyAnswer };

export const journeyEndpoints = [
  defineEndpoint({
    method: "GET",
    path: "journeys",
    operationId: "listJourneys",
    summary: "All journeys",
    tag: "journeys",
    query: null,
    body: null,
    answer: {
      status: 200,
      description: "All of them on one page",
      schema: z.object({ data: z.array(journeyAnswer), next: z.null() }),
    },
    errors: {},
    async handle({ store, shop }) {
      const journeys = await listJourneys(store, shop);
      return { status: 200, body: { data: journeys.map(shown), next: null } };
    },
  }),
  defineEndpoint({
    method: "GET",
    path: "journeys/{kind}",
    operationId: "getJourney",
    summary: "One journey",
    tag: "journeys",
    query: null,
    body: null,
    answer,
    errors: notFound,
    async handle(call) {
      return answerWith(await getJourney(call.store, call.shop, kindOf(call)));
    },
  }),
  defineEndpoint({
    method: "PUT",
    path: "journeys/{kind}",
    operationId: "replaceJourney",
    summary: "Replace a journey's definition",
    description:
      "Makes a new version; who is under way goes on with the version they started with. The body is the definition, or " +
      "an object with it as its only field `definition`.",
    tag: "journeys",
    query: null,
    body: z.union([journeySchema, z.strictObject({ definition: journeySchema })]),
    checksBodyItself: true,
    answer,
    errors: { 400: "The definition is wrong: `errors` names each place", 413: "The body is too large", ...notFound },
    async handle(call) {
      try {
        const { store, shop, clock, body, admin } = call;
        return answerWith(
          await saveDefinition(store, shop, kindOf(call), definitionIn(body), clock.now(), admin ?? null),
        );
      } catch (error) {
        if (error instanceof InvalidDefinitionError) {
          throw new ProblemError(400, "The definition is wrong.", error.issues);
        }
        throw error;
      }
    },
  }),
  ...([true, false] as const).map((enabled) =>
    defineEndpoint({
      method: "POST",
      path: `journeys/{kind}/${enabled ? "enable" : "disable"}`,
      operationId: enabled ? "enableJourney" : "disableJourney",
      summary: enabled ? "Switch a journey on" : "Switch a journey off: who is under way gets nothing more",
      tag: "journeys",
      query: null,
      body: null,
      answer,
      errors: notFound,
      async handle(call) {
        const journey = await setEnabled(call.store, call.shop, kindOf(call), enabled, call.clock.now());
        if (journey) await scheduleShopSync(call.store, call.shop, call.clock.now());
        return answerWith(journey);
      },
    }),
  ),
];

function kindOf({ params }: Pick<ApiCall<null, unknown>, "params">): string {
  return params.kind ?? "";
}

function answerWith(journey: Journey | null): ApiReply {
  if (!journey) throw new ProblemError(404, "There is no such journey.");
  return { status: 200, body: shown(journey) };
}

/** A definition has no field of its own name, so the two shapes cannot be mistaken for each other. */
function definitionIn(body: unknown): unknown {
  const isWrapped = typeof body === "object" && body !== null && Object.keys(body).join() === "definition";
  return isWrapped ? (body as { definition: unknown }).definition : body;
}

function shown({ kind, enabled, version, definition, updatedAt }: Journey) {
  return { kind, enabled, version, definition, updatedAt };
}
