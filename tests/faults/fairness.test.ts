import { setImmediate as turn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { createKeyring, encrypt } from "../../app/encryption.server.ts";
import { createSendDeliveryHandler } from "../../app/jobs/send-delivery.server.ts";
import * as events from "../../app/routes/proxy.events.ts";
import { Scheduler } from "../../app/scheduler/scheduler.server.ts";
import { SEND_DELIVERY_KIND, sendDeliveryJob } from "../../app/sender/delivery-jobs.ts";
import type { DeliveryOutcome } from "../../app/sender/push-request.ts";
import { createEdgeApp, OTHER_SHOP as NEIGHBOUR } from "../support/edge-app.ts";
import type { RouteModule } from "../support/edge-app.ts";
import { manualClock } from "../support/manual-clock.ts";
import { insertSent, insertSubscription } from "../support/report-rows.ts";
import { createTestStore } from "../support/test-store.ts";
import { tell } from "./support/summary.ts";

// What one shop does, another must not feel. Measured by order and counts: time is the test's.

// Thousands of rows: long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const LOUD = "loud.myshopify.com";
const QUIET = "quiet.myshopify.com";
const CONCURRENCY = 100;

/** Two shops at one push service; the test says what it answers to whom. */
async function twoShopsAtOneService(answer: (shop: string) => DeliveryOutcome) {
  const store = await createTestStore();
  const clock = manualClock(new Date("2026-11-21T12:00:00Z"));
  const keyring = createKeyring([Buffer.alloc(32, 1).toString("base64")]);
  const keys = new Map<string, number>();
  for (const shop of [LOUD, QUIET]) {
    await store.shops.install(shop, [], clock.now());
    const pair = { publicKey: `p${shop}`, privateKey: encrypt(keyring, "k", `vapid:${shop}`) };
    await store.vapidKeys.ensure(shop, pair, clock.now());
    keys.set(shop, (await store.vapidKeys.current(shop))?.id ?? 0);
  }
  const asked: string[] = [];
  const scheduler = new Scheduler({
    jobs: store.jobs,
    clock,
    owner: "test",
    handlers: {
      [SEND_DELIVERY_KIND]: {
        concurrency: CONCURRENCY,
        handler: createSendDeliveryHandler({
          store,
          clock,
          keyring,
          random: () => 0.5,
          gatherMs: 0,
          concurrency: CONCURRENCY,
          buildPayload: ({ delivery }) => delivery.id,
          async sendPush({ endpoint }) {
            const shop = new URL(endpoint).pathname.split("/")[1] ?? "";
            asked.push(shop);
            return answer(shop);
          },
        }),
      },
    },
  });

  return {
    asked,
    due(shop: string, count: number, isTransactional: boolean): void {
      const now = clock.now();
      for (let index = 0; index < count; index++) {
        const id = `${shop}-${index}`;
        const vapidKeyId = keys.get(shop) ?? 0;
        const endpoint = `https://push.example/${shop}/${index}`;
        insertSubscription(store.database, {
          shop,
          id,
          visitorId: id,
          vapidKeyId,
          pushService: "push.example",
          endpoint,
          lastSeenAt: now,
        });
        insertSent(store.database, {
          notification: { shop, visitorId: id, createdAt: now, isTransactional },
          delivery: {
            shop,
            id,
            subscriptionId: id,
            state: "queued",
            ttlSeconds: 3_600,
            deadlineAt: new Date(now.getTime() + 3_600_000),
            lastStatus: null,
            sentAt: null,
          },
        });
        store.database.jobs.schedule(sendDeliveryJob(id, isTransactional, now));
      }
    },
    async turns(count: number): Promise<void> {
      for (let round = 0; round < count; round++) {
        await scheduler.poll();
        for (let wait = 0; wait < 5; wait++) await turn();
      }
    },
    advance: (ms: number) => clock.advance(ms),
  };
}

test("1,500 due pushes of one shop do not hold up another's shipping update", async () => {
  const world = await twoShopsAtOneService(() => ({ type: "accepted", status: 201 }));
  world.due(LOUD, 1_500, false);
  await world.turns(3);
  const before = world.asked.length;

  world.due(QUIET, 1, true);
  while (!world.asked.includes(QUIET) && world.asked.length < 1_501) await world.turns(1);
  const between = world.asked.indexOf(QUIET) - before;
  tell("1,500 due pushes of another shop", { sentBefore: before, sentBetween: between });

  expect(before).toBeLessThan(1_500);
  // What is on its way already, and no more than that again.
  expect(between).toBeLessThanOrEqual(2 * CONCURRENCY);
});

test("a push service that answers one shop with 429 paces that shop alone", async () => {
  const world = await twoShopsAtOneService((shop) =>
    shop === LOUD
      ? { type: "later", status: 429, retryAfterMs: 60_000, cause: "429", mayHaveArrived: false }
      : { type: "accepted", status: 201 },
  );
  world.due(LOUD, 400, false);
  world.due(QUIET, 100, false);
  await world.turns(60);
  const loud = world.asked.filter((shop) => shop === LOUD).length;
  const quiet = world.asked.filter((shop) => shop === QUIET).length;
  tell("429 for one of two shops", { askedForTheShop: loud, sentForTheOther: quiet });

  expect(quiet).toBe(100);
  // Those under way when the first 429 came; nobody asks again before the minute is over.
  expect(loud).toBeLessThanOrEqual(2 * CONCURRENCY);
});

test("a flood of one shop's storefront is refused, and another shop's events are taken", async () => {
  const app = await createEdgeApp({ rateLimit: true });
  const at = app.clock.now().toISOString();
  const send = (index: number, shop?: string) =>
    app.proxy(events as RouteModule, "events", {
      body: {
        v: 1,
        visitorId: `visitor-${String(index).padStart(6, "0")}`,
        sentAt: at,
        events: [{ id: `e${index}`, type: "search_submitted", at, data: { query: "linen" } }],
      },
      headers: { "x-forwarded-for": `203.0.${Math.floor(index / 200) % 250}.${index % 200}` },
      ...(shop && { query: { shop } }),
    });
  let refused = 0;
  for (let index = 0; index < 8_000 && refused < 5; index++) if ((await send(index)).status === 429) refused++;

  const others = await Promise.all(Array.from({ length: 20 }, (_, index) => send(100_000 + index, NEIGHBOUR)));
  tell("a flood from one shop", { refused, othersTaken: others.filter(({ status }) => status === 202).length });

  expect(refused).toBe(5);
  expect(others.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 202));
}, 120_000);
