import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { SEND_CAMPAIGN_PAGE_JOB, sendCampaignPageJob } from "../../app/campaigns/campaign.ts";
import { createKeyring, encrypt } from "../../app/encryption.server.ts";
import { sendCampaignPageHandler } from "../../app/jobs/send-campaign-page.server.ts";
import { createDeliver, createSendDeliveryHandler } from "../../app/jobs/send-delivery.server.ts";
import { Scheduler } from "../../app/scheduler/scheduler.server.ts";
import { SEND_DELIVERY_KIND, sendDeliveryJob } from "../../app/sender/delivery-jobs.ts";
import type { DeliveryOutcome } from "../../app/sender/push-request.ts";
import { manualClock } from "../support/manual-clock.ts";
import { insertSent, insertSubscription } from "../support/report-rows.ts";
import { createTestStore } from "../support/test-store.ts";

const LARGE = "large.myshopify.com";
const SMALL = "small.myshopify.com";
const PLACES = 10;

test("a campaign of one shop that fills all its places delays no other shop's transactional push", async () => {
  const { asked, answer, queue, work } = await setUp();
  const people = Array.from({ length: 120 }, (_, index) => `large-${index}`);
  await queue(LARGE, people, false);
  await work();
  expect(asked).toHaveLength(PLACES);

  await queue(SMALL, ["small-1", "small-2"], true);
  await work();
  expect(asked.slice(PLACES).toSorted()).toEqual(["small-1", "small-2"]);

  for (let turns = 0; asked.length < people.length + 2 && turns < 1_000; turns += 1) {
    answer();
    await work();
  }
  expect(asked.filter((id) => id.startsWith("large")).toSorted()).toEqual(people.toSorted());
});

/** Two shops, and a push service that answers when it is told to. */
async function setUp() {
  const store = await createTestStore();
  const clock = manualClock(new Date("2026-11-21T12:00:00Z"));
  const now = clock.now();
  const keyring = createKeyring([Buffer.alloc(32, 1).toString("base64")]);
  const asked: string[] = [];
  let unanswered: ((outcome: DeliveryOutcome) => void)[] = [];
  const deps = {
    store,
    clock,
    keyring,
    gatherMs: 0,
    buildPayload: ({ delivery }: { delivery: { id: string } }) => delivery.id,
    sendPush: ({ payload }: { payload: string }) => {
      asked.push(payload);
      return new Promise<DeliveryOutcome>((resolve) => unanswered.push(resolve));
    },
  };
  const deliver = createDeliver(deps);
  const scheduler = new Scheduler({
    jobs: store.jobs,
    clock,
    owner: "test",
    handlers: {
      [SEND_DELIVERY_KIND]: { handler: createSendDeliveryHandler(deps, deliver), concurrency: 30 },
      [SEND_CAMPAIGN_PAGE_JOB]: {
        handler: sendCampaignPageHandler({ store, clock, deliver, inFlight: PLACES }),
        concurrency: 4,
      },
    },
  });

  return {
    asked,
    answer() {
      const all = unanswered;
      unanswered = [];
      for (const resolve of all) resolve({ type: "accepted", status: 201 });
    },
    async work() {
      for (let round = 0; round < 12; round += 1) {
        await scheduler.poll();
        await turn();
      }
    },
    /** As a campaign's pages of thirty, or with a job for each. */
    async queue(shop: string, ids: string[], isTransactional: boolean) {
      await store.shops.install(shop, [], now);
      const privateKey = encrypt(keyring, "k", `vapid:${shop}`);
      await store.vapidKeys.ensure(shop, { publicKey: `p-${shop}`, privateKey }, now);
      const vapidKeyId = (await store.vapidKeys.current(shop))?.id ?? 0;
      for (const id of ids) {
        insertSubscription(store.database, {
          id,
          shop,
          visitorId: id,
          vapidKeyId,
          endpoint: `https://push.example/${id}`,
        });
        insertSent(store.database, {
          notification: { shop, visitorId: id, isTransactional, createdAt: now },
          delivery: {
            id,
            subscriptionId: id,
            state: "queued",
            deadlineAt: new Date(now.getTime() + 3_600_000),
            lastStatus: null,
            sentAt: null,
          },
        });
      }
      if (isTransactional) for (const id of ids) await store.jobs.schedule(sendDeliveryJob(id, true, now));
      else {
        for (let from = 0; from < ids.length; from += 30) {
          await store.jobs.schedule(sendCampaignPageJob(shop, "c", ids.slice(from, from + 30), false, now));
        }
      }
    },
  };
}
