import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createKeyring, encrypt } from "../../app/encryption.server.ts";
import { createSendDeliveryHandler } from "../../app/jobs/send-delivery.server.ts";
import { Scheduler } from "../../app/scheduler/scheduler.server.ts";
import { SEND_DELIVERY_KIND, sendDeliveryJob } from "../../app/sender/delivery-jobs.ts";
import { manualClock } from "../support/manual-clock.ts";
import { insertSent, insertSubscription, SHOP } from "../support/report-rows.ts";
import { createTestStore } from "../support/test-store.ts";
import { seededRandom } from "./support/random.ts";
import { seed, tell } from "./support/summary.ts";

const MINUTE_MS = 60_000;
const STEP_MS = 5_000;

/** Machine time passes as the test says; each push is due at the start. */
async function world(shoppers: { down: number; up: number }, ttlSeconds: number) {
  const random = seededRandom(seed());
  const store = await createTestStore();
  const clock = manualClock(new Date("2026-11-21T12:00:00Z"));
  const start = clock.machineNow();
  const keyring = createKeyring([Buffer.alloc(32, 1).toString("base64")]);
  await store.shops.install(SHOP, [], start);
  await store.vapidKeys.ensure(SHOP, { publicKey: "p", privateKey: encrypt(keyring, "k", `vapid:${SHOP}`) }, start);
  const vapidKeyId = (await store.vapidKeys.current(SHOP))?.id ?? 0;

  for (const [service, count] of Object.entries(shoppers)) {
    for (let index = 0; index < count; index++) {
      const id = `${service}-${index}`;
      const pushService = `${service}.example`;
      const endpoint = `https://${pushService}/${id}`;
      insertSubscription(store.database, { id, visitorId: id, vapidKeyId, pushService, endpoint, lastSeenAt: start });
      insertSent(store.database, {
        notification: { visitorId: id, createdAt: start },
        delivery: {
          id,
          subscriptionId: id,
          state: "queued",
          ttlSeconds,
          deadlineAt: new Date(start.getTime() + ttlSeconds * 1_000),
          lastStatus: null,
          sentAt: null,
        },
      });
      store.database.jobs.schedule(sendDeliveryJob(id, false, start));
    }
  }

  let isDown = true;
  const asked: { endpoint: string; atMs: number; accepted: boolean }[] = [];
  const scheduler = new Scheduler({
    jobs: store.jobs,
    clock,
    owner: "test",
    random: random.next,
    handlers: {
      [SEND_DELIVERY_KIND]: {
        concurrency: 300,
        handler: createSendDeliveryHandler({
          store,
          clock,
          keyring,
          random: random.next,
          gatherMs: 0,
          buildPayload: ({ delivery }) => delivery.id,
          async sendPush({ endpoint }) {
            const accepted = !(isDown && endpoint.startsWith("https://down."));
            asked.push({ endpoint, atMs: clock.machineNow().getTime() - start.getTime(), accepted });
            if (accepted) return { type: "accepted", status: 201 };
            return { type: "later", status: null, retryAfterMs: null, cause: "no connection", mayHaveArrived: false };
          },
        }),
      },
    },
  });

  return {
    asked,
    comeBack: () => (isDown = false),
    states: () =>
      store.database.sqlite.prepare("select state, count(*) as count from deliveries group by state").all() as {
        state: string;
        count: number;
      }[],
    async pass(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        for (let round = 0; round < 12; round++) {
          await scheduler.poll();
          await turn();
        }
        clock.advance(STEP_MS);
      }
    },
  };
}

test("a push service that is down for an hour loses nothing, holds up nobody and is not stormed afterwards", async () => {
  const { asked, comeBack, states, pass } = await world({ down: 40, up: 20 }, 4 * 3_600);

  await pass(60 * MINUTE_MS);
  const tries = asked.filter(({ accepted }) => !accepted).length;
  const others = asked.filter(({ endpoint }) => endpoint.startsWith("https://up."));
  comeBack();
  await pass(20 * MINUTE_MS);

  const accepted = asked.filter((push) => push.accepted).map(({ endpoint }) => endpoint);
  const back = asked.filter(({ endpoint, atMs }) => endpoint.startsWith("https://down.") && atMs >= 60 * MINUTE_MS);
  const perStep = Map.groupBy(back, ({ atMs }) => atMs);
  const busiest = Math.max(...[...perStep.values()].map(({ length }) => length));
  tell("push service down for an hour", { shoppers: 60, triesMeanwhile: tries, busiestFiveSeconds: busiest });

  expect(others).toHaveLength(20);
  expect(others.every(({ atMs }) => atMs === 0)).toBe(true);
  expect(accepted).toHaveLength(60);
  expect(new Set(accepted).size).toBe(60);
  expect(states()).toEqual([{ state: "accepted", count: 60 }]);
  // A dozen tries each in the hour, and what waited comes back spread over minutes.
  expect(tries).toBeLessThan(40 * 16);
  expect(busiest).toBeLessThan(20);
});

test("what outlives its TTL meanwhile is dropped, and no shopper gets it late", async () => {
  const { asked, comeBack, states, pass } = await world({ down: 10, up: 5 }, 30 * 60);

  await pass(60 * MINUTE_MS);
  comeBack();
  await pass(20 * MINUTE_MS);

  expect(asked.filter(({ accepted }) => accepted)).toHaveLength(5);
  expect(states()).toEqual([
    { state: "accepted", count: 5 },
    { state: "expired", count: 10 },
  ]);
});
