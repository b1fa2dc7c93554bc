import { setTimeout as wait } from "node:timers/promises";
import { Session } from "@shopify/shopify-api";
import { z } from "zod";
import type { Fetch } from "./shopify-fetch.server.ts";
import type { ShopStore } from "./shop-store.ts";

/** Gives the token an Admin API request is made with. */
export type AccessTokens = {
  /**
   * A token that is good for some minutes, refreshed first when it is not.
   *
   * @param refused a token Shopify just answered 401 to: another one is fetched
   * @returns null when there is none: never installed, uninstalled, or refresh refused
   * @throws when Shopify or the database cannot be reached
   */
  get(shop: string, refused?: string): Promise<string | null>;
};

type SessionStorage = {
  loadSession(id: string): Promise<Session | undefined>;
  storeSession(session: Session): Promise<boolean>;
};

/** A token is changed this long before it ends, as the library does. */
const EARLY_MS = 5 * 60_000;
const TIMEOUT_MS = 10_000;
/** Longer than a refresh may take: a process that dies while it refreshes blocks the others no longer. */
const LOCK_MS = 20_000;
const LOOK_AGAIN_MS = 150;

const refreshed = z.object({
  access_token: z.string().min(1),
  scope: z.string().default(""),
  expires_in: z.number().positive(),
  refresh_token: z.string().min(1),
  refresh_token_expires_in: z.number().positive().optional(),
});

/**
 * Expiring offline tokens (one hour; every refresh gives a new refresh token). The library lets parallel requests send the
 * same refresh token; here one request per shop refreshes, in this process by a chain, among processes by a row in the
 * database, and the others take what it got.
 */
export function createAccessTokens({
  storage,
  shops,
  fetch,
  apiKey,
  apiSecret,
  machineNow,
  pause = wait,
}: {
  storage: SessionStorage;
  shops: Pick<ShopStore, "lockTokenRefresh" | "unlockTokenRefresh">;
  fetch: Fetch;
  apiKey: string;
  apiSecret: string;
  machineNow: () => Date;
  pause?: (ms: number) => Promise<unknown>;
}): AccessTokens {
  const underWay = new Map<string, Promise<string | null>>();

  async function get(shop: string, refused?: string): Promise<string | null> {
    const session = await storage.loadSession(sessionId(shop));
    if (!session?.accessToken) return null;
    if (isGood(session, refused)) return session.accessToken;

    const already = underWay.get(shop);
    if (already) {
      const token = await already;
      return token === refused ? get(shop, refused) : token;
    }
    const refreshing = refreshOnce(shop, refused).finally(() => underWay.delete(shop));
    underWay.set(shop, refreshing);
    return refreshing;
  }

  function isGood(session: Session, refused: string | undefined): boolean {
    if (session.accessToken === refused) return false;
    return !session.expires || session.expires.getTime() - machineNow().getTime() > EARLY_MS;
  }

  async function refreshOnce(shop: string, refused: string | undefined): Promise<string | null> {
    const giveUpAt = machineNow().getTime() + LOCK_MS + TIMEOUT_MS;
    for (;;) {
      const now = machineNow();
      if (await shops.lockTokenRefresh(shop, now, new Date(now.getTime() + LOCK_MS))) break;
      if (now.getTime() > giveUpAt)
        throw new Error(`${shop}: another process has been refreshing its token for too long`);
      await pause(LOOK_AGAIN_MS);
    }
    try {
      // Whoever held the lock before may have stored a new token.
      const session = await storage.loadSession(sessionId(shop));
      if (!session?.accessToken) return null;
      if (isGood(session, refused)) return session.accessToken;
      // Without a refresh token (a token that does not expire, and was refused) there is nothing to be had.
      if (!session.refreshToken) return null;
      return await refresh(session, session.refreshToken);
    } finally {
      await shops.unlockTokenRefresh(shop);
    }
  }

  async function refresh(session: Session, refreshToken: string): Promise<string | null> {
    const response = await fetch(`https://${session.shop}/admin/oauth/access_token`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({
        client_id: apiKey,
        client_secret: apiSecret,
        refresh_token: refreshToken,
        grant_type: "refresh_token",
      }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if ([400, 401, 403, 404].includes(response.status)) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok) throw new Error(`${session.shop}: Shopify answered ${response.status} to a token refresh`);

    const answer = refreshed.parse(await response.json());
    const now = machineNow().getTime();
    const next = new Session({
      id: session.id,
      shop: session.shop,
      state: session.state,
      isOnline: false,
      scope: answer.scope || session.scope,
      accessToken: answer.access_token,
      expires: new Date(now + answer.expires_in * 1000),
      refreshToken: answer.refresh_token,
      refreshTokenExpires: answer.refresh_token_expires_in
        ? new Date(now + answer.refresh_token_expires_in * 1000)
        : session.refreshTokenExpires,
    });
    await storage.storeSession(next);
    return answer.access_token;
  }

  return { get };
}

function sessionId(shop: string): string {
  return `offline_${shop}`;
}
