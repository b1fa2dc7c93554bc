import type { Clock } from "../clock.server.ts";
import { findCode } from "../journeys/fixed-code.server.ts";
import type { CodeInShopify } from "../journeys/fixed-code.server.ts";
import type { AdminApi } from "../shopify/admin-api.ts";

/** Machine time in which an answer is used again: a wave of messages with one code asks Shopify once. */
const FRESH_MS = 30_000;
const MOST_KEPT = 1_000;

/** Looks a merchant's own code up in Shopify, not more than twice a minute each. */
export function codeFinder({ admin, clock }: { admin: AdminApi; clock: Clock }) {
  const answers = new Map<string, { at: number; found: Promise<CodeInShopify> }>();
  return (shop: string, code: string): Promise<CodeInShopify> => {
    const key = `${shop} ${code}`;
    const now = clock.machineNow().getTime();
    const known = answers.get(key);
    if (known && now - known.at < FRESH_MS) return known.found;
    if (answers.size >= MOST_KEPT) answers.delete(answers.keys().next().value ?? "");
    const found = findCode(admin, shop, code);
    answers.delete(key);
    answers.set(key, { at: now, found });
    return found;
  };
}
