import type { z } from "zod";
import { beforeEach, expect, test } from "vitest";
import {
  insertDecision,
  insertSent,
  insertSubscription,
  insertVisitor,
  OTHER_SHOP,
  SHOP,
} from "../../tests/support/report-rows.ts";
import { manualClock } from "../../tests/support/manual-clock.ts";
import { createTestStore } from "../../tests/support/test-store.ts";
import { createApiKey } from "../api-keys/api-keys.server.ts";
import { ensureDefaultJourneys } from "../journeys/journeys.server.ts";
import { createKeyring } from "../encryption.server.ts";
import { createLogger } from "../log.server.ts";
import { subscriptions } from "../store/sqlite/schema.server.ts";
import { matchPath } from "./endpoint.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { replayer } from "../replay/replayer.server.ts";
import { handleApiRequest } from "./handle-request.server.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

type Answer = { status: number; type: string | null; headers: Headers; json: never; text: string };

let store: Awaited<ReturnType<typeof createTestStore>>;
let key: string;
let otherKey: string;

beforeEach(async () => {
  store = await createTestStore();
  for (const shop of [SHOP, OTHER_SHOP]) {
    await store.shops.install(shop, [], NOW);
    await ensureDefaultJourneys(store, shop, NOW);
  }
  key = (await createApiKey(store, SHOP, "test", NOW)).key;
  otherKey = (await createApiKey(store, OTHER_SHOP, "test", NOW)).key;
});

async function call(path: string, init: RequestInit & { as?: string } = {}): Promise<Answer> {
  const { as = key, ...rest } = init;
  const url = new URL(`http://app.example/api/v1/${path}`);
  const headers = new Headers(rest.headers);
  if (as !== "") headers.set("authorization", `Bearer ${as}`);
  const keyring = createKeyring([Buffer.alloc(32, 1).toString("base64")]);
  const clock = manualClock(NOW);
  const deps = { store, clock, log: createLogger("silent"), keyring, replay: replayer({ store, clock }) };
  const response = await handleApiRequest(
    deps,
    new Request(url, { ...rest, headers }),
    url.pathname.replace("/api/v1/", ""),
  );
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    headers: response.headers,
    json: (text === "" ? null : JSON.parse(text)) as never,
    text,
  };
}

function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers };
}

/** Holds an answer against what OpenAPI promises of it. */
function expectDocumented(method: string, path: string, answer: Answer): void {
  const endpoint = ENDPOINTS.find(
    (known) => known.method === method && matchPath(known.path, path.split("?")[0] ?? ""),
  );
  const schema = endpoint?.answer.schema as z.ZodType | null | undefined;
  expect(answer.status, answer.text).toBe(endpoint?.answer.status);
  if (schema) expect(schema.safeParse(answer.json).error?.issues ?? []).toEqual([]);
}

test("answers every list as its schema says", async () => {
  insertSubscription(store.database, { consentText: "Yes", consentAt: NOW });
  insertSent(store.database);

  for (const path of ["journeys", "subscribers", "ledger", "reports/summary", "reports/daily", "reports/journeys"]) {
    expectDocumented("GET", path, await call(path));
  }
});

test("lists the journeys that are on after install", async () => {
  const answer = await call("journeys");

  const { data, next } = answer.json as { data: { kind: string; enabled: boolean }[]; next: null };
  expect(next).toBeNull();
  expect(data.filter((journey) => journey.enabled).map((journey) => journey.kind)).toEqual(
    expect.arrayContaining(["welcome", "cart_recovery", "checkout_recovery", "back_in_stock", "shipping"]),
  );
});

test("replaces a definition by a new version, given bare or wrapped", async () => {
  const before = (await call("journeys/welcome")).json as { version: number; definition: { steps: unknown[] } };
  const definition = structuredClone(before.definition) as { steps: { message?: Record<string, { title: string }> }[] };
  const texts = definition.steps.find((step) => step.message)?.message?.en;
  if (!texts) throw new Error("no English text");

  texts.title = "Hello";
  const bare = await call("journeys/welcome", { method: "PUT", body: JSON.stringify(definition) });
  texts.title = "Hello again";
  const wrapped = await call("journeys/welcome", { method: "PUT", body: JSON.stringify({ definition }) });

  expectDocumented("PUT", "journeys/welcome", bare);
  expect(bare.json).toMatchObject({ version: before.version + 1 });
  expect(wrapped.json).toMatchObject({ version: before.version + 2 });
  expect(JSON.stringify((await call("journeys/welcome")).json)).toContain("Hello again");
});

test("names each place of a definition that is wrong, and saves nothing", async () => {
  const before = (await call("journeys/welcome")).json as { version: number; definition: Record<string, unknown> };

  const answer = await call("journeys/welcome", {
    method: "PUT",
    body: JSON.stringify({
      ...before.definition,
      surprise: 1,
      steps: [
        { type: "message", message: { en: { title: "{{ first_name", body: "b" } } },
        { type: "wait", delay: "soon" },
      ],
    }),
  });

  expect(answer.status).toBe(400);
  expect(answer.type).toBe("application/problem+json");
  expect((answer.json as { errors: { path: string }[] }).errors.map((error) => error.path)).toContain("surprise");
  expect((await call("journeys/welcome")).json).toMatchObject({ version: before.version });
});

test("switches a journey off and on", async () => {
  const off = await call("journeys/cart_recovery/disable", { method: "POST" });
  expectDocumented("POST", "journeys/cart_recovery/disable", off);
  expect(off.json).toMatchObject({ enabled: false });

  expect((await call("journeys/cart_recovery/enable", { method: "POST" })).json).toMatchObject({ enabled: true });
});

test.each([
  ["GET", "journeys/nonsense"],
  ["PUT", "journeys/nonsense"],
  ["POST", "journeys/nonsense/enable"],
  ["POST", "journeys/nonsense/disable"],
  ["GET", "subscribers/nobody"],
  ["POST", "subscribers/nobody/tags"],
  ["DELETE", "subscribers/nobody"],
  ["GET", "ledger?subscriberId=nobody"],
  ["GET", "ledger?journey=nonsense"],
  ["GET", "campaigns"],
  ["GET", ""],
  ["GET", "journeys/a/b/c"],
])("answers %s %s with 404 problem details", async (method, path) => {
  const answer = await call(path, { method, ...(method === "GET" ? {} : { body: "{}" }) });

  expect(answer.status).toBe(404);
  expect(answer.type).toBe("application/problem+json");
});

test("asks for a key on every operation, and tells nothing without one", async () => {
  for (const { method, path } of ENDPOINTS) {
    const concrete = path.replace("{kind}", "welcome").replace("{id}", "x");
    for (const as of ["", "bk_00000000000000000000000000000000", "nonsense"]) {
      const answer = await call(concrete, { method, as, ...(method === "GET" ? {} : { body: "{}" }) });
      expect(answer.status).toBe(401);
      expect(answer.type).toBe("application/problem+json");
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    }
  }
});

test("never shows or changes what belongs to another shop, on any operation", async () => {
  insertVisitor(store.database, { visitorId: "visitor-of-mine" });
  const id = insertSubscription(store.database, { visitorId: "visitor-of-mine" });
  insertSent(store.database, { notification: { visitorId: "visitor-of-mine" } });
  const untouched = JSON.stringify(store.database.drizzle.select().from(subscriptions).all());

  for (const { method, path, body } of ENDPOINTS) {
    const concrete = path.replace("{kind}", "welcome").replace("{id}", id);
    const valid = path.endsWith("/aliases") ? { aliases: { crm: "1" } } : { add: ["x"], remove: [] };
    const answer = await call(concrete, {
      method,
      as: otherKey,
      ...(body && method !== "GET" ? { body: JSON.stringify(valid) } : {}),
    });
    if (path.includes("{id}")) expect(answer.status, path).toBe(404);
    expect(answer.text, path).not.toContain("visitor-of-mine");
  }

  expect((await call(`ledger?subscriberId=${id}`, { as: otherKey })).status).toBe(404);
  expect((await call("ledger?visitorId=visitor-of-mine", { as: otherKey })).json).toEqual({ data: [], next: null });
  expect((await call("reports/summary", { as: otherKey })).json).toMatchObject({ subscribers: 0, sent: 0 });
  expect(JSON.stringify(store.database.drizzle.select().from(subscriptions).all())).toBe(untouched);
});

test("changes one shop's journey without touching another's", async () => {
  await call("journeys/welcome/disable", { method: "POST", as: otherKey });

  expect((await call("journeys/welcome")).json).toMatchObject({ enabled: true });
});

test("shows a subscriber without the endpoint and its keys", async () => {
  const id = insertSubscription(store.database);

  const answer = await call(`subscribers/${id}`);

  expectDocumented("GET", `subscribers/${id}`, answer);
  expect(answer.text).not.toMatch(/secret|push\.example\/|endpoint"|p256dh|auth"/);
});

test("pages through subscribers, each once, newest first", async () => {
  for (let i = 0; i < 5; i++) {
    insertSubscription(store.database, { id: `s${i}`, createdAt: new Date(NOW.getTime() + (i >> 1) * 1000) });
  }

  const seen: string[] = [];
  let path: string | null = "subscribers?limit=2";
  while (path) {
    const page = (await call(path)).json as { data: { id: string }[]; next: string | null };
    seen.push(...page.data.map((subscriber) => subscriber.id));
    path = page.next && `subscribers?limit=2&cursor=${encodeURIComponent(page.next)}`;
  }

  expect(seen).toEqual(["s4", "s3", "s2", "s1", "s0"]);
});

test("finds subscribers by state and tag", async () => {
  insertSubscription(store.database, { id: "gone", visitorId: "a", state: "ended", endedAt: NOW });
  insertSubscription(store.database, { id: "here", visitorId: "b" });
  await call("subscribers/here/tags", post({ add: ["vip"] }));

  const ids = async (query: string) =>
    ((await call(`subscribers?${query}`)).json as { data: { id: string }[] }).data.map((subscriber) => subscriber.id);

  expect(await ids("state=ended")).toEqual(["gone"]);
  expect(await ids("tag=vip")).toEqual(["here"]);
  expect(await ids("tag=vip&state=ended")).toEqual([]);
});

test("adds and removes tags and aliases of a subscriber's person", async () => {
  const id = insertSubscription(store.database);

  const tags = await call(`subscribers/${id}/tags`, post({ add: ["vip", "berlin", "vip"], remove: [] }));
  expectDocumented("POST", `subscribers/${id}/tags`, tags);
  expect(tags.json).toEqual({ tags: ["berlin", "vip"] });
  expect((await call(`subscribers/${id}/tags`, post({ remove: ["vip"] }))).json).toEqual({ tags: ["berlin"] });

  const aliases = await call(`subscribers/${id}/aliases`, post({ aliases: { crm: "17", erp: "x" } }));
  expectDocumented("POST", `subscribers/${id}/aliases`, aliases);
  expect((await call(`subscribers/${id}/aliases`, post({ aliases: { erp: null } }))).json).toEqual({
    aliases: { crm: "17" },
  });
});

test("lets nobody have more than a hundred tags, whatever is removed that was not there", async () => {
  const id = insertSubscription(store.database);
  const hundred = (letter: string) => Array.from({ length: 100 }, (_, i) => `${letter}${i}`);
  await call(`subscribers/${id}/tags`, post({ add: hundred("a") }));

  const more = await call(`subscribers/${id}/tags`, post({ add: hundred("b"), remove: hundred("c") }));
  const others = await call(`subscribers/${id}/tags`, post({ add: hundred("b"), remove: hundred("a") }));

  expect(more.status).toBe(422);
  expect(others.json).toEqual({ tags: hundred("b").toSorted() });
});

test("deletes a subscriber's data, waiting messages included, and nobody else's", async () => {
  const id = insertSubscription(store.database, { visitorId: "mine" });
  const other = insertSubscription(store.database, { visitorId: "theirs" });
  insertSent(store.database, { notification: { visitorId: "mine" } });

  expect((await call(`subscribers/${id}`, { method: "DELETE" })).status).toBe(204);

  expect((await call(`subscribers/${id}`)).status).toBe(404);
  expect((await call(`subscribers/${id}`, { method: "DELETE" })).status).toBe(404);
  expect((await call(`subscribers/${other}`)).status).toBe(200);
  expect((await call("ledger?visitorId=mine")).json).toEqual({ data: [], next: null });
  expect((await call("reports/summary?from=2026-11-01&to=2026-11-30")).json).toMatchObject({ sent: 1 });
});

test("gives decisions newest first, by visitor, subscriber and journey, page by page", async () => {
  const id = insertSubscription(store.database, { visitorId: "a" });
  insertDecision(store.database, { visitorId: "a", reason: "first", verdict: "dropped" });
  insertDecision(store.database, { visitorId: "a", subscriptionId: id, reason: "second", journey: "welcome" });
  insertDecision(store.database, { visitorId: "a", subscriptionId: "another-device", reason: "third" });
  insertDecision(store.database, { visitorId: "b", reason: "fourth" });

  const reasons = async (query: string) => {
    const answer = await call(`ledger?${query}`);
    expectDocumented("GET", "ledger", answer);
    return (answer.json as { data: { reason: string }[] }).data.map((decision) => decision.reason);
  };

  expect(await reasons("")).toEqual(["fourth", "third", "second", "first"]);
  expect(await reasons("visitorId=a")).toEqual(["third", "second", "first"]);
  expect(await reasons(`subscriberId=${id}`)).toEqual(["second", "first"]);
  expect(await reasons("journey=welcome")).toEqual(["second"]);
  expect(await reasons(`subscriberId=${id}&visitorId=b`)).toEqual([]);
  const page = (await call("ledger?limit=3")).json as { next: string };
  expect(await reasons(`limit=3&cursor=${page.next}`)).toEqual(["first"]);
});

test.each([
  ["ledger?limit=0", "limit"],
  ["ledger?limit=many", "limit"],
  ["ledger?cursor=nonsense", "cursor"],
  ["subscribers?cursor=e30", "cursor"],
  ["subscribers?state=asleep", "state"],
  ["subscribers?surprise=1", ""],
  ["reports/summary?from=yesterday", "from"],
  ["reports/summary?from=2026-11-21&to=2026-11-20", "to"],
])("answers %s with 400 and names %s", async (path, field) => {
  const answer = await call(path);

  expect(answer.status).toBe(400);
  expect((answer.json as { errors: { path: string }[] }).errors[0]?.path).toBe(field);
});

test("answers a wrong method with 405 and those that are allowed", async () => {
  const answer = await call("journeys/welcome", { method: "PATCH", body: "{}" });

  expect(answer.status).toBe(405);
  expect(answer.type).toBe("application/problem+json");
  expect(answer.headers.get("allow")).toBe("GET, PUT");
});

test.each(["{", "", "[1,", "\u0000"])("answers a body that is not JSON (%j) with 400", async (body) => {
  const answer = await call("journeys/welcome", { method: "PUT", body });

  expect(answer.status).toBe(400);
  expect(answer.type).toBe("application/problem+json");
});

test("refuses a body that is too large, announced or not", async () => {
  const answer = await call("journeys/welcome", { method: "PUT", body: "x".repeat(1_000_001) });

  expect(answer.status).toBe(413);
});

test("does a repeated POST once and refuses another one under the same Idempotency-Key", async () => {
  const id = insertSubscription(store.database);
  const headers = { "idempotency-key": "order-77" };

  const first = await call(`subscribers/${id}/tags`, post({ add: ["a"] }, headers));
  await call(`subscribers/${id}/tags`, post({ add: ["b"] }));
  const again = await call(`subscribers/${id}/tags`, post({ add: ["a"] }, headers));
  const other = await call(`subscribers/${id}/tags`, post({ add: ["c"] }, headers));

  expect(again.json).toEqual(first.json);
  expect(other.status).toBe(422);
  expect((await call(`subscribers/${id}`)).json).toMatchObject({ tags: ["a", "b"] });
});

test("lets a request that was wrong be corrected under the same Idempotency-Key", async () => {
  const id = insertSubscription(store.database);
  const headers = { "idempotency-key": "order-78" };

  expect((await call(`subscribers/${id}/tags`, post({ add: [""] }, headers))).status).toBe(400);
  expect((await call(`subscribers/${id}/tags`, post({ add: ["a"] }, headers))).status).toBe(200);
});

test("describes itself in OpenAPI 3.1, every operation and every variable of the texts", async () => {
  const answer = await call("openapi.json", { as: "" });
  const document = answer.json as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string }>>;
    "x-template-variables": { name: string }[];
  };

  expect(document.openapi).toMatch(/^3\.1/);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(operations.toSorted()).toEqual(ENDPOINTS.map(({ method, path }) => `${method} /${path}`).toSorted());
  const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((o) => o.operationId));
  expect(new Set(ids).size).toBe(ids.length);
  expect(document["x-template-variables"].map((variable) => variable.name)).toContain("first_name");
  expect(answer.text).not.toMatch(/"\/(campaigns|segments)/);
});
