import { z } from "zod";
import { TEMPLATE_FIELDS } from "../composer/template-fields.ts";
import type { Endpoint } from "./endpoint.ts";
import { ENDPOINTS } from "./endpoints.ts";

type Json = Record<string, unknown>;

/** Where the JSON Schema of a journey's definition lies, below /api/v1/. Editors and other tools keep the address. */
export const JOURNEY_SCHEMA_PATH = "schemas/journey.json";

const PROBLEM = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** The OpenAPI 3.1 document, made from the schemas that check the requests. It names only what exists. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  const schemas: Record<string, unknown> = {};
  for (const endpoint of ENDPOINTS) {
    const path = `/${endpoint.path}`;
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Beckon REST API",
      version: "1.0.0",
      description: [
        "Keys are made in the app's settings and speak for one shop. Errors are problem details (RFC 9457).",
        "Lists answer `{data, next}`: pass `next` as `cursor` until it is null.",
        "A POST with an `Idempotency-Key` does its work once, however often it is sent.",
        `The definition of a journey by itself is at /api/v1/${JOURNEY_SCHEMA_PATH} as a JSON Schema.`,
        templateNote(),
      ].join("\n\n"),
    },
    servers: [{ url: "/api/v1" }],
    security: [{ key: [] }],
    tags: [...new Set(ENDPOINTS.map((endpoint) => endpoint.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer" } },
      schemas: { ...schemas, Problem: schemaOf(PROBLEM, "output", schemas) },
    },
    "x-template-variables": Object.entries(TEMPLATE_FIELDS).map(([name, field]) => ({ name, ...field })),
  };
}

function operationOf(endpoint: Endpoint, schemas: Json): Json {
  const parameters = [...pathParameters(endpoint), ...queryParameters(endpoint)];
  if (endpoint.method === "POST") {
    parameters.push({
      name: "Idempotency-Key",
      in: "header",
      required: false,
      schema: { type: "string", maxLength: 200 },
      description: "Any text of yours: the same request with it again gets the first answer",
    });
  }
  const { status, description, schema } = endpoint.answer;
  const errors: Record<string, string> = { 401: "No valid key", ...endpoint.errors };
  if (endpoint.method === "POST") {
    errors[409] ??= "The first request with this Idempotency-Key still runs";
    errors[422] ??= "The Idempotency-Key was used for another request";
  }
  return {
    operationId: endpoint.operationId,
    summary: endpoint.summary,
    ...(endpoint.description ? { description: endpoint.description } : {}),
    tags: [endpoint.tag],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(endpoint.body
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(endpoint.body, "input", schemas) } },
          },
        }
      : {}),
    responses: {
      [status]: {
        description,
        ...(schema ? { content: { "application/json": { schema: schemaOf(schema, "output", schemas) } } } : {}),
      },
      ...Object.fromEntries(Object.entries(errors).map(([code, words]) => [code, problemAnswer(words)])),
    },
  };
}

function pathParameters({ path }: Endpoint): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters({ query }: Endpoint): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query, "input", {}) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description ? { description } : {}),
    schema,
  }));
}

/** @param shared gets what the schema refers to by name: a reference in OpenAPI counts from the document's root */
function schemaOf(schema: z.ZodType, io: "input" | "output", shared: Json): Json {
  const made = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json & { $defs?: Json };
  const { $schema: _, $defs = {}, ...json } = made;
  const suffix = io === "output" ? "AsStored" : "";
  const moved = (part: unknown) =>
    JSON.parse(JSON.stringify(part).replaceAll(/"#\/\$defs\/(\w+)"/g, `"#/components/schemas/$1${suffix}"`)) as Json;
  for (const [name, part] of Object.entries($defs)) shared[`${name}${suffix}`] = moved(part);
  return moved(json);
}

function problemAnswer(description: string): Json {
  return {
    description,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

function templateNote(): string {
  const rows = Object.entries(TEMPLATE_FIELDS).map(([name, { description }]) => `- \`${name}\`: ${description}`);
  return ["Texts are Liquid. What they may name:", ...rows].join("\n");
}
