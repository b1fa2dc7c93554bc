import type { Database } from "./database.server.ts";

/** Changes a visitor's tags inside the caller's transaction. Null for a visitor we do not know; the tags after it otherwise. */
export function tagStatements({ sqlite }: Pick<Database, "sqlite">) {
  const select = sqlite
    .prepare<[string, string], string>("select tags from visitors where shop = ? and visitor_id = ?")
    .pluck();
  const update = sqlite.prepare<[string, string, string]>(
    "update visitors set tags = ? where shop = ? and visitor_id = ?",
  );

  return function changeTags(
    shop: string,
    visitorId: string,
    { add, remove }: { add: string[]; remove: string[] },
  ): string[] | null {
    const known = select.get(shop, visitorId);
    if (known === undefined) return null;
    const kept = [...(JSON.parse(known) as string[]), ...add].filter((tag) => !remove.includes(tag));
    const tags = [...new Set(kept)].toSorted();
    update.run(JSON.stringify(tags), shop, visitorId);
    return tags;
  };
}
