import { GraphQLError } from "graphql";

/** The digits of a gid of `type`. Throws what Shopify answers when it is none. */
export function digits(type: string, id: unknown): string {
  const parsed = parseGid(id);
  if (!parsed || parsed.type !== type) throw invalidId(id);
  return parsed.id;
}

/** Null when `id` is no gid. */
export function parseGid(id: unknown): { type: string; id: string } | null {
  const match = /^gid:\/\/shopify\/([A-Za-z]+)\/([A-Za-z0-9_-]+)(\?.*)?$/.exec(String(id));
  return match ? { type: match[1] ?? "", id: match[2] ?? "" } : null;
}

export function invalidId(id: unknown): GraphQLError {
  return new GraphQLError(`Invalid global id '${String(id)}'`, { extensions: { code: "INVALID_VARIABLE" } });
}
