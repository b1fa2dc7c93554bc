import { randomBytes } from "node:crypto";

/** Lifetimes in machine milliseconds, as Shopify documents them. */
const OFFLINE_ACCESS_MS = 3_600_000;
export const ONLINE_ACCESS_MS = 86_399_000;
export const REFRESH_MS = 7_776_000_000;
/** How long a used refresh token may be retried while its replacement was not used. */
export const REFRESH_RETRY_MS = 30 * 86_400_000;

export type AccessToken = {
  token: string;
  kind: "offline" | "online";
  /** Machine time; null: never (`expiring` 0). */
  expiresAt: number | null;
  scopes: string[];
};

type RefreshToken = { token: string; expiresAt: number; usedAt: number | null; replacement: string | null };

export type OfflineGrant = { access: AccessToken; refresh: string | null };

/** The access and refresh tokens of the app on this shop. */
export type TokenBook = {
  /**
   * A new offline token; an earlier expiring one ends with it (one active per app and shop). The same session token
   * exchanged again gets the same answer, as two loaders of one page do.
   */
  exchangeOffline(sessionTokenId: string, scopes: string[], isExpiring: boolean): OfflineGrant;
  exchangeOnline(scopes: string[]): AccessToken;
  /** Null: unknown, expired, or its replacement is already in use. */
  refresh(refreshToken: string, scopes: string[]): OfflineGrant | null;
  /** Null: unknown, expired or revoked. */
  find(accessToken: string): AccessToken | null;
  /** Ends every token: the app was uninstalled. */
  revokeAll(): void;
  /** Makes every access token look expired, so that a test needs no hour. Refresh tokens stay good. */
  expireAccess(): void;
};

export function createTokenBook(machineMs: () => number): TokenBook {
  const accessTokens = new Map<string, AccessToken>();
  const refreshTokens = new Map<string, RefreshToken>();
  const exchanged = new Map<string, OfflineGrant>();

  function issueExpiring(scopes: string[]): OfflineGrant {
    for (const [token, access] of accessTokens) {
      if (access.kind === "offline" && access.expiresAt !== null) accessTokens.delete(token);
    }
    const access: AccessToken = {
      token: `shpat_${randomBytes(16).toString("hex")}`,
      kind: "offline",
      expiresAt: machineMs() + OFFLINE_ACCESS_MS,
      scopes,
    };
    accessTokens.set(access.token, access);
    const refresh: RefreshToken = {
      token: `shprt_${randomBytes(16).toString("hex")}`,
      expiresAt: machineMs() + REFRESH_MS,
      usedAt: null,
      replacement: null,
    };
    refreshTokens.set(refresh.token, refresh);
    return { access, refresh: refresh.token };
  }

  function find(token: string): AccessToken | null {
    const access = accessTokens.get(token);
    if (!access) return null;
    return access.expiresAt !== null && access.expiresAt <= machineMs() ? null : access;
  }

  return {
    exchangeOffline(sessionTokenId, scopes, isExpiring) {
      const earlier = exchanged.get(sessionTokenId);
      if (earlier && find(earlier.access.token)) return earlier;
      if (!isExpiring) {
        const access: AccessToken = {
          token: `shpat_${randomBytes(16).toString("hex")}`,
          kind: "offline",
          expiresAt: null,
          scopes,
        };
        accessTokens.set(access.token, access);
        return { access, refresh: null };
      }
      const grant = issueExpiring(scopes);
      exchanged.set(sessionTokenId, grant);
      return grant;
    },
    exchangeOnline(scopes) {
      const access: AccessToken = {
        token: `shpat_${randomBytes(16).toString("hex")}`,
        kind: "online",
        expiresAt: machineMs() + ONLINE_ACCESS_MS,
        scopes,
      };
      accessTokens.set(access.token, access);
      return access;
    },
    refresh(refreshToken, scopes) {
      const found = refreshTokens.get(refreshToken);
      if (!found || found.expiresAt <= machineMs()) return null;
      if (found.usedAt !== null) {
        const replacement = found.replacement === null ? null : refreshTokens.get(found.replacement);
        if (!replacement || replacement.usedAt !== null || machineMs() - found.usedAt > REFRESH_RETRY_MS) return null;
        refreshTokens.delete(replacement.token);
      }
      const grant = issueExpiring(scopes);
      found.usedAt ??= machineMs();
      found.replacement = grant.refresh;
      return grant;
    },
    find,
    revokeAll() {
      accessTokens.clear();
      refreshTokens.clear();
      exchanged.clear();
    },
    expireAccess() {
      for (const access of accessTokens.values()) if (access.expiresAt !== null) access.expiresAt = machineMs();
    },
  };
}
