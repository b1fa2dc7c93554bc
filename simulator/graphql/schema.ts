import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildClientSchema } from "graphql";
import type { GraphQLSchema, IntrospectionQuery } from "graphql";

/** The version the extract is of: the only one the simulated shop speaks. */
export const ADMIN_API_VERSION = "2026-10";

type Extract = IntrospectionQuery & { access: Record<string, string[]> };

let loaded: { schema: GraphQLSchema; access: Map<string, string[]> } | null = null;

/** The schema, and for "Type" or "Type.field" the scopes of which the app needs one. Read once. */
export function adminSchema(): { schema: GraphQLSchema; access: Map<string, string[]> } {
  if (!loaded) {
    const text = readFileSync(join(import.meta.dirname, "..", "admin-schema.json"), "utf8");
    const extract = JSON.parse(text) as Extract;
    loaded = { schema: buildClientSchema(extract), access: new Map(Object.entries(extract.access)) };
  }
  return loaded;
}
