import { expect, test } from "vitest";
import { directMessages } from "../../app/store/sqlite/schema.server.ts";
import { apiOf } from "../support/api-call.ts";
import { createWorld, DAY, HOUR, MINUTE, SHOP } from "../support/journey-world.ts";
import type { WorldOptions } from "../support/journey-world.ts";

async function setUp(options?: WorldOptions) {
  const world = await createWorld(options);
  await world.subscribe("ada-browser", { isNew: false });
  await world.pass(MINUTE);
  const api = await apiOf(world);
  const send = async (body: Record<string, unknown>) => {
    const answer = await api("POST", "notifications", body);
    return { ...answer, id: String(answer.json.id) };
  };
  return { world, api, send };
}

const TO = { visitorId: "ada-browser" };
const MESSAGE = { title: "Your chair is ready", body: "Come and see it at {{ shop_name }}.", url: "/pages/visit" };

test("writes to one person at once, and tells what became of it", async () => {
  const { world, api, send } = await setUp();
  const { status, json, id } = await send({ to: TO, message: MESSAGE, urgency: "high", ttlSeconds: 3_600 });
  expect([status, json.state]).toEqual([202, "sending"]);

  await world.pass(1);
  expect(world.pushes[0]).toMatchObject({
    notification: {
      title: "Your chair is ready",
      body: "Come and see it at Harbour Goods.",
      data: { id, kind: "direct" },
    },
    request: { urgency: "high", ttlSeconds: 3_600 },
  });
  expect(world.pushes[0]?.notification.data.url).toBe(
    "https://shop.example/pages/visit?utm_source=beckon&utm_medium=web_push&utm_campaign=direct",
  );
  expect((await api("GET", `notifications/${id}`)).json).toMatchObject({
    id,
    state: "done",
    counts: { queued: 0, sent: 1, accepted: 1, failed: 0, dropped: 0, shown: 0 },
  });
  expect(world.ledger()).toEqual(["direct null sent due"]);
});

test("chooses the shopper's language, and takes one text for all", async () => {
  const { world, send } = await setUp();
  await world.subscribe("arab-browser", { isNew: false, locale: "ar" });
  const message = { en: { title: "Hello", body: "There" }, ar: { title: "أهلًا", body: "بك" } };
  await send({ to: { subscriberId: "subscription-arab-browser" }, message });
  await world.pass(1);

  expect(world.pushes[0]?.notification).toMatchObject({ title: "أهلًا", lang: "ar", dir: "rtl" });
});

test("waits for its time, and can be held back, sent after all and stopped until then", async () => {
  const { world, api, send } = await setUp();
  const at = new Date(world.clock.now().getTime() + HOUR).toISOString();
  const kept = await send({ to: TO, at, message: MESSAGE });
  const stopped = await send({ to: TO, at, message: MESSAGE });
  expect(kept.json.state).toBe("scheduled");

  const call = async (id: string, verb: string) => {
    const { status, json } = await api("POST", `notifications/${id}/${verb}`);
    return [status, json.state];
  };
  expect(await call(kept.id, "pause")).toEqual([200, "paused"]);
  expect(await call(kept.id, "pause")).toEqual([200, "paused"]);
  expect(await call(stopped.id, "stop")).toEqual([200, "stopped"]);
  expect((await call(stopped.id, "resume"))[0]).toBe(409);
  await world.pass(2 * HOUR);
  expect(world.pushes).toEqual([]);

  expect(await call(kept.id, "resume")).toEqual([200, "sending"]);
  await world.pass(1);
  expect(world.pushes).toHaveLength(1);
  expect((await call(kept.id, "pause"))[0]).toBe(409);
  expect((await call(kept.id, "stop"))[0]).toBe(409);
});

test("keeps quiet hours and caps unless it is transactional", async () => {
  const { world, api, send } = await setUp({
    start: new Date("2026-11-02T23:00:00Z"),
    settings: { quietHours: { enabled: true }, caps: { enabled: true, minimumGapMinutes: 60 } },
  });
  const first = await send({ to: TO, message: MESSAGE });
  const second = await send({ to: TO, message: MESSAGE });
  await send({ to: TO, message: { title: "Invoice", body: "It is paid." }, transactional: true });
  await world.pass(MINUTE);
  expect(world.titles()).toEqual(["Invoice"]);
  expect((await api("GET", `notifications/${first.id}`)).json).toMatchObject({ state: "scheduled" });

  await world.pass(9 * HOUR);
  expect(world.pushes).toHaveLength(2);
  await world.pass(HOUR);
  expect(world.pushes).toHaveLength(3);
  expect((await api("GET", `notifications/${second.id}`)).json).toMatchObject({ state: "done" });
});

test("sends no marketing without consent to it, and says so", async () => {
  const { world, api, send } = await setUp();
  await world.subscribe("bob-browser", { isNew: false, marketing: false });
  const offer = await send({ to: { visitorId: "bob-browser" }, message: MESSAGE });
  await send({ to: { visitorId: "bob-browser" }, message: MESSAGE, transactional: true });
  await world.pass(DAY);

  expect(world.pushes).toHaveLength(1);
  expect((await api("GET", `notifications/${offer.id}`)).json).toMatchObject({
    state: "done",
    reason: "no_marketing_consent",
    counts: { dropped: 1, sent: 0 },
  });
});

test("names each thing that is wrong, and keeps nothing", async () => {
  const { world, send } = await setUp();
  const wrong = async (body: Record<string, unknown>) => {
    const { status, json } = await send({ to: TO, message: MESSAGE, ...body });
    const errors = (json.errors ?? []) as { path: string }[];
    return [status, ...errors.map(({ path }) => path)];
  };

  expect(await wrong({ to: { visitorId: "nobody-known" } })).toEqual([404]);
  expect(await wrong({ to: { subscriberId: "nobody-known" } })).toEqual([404]);
  expect(await wrong({ to: { all: false } })).toEqual([400, "to"]);
  expect(await wrong({ message: { title: "{{ nope }}", body: "x" } })).toEqual([400, "message.en.title"]);
  expect(await wrong({ message: { title: "x" } })).toEqual([400, "message.body"]);
  expect(await wrong({ message: { klingon: MESSAGE } })).toEqual([400, "message.klingon"]);
  expect(await wrong({ ttlSeconds: -1 })).toEqual([400, "ttlSeconds"]);
  expect(await wrong({ at: "tomorrow" })).toEqual([400, "at"]);
  expect((await wrong({ surprise: 1 }))[0]).toBe(400);

  expect(world.store.database.drizzle.select().from(directMessages).all()).toEqual([]);
});

test("is forgotten with its person before it leaves", async () => {
  const { world, api, send } = await setUp();
  const at = new Date(world.clock.now().getTime() + HOUR).toISOString();
  const { id } = await send({ to: TO, at, message: MESSAGE });
  await world.store.privacy.forgetVisitor(SHOP, "ada-browser");
  await world.pass(DAY);

  expect(world.pushes).toEqual([]);
  expect((await api("GET", `notifications/${id}`)).status).toBe(404);
});
