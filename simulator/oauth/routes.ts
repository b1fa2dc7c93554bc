import { json, readJsonObject } from "../http.ts";
import type { Router, SimResponse } from "../http.ts";
import { isInstalled } from "../sim.ts";
import type { Sim } from "../sim.ts";
import { MERCHANT, verifySessionToken } from "./session-token.ts";
import { ONLINE_ACCESS_MS, REFRESH_MS } from "./token-book.ts";
import type { OfflineGrant } from "./token-book.ts";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";
const OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token";
const ONLINE = "urn:shopify:params:oauth:token-type:online-access-token";

/** POST /admin/oauth/access_token: token exchange and refresh. */
export function registerOauth(router: Router, sim: Sim): void {
  router.on("POST", "/admin/oauth/access_token", (request) => {
    const body = readJsonObject(request);
    if (body["client_id"] !== sim.options.apiKey) return refuse("application_cannot_be_found");
    if (body["client_secret"] !== sim.options.apiSecret) return refuse("invalid_client");
    if (body["grant_type"] === TOKEN_EXCHANGE) return exchange(sim, body);
    if (body["grant_type"] === "refresh_token") return refresh(sim, body);
    return refuse("unsupported_grant_type");
  });
}

function exchange(sim: Sim, body: Record<string, unknown>): SimResponse {
  if (body["subject_token_type"] !== ID_TOKEN) return refuse("invalid_request", "subject_token_type is not supported");
  const claims = verifySessionToken(sim, String(body["subject_token"] ?? ""));
  const scopes = sim.state.installation?.scopes ?? [];
  if (!claims || !isInstalled(sim)) return refuse("invalid_subject_token");

  switch (body["requested_token_type"]) {
    case OFFLINE:
      return json(offlineAnswer(sim, sim.tokens.exchangeOffline(claims.jti, scopes, body["expiring"] === "1"), scopes));
    case ONLINE:
      return json({
        access_token: sim.tokens.exchangeOnline(scopes).token,
        scope: scopes.join(","),
        expires_in: ONLINE_ACCESS_MS / 1000,
        associated_user_scope: scopes.join(","),
        associated_user: {
          id: Number(MERCHANT.id),
          first_name: MERCHANT.firstName,
          last_name: MERCHANT.lastName,
          email: MERCHANT.email,
          email_verified: true,
          account_owner: true,
          locale: "en",
          collaborator: false,
        },
      });
    default:
      return refuse("invalid_request", "requested_token_type is not supported");
  }
}

function refresh(sim: Sim, body: Record<string, unknown>): SimResponse {
  const scopes = sim.state.installation?.scopes ?? [];
  const grant = isInstalled(sim) ? sim.tokens.refresh(String(body["refresh_token"] ?? ""), scopes) : null;
  if (!grant) return refuse("invalid_request", "This request requires an active refresh_token");
  return json(offlineAnswer(sim, grant, scopes));
}

function offlineAnswer(sim: Sim, grant: OfflineGrant, scopes: string[]): object {
  const expiresAt = grant.access.expiresAt;
  return {
    access_token: grant.access.token,
    scope: scopes.join(","),
    ...(expiresAt !== null && {
      expires_in: Math.max(0, Math.round((expiresAt - sim.clock.machineNow().getTime()) / 1000)),
      refresh_token: grant.refresh,
      refresh_token_expires_in: REFRESH_MS / 1000,
    }),
  };
}

function refuse(error: string, description?: string): SimResponse {
  return json({ error, ...(description && { error_description: description }) }, 400);
}
