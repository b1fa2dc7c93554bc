import { z } from "zod";
import { renewWebhookSecret, webhookSecret } from "../../journeys/webhook-secret.server.ts";
import { defineEndpoint } from "../endpoint.ts";
import type { ApiReply } from "../endpoint.ts";
import { ProblemError } from "../problem.ts";

const answer = {
  status: 200,
  description: "The secret",
  schema: z.object({ secret: z.string().describe("Key of the HMAC in `Beckon-Signature`") }),
};
const errors = { 404: "The shop is not known any more" };

export const webhookSecretEndpoints = [
  defineEndpoint({
    method: "GET",
    path: "webhook-secret",
    operationId: "getWebhookSecret",
    summary: "What the calls of webhook steps are signed with",
    description: "Made when it is first asked for.",
    tag: "journeys",
    query: null,
    body: null,
    answer,
    errors,
    async handle({ store, keyring, shop }) {
      return answerWith(await webhookSecret(store, keyring, shop));
    },
  }),
  defineEndpoint({
    method: "POST",
    path: "webhook-secret",
    operationId: "renewWebhookSecret",
    summary: "A new secret in place of the old one, at once",
    tag: "journeys",
    query: null,
    body: null,
    answer,
    errors,
    async handle({ store, keyring, shop }) {
      return answerWith(await renewWebhookSecret(store, keyring, shop));
    },
  }),
];

function answerWith(secret: string | null): ApiReply {
  if (secret === null) throw new ProblemError(404, "There is no such shop.");
  return { status: 200, body: { secret } };
}
