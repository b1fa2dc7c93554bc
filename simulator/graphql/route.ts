import { GraphQLError, Kind, execute, getNamedType, parse, validate } from "graphql";
import type { DocumentNode, GraphQLFieldResolver, OperationDefinitionNode } from "graphql";
import { hasScope } from "../app-config.ts";
import { throttledBody } from "../fault-guard.ts";
import { json, readJsonObject } from "../http.ts";
import type { Router, SimRequest, SimResponse } from "../http.ts";
import { isInstalled } from "../sim.ts";
import type { Sim } from "../sim.ts";
import { MAXIMUM_QUERY_COST, requestedCost } from "./cost.ts";
import { accessDenied, asShopifyError } from "./errors.ts";
import { rootValue } from "./root.ts";
import { ADMIN_API_VERSION, adminSchema } from "./schema.ts";

/** POST /admin/api/VERSION/graphql.json, refusing what Shopify refuses. */
export function registerAdminApi(router: Router, sim: Sim): void {
  router.on("POST", "/admin/api/:version/graphql.json", (request) => handle(sim, request));
  router.on("*", "/admin/api/*", () => json({ errors: "Not Found" }, 404));
}

async function handle(sim: Sim, request: SimRequest): Promise<SimResponse> {
  if (request.params["version"] !== ADMIN_API_VERSION) return json({ errors: "Not Found" }, 404);
  const token = sim.tokens.find(String(request.headers["x-shopify-access-token"] ?? ""));
  if (!token || !isInstalled(sim)) {
    return json({ errors: "[API] Invalid API key or access token (unrecognized login or wrong password)" }, 401);
  }

  const body = readJsonObject(request);
  const variables = (body["variables"] ?? {}) as Record<string, unknown>;
  const operationName = typeof body["operationName"] === "string" ? body["operationName"] : null;
  const { schema, access } = adminSchema();
  const document = read(String(body["query"] ?? ""));
  if (document instanceof GraphQLError) return json({ errors: [asShopifyError(document, "query")] });
  const problems = validate(schema, document);
  if (problems.length > 0)
    return json({ errors: problems.map((problem) => asShopifyError(problem, nameOf(document))) });

  const cost = requestedCost(document, operationName, variables);
  if (cost > MAXIMUM_QUERY_COST) return json(tooExpensive(cost));
  if (!sim.cost.take(cost)) return json(throttledBody(sim, cost));

  const scopes = token.scopes;
  const result = await execute({
    schema,
    document,
    rootValue: rootValue(sim),
    variableValues: variables,
    operationName,
    fieldResolver: resolver((rule) => rule.some((scope) => hasScope(scopes, scope)), access),
  });
  const actual = Math.min(cost, countObjects(result.data) + (isMutation(document) ? 9 : 0));
  sim.cost.giveBack(cost - actual);
  return json({
    ...(result.data !== undefined && { data: result.data }),
    ...(result.errors && { errors: result.errors.map((error) => describe(error)) }),
    extensions: { cost: { requestedQueryCost: cost, actualQueryCost: actual, throttleStatus: sim.cost.status() } },
  });
}

/** Reads plain properties and calls functions; refuses fields and types the app has no scope for, or nobody simulates. */
function resolver(
  isAllowed: (scopes: string[]) => boolean,
  access: Map<string, string[]>,
): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, context, info) => {
    const returned = getNamedType(info.returnType).name;
    const rules = [`${info.parentType.name}.${info.fieldName}`, returned, returned.replace(/Connection$/, "")];
    for (const name of rules) {
      const rule = access.get(name);
      if (rule && !isAllowed(rule)) throw accessDenied(info.fieldName, rule);
    }
    const object = source as Record<string, unknown>;
    if (!(info.fieldName in object)) {
      throw new GraphQLError(`${info.parentType.name}.${info.fieldName} is not simulated`, {
        extensions: { code: "NOT_SIMULATED" },
      });
    }
    const value = object[info.fieldName];
    return typeof value === "function" ? (value as (...all: unknown[]) => unknown)(args, context, info) : value;
  };
}

function read(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

function describe(error: GraphQLError): object {
  if (error.message.startsWith('Variable "$')) {
    return { ...error.toJSON(), extensions: { code: "INVALID_VARIABLE", ...error.extensions } };
  }
  return error.toJSON();
}

function tooExpensive(cost: number): object {
  const message = `Query cost is ${cost}, which exceeds the single query max cost limit (${MAXIMUM_QUERY_COST}).`;
  return { errors: [{ message, extensions: { code: "MAX_COST_EXCEEDED", cost, maxCost: MAXIMUM_QUERY_COST } }] };
}

function nameOf(document: DocumentNode): string {
  const operation = operationOf(document);
  return operation?.name ? `${operation.operation} ${operation.name.value}` : (operation?.operation ?? "query");
}

function isMutation(document: DocumentNode): boolean {
  return operationOf(document)?.operation === "mutation";
}

function operationOf(document: DocumentNode): OperationDefinitionNode | undefined {
  return document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}

function countObjects(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countObjects(item), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + (isObject(item) ? 1 : 0) + countObjects(item), 0);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
