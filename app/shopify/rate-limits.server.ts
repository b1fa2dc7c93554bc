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
  // Two generations, so that what is over is forgotten without looking through it: each lives one to two minutes.
  let current = new Map<string, Minute>();
  let former = new Map<string, Minute>();
  let turnedAt = 0;

  /** Milliseconds until the key's minute is over when it is used up, else 0. A minute begins with its first request. */
  function count(key: string, limit: number, now: number): number {
    let minute = current.get(key) ?? former.get(key);
    if (!minute || now - minute.startedAt >= WINDOW_MS || now < minute.startedAt) {
      minute = { startedAt: now, used: 0 };
      current.set(key, minute);
    }
    minute.used += 1;
    return minute.used <= limit ? 0 : minute.startedAt + WINDOW_MS - now;
  }

  return {
    take({ shop, visitorId, address }, machineNow) {
      const now = machineNow.getTime();
      if (now - turnedAt >= WINDOW_MS || now < turnedAt) {
        turnedAt = now;
        former = current;
        current = new Map();
      }
      const waitMs = Math.max(
        count(`s:${shop}`, LIMITS.shop, now),
        visitorId === null ? 0 : count(`v:${shop}:${visitorId}`, LIMITS.visitor, now),
        address === null
          ? 0
          : count(`a:${createHash("sha256").update(salt).update(address).digest("base64")}`, LIMITS.address, now),
      );
      return waitMs === 0 ? null : Math.ceil(waitMs / 1000);
    },
  };
}

type Minute = { startedAt: number; used: number };

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
