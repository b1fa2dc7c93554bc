/**
 * The Admin API (GraphQL) as the domain sees it. The implementation (app/shopify/admin-client.server.ts) adds a timeout,
 * bounded retry, the shop's cost budget (THROTTLED comes as HTTP 200) and token refresh serialised per shop.
 */
export type AdminApi = {
  /** Runs one of the operations in app/shopify/operations.ts. */
  query<T>(shop: string, operation: string, variables?: Record<string, unknown>): Promise<AdminResult<T>>;
};

/** `later`: throttled past patience, 5xx, timeout. `revoked`: uninstalled or token refused. `invalid`: our query is wrong. */
export type AdminResult<T> =
  | { ok: true; data: T }
  | { ok: false; reason: "later" | "revoked" | "invalid"; message: string; retryAfterMs: number | null };
