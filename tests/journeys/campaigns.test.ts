import { expect, test } from "vitest";
import { ADVANCE_CAMPAIGN_JOB, SEND_CAMPAIGN_PAGE_JOB } from "../../app/campaigns/campaign.ts";
import { planPage } from "../../app/campaigns/plan-page.server.ts";
import { subscriptions, visitors } from "../../app/store/sqlite/schema.server.ts";
import { createApiKey } from "../../app/api-keys/api-keys.server.ts";
import { setEnabled } from "../../app/journeys/journeys.server.ts";
import { replayer } from "../../app/replay/replayer.server.ts";
import { handleApiRequest } from "../../app/rest-api/handle-request.server.ts";
import { createLogger } from "../../app/log.server.ts";
import { apiOf } from "../support/api-call.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { World } from "../support/journey-world.ts";

const MESSAGE = { title: "Hello {{ first_name }}", body: "New lamps" };

async function setUp(options: Parameters<typeof createWorld>[0] = {}) {
  const world = await createWorld(options);
  await setEnabled(world.store, SHOP, "welcome", false, world.clock.now());
  const api = await apiOf(world);
  const send = async (body: Record<string, unknown>) => api("POST", "notifications", { message: MESSAGE, ...body });
  const look = async (id: unknown) => (await api("GET", `notifications/${String(id)}`)).json;
  return { world, api, send, look };
}

function tag(world: World, visitorId: string, tags: string[]) {
  world.store.database.sqlite
    .prepare("update visitors set tags = ? where visitor_id = ?")
    .run(JSON.stringify(tags), visitorId);
}

test("reaches everyone once, on the device used last, in their own words", async () => {
  const { world, send, look } = await setUp();
  await world.subscribe("ada");
  await world.subscribe("bea", { locale: "tr" });
  await world.subscribe("ada-phone");
  await world.signIn("ada", "7");
  await world.signIn("ada-phone", "7");
  await world.pass(MINUTE);
  await world.view("ada-phone");

  const { status, json } = await send({
    to: { all: true },
    message: { en: MESSAGE, tr: { title: "Merhaba", body: "Yeni lambalar" } },
  });
  expect(status).toBe(202);
  expect(json.state).toBe("sending");
  await world.pass(MINUTE);

  expect(
    world.pushes.map(({ endpoint, notification }) => [endpoint.split("-").at(-1), notification.title]).toSorted(),
  ).toEqual([
    ["bea", "Merhaba"],
    ["phone", "Hello there"],
  ]);
  expect(world.pushes.every(({ notification }) => notification.data.kind === "campaign")).toBe(true);
  expect(await look(json.id)).toMatchObject({ state: "done", counts: { queued: 0, sent: 2, accepted: 2, dropped: 0 } });
});

test("reaches who has the tag, and nobody else", async () => {
  const { world, send, look } = await setUp();
  for (const visitorId of ["ada", "bea", "cem"]) await world.subscribe(visitorId);
  tag(world, "bea", ["vip", "new"]);
  tag(world, "cem", ["vi"]);

  const { json } = await send({ to: { tag: "vip" } });
  await world.pass(MINUTE);

  expect(world.pushes.map(({ endpoint }) => endpoint.split("-").at(-1))).toEqual(["bea"]);
  expect(await look(json.id)).toMatchObject({ state: "done", counts: { sent: 1 } });
});

test("writes down why somebody was left out, and waits for quiet hours by their own clock", async () => {
  const { world, send, look } = await setUp({
    start: new Date("2026-11-02T21:00:00Z"),
    settings: { quietHours: { enabled: true, start: "22:00", end: "08:00" } },
  });
  const future = new Date(world.clock.now().getTime() + 9 * DAY);
  await world.subscribe("awake", { timezone: "UTC" });
  await world.subscribe("asleep", { timezone: "Europe/Istanbul" });
  await world.subscribe("alerts-only", { marketing: false });
  await world.subscribe("paused", { pausedUntil: future });
  await world.subscribe("muted", { mutedKinds: ["campaign"] });

  const { json } = await send({ to: { all: true } });
  await world.pass(MINUTE);
  expect(world.pushes).toHaveLength(1);
  expect(await look(json.id)).toMatchObject({ state: "sending", counts: { queued: 1, sent: 1, dropped: 3 } });
  await world.pass(7 * HOUR + 59 * MINUTE);
  expect(world.pushes.map(({ at }) => at.toISOString().slice(11, 16))).toEqual(["21:00", "05:00"]);

  expect(await look(json.id)).toMatchObject({ state: "done", counts: { queued: 0, sent: 2, dropped: 3 } });
  const ofCampaign = (await world.ledger()).filter((row) => row.startsWith("campaign"));
  expect(ofCampaign.toSorted()).toEqual([
    "campaign null delayed quiet_hours",
    "campaign null dropped muted",
    "campaign null dropped no_marketing_consent",
    "campaign null dropped paused",
    "campaign null sent due",
    "campaign null sent due",
  ]);
});

test("keeps to the caps, over campaigns too, unless it is transactional", async () => {
  const { world, send, look } = await setUp({
    settings: { caps: { enabled: true, perDay: 1, perWeek: 8, minimumGapMinutes: 0 } },
  });
  await world.subscribe("ada");
  await world.subscribe("alerts-only", { marketing: false });

  await send({ to: { all: true } });
  await world.pass(MINUTE);
  const second = await send({ to: { all: true } });
  const notice = await send({ to: { all: true }, transactional: true });
  await world.pass(MINUTE);

  expect(world.pushes).toHaveLength(3);
  expect(await look(second.json.id)).toMatchObject({ state: "sending", counts: { queued: 1 } });
  expect(await look(notice.json.id)).toMatchObject({ state: "done", counts: { sent: 2 } });
  await world.pass(DAY);
  expect(await look(second.json.id)).toMatchObject({ state: "done", counts: { sent: 1 } });
});

test("waits for its time, and can be paused, resumed and stopped", async () => {
  const { world, api, send, look } = await setUp();
  await world.subscribe("ada");
  const at = new Date(world.clock.now().getTime() + HOUR).toISOString();
  const { json } = await send({ to: { all: true }, at });
  expect(json.state).toBe("scheduled");
  const act = async (verb: string) => api("POST", `notifications/${String(json.id)}/${verb}`);

  expect((await act("resume")).json).toMatchObject({ state: "scheduled" });
  expect((await act("pause")).json).toMatchObject({ state: "paused" });
  expect((await act("pause")).json).toMatchObject({ state: "paused" });
  await world.pass(2 * HOUR);
  expect(world.pushes).toHaveLength(0);
  expect((await act("resume")).json).toMatchObject({ state: "sending" });
  await world.pass(MINUTE);
  expect(world.pushes).toHaveLength(1);

  expect(await look(json.id)).toMatchObject({ state: "done" });
  for (const verb of ["pause", "resume", "stop"]) expect((await act(verb)).status).toBe(409);
  const other = await send({ to: { all: true }, at: new Date(world.clock.now().getTime() + HOUR).toISOString() });
  const stopOther = async (verb: string) => api("POST", `notifications/${String(other.json.id)}/${verb}`);
  expect((await stopOther("stop")).json).toMatchObject({ state: "stopped" });
  expect((await stopOther("stop")).status).toBe(200);
  expect((await stopOther("resume")).status).toBe(409);
  await world.pass(2 * HOUR);
  expect(world.pushes).toHaveLength(1);
});

test("a pause holds what is composed, and stopping drops it", async () => {
  const { world, api, send, look } = await setUp();
  for (let index = 0; index < 250; index += 1) await world.subscribe(`visitor-${index}`);
  await world.pass(0);
  const { json } = await send({ to: { all: true } });
  const [first] = await world.store.jobs.list({ kind: ADVANCE_CAMPAIGN_JOB });
  await world.store.campaigns.advance(SHOP, String(json.id), world.clock.now(), 100, planner(world));
  expect(first).toBeDefined();

  await api("POST", `notifications/${String(json.id)}/pause`);
  await world.pass(2 * DAY);
  expect(world.pushes).toHaveLength(0);
  expect(await look(json.id)).toMatchObject({ state: "paused", counts: { queued: 100 } });
  await api("POST", `notifications/${String(json.id)}/resume`);
  await world.pass(MINUTE);
  expect(world.pushes).toHaveLength(250);

  const second = await send({ to: { all: true } });
  await world.store.campaigns.advance(SHOP, String(second.json.id), world.clock.now(), 100, planner(world));
  await api("POST", `notifications/${String(second.json.id)}/stop`);
  await world.pass(DAY);
  expect(world.pushes).toHaveLength(250);
  expect(await look(second.json.id)).toMatchObject({ state: "stopped", counts: { queued: 0, sent: 0, dropped: 100 } });
});

test("a crash between or within pages loses nobody and reaches nobody twice", async () => {
  const { world, send, look } = await setUp();
  for (let index = 0; index < 350; index += 1) await world.subscribe(`visitor-${index}`);
  await world.pass(0);
  const { json } = await send({ to: { all: true } });
  const id = String(json.id);

  // The page was rolled back: nothing of it is there.
  await expect(
    world.store.campaigns.advance(SHOP, id, world.clock.now(), 100, (page) => {
      planner(world)(page);
      throw new Error("the process died");
    }),
  ).rejects.toThrow("died");
  expect(await look(id)).toMatchObject({ counts: { queued: 0 } });
  // The page was written, and the process died before it sent anything: another one claims its job.
  await world.store.campaigns.advance(SHOP, id, world.clock.now(), 100, planner(world));
  await world.store.jobs.claim({
    kinds: [{ kind: SEND_CAMPAIGN_PAGE_JOB, limit: 1 }],
    owner: "dead",
    now: world.clock.now(),
    leaseUntil: new Date(world.clock.machineNow().getTime() + MINUTE),
  });
  await world.store.jobs.releaseOwner("dead", world.clock.machineNow());
  await world.pass(5 * MINUTE);

  const endpoints = world.pushes.map(({ endpoint }) => endpoint);
  expect(endpoints).toHaveLength(350);
  expect(new Set(endpoints).size).toBe(350);
  expect(await look(id)).toMatchObject({ state: "done", counts: { sent: 350, queued: 0 } });
});

test("who changes the device or signs in while it is being sent gets it once", async () => {
  const { world, send } = await setUp();
  await world.subscribe("ada", { id: "a-first" });
  await world.subscribe("bea", { id: "b-first" });
  await world.subscribe("bea-phone", { id: "z-phone" });
  const { json } = await send({ to: { all: true } });
  const id = String(json.id);
  await world.store.campaigns.advance(SHOP, id, world.clock.now(), 2, planner(world));
  const { drizzle } = world.store.database;

  const [row] = drizzle
    .select()
    .from(subscriptions)
    .all()
    .filter((one) => one.id === "a-first");
  if (!row) throw new Error("no subscription");
  drizzle
    .insert(subscriptions)
    .values({ ...row, id: "y-second", endpointHash: "other" })
    .run();
  drizzle.update(visitors).set({ customerId: "7" }).run();
  await world.pass(MINUTE);

  expect(world.pushes).toHaveLength(2);
});

test("shows, changes and counts nothing of another shop's", async () => {
  const { world, send, look } = await setUp();
  await world.subscribe("ada");
  const at = new Date(world.clock.now().getTime() + HOUR).toISOString();
  const { json } = await send({ to: { all: true }, at });
  const other = "other.myshopify.com";
  await world.store.shops.install(other, [], world.clock.now());
  const { key } = await createApiKey(world.store, other, "test", world.clock.now());
  const stranger = async (method: string, path: string, body?: unknown) => {
    const request = new Request(`http://app.example/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const deps = { ...world, log: createLogger("silent"), replay: replayer(world) };
    return (await handleApiRequest(deps, request, path)).status;
  };

  expect(await stranger("GET", `notifications/${String(json.id)}`)).toBe(404);
  for (const verb of ["pause", "resume", "stop"]) {
    expect(await stranger("POST", `notifications/${String(json.id)}/${verb}`)).toBe(404);
  }
  expect((await world.store.campaigns.list(other, null, 10)).rows).toEqual([]);
  expect(await stranger("POST", "notifications", { to: { all: true }, message: MESSAGE })).toBe(202);
  await world.pass(MINUTE);

  expect(world.pushes).toHaveLength(0);
  expect(await look(json.id)).toMatchObject({ state: "scheduled" });
});

test("says what is wrong with an audience, and answers a repeated key once", async () => {
  const { world, api, send } = await setUp();
  await world.subscribe("ada");
  for (const to of [{ all: false }, { tag: "" }, { all: true, tag: "x" }, { everyone: true }]) {
    expect((await send({ to })).status).toBe(400);
  }
  expect((await send({ to: { all: true }, message: { title: "{{ nope }}", body: "x" } })).status).toBe(400);

  const body = { to: { all: true }, message: MESSAGE };
  const first = await api("POST", "notifications", body, { "idempotency-key": "k" });
  expect(await api("POST", "notifications", body, { "idempotency-key": "k" })).toEqual(first);
  await world.pass(MINUTE);

  expect(world.pushes).toHaveLength(1);
});

function planner(world: World) {
  return (page: Parameters<typeof planPage>[0]) => planPage(page, world.clock);
}
