import { describe, expect, test } from "vitest";
import { handOverJob, sendDeliveryJob } from "../../sender/delivery-jobs.ts";
import type { DeliveryToSend, HandOverPlan, HandOverStanding } from "../../sender/delivery-store.ts";
import type { CreateStore } from "../conformance.ts";
import type { Store } from "../store.ts";
import { buildMessage } from "../../../tests/support/report-rows.ts";

const SHOP = "one.myshopify.com";
const NOON = new Date("2026-11-02T12:00:00Z");

function later(seconds: number): Date {
  return new Date(NOON.getTime() + seconds * 1_000);
}

export function deliveryStoreConformance(createStore: CreateStore): void {
  describe("deliveries", () => {
    test("a delivery comes with everything that sending it needs", async () => {
      const store = await createStore();
      const subscriptionId = await installAndSubscribe(store);
      await queue(store, "d1", subscriptionId);

      const [loaded, unknown] = await store.deliveries.load(["d1", "unknown"]);
      expect(loaded).toMatchObject({
        delivery: { id: "d1", state: "queued", attempts: 0, ttlSeconds: 3_600, deadlineAt: later(3_600) },
        notification: { id: "n-d1", kind: "cart_recovery", isTransactional: false, message: { title: "Title" } },
        subscription: { endpoint: "https://push.example.com/1", p256dh: "p256dh", auth: "auth", isActive: true },
        vapid: { publicKey: "public", encryptedPrivateKey: "encrypted" },
        isShopInstalled: true,
        stopReason: null,
      });
      expect(unknown).toBeNull();
    });

    test("each try is counted, also one that a crash cut off", async () => {
      const store = await createStore();
      await queue(store, "d1", await installAndSubscribe(store));

      expect(await store.deliveries.markSending(["d1", "unknown"])).toEqual(["d1"]);
      expect(await store.deliveries.markSending(["d1"])).toEqual(["d1"]);

      expect((await loadOne(store, "d1"))?.delivery).toMatchObject({ state: "sending", attempts: 2 });
    });

    test("a result is written once: what is final stays so", async () => {
      const store = await createStore();
      await queue(store, "d1", await installAndSubscribe(store));
      await store.deliveries.markSending(["d1"]);

      await store.deliveries.recordResults([{ deliveryId: "d1", type: "accepted", status: 201 }], NOON, NOON);
      await store.deliveries.recordResults([{ deliveryId: "d1", type: "expired", cause: "late" }], NOON, NOON);

      expect((await loadOne(store, "d1"))?.delivery.state).toBe("accepted");
      expect(await store.deliveries.markSending(["d1"])).toEqual([]);
    });

    test("many results are written together", async () => {
      const store = await createStore();
      const subscriptionId = await installAndSubscribe(store);
      for (const id of ["d1", "d2", "d3"]) await queue(store, id, subscriptionId, { pushTopic: id });
      await store.deliveries.markSending(["d1", "d2", "d3"]);

      await store.deliveries.recordResults(
        [
          { deliveryId: "d1", type: "accepted", status: 201 },
          { deliveryId: "d2", type: "later", status: 503, cause: "busy" },
          { deliveryId: "d3", type: "refused", status: 403, cause: "wrong key" },
        ],
        NOON,
        NOON,
      );

      expect(await statesOf(store, ["d1", "d2", "d3"])).toEqual(["accepted", "queued", "failed"]);
      expect(await store.subscriptions.byId(SHOP, subscriptionId)).toMatchObject({
        state: "active",
        failures: 1,
        lastFailure: "wrong key",
      });
    });

    test("an endpoint that is gone ends its subscription and what waits for it", async () => {
      const store = await createStore();
      const subscriptionId = await installAndSubscribe(store);
      await queue(store, "d1", subscriptionId);
      await queue(store, "d2", subscriptionId);
      await store.deliveries.markSending(["d1"]);

      await store.deliveries.recordResults([{ deliveryId: "d1", type: "gone", status: 410 }], NOON, NOON);

      expect(await statesOf(store, ["d1", "d2"])).toEqual(["failed", "dropped"]);
      expect(await store.subscriptions.byId(SHOP, subscriptionId)).toMatchObject({
        state: "ended",
        endedCause: "endpoint_gone",
        endpoint: "",
        p256dh: "",
        auth: "",
      });
      const waiting = await store.jobs.list({ kind: "send-delivery" });
      expect(waiting.map(({ key }) => key)).toEqual(["delivery:d1"]);
    });

    test("an accepted message supersedes the one of its topic that still waits, and no other", async () => {
      const store = await createStore();
      const subscriptionId = await installAndSubscribe(store);
      await queue(store, "old", subscriptionId);
      await queue(store, "order", subscriptionId, { pushTopic: "order-1" });
      await queue(store, "over", subscriptionId, { deadlineAt: later(-1) });
      await queue(store, "new", subscriptionId, { createdAt: later(60) });
      for (const id of ["old", "order", "over", "new"]) {
        await store.deliveries.markSending([id]);
        await store.deliveries.recordResults([{ deliveryId: id, type: "accepted", status: 201 }], NOON, NOON);
      }

      const states = await statesOf(store, ["old", "order", "over", "new"]);
      expect(states).toEqual(["superseded", "accepted", "accepted", "accepted"]);
    });

    test("a device that cannot be reached brings the hand-over forward", async () => {
      const store = await createStore();
      await queue(store, "d1", await installAndSubscribe(store));
      const payload = { shop: SHOP, notificationId: "n-d1", untilMachineMs: later(7_200).getTime() };
      await store.jobs.schedule(handOverJob(payload, false, later(1_800)));
      await store.deliveries.markSending(["d1"]);

      await store.deliveries.recordResults([{ deliveryId: "d1", type: "gone", status: 410 }], later(5), later(5));

      const [job] = await store.jobs.list({ kind: "hand-over" });
      expect(job).toMatchObject({ runAt: later(5), payload });
    });

    test("a hand-over is planned on how things stand, and written with its jobs", async () => {
      const store = await createStore();
      const first = await installAndSubscribe(store);
      const second = await subscribe(store, 2);
      await queue(store, "d1", first);
      let seen: HandOverStanding | undefined;
      const plan = (standing: HandOverStanding): HandOverPlan => {
        seen = standing;
        return {
          delivery: {
            id: "d2",
            subscriptionId: second,
            visitorId: "visitor-1",
            pushTopic: "marketing",
            urgency: "normal",
            ttlSeconds: 60,
            deadlineAt: later(60),
            createdAt: NOON,
          },
          jobs: [sendDeliveryJob("d2", false, NOON)],
          giveUpDeliveryIds: ["d1"],
        };
      };

      expect(await store.deliveries.handOver(SHOP, "n-d1", plan)).toBe("d2");

      expect(seen).toMatchObject({
        wasSeen: false,
        isShopInstalled: true,
        deliveries: [{ id: "d1", state: "queued", pushService: "push.example.com" }],
        candidates: [{ id: second, consentMarketing: true }],
      });
      expect(await statesOf(store, ["d1", "d2"])).toEqual(["dropped", "queued"]);
      const jobs = await store.jobs.list({ kind: "send-delivery" });
      expect(jobs.map(({ key }) => key)).toEqual(["delivery:d2"]);
    });

    test("no plan, no hand-over; nor for an unknown notification", async () => {
      const store = await createStore();
      await queue(store, "d1", await installAndSubscribe(store));

      expect(await store.deliveries.handOver(SHOP, "n-d1", () => null)).toBeNull();
      expect(await store.deliveries.handOver("two.myshopify.com", "n-d1", () => unexpected())).toBeNull();
    });
  });
}

function unexpected(): never {
  throw new Error("Another shop's notification was found");
}

async function installAndSubscribe(store: Store): Promise<string> {
  await store.shops.install(SHOP, [], NOON);
  await store.vapidKeys.ensure(SHOP, { publicKey: "public", privateKey: "encrypted" }, NOON);
  return subscribe(store, 1);
}

/** Each on an origin of its own: a browser has one subscription per origin. */
async function subscribe(store: Store, number: number): Promise<string> {
  const incoming = {
    visitorId: "visitor-1",
    endpoint: `https://push.example.com/${number}`,
    p256dh: "p256dh",
    auth: "auth",
    isQuiet: false,
    vapidPublicKey: "public",
    pushService: "push.example.com",
    origin: `https://shop${number}.example.com`,
    proxyPath: "/apps/beckon",
    browser: null,
    os: null,
    deviceType: null,
    locale: null,
    timezone: null,
    country: null,
    city: null,
    source: null,
    page: null,
    promptVariant: null,
    consent: { marketing: true, text: null, at: NOON },
  };
  return (await store.subscriptions.subscribe(SHOP, incoming, NOON, () => [])).subscriptionId;
}

type QueueChanges = { pushTopic?: string; deadlineAt?: Date; createdAt?: Date };

async function queue(store: Store, id: string, subscriptionId: string, changes: QueueChanges = {}): Promise<void> {
  await store.notifications.create({
    notification: {
      id: `n-${id}`,
      shop: SHOP,
      visitorId: "visitor-1",
      customerId: null,
      kind: "cart_recovery",
      runId: null,
      step: "1",
      campaignId: null,
      isTransactional: false,
      locale: "en",
      message: buildMessage({ title: "Title", body: "Body", tag: id }),
      targetUrl: "/cart",
      discountCode: null,
      cartToken: null,
      checkoutToken: null,
      createdAt: NOON,
    },
    deliveries: [
      {
        id,
        shop: SHOP,
        notificationId: `n-${id}`,
        subscriptionId,
        visitorId: "visitor-1",
        pushTopic: "marketing",
        urgency: "normal",
        ttlSeconds: 3_600,
        deadlineAt: later(3_600),
        createdAt: NOON,
        ...changes,
      },
    ],
    ledger: [],
    jobs: [sendDeliveryJob(id, false, NOON)],
  });
}

async function loadOne(store: Store, id: string): Promise<DeliveryToSend | null> {
  const [loaded] = await store.deliveries.load([id]);
  return loaded ?? null;
}

async function statesOf(store: Store, ids: string[]): Promise<(string | undefined)[]> {
  const loaded = await store.deliveries.load(ids);
  return loaded.map((found) => found?.delivery.state);
}
