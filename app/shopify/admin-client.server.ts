import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import type { AccessTokens } from "./access-tokens.server.ts";
import type { AdminApi, AdminResult } from "./admin-api.ts";
import type { Fetch } from "./shopify-fetch.server.ts";

export const ADMIN_API_VERSION = "2026-10";

/** What operators are told. `outcome` is "ok" or the reason of a failure. */
export type AdminObserver = (outcome: {
  operation: string;
  outcome: string;
  status: number | null;
  shop: string;
}) => void;

export type AdminClientOptions = {
  tokens: AccessTokens;
  fetch: Fetch;
  /** Milliseconds, any origin that only goes forward. */
  machineNow: () => Date;
  observe?: AdminObserver;
  pause?: (ms: number) => Promise<unknown>;
  random?: () => number;
};

const TIMEOUT_MS = 15_000;
const ATTEMPTS = 4;
/** How long a caller is kept waiting for the shop's budget; beyond that it is told when to come back. */
const PATIENCE_MS = 10_000;
const BACKOFF_MS = 500;

const throttleStatus = z.object({
  maximumAvailable: z.number(),
  currentlyAvailable: z.number(),
  restoreRate: z.number().positive(),
});
const answerShape = z.object({
  data: z.unknown().optional(),
  errors: z
    .union([
      z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string().optional() }).optional() })),
      z.string().transform((message) => [{ message, extensions: undefined }]),
    ])
    .optional(),
  extensions: z
    .object({
      cost: z.object({ requestedQueryCost: z.number(), throttleStatus: throttleStatus.optional() }).optional(),
    })
    .optional()
    .catch(undefined),
});

type Budget = { available: number; maximum: number; restoreRate: number; at: number };
type Attempt<T> = { result: AdminResult<T> } | { retryInMs: number | null; message: string; status: number | null };

/**
 * The Admin API over plain HTTP. The library's client retries only 429 and 503, and those in milliseconds where Shopify
 * says seconds; it has no timeout, and throws Response objects from its token refresh.
 *
 * Every shop has a budget that fills up again (points a second); its state comes with every answer, so that a request that
 * would be throttled waits for its turn here. THROTTLED is HTTP 200. A mutation that got no answer may have been done: it
 * is not sent again but given back as `later`.
 */
export function createAdminClient(options: AdminClientOptions): AdminApi {
  const { tokens, fetch, machineNow, observe = () => {}, pause = wait, random = Math.random } = options;
  const budgets = new Map<string, Budget>();
  /** What an operation last cost, by its text. */
  const costs = new Map<string, number>();

  async function query<T>(
    shop: string,
    operation: string,
    variables: Record<string, unknown> = {},
  ): Promise<AdminResult<T>> {
    const name = /(?:query|mutation)\s+(\w+)/.exec(operation)?.[1] ?? "anonymous";
    const waitedUntil = machineNow().getTime() + PATIENCE_MS;
    let refused: string | undefined;
    let last: { message: string; status: number | null; retryInMs: number | null } = {
      message: "not tried",
      status: null,
      retryInMs: null,
    };
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const turnMs = msUntilAffordable(shop, costs.get(operation) ?? 10);
      if (turnMs > 0) {
        if (machineNow().getTime() + turnMs > waitedUntil) {
          return finish(shop, name, later(`${shop}: the Admin API budget is used up`, turnMs), null);
        }
        await pause(turnMs + random() * 100);
      }

      let token: string | null;
      try {
        token = await tokens.get(shop, refused);
      } catch (error) {
        return finish(shop, name, later(`${shop}: no access token now (${reasonOf(error)})`, null), null);
      }
      if (token === null) return finish(shop, name, revoked(`${shop}: there is no access token`), null);

      const tried = await send<T>(shop, operation, variables, token);
      if ("result" in tried) return finish(shop, name, tried.result, 200);
      if (tried.status === 401) {
        // Once: the token may have been replaced or ended a moment ago.
        if (refused !== undefined) return finish(shop, name, revoked(`${shop}: the access token is refused`), 401);
        refused = token;
        continue;
      }
      last = tried;
      if (attempt === ATTEMPTS || tried.retryInMs === null) break;
      const delayMs = Math.max(tried.retryInMs, BACKOFF_MS * 2 ** (attempt - 1)) * (1 + random() * 0.3);
      if (machineNow().getTime() + delayMs > waitedUntil) break;
      await pause(delayMs);
    }
    return finish(shop, name, later(last.message, last.retryInMs), last.status);
  }

  async function send<T>(
    shop: string,
    operation: string,
    variables: Record<string, unknown>,
    token: string,
  ): Promise<Attempt<T>> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`https://${shop}/admin/api/${ADMIN_API_VERSION}/graphql.json`, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-Shopify-Access-Token": token,
          "User-Agent": "Beckon",
        },
        body: JSON.stringify({ query: operation, variables }),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      const message = `${shop}: no answer from the Admin API (${reasonOf(error)})`;
      return { retryInMs: isMutation(operation) ? null : 0, message, status: null };
    }
    return read<T>(shop, operation, response, text);
  }

  function read<T>(shop: string, operation: string, response: Response, text: string): Attempt<T> {
    const { status } = response;
    const message = `${shop}: the Admin API answered ${status}`;
    if (status === 401) return { retryInMs: 0, message, status };
    if (status === 404) return { result: revoked(message) };
    if (status === 403 || status === 400) return { result: invalid(message) };
    // 402: the shop is frozen, 423: locked. Both end by themselves or by the merchant.
    if (status === 402 || status === 423) return { result: later(message, 3_600_000) };
    if (status === 429)
      return { retryInMs: retryAfterMs(response.headers.get("retry-after")) ?? 1000, message, status };
    if (status >= 500) return { retryInMs: isMutation(operation) && status !== 503 ? null : 0, message, status };

    const parsed = answerShape.safeParse(parse(text));
    if (status !== 200 || !parsed.success) return { result: invalid(`${message} in a shape we do not know`) };
    const { data, errors, extensions } = parsed.data;
    noteBudget(shop, operation, extensions?.cost);
    if (!errors || errors.length === 0) return { result: { ok: true, data: data as T } };

    const codes = errors.map((error) => error.extensions?.code ?? "");
    if (codes.includes("THROTTLED")) {
      return {
        retryInMs: Math.max(1000, msUntilAffordable(shop, costs.get(operation) ?? 10)),
        message: `${shop}: throttled`,
        status,
      };
    }
    if (codes.includes("INTERNAL_SERVER_ERROR") || codes.includes("TIMEOUT"))
      return { retryInMs: isMutation(operation) ? null : 0, message: `${shop}: the Admin API failed inside`, status };
    if (codes.includes("SHOP_INACTIVE")) return { result: later(`${shop}: the shop is inactive`, 3_600_000) };
    // Messages of GraphQL errors name fields and scopes, not people.
    return {
      result: invalid(
        `${shop}: ${errors
          .map((error) => error.message)
          .join("; ")
          .slice(0, 500)}`,
      ),
    };
  }

  function noteBudget(
    shop: string,
    operation: string,
    cost: { requestedQueryCost: number; throttleStatus?: z.infer<typeof throttleStatus> } | undefined,
  ): void {
    if (!cost) return;
    costs.set(operation, cost.requestedQueryCost);
    if (!cost.throttleStatus) return;
    const { currentlyAvailable, maximumAvailable, restoreRate } = cost.throttleStatus;
    budgets.set(shop, {
      available: currentlyAvailable,
      maximum: maximumAvailable,
      restoreRate,
      at: machineNow().getTime(),
    });
    if (budgets.size > 10_000) budgets.delete(budgets.keys().next().value ?? "");
  }

  /** 0 when the shop's budget is not known or suffices. */
  function msUntilAffordable(shop: string, cost: number): number {
    const budget = budgets.get(shop);
    if (!budget) return 0;
    const elapsedSeconds = (machineNow().getTime() - budget.at) / 1000;
    const available = Math.min(budget.maximum, budget.available + elapsedSeconds * budget.restoreRate);
    const missing = Math.min(cost, budget.maximum) - available;
    return missing <= 0 ? 0 : Math.ceil((missing / budget.restoreRate) * 1000);
  }

  function finish<T>(shop: string, operation: string, result: AdminResult<T>, status: number | null): AdminResult<T> {
    observe({ shop, operation, outcome: result.ok ? "ok" : result.reason, status });
    return result;
  }

  return { query };
}

function later(message: string, waitMs: number | null) {
  return { ok: false as const, reason: "later" as const, message, retryAfterMs: waitMs };
}

function revoked(message: string) {
  return { ok: false as const, reason: "revoked" as const, message, retryAfterMs: null };
}

function invalid(message: string) {
  return { ok: false as const, reason: "invalid" as const, message, retryAfterMs: null };
}

function isMutation(operation: string): boolean {
  return /^\s*mutation\b/.test(operation);
}

/** Seconds in a number or a date (RFC 9110). */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

/** Never the message of a fetch error: it may hold the address. */
function reasonOf(error: unknown): string {
  if (error instanceof Response) return `status ${error.status}`;
  if (!(error instanceof Error)) return "unknown";
  const cause = error.cause instanceof Error && "code" in error.cause ? String(error.cause.code) : null;
  return cause ?? error.name;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
