import { beforeEach, expect, test } from "vitest";
import { createAdminWorld, formBody, jsonBody } from "../../tests/support/admin-world.ts";
import {
  insertCreditedOrder,
  insertDecision,
  insertSent,
  insertSubscription,
  insertVisitor,
  OTHER_SHOP,
  SHOP,
} from "../../tests/support/report-rows.ts";
import { jobsOfKind } from "../../tests/support/test-store.ts";
import { runs } from "../store/sqlite/schema.server.ts";
import { shopOfBearer } from "../api-keys/api-keys.server.ts";
import * as home from "./app._index.tsx";
import * as customerData from "./app.customer-data.$customerId.ts";
import * as journey from "./app.journeys.$kind.tsx";
import * as journeys from "./app.journeys._index.tsx";
import * as campaigns from "./app.campaigns._index.tsx";
import * as newCampaign from "./app.campaigns.new.tsx";
import * as log from "./app.log.tsx";
import * as person from "./app.person.$visitorId.tsx";
import * as tryOut from "./app.replay.$kind.ts";
import * as settings from "./app.settings.tsx";
import * as layout from "./app.tsx";

// The admin's loaders and actions, with the requests that App Bridge makes.

let world: Awaited<ReturnType<typeof createAdminWorld>>;

beforeEach(async () => {
  world = await createAdminWorld();
});

type Asked = RequestInit & { shop?: string | null; params?: Record<string, string> };
type Call = (args: { request: Request; params: Record<string, string>; context: object }) => Promise<Response>;

async function ask(call: unknown, path: string, { params = {}, ...init }: Asked = {}) {
  const request = await world.request(path, init);
  let response: Response;
  try {
    response = await (call as Call)({ request, params, context: {} });
  } catch (thrown) {
    if (!(thrown instanceof Response)) throw thrown;
    response = thrown;
  }
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith("{") ? JSON.parse(text) : null };
}

const pages: [string, unknown, string, Record<string, string>][] = [
  ["layout", layout.loader, "/app", {}],
  ["home", home.loader, "/app", {}],
  ["journeys", journeys.loader, "/app/journeys", {}],
  ["journey", journey.loader, "/app/journeys/welcome", { kind: "welcome" }],
  ["campaigns", campaigns.loader, "/app/campaigns", {}],
  ["new campaign", newCampaign.loader, "/app/campaigns/new", {}],
  ["log", log.loader, "/app/log", {}],
  ["settings", settings.loader, "/app/settings", {}],
  ["person", person.loader, "/app/person/visitor-1", { visitorId: "visitor-1" }],
];

test.each(pages)("answers nobody on the page %s without a session token", async (_name, loader, path, params) => {
  const answer = await ask(loader, path, { shop: null, params });

  expect(answer.status).not.toBe(200);
  expect(answer.text).not.toContain("Lamps");
});

test.each(pages)("hands no secret to the browser on the page %s", async (_name, loader, path, params) => {
  insertSubscription(world.store.database);
  insertSent(world.store.database);
  await world.store.vapidKeys.add(SHOP, { publicKey: "public-key", privateKey: "private-key" }, world.clock.now());

  const answer = await ask(loader, path, { params });

  expect(answer.status).toBe(200);
  expect(answer.text).not.toMatch(/shpat_|test-api-secret|secret-p256dh|secret-auth|private-key|push\.example\/s/);
});

test.each(pages.slice(1))("shows nothing of another shop on the page %s", async (_name, loader, path, params) => {
  insertVisitor(world.store.database, { visitorId: "their-visitor" });
  insertSubscription(world.store.database, { visitorId: "their-visitor" });
  insertSent(world.store.database, { notification: { visitorId: "their-visitor" } });
  insertVisitor(world.store.database, { shop: OTHER_SHOP, visitorId: "visitor-1" });

  const answer = await ask(loader, path, { shop: OTHER_SHOP, params });

  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain("their-visitor");
});

test("gives the numbers of the period asked for, in days of the shop's timezone", async () => {
  insertSubscription(world.store.database);
  // 21:30 in London is past midnight in Istanbul: it belongs to the 20th there.
  insertSent(world.store.database, { notification: { createdAt: new Date("2026-11-19T21:30:00Z") } });
  insertCreditedOrder(world.store.database, { orderedAt: new Date("2026-11-20T10:00:00Z"), amount: 4200 });

  const day = (await ask(home.loader, "/app?from=2026-11-20&to=2026-11-20")).json;
  const before = (await ask(home.loader, "/app?from=2026-11-19&to=2026-11-19")).json;

  expect(day.summary).toMatchObject({ sent: 1, orders: 1, revenue: [{ currency: "USD", amount: 4200 }] });
  expect(before.summary).toMatchObject({ sent: 0, orders: 0 });
  expect(day.daily).toHaveLength(1);
});

test.each(["?days=7", "?from=nonsense", "?from=2026-11-20&to=2020-01-01", "?days=100000"])(
  "shows a period that is valid for %s",
  async (query) => {
    const { json } = await ask(home.loader, `/app${query}`);

    expect(json.daily.length).toBe(query === "?days=7" ? 7 : 30);
  },
);

test("names the pushes that were refused in the last days", async () => {
  insertSent(world.store.database, { delivery: { state: "failed", lastStatus: 413 } });
  insertSent(world.store.database, {
    delivery: { state: "failed", lastStatus: 403, createdAt: new Date("2026-10-01T00:00:00Z") },
  });

  expect((await ask(home.loader, "/app")).json.refused).toEqual([{ status: 413, count: 1 }]);
});

test("sends a test push to a device of this shop only, and ticks the step off", async () => {
  const mine = insertSubscription(world.store.database);
  const theirs = insertSubscription(world.store.database, { shop: OTHER_SHOP });

  const sent = await ask(home.action, "/app", formBody({ intent: "test-push", subscriptionId: mine }));
  const refused = await ask(home.action, "/app", formBody({ intent: "test-push", subscriptionId: theirs }));
  const wrong = await ask(home.action, "/app", formBody({ intent: "nonsense" }));

  expect(sent.json).toMatchObject({ ok: true });
  expect(refused.status).toBe(404);
  expect(wrong.status).toBe(400);
  expect(await jobsOfKind(world.store, "send-delivery")).toHaveLength(1);
  expect((await ask(home.loader, "/app")).json.setup.hasTestPush).toBe(true);
});

test("leads to the theme editor with the embed of this app", async () => {
  const { json } = await ask(home.loader, "/app");

  expect(json.links.embed).toBe(
    `https://${SHOP}/admin/themes/current/editor?context=apps&template=product&activateAppId=test-api-key/beckon-embed`,
  );
});

test("switches a journey, of this shop only", async () => {
  const off = await ask(journeys.action, "/app/journeys", formBody({ kind: "welcome", enabled: "false" }));

  expect(off.json).toEqual({ ok: true });
  expect((await world.store.journeys.get(SHOP, "welcome"))?.enabled).toBe(false);
  expect((await world.store.journeys.get(OTHER_SHOP, "welcome"))?.enabled).toBe(true);
});

test("refuses to switch what does not exist", async () => {
  expect((await ask(journeys.action, "/app/journeys", formBody({ kind: "nonsense", enabled: "true" }))).status).toBe(
    404,
  );
  expect((await ask(journeys.action, "/app/journeys", formBody({ kind: "welcome", enabled: "maybe" }))).status).toBe(
    400,
  );
});

const welcome = { params: { kind: "welcome" } };

test("saves a journey's texts as a new version", async () => {
  const { definition, version } = (await ask(journey.loader, "/app/journeys/welcome", welcome)).json;
  const step = definition.steps.find((candidate: { type: string }) => candidate.type === "message");
  step.message.en.title = "Welcome aboard";

  const saved = await ask(journey.action, "/app/journeys/welcome", {
    ...jsonBody({ intent: "save", definition }),
    ...welcome,
  });

  expect(saved).toMatchObject({ status: 200, json: { problems: [] } });
  expect(await world.store.journeys.get(SHOP, "welcome")).toMatchObject({ version: version + 1 });
});

test("names the field, line and column of a text that is wrong, and saves nothing", async () => {
  const { definition, version } = (await ask(journey.loader, "/app/journeys/welcome", welcome)).json;
  const index = definition.steps.findIndex((candidate: { type: string }) => candidate.type === "message");
  definition.steps[index].message.en.body = "Hello\n{{ surname }}";

  const refused = await ask(journey.action, "/app/journeys/welcome", {
    ...jsonBody({ intent: "save", definition }),
    ...welcome,
  });

  expect(refused.status).toBe(400);
  expect(refused.json.problems).toMatchObject([{ path: `steps.${index}.message.en.body` }]);
  expect(refused.json.problems[0].message).toMatch(/line 2/);
  expect(await world.store.journeys.get(SHOP, "welcome")).toMatchObject({ version });
});

async function preview(text: object, locale: string, discount: object | null = null) {
  const answer = await ask(journey.action, "/app/journeys/welcome", {
    ...jsonBody({ intent: "preview", place: "steps.0", text, locale, discount }),
    ...welcome,
  });
  return answer.json.preview;
}

test("previews a text with example values, right to left where the language runs so", async () => {
  const english = await preview({ title: "Hi {{ first_name }}", body: "{{ discount_percent }}% off" }, "en", {
    percent: 20,
  });
  const arabic = await preview({ title: "أهلا", body: "نص" }, "ar");
  const broken = await preview({ title: "{{", body: "x" }, "en");

  expect(english).toMatchObject({ message: { title: "Hi Mary", body: "20% off", dir: "ltr" }, problems: [] });
  expect(arabic.message).toMatchObject({ dir: "rtl", lang: "ar" });
  expect(broken).toMatchObject({ message: null, problems: [{ field: "title", line: 1 }] });
});

test.each([null, "text", { intent: "nonsense" }, { intent: "preview", text: { title: "" }, locale: "en" }])(
  "answers a journey request it cannot read (%j) with 400",
  async (body) => {
    const answer = await ask(journey.action, "/app/journeys/welcome", { ...jsonBody(body), ...welcome });

    expect(answer.status).toBe(400);
  },
);

test("has no page for a journey that does not exist", async () => {
  expect((await ask(journey.loader, "/app/journeys/nonsense", { params: { kind: "nonsense" } })).status).toBe(404);
});

test("counts who is where in a journey, in this shop only", async () => {
  insertVisitor(world.store.database);
  const run = { shop: SHOP, visitorId: "visitor-1", journey: "welcome", version: 1, context: {} };
  const at = { anchorAt: world.clock.now(), startedAt: world.clock.now(), dueAt: world.clock.now() };
  world.store.database.drizzle
    .insert(runs)
    .values([
      { ...run, ...at, subject: "a", state: "active", step: "1" },
      { ...run, ...at, subject: "b", state: "exited", step: "1", exitReason: "unsubscribed" },
    ])
    .run();

  const mine = await ask(journey.loader, "/app/journeys/welcome", welcome);
  const theirs = await ask(journey.loader, "/app/journeys/welcome", { ...welcome, shop: OTHER_SHOP });

  expect(mine.json.places).toMatchObject([
    { version: 1, underWay: [{ step: "1", count: 1 }], finished: 0, ended: [{ reason: "unsubscribed", count: 1 }] },
  ]);
  expect(theirs.json.places).toEqual([]);
});

test("tries a draft of a journey on what was recorded, one try at a time, and changes nothing", async () => {
  insertVisitor(world.store.database);
  const { definition } = (await ask(journey.loader, "/app/journeys/welcome", welcome)).json;
  const run = (body: unknown, more: Asked = welcome) =>
    ask(tryOut.action, "/app/replay/welcome", { ...jsonBody(body), ...more });
  const draft = { ...definition, priority: 7 };

  const tried = await run({ days: 30, definition: draft });
  expect(tried).toMatchObject({ status: 200, json: { type: "result", days: 30, result: { journey: "welcome" } } });
  expect(tried.json.result).toMatchObject({ isComplete: true, messages: 0, people: 0, steps: [], dropped: [] });
  expect(tried.text).not.toContain("visitor-1");
  expect(await world.store.journeys.get(SHOP, "welcome")).toMatchObject({ version: 1, definition });

  const broken = structuredClone(definition);
  broken.steps.at(-1).message.en.title = "{{ surname }}";
  const wrong = await run({ days: 30, definition: broken });
  expect(wrong).toMatchObject({ status: 400, json: { type: "wrong" } });
  expect(wrong.json.problems[0].path).toMatch(/message\.en\.title$/);
  for (const body of [null, {}, { days: 91, definition }, { days: 0, definition }, { days: 30, definition: null }]) {
    expect((await run(body)).status).toBe(400);
  }
  expect((await run({ days: 30, definition }, { params: { kind: "nonsense" } })).status).toBe(404);
  expect((await run({ days: 30, definition }, { ...welcome, shop: null })).text).not.toContain("result");

  const both = await Promise.all([run({ days: 90, definition }), run({ days: 90, definition })]);
  expect(both.map(({ status, json }) => [status, json.type]).toSorted()).toEqual([
    [200, "result"],
    [409, "busy"],
  ]);
});

test("filters the push log by journey, state and visitor, and pages through it", async () => {
  for (let i = 0; i < 60; i++) insertDecision(world.store.database, { verdict: "dropped", reason: "bought" });
  insertSent(world.store.database, { notification: { kind: "welcome", visitorId: "somebody" } });

  const first = (await ask(log.loader, "/app/log")).json;
  const second = (await ask(log.loader, `/app/log?before=${first.next}`)).json;
  const filtered = (await ask(log.loader, "/app/log?journey=welcome&state=accepted&visitor=somebody")).json;
  const nonsense = (await ask(log.loader, "/app/log?state=nonsense&before=-3")).json;

  expect(first.entries).toHaveLength(50);
  expect(second.entries).toHaveLength(11);
  expect(second.next).toBeNull();
  expect(filtered.entries).toMatchObject([{ journey: "welcome", state: "accepted", visitorId: "somebody" }]);
  expect(nonsense.entries).toHaveLength(50);
});

test("tells why a person did or did not get a message", async () => {
  insertSubscription(world.store.database);
  insertDecision(world.store.database, { verdict: "delayed", reason: "quiet_hours" });

  const { json } = await ask(person.loader, "/app/person/visitor-1", { params: { visitorId: "visitor-1" } });

  expect(json.person.devices).toHaveLength(1);
  expect(json.entries).toMatchObject([{ state: "delayed", reason: "quiet_hours" }]);
});

test("knows no person of another shop", async () => {
  insertVisitor(world.store.database, { visitorId: "visitor-1" });

  const answer = await ask(person.loader, "/app/person/visitor-1", {
    shop: OTHER_SHOP,
    params: { visitorId: "visitor-1" },
  });

  expect(answer.status).toBe(404);
});

test("saves settings and has the storefront's configuration written anew", async () => {
  const current = (await ask(settings.loader, "/app/settings")).json.settings;

  const saved = await ask(
    settings.action,
    "/app/settings",
    jsonBody({ intent: "save", settings: { ...current, attributionWindowHours: 72 } }),
  );

  expect(saved.json).toMatchObject({ ok: true });
  expect((await world.store.shops.get(SHOP))?.settings.attributionWindowHours).toBe(72);
  expect((await world.store.shops.get(OTHER_SHOP))?.settings.attributionWindowHours).toBe(24);
  expect(await jobsOfKind(world.store, "sync-shop")).toMatchObject([{ payload: { shop: SHOP } }]);
});

test("names each field that is wrong in words, and saves nothing", async () => {
  const current = (await ask(settings.loader, "/app/settings")).json.settings;
  current.attributionWindowHours = 0;
  current.quietHours.start = "25:00";
  current.caps.perDay = null;
  current.prompt.texts.en = { title: "", body: "x".repeat(201), accept: "Yes", dismiss: "No" };

  const refused = await ask(settings.action, "/app/settings", jsonBody({ intent: "save", settings: current }));

  expect(refused.status).toBe(400);
  expect(
    Object.fromEntries(refused.json.problems.map((p: { path: string; message: string }) => [p.path, p.message])),
  ).toEqual({
    attributionWindowHours: "At least 1",
    "quietHours.start": "a time of day such as 21:30",
    "caps.perDay": "Fill this in",
    "prompt.texts.en.title": "Fill this in",
    "prompt.texts.en.body": "At most 200 letters",
  });
  expect((await world.store.shops.get(SHOP))?.settings.attributionWindowHours).toBe(24);
});

test("makes an API key that is shown once, and revokes it", async () => {
  const made = await ask(settings.action, "/app/settings", jsonBody({ intent: "create-key", name: "Warehouse" }));
  const { createdKey } = made.json;
  const shown = await ask(settings.loader, "/app/settings");
  const bearer = `Bearer ${createdKey}`;

  expect(await shopOfBearer(world.store, bearer, world.clock.now())).toBe(SHOP);
  expect(shown.text).not.toContain(createdKey);
  expect(shown.json.apiKeys).toMatchObject([{ name: "Warehouse", hint: createdKey.slice(-4) }]);

  const { id } = shown.json.apiKeys[0];
  await ask(settings.action, "/app/settings", { ...jsonBody({ intent: "revoke-key", id }), shop: OTHER_SHOP });
  expect(await shopOfBearer(world.store, bearer, world.clock.now())).toBe(SHOP);
  await ask(settings.action, "/app/settings", jsonBody({ intent: "revoke-key", id }));
  expect(await shopOfBearer(world.store, bearer, world.clock.now())).toBeNull();
});

test("asks for a name of a new key", async () => {
  const refused = await ask(settings.action, "/app/settings", jsonBody({ intent: "create-key", name: " " }));

  expect(refused.json.problems).toEqual([{ path: "name", message: "Fill this in" }]);
});

test("deletes a visitor's data when the merchant says so, in this shop only", async () => {
  insertSubscription(world.store.database);
  insertSubscription(world.store.database, { shop: OTHER_SHOP });
  const here = { params: { visitorId: "visitor-1" } };

  const wrong = await ask(person.action, "/app/person/visitor-1", { ...formBody({ intent: "x" }), ...here });
  const done = await ask(person.action, "/app/person/visitor-1", { ...formBody({ intent: "forget" }), ...here });

  expect(wrong.status).toBe(400);
  expect(done.status).toBe(302);
  expect(await world.store.reports.person(SHOP, "visitor-1")).toBeNull();
  expect(await world.store.reports.person(OTHER_SHOP, "visitor-1")).not.toBeNull();
});

test("gives out a customer's data without endpoint and keys, and never another shop's", async () => {
  insertVisitor(world.store.database, { visitorId: "mine", customerId: "77" });
  insertSubscription(world.store.database, { visitorId: "mine", page: "/products/lamp" });
  const path = "/app/customer-data/77";

  const mine = await ask(customerData.loader, path, { params: { customerId: "77" } });
  const theirs = await ask(customerData.loader, path, { params: { customerId: "77" }, shop: OTHER_SHOP });
  const nobody = await ask(customerData.loader, path, { params: { customerId: "x" } });

  expect(mine.text).toContain("/products/lamp");
  expect(mine.text).not.toMatch(/secret-p256dh|secret-auth|push\.example\/s/);
  expect(theirs.text).not.toContain("/products/lamp");
  expect(nobody.status).toBe(404);
});

test("keeps a campaign with its audience and time, and says what is wrong with it", async () => {
  const path = "/app/campaigns/new";
  const texts = { en: { title: "Hello", body: "New lamps" } };
  const campaign = { intent: "send", audience: { tag: "vip" }, texts, ttlHours: 24 };
  const wrong = async (changes: object) => {
    const answer = await ask(newCampaign.action, path, jsonBody({ ...campaign, at: null, ...changes }));
    return [answer.status, ...answer.json.problems.map((problem: { path: string }) => problem.path)];
  };

  expect(await wrong({ texts: { en: { title: "{{ nope }}", body: "x" } } })).toEqual([400, "steps.0.message.en.title"]);
  expect(await wrong({ texts: { en: { title: "", body: "x" } } })).toEqual([400, "steps.0.message.en.title"]);
  expect(await wrong({ audience: { tag: "" } })).toEqual([400, "audience.tag"]);
  expect(await wrong({ at: { date: "2026-11-20", time: "10:00" } })).toEqual([400, "at"]);
  expect(await wrong({ at: { date: "tomorrow", time: "" } })).toEqual([400, "at"]);
  expect((await world.store.campaigns.list(SHOP, null, 10)).rows).toEqual([]);

  const at = { date: "2026-11-22", time: "10:00" };
  expect((await ask(newCampaign.action, path, jsonBody({ ...campaign, at }))).status).toBe(302);
  const { rows } = await world.store.campaigns.list(SHOP, null, 10);
  // Ten o'clock in Istanbul.
  expect(rows).toMatchObject([
    { state: "scheduled", audience: { tag: "vip" }, dueAt: new Date("2026-11-22T07:00:00Z") },
  ]);
});

test("changes a campaign of the merchant's own shop only, and shows it to nobody else", async () => {
  const texts = { en: { title: "Hello", body: "New lamps" } };
  const at = { date: "2026-11-22", time: "10:00" };
  const campaign = { intent: "send", audience: { all: true }, texts, ttlHours: 24, at };
  await ask(newCampaign.action, "/app/campaigns/new", jsonBody(campaign));
  const id = (await world.store.campaigns.list(SHOP, null, 1)).rows[0]?.id ?? "";
  const change = async (verb: string, shop = SHOP) =>
    ask(campaigns.action, "/app/campaigns", { ...formBody({ id, verb }), shop });

  expect((await change("stop", OTHER_SHOP)).status).toBe(404);
  expect((await ask(campaigns.loader, "/app/campaigns", { shop: OTHER_SHOP })).json.campaigns).toEqual([]);
  expect((await change("burn")).status).toBe(400);
  expect((await change("pause")).json).toEqual({ isOver: false });
  expect((await ask(campaigns.loader, "/app/campaigns")).json.campaigns).toMatchObject([{ id, state: "paused" }]);
  expect((await change("stop")).json).toEqual({ isOver: false });
  expect((await change("resume")).json).toEqual({ isOver: true });
});
