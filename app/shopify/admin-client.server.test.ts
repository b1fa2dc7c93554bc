import { expect, test } from "vitest";
import { createAdminClient } from "./admin-client.server.ts";
import type { AdminObserver } from "./admin-client.server.ts";

const SHOP = "harbour.myshopify.com";
const QUERY = "query ShopName { shop { name } }";
const MUTATION = "mutation Make { discountCodeDelete(id: 1) { deletedCodeDiscountId } }";

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> } | Error;

/** A client whose Shopify gives the answers in turn; waiting only moves the clock. */
function createClient(answers: Answer[], tokens: (string | null)[] = ["token-1", "token-2"]) {
  let now = Date.parse("2026-11-02T12:00:00Z");
  const waits: number[] = [];
  const sent: { token: string | null; url: string }[] = [];
  const observed: Parameters<AdminObserver>[0][] = [];
  let current = 0;
  const client = createAdminClient({
    tokens: {
      get: async (_shop, refused) => {
        if (refused !== undefined) current = Math.min(current + 1, tokens.length - 1);
        return tokens[current] ?? null;
      },
    },
    fetch: async (input, init) => {
      sent.push({ token: new Headers(init?.headers).get("x-shopify-access-token"), url: String(input) });
      const answer = answers.shift();
      if (!answer) throw new Error("asked too often");
      if (answer instanceof Error) throw answer;
      const { status = 200, body = { data: { shop: { name: "Harbour" } } }, headers = {} } = answer;
      return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
    },
    machineNow: () => new Date(now),
    pause: async (ms) => {
      waits.push(ms);
      now += ms;
    },
    random: () => 0,
    observe: (outcome) => observed.push(outcome),
  });
  return { client, waits, sent, observed };
}

const throttled = (requestedQueryCost: number, currentlyAvailable: number) => ({
  body: {
    errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }],
    extensions: {
      cost: { requestedQueryCost, throttleStatus: { maximumAvailable: 2000, currentlyAvailable, restoreRate: 100 } },
    },
  },
});

test("gives the data, asked of the right version with the shop's token", async () => {
  const { client, sent, observed } = createClient([{}]);

  expect(await client.query(SHOP, QUERY)).toEqual({ ok: true, data: { shop: { name: "Harbour" } } });
  expect(sent).toEqual([{ token: "token-1", url: `https://${SHOP}/admin/api/2026-10/graphql.json` }]);
  expect(observed).toEqual([{ shop: SHOP, operation: "ShopName", outcome: "ok", status: 200 }]);
});

test("waits until the budget suffices when it is throttled, which comes as 200", async () => {
  const { client, waits } = createClient([throttled(500, 100), {}]);

  expect((await client.query(SHOP, QUERY)).ok).toBe(true);
  // 400 points are missing at 100 a second.
  expect(waits[0]).toBe(4000);
});

test("gives up when the budget takes longer than patience lasts, and says when to come back", async () => {
  const { client, sent } = createClient([throttled(2000, 0), {}]);

  expect(await client.query(SHOP, QUERY)).toMatchObject({ ok: false, reason: "later", retryAfterMs: 20_000 });
  expect(sent).toHaveLength(1);
  // The next one knows without asking.
  expect(await client.query(SHOP, QUERY)).toMatchObject({ ok: false, reason: "later" });
  expect(sent).toHaveLength(1);
});

test("one shop's empty budget holds up no other", async () => {
  const { client } = createClient([throttled(2000, 0), {}]);
  await client.query(SHOP, QUERY);

  expect((await client.query("other.myshopify.com", QUERY)).ok).toBe(true);
});

test("obeys Retry-After in seconds", async () => {
  const { client, waits } = createClient([{ status: 429, headers: { "retry-after": "2.0" } }, {}]);

  expect((await client.query(SHOP, QUERY)).ok).toBe(true);
  expect(waits).toEqual([2000]);
});

test("tries a query again after 5xx, a cut line and an inner failure, not for ever", async () => {
  const inner = { body: { errors: [{ message: "Oops", extensions: { code: "INTERNAL_SERVER_ERROR" } }] } };
  const { client } = createClient([{ status: 502, body: "<html>" }, new TypeError("fetch failed"), inner, {}]);
  expect((await client.query(SHOP, QUERY)).ok).toBe(true);

  const { client: never, sent } = createClient(Array.from({ length: 9 }, () => ({ status: 500 })));
  expect(await never.query(SHOP, QUERY)).toMatchObject({ ok: false, reason: "later" });
  expect(sent).toHaveLength(4);
});

test("does not repeat a mutation that got no answer: it may have been done", async () => {
  const { client, sent } = createClient([new TypeError("fetch failed"), {}]);

  expect(await client.query(SHOP, MUTATION)).toMatchObject({ ok: false, reason: "later" });
  expect(sent).toHaveLength(1);
});

test("a refused token is replaced once", async () => {
  const { client, sent } = createClient([{ status: 401 }, {}]);
  expect((await client.query(SHOP, QUERY)).ok).toBe(true);
  expect(sent.map(({ token }) => token)).toEqual(["token-1", "token-2"]);

  const { client: hopeless } = createClient([{ status: 401 }, { status: 401 }, {}]);
  expect(await hopeless.query(SHOP, QUERY)).toMatchObject({ ok: false, reason: "revoked" });
});

test.each([
  [402, "later"],
  [403, "invalid"],
  [404, "revoked"],
  [423, "later"],
])("%i means %s, and is not tried again", async (status, reason) => {
  const { client, sent } = createClient([{ status }, {}]);

  expect(await client.query(SHOP, QUERY)).toMatchObject({ ok: false, reason });
  expect(sent).toHaveLength(1);
});

test("an error of the query itself is ours", async () => {
  const { client } = createClient([
    {
      body: {
        data: { shop: null },
        errors: [{ message: "Access denied for shop", extensions: { code: "ACCESS_DENIED" } }],
      },
    },
  ]);

  expect(await client.query(SHOP, QUERY)).toMatchObject({
    ok: false,
    reason: "invalid",
    message: expect.stringContaining("Access denied"),
  });
});

test("without a token nothing is asked", async () => {
  const { client, sent } = createClient([], [null]);

  expect(await client.query(SHOP, QUERY)).toMatchObject({ ok: false, reason: "revoked" });
  expect(sent).toEqual([]);
});

test("what the token source throws is 'later', even when it is a Response", async () => {
  const client = createAdminClient({
    tokens: { get: () => Promise.reject(new Response(null, { status: 500 })) },
    fetch: () => Promise.reject(new Error("never")),
    machineNow: () => new Date(0),
  });

  expect(await client.query(SHOP, QUERY)).toMatchObject({
    ok: false,
    reason: "later",
    message: expect.stringContaining("status 500"),
  });
});
