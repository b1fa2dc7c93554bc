import { createHash, randomBytes } from "node:crypto";
import ipaddr from "ipaddr.js";

/** Requests a minute of machine time. */
export const LIMITS = { visitor: 60, address: 600, shop: 6000 } as const;

const WINDOW_MS = 60_000;

export type RateLimiter = {
  /**
   * Counts a request against each of the keys given (null: not known, no limit).
   *
   * @returns seconds to wait when one of them has used up its minute, else null
   */
  take(keys: { shop: string; visitorId: string | null; address: string | null }, machineNow: Date): number | null;
};

/**
 * Limits of the public paths, in memory. Addresses are hashed with a salt that lives as long as the process and are gone
 * with their minute: no address is ever stored.
 */
export function createRateLimiter(): RateLimiter {
  const salt = randomBytes(16);
  let startedAt = 0;
  let counts = new Map<string, number>();

  function count(key: string, limit: number): boolean {
    const used = (counts.get(key) ?? 0) + 1;
    counts.set(key, used);
    return used <= limit;
  }

  return {
    take({ shop, visitorId, address }, machineNow) {
      const now = machineNow.getTime();
      if (now - startedAt >= WINDOW_MS || now < startedAt) {
        startedAt = now - (now % WINDOW_MS);
        counts = new Map();
      }
      const allowed = [
        count(`s:${shop}`, LIMITS.shop),
        visitorId === null || count(`v:${shop}:${visitorId}`, LIMITS.visitor),
        address === null ||
          count(`a:${createHash("sha256").update(salt).update(address).digest("base64")}`, LIMITS.address),
      ];
      return allowed.every(Boolean) ? null : Math.max(1, Math.ceil((startedAt + WINDOW_MS - now) / 1000));
    },
  };
}

/** No limits at all: RATE_LIMIT=off. */
export const UNLIMITED: RateLimiter = { take: () => null };

/** What proxies in front of us are reached by, and what nobody has. */
const NOT_PUBLIC = new Set([
  "private",
  "loopback",
  "linkLocal",
  "uniqueLocal",
  "carrierGradeNat",
  "unspecified",
  "broadcast",
  "multicast",
]);

/** The first public address in X-Forwarded-For, to be believed only under a valid proxy signature; null: none. */
export function firstPublicAddress(forwardedFor: string | null): string | null {
  for (const part of (forwardedFor ?? "").split(",").slice(0, 20)) {
    const text = part.trim();
    if (!ipaddr.isValid(text)) continue;
    const address = ipaddr.process(text);
    if (!NOT_PUBLIC.has(address.range())) return address.toString();
  }
  return null;
}
