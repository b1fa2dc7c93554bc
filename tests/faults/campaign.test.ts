import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPushClient } from "../../simulator/push/client.ts";
import type { ShopperSubscription } from "../../simulator/push/client.ts";
import type { Payload } from "../contract/stranger.ts";
import { createFaultWorld } from "./support/fault-world.ts";
import type { FaultWorld } from "./support/fault-world.ts";
import { subscribeShopper } from "./support/shoppers.ts";

// A campaign by the real server to two thousand browsers at a real push service.

const PEOPLE = 2_000;
const READ_EVERY = 40;

let world: FaultWorld;
let people: ShopperSubscription[];

beforeAll(async () => {
  world = await createFaultWorld();
  people = await subscribeMany(PEOPLE);
}, 180_000);

afterAll(() => world?.close());

test("a campaign that is paused, resumed and interrupted by SIGTERM reaches everybody once", async () => {
  const id = await begin("Hello {{ first_name }}");
  await until(id, ({ counts }) => counts.accepted > PEOPLE / 10);
  expect((await ask("POST", `notifications/${id}/pause`)).state).toBe("paused");
  const heldAt = await untilQuiet();
  expect(heldAt).toBeLessThan(PEOPLE);
  expect(await look(id)).toMatchObject({ state: "paused", counts: { accepted: heldAt } });

  await ask("POST", `notifications/${id}/resume`);
  await until(id, ({ counts }) => counts.accepted > PEOPLE / 3);
  const { code, ms } = await world.terminate();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
  expect(received()).toBeLessThan(PEOPLE);
  await world.start();
  const { counts } = await until(id, ({ state }) => state === "done");

  expect(counts).toMatchObject({ queued: 0, sent: PEOPLE, accepted: PEOPLE, failed: 0, expired: 0, dropped: 0 });
  expect(pathsOfCampaign().toSorted()).toEqual(people.map(pathOf).toSorted());
  for (let index = 0; index < PEOPLE; index += READ_EVERY) {
    const pushes = (await people[index]?.drain()) ?? [];
    const ofCampaign = pushes.map(({ payload }) => payload as Payload).filter(isOfCampaign);
    expect(ofCampaign.map(({ notification }) => notification.title)).toEqual(["Hello there"]);
  }
}, 240_000);

test("a campaign that is stopped reaches nobody afterwards, and says whom it left out", async () => {
  const before = received();
  const id = await begin("Hello again");
  await until(id, ({ counts }) => counts.accepted > PEOPLE / 10);
  await ask("POST", `notifications/${id}/stop`);
  const reached = (await untilQuiet()) - before;

  const { state, counts } = await until(id, ({ counts: { queued } }) => queued === 0);
  expect(state).toBe("stopped");
  expect(reached).toBeLessThan(PEOPLE);
  expect(counts).toMatchObject({ accepted: reached, failed: 0, expired: 0 });
}, 120_000);

type Look = {
  state: string;
  counts: Record<"queued" | "sent" | "accepted" | "failed" | "expired" | "dropped", number>;
};

async function ask(method: string, where: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${world.app}/api/v1/${where}`, {
    method,
    headers: { authorization: `Bearer ${world.apiToken}` },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${where} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

async function begin(title: string): Promise<string> {
  return String((await ask("POST", "notifications", { to: { all: true }, message: { title, body: "New lamps" } })).id);
}

async function look(id: string): Promise<Look> {
  return (await ask("GET", `notifications/${id}`)) as Look;
}

async function until(id: string, isReached: (look: Look) => boolean): Promise<Look> {
  for (const end = Date.now() + 90_000; ; await sleep(25)) {
    const found = await look(id);
    if (isReached(found)) return found;
    if (Date.now() > end) throw new Error(`the campaign stands still: ${JSON.stringify(found)}`);
  }
}

/** Waits until the database knows the fate of everything that left. @returns pushes of campaigns that arrived */
async function untilQuiet(): Promise<number> {
  const underWay = "select count(*) as count from deliveries where state = 'sending'";
  for (const end = Date.now() + 30_000; world.query<{ count: number }>(underWay)[0]?.count !== 0; await sleep(50)) {
    if (Date.now() > end) throw new Error("something is on its way for too long");
  }
  return received();
}

function received(): number {
  return pathsOfCampaign().length;
}

/** One for each push request; the first shopper's welcome is not of a campaign. */
function pathsOfCampaign(): string[] {
  const known = new Set(people.map(pathOf));
  return (world.pushServices[0]?.requests ?? []).map(({ path }) => path).filter((path) => known.has(path));
}

function pathOf(subscription: ShopperSubscription): string {
  return new URL(subscription.toJSON().endpoint).pathname;
}

function isOfCampaign({ notification }: Payload): boolean {
  return notification.data.kind === "campaign";
}

/** The first subscribes as browsers do and leaves again; the others are written beside it as it was. */
async function subscribeMany(count: number): Promise<ShopperSubscription[]> {
  const [service] = world.pushServices;
  if (!service) throw new Error("no push service");
  const vapidKey = await world.at(service).vapidKey();
  const model = await subscribeShopper(world, service, vapidKey);
  const client = createPushClient(service);
  const made: ShopperSubscription[] = [];
  for (let from = 0; from < count; from += 50) {
    made.push(...(await Promise.all(Array.from({ length: 50 }, () => client.subscribe(vapidKey)))));
  }
  const sqlite = new BetterSqlite3(world.databaseFile);
  sqlite.pragma("busy_timeout = 10000");
  const copy = sqlite.prepare<[string, string, string, string, string, string, string]>(
    `insert into subscriptions (id, shop, visitor_id, endpoint, endpoint_hash, p256dh, auth, vapid_key_id, push_service, origin,
       proxy_path, state, locale, timezone, consent_marketing, muted_kinds, created_at, last_seen_at)
     select ?, shop, ?, ?, ?, ?, ?, vapid_key_id, push_service, origin, proxy_path, state, locale, timezone, consent_marketing,
       muted_kinds, created_at, last_seen_at from subscriptions where endpoint = ?`,
  );
  sqlite.transaction(() => {
    for (const one of made) {
      const { endpoint, keys } = one.toJSON();
      const [id, visitorId, hash] = [12, 12, 32].map((bytes) => randomBytes(bytes).toString("base64url"));
      copy.run(id ?? "", visitorId ?? "", endpoint, hash ?? "", keys.p256dh, keys.auth, model.endpoint);
    }
    sqlite.prepare("delete from subscriptions where endpoint = ?").run(model.endpoint);
  })();
  sqlite.close();
  return made;
}
