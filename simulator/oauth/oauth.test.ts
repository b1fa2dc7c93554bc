import { afterEach, beforeEach, expect, test } from "vitest";
import { uninstall } from "../installation.ts";
import { exchangeBody, startSim } from "../testing/start-sim.ts";
import type { TestSim } from "../testing/start-sim.ts";
import { mintSessionToken } from "./session-token.ts";
import { REFRESH_RETRY_MS, createTokenBook } from "./token-book.ts";

const TOKEN = "/admin/oauth/access_token";
const SHOP_QUERY = "{ shop { name } }";

let run: TestSim;
beforeEach(async () => {
  run = await startSim();
});
afterEach(() => run.close());

function refreshBody(token: unknown): Record<string, unknown> {
  return { client_id: "test-key", client_secret: "test-secret", grant_type: "refresh_token", refresh_token: token };
}

test("a session token is exchanged for an expiring offline token that works", async () => {
  const { status, body } = await run.post(TOKEN, exchangeBody(mintSessionToken(run.sim)));

  expect(status).toBe(200);
  expect(body).toMatchObject({ expires_in: 3600, refresh_token_expires_in: 7_776_000 });
  expect(String(body["scope"])).toContain("write_discounts");
  expect((await run.graphql(SHOP_QUERY, {}, String(body["access_token"]))).body.data).toEqual({
    shop: { name: "Juniper & Oak" },
  });
});

test("without `expiring` the token has no end and no refresh token", async () => {
  const { body } = await run.post(TOKEN, exchangeBody(mintSessionToken(run.sim), { expiring: "0" }));

  expect(Object.keys(body).toSorted()).toEqual(["access_token", "scope"]);
});

test("an online token names its user", async () => {
  const requested = { requested_token_type: "urn:shopify:params:oauth:token-type:online-access-token" };

  const { body } = await run.post(TOKEN, exchangeBody(mintSessionToken(run.sim), requested));

  expect(body["associated_user"]).toMatchObject({ account_owner: true, locale: "en" });
});

test.each([
  ["signed by another", () => `${mintSessionToken(run.sim).slice(0, -6)}AAAAAA`],
  ["expired", () => mintSessionToken(run.sim, { exp: Math.floor(Date.now() / 1000) - 30 })],
  ["not valid yet", () => mintSessionToken(run.sim, { nbf: Math.floor(Date.now() / 1000) + 60 })],
  ["for another app", () => mintSessionToken(run.sim, { aud: "other" })],
  ["for another shop", () => mintSessionToken(run.sim, { dest: "https://other.myshopify.com" })],
  ["by another issuer", () => mintSessionToken(run.sim, { iss: "https://other.myshopify.com/admin" })],
  ["no token at all", () => "nonsense"],
])("a session token that is %s is refused", async (_name, token) => {
  expect(await run.post(TOKEN, exchangeBody(token()))).toEqual({
    status: 400,
    body: { error: "invalid_subject_token" },
  });
});

test("a wrong client is refused", async () => {
  const token = mintSessionToken(run.sim);

  expect((await run.post(TOKEN, exchangeBody(token, { client_id: "x" }))).body).toEqual({
    error: "application_cannot_be_found",
  });
  expect((await run.post(TOKEN, exchangeBody(token, { client_secret: "x" }))).body).toEqual({
    error: "invalid_client",
  });
});

test("two loaders of one page get the same token, a later exchange ends the earlier one", async () => {
  const sessionToken = mintSessionToken(run.sim);
  const first = await run.post(TOKEN, exchangeBody(sessionToken));
  const second = await run.post(TOKEN, exchangeBody(sessionToken));
  await run.post(TOKEN, exchangeBody(mintSessionToken(run.sim)));

  expect(second.body["access_token"]).toBe(first.body["access_token"]);
  expect((await run.graphql(SHOP_QUERY, {}, String(first.body["access_token"]))).status).toBe(401);
});

test("refreshing gives a new pair and ends the old access token", async () => {
  const first = await run.post(TOKEN, exchangeBody(mintSessionToken(run.sim)));
  const second = await run.post(TOKEN, refreshBody(first.body["refresh_token"]));

  expect(second.body["refresh_token"]).not.toBe(first.body["refresh_token"]);
  expect((await run.graphql(SHOP_QUERY, {}, String(second.body["access_token"]))).status).toBe(200);
  expect((await run.graphql(SHOP_QUERY, {}, String(first.body["access_token"]))).status).toBe(401);
});

test("an expired access token is refused and can be refreshed", async () => {
  const { body } = await run.post(TOKEN, exchangeBody(mintSessionToken(run.sim)));
  run.sim.tokens.expireAccess();

  expect((await run.graphql(SHOP_QUERY, {}, String(body["access_token"]))).status).toBe(401);
  expect((await run.post(TOKEN, refreshBody(body["refresh_token"]))).status).toBe(200);
});

test("after an uninstall every token is dead and nothing is exchanged", async () => {
  const { body } = await run.post(TOKEN, exchangeBody(mintSessionToken(run.sim)));
  uninstall(run.sim);

  expect((await run.graphql(SHOP_QUERY, {}, String(body["access_token"]))).status).toBe(401);
  expect((await run.post(TOKEN, refreshBody(body["refresh_token"]))).status).toBe(400);
  expect((await run.post(TOKEN, exchangeBody(mintSessionToken(run.sim)))).body).toEqual({
    error: "invalid_subject_token",
  });
});

test("a used refresh token may be tried again until its replacement is used", () => {
  let now = 0;
  const book = createTokenBook(() => now);
  const first = book.exchangeOffline("jti", [], true).refresh ?? "";

  const second = book.refresh(first, []);
  const again = book.refresh(first, []);
  now += 1000;
  const third = book.refresh(again?.refresh ?? "", []);

  expect([second, again, third]).not.toContain(null);
  expect(book.refresh(first, [])).toBeNull();
  expect(book.refresh(second?.refresh ?? "", [])).toBeNull();
});

test("a used refresh token is dead after thirty days", () => {
  let now = 0;
  const book = createTokenBook(() => now);
  const first = book.exchangeOffline("jti", [], true).refresh ?? "";
  book.refresh(first, []);

  now = REFRESH_RETRY_MS + 1;

  expect(book.refresh(first, [])).toBeNull();
});
