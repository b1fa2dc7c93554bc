import { createECDH } from "node:crypto";
import { eq } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { createPushClient } from "../../simulator/push/client.ts";
import { startPushService } from "../../simulator/push/push-service.ts";
import { createTestStore, jobsOfKind } from "../../tests/support/test-store.ts";
import type { Clock } from "../clock.server.ts";
import { createKeyring, encrypt } from "../encryption.server.ts";
import type { Job } from "../scheduler/job.ts";
import { createSender } from "../sender/create-sender.server.ts";
import { handOverJob, sendDeliveryJob } from "../sender/delivery-jobs.ts";
import { PayloadTooLargeError } from "../sender/payload-limit.ts";
import type { DeliveryOutcome, PushRequest, SendPush } from "../sender/push-request.ts";
import {
  deliveries,
  ledger,
  notifications,
  orders,
  runs,
  shops,
  subscriptions,
  vapidKeys,
  visitors,
} from "../store/sqlite/schema.server.ts";
import { createHandOverHandler } from "./hand-over.server.ts";
import { createSendDeliveryHandler } from "./send-delivery.server.ts";
import { buildMessage } from "../../tests/support/report-rows.ts";

const SHOP = "one.myshopify.com";
const NOON = new Date("2026-03-01T12:00:00Z");

test("sends a delivery and writes that the push service accepted it", async () => {
  const { send, row, sent } = await setUp();

  expect(await send()).toEqual({ type: "done" });

  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({
    payload: '{"for":"d1"}',
    ttlSeconds: 3_600,
    urgency: "normal",
    pushTopic: "marketing",
    vapid: { publicKey: "public", privateKey: "secret" },
  });
  expect(row("d1")).toMatchObject({ state: "accepted", lastStatus: 201, attempts: 1, sentAt: NOON, reason: null });
});

test("reaches a real receiver through a real push service", async () => {
  const service = await startPushService();
  onTestFinished(() => service.close());
  const sender = createSender({
    vapidSubject: "mailto:ops@example.com",
    push: { hosts: [{ host: "127.0.0.1", port: service.port }], routes: [], ca: service.ca, concurrency: 10 },
    machineNow: () => new Date(),
  });
  onTestFinished(() => sender.close());
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  const shopper = await createPushClient(service).subscribe(ecdh.getPublicKey("base64url"));
  const { send, row, store, keyring } = await setUp({ sendPush: sender });
  const privateKey = Buffer.concat([Buffer.alloc(32), ecdh.getPrivateKey()])
    .subarray(-32)
    .toString("base64url");
  store.database.drizzle
    .update(vapidKeys)
    .set({ publicKey: ecdh.getPublicKey("base64url"), privateKey: encrypt(keyring, privateKey, `vapid:${SHOP}`) })
    .run();
  const { endpoint, keys } = shopper.toJSON();
  store.database.drizzle
    .update(subscriptions)
    .set({ endpoint, ...keys })
    .run();

  await send();

  expect((await shopper.next()).payload).toEqual({ for: "d1" });
  expect(row("d1").state).toBe("accepted");
});

test("an answer of gone ends the subscription, keeps its row, and drops what waits for it", async () => {
  const { send, row, store, addDelivery, answers, subscription } = await setUp();
  addDelivery("d2");
  answers.push({ type: "gone", status: 410 });

  await send("d1");

  expect(row("d1")).toMatchObject({ state: "failed", reason: "endpoint_gone", lastStatus: 410 });
  expect(subscription()).toMatchObject({ state: "ended", endedCause: "endpoint_gone", endedAt: NOON });
  expect(row("d2")).toMatchObject({ state: "dropped", reason: "endpoint_gone" });
  expect((await jobsOfKind(store, "send-delivery")).map(({ key }) => key)).not.toContain("delivery:d2");
  const event = store.database.sqlite.prepare("select kind, data from events").get() as { kind: string; data: string };
  expect(event).toMatchObject({ kind: "unsubscribed" });
  expect(JSON.parse(event.data)).toEqual({ subscriptionId: "s1", cause: "endpoint_gone" });
});

test("a refusal keeps the subscription and counts; the next success starts the count anew", async () => {
  const { send, row, addDelivery, answers, subscription } = await setUp();
  addDelivery("d2");
  addDelivery("d3");
  answers.push({ type: "refused", status: 403, cause: "403: wrong key" });
  answers.push({ type: "refused", status: 403, cause: "403: wrong key" });

  await send("d1");
  await send("d2");

  expect(row("d1")).toMatchObject({ state: "failed", reason: "refused", lastStatus: 403 });
  expect(subscription()).toMatchObject({ state: "active", failures: 2, lastFailure: "403: wrong key" });
  await send("d3");
  expect(subscription()).toMatchObject({ failures: 0, lastFailure: null });
});

test("tries again later under the same topic, with what is left of the TTL", async () => {
  const { send, row, clock, answers, sent } = await setUp();
  answers.push({ type: "later", status: 503, retryAfterMs: null, cause: "busy" });

  const first = await send();

  expect(first).toEqual({ type: "snooze", until: seconds(5) }); // random() is 1
  expect(row("d1")).toMatchObject({ state: "queued", attempts: 1, lastStatus: 503, reason: "status_503" });
  clock.pass(5_000);
  expect(await send()).toEqual({ type: "done" });
  expect(sent.map(({ ttlSeconds, pushTopic }) => ({ ttlSeconds, pushTopic }))).toEqual([
    { ttlSeconds: 3_600, pushTopic: "marketing" },
    { ttlSeconds: 3_595, pushTopic: "marketing" },
  ]);
  expect(row("d1")).toMatchObject({ state: "accepted", attempts: 2 });
});

test("waits twice as long each time, up to a quarter of an hour, and expires with its TTL", async () => {
  const { send, row, clock, answers, sent, store } = await setUp();
  const waits: number[] = [];
  let result = await sendLater();
  while (result.type === "snooze") {
    const waitMs = result.until.getTime() - clock.now().getTime();
    waits.push(waitMs / 1_000);
    clock.pass(waitMs);
    result = await sendLater();
  }

  expect(waits.slice(0, 9)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900]);
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(3_600);
  expect(row("d1")).toMatchObject({ state: "expired", reason: "expired" });
  expect(sent.at(-1)?.ttlSeconds).toBeGreaterThan(0);
  expect(store.database.drizzle.select().from(ledger).all()).toMatchObject([
    { verdict: "dropped", reason: "too_late", notificationId: "n1", subscriptionId: "s1" },
  ]);

  function sendLater() {
    answers.push({ type: "later", status: null, retryAfterMs: null, cause: "no connection" });
    return send();
  }
});

test("obeys Retry-After, for every push of the shop to that service and for no other", async () => {
  const { send, clock, answers, addDelivery, addSubscription, sent } = await setUp();
  addDelivery("d2");
  addSubscription("s2", { pushService: "other.example.com" });
  addDelivery("d3", { subscriptionId: "s2" });
  answers.push({ type: "later", status: 429, retryAfterMs: 60_000, cause: "slow down" });

  expect(await send("d1")).toEqual({ type: "snooze", until: seconds(66) }); // 10 % of jitter
  expect(await send("d2")).toEqual({ type: "snooze", until: seconds(66) });
  expect(sent).toHaveLength(1);
  expect(await send("d3")).toEqual({ type: "done" });

  clock.pass(60_000);
  expect(await send("d2")).toEqual({ type: "done" });
});

test("waits longer each time for a service that says to come back at once", async () => {
  const { send, answers, clock } = await setUp();
  const waits: number[] = [];
  for (let i = 0; i < 4; i++) {
    answers.push({ type: "later", status: 429, retryAfterMs: 0, cause: "slow down" });
    const result = await send();
    const waitMs = result.type === "snooze" ? result.until.getTime() - clock.now().getTime() : 0;
    waits.push(waitMs / 1_000);
    clock.pass(waitMs);
  }

  expect(waits).toEqual([1.1, 2.2, 4.4, 8.8]);
});

test("expires at once when asked to wait beyond the deadline", async () => {
  const { send, row, answers } = await setUp();
  answers.push({ type: "later", status: 429, retryAfterMs: 3_600_000, cause: "slow down" });

  expect(await send()).toEqual({ type: "done" });

  expect(row("d1")).toMatchObject({ state: "expired" });
});

test("what is not sent before its deadline expires unsent", async () => {
  const { send, row, clock, sent } = await setUp();
  clock.pass(3_600_001);

  await send();

  expect(sent).toHaveLength(0);
  expect(row("d1").state).toBe("expired");
});

test("a delivery found half sent after a crash is sent again, under the same topic", async () => {
  const { send, row, sent, setState } = await setUp();
  setState("d1", "sending");

  await send();

  expect(sent).toHaveLength(1);
  expect(row("d1").state).toBe("accepted");
});

test("to Apple a half sent marketing message is dropped as uncertain, a transactional one is sent again", async () => {
  const apple = { pushService: "web.push.apple.com" };
  const { send, row, sent, setState, addSubscription, addDelivery, addNotification, store } = await setUp();
  addSubscription("s2", apple);
  addDelivery("d2", { subscriptionId: "s2" });
  addNotification("n3", { isTransactional: true, kind: "shipping" });
  addDelivery("d3", { subscriptionId: "s2", notificationId: "n3" });
  setState("d2", "sending");
  setState("d3", "sending");

  await send("d2");
  await send("d3");

  expect(row("d2")).toMatchObject({ state: "dropped", reason: "uncertain" });
  expect(row("d3").state).toBe("accepted");
  expect(sent).toHaveLength(1);
  expect(store.database.drizzle.select().from(ledger).all()).toMatchObject([
    { verdict: "dropped", reason: "uncertain", notificationId: "n1" },
  ]);
});

test("to Apple a lost answer drops a marketing message, and elsewhere it is tried again", async () => {
  const { send, row, answers, addSubscription, addDelivery } = await setUp();
  addSubscription("s2", { pushService: "web.push.apple.com" });
  addDelivery("d2", { subscriptionId: "s2" });
  const lost = { type: "later", status: null, retryAfterMs: null, cause: "cut", mayHaveArrived: true } as const;
  answers.push(lost, lost);

  expect(await send("d2")).toEqual({ type: "done" });
  expect(await send("d1")).toMatchObject({ type: "snooze" });

  expect(row("d2")).toMatchObject({ state: "dropped", reason: "uncertain" });
});

test("an accepted older message of the same topic is superseded unless it was shown", async () => {
  const { send, row, addDelivery, store } = await setUp();
  addDelivery("d2");
  addDelivery("d3", { pushTopic: "order-1" });
  addDelivery("d4");
  await send("d1");
  await send("d3");
  store.database.drizzle.update(deliveries).set({ shownAt: NOON }).where(eq(deliveries.id, "d1")).run();

  await send("d2");
  await send("d4");

  expect(["d1", "d2", "d3", "d4"].map((id) => row(id).state)).toEqual([
    "accepted", // shown
    "superseded",
    "accepted", // another topic
    "accepted",
  ]);
});

test.each([
  ["the app was uninstalled", "uninstalled", (s: SetUp) => s.update(shops, { state: "uninstalled" })],
  ["the subscription ended", "unsubscribed", (s: SetUp) => s.update(subscriptions, { state: "ended" })],
  ["messages are paused", "paused", (s: SetUp) => s.update(subscriptions, { pausedUntil: seconds(60) })],
  ["this kind is muted", "muted", (s: SetUp) => s.update(subscriptions, { mutedKinds: ["cart_recovery"] })],
  ["the visitor ordered since", "bought", (s: SetUp) => s.addOrder({ visitorId: "visitor1" })],
  ["the person ordered elsewhere", "bought", (s: SetUp) => s.addOrder({ customerId: "customer1" })],
  ["the run was exited", "returned", (s: SetUp) => s.addExitedRun("returned")],
  ["consent was withdrawn", "consent_withdrawn", (s: SetUp) => s.update(visitors, { consentWithdrawnAt: seconds(5) })],
])("a marketing message is dropped when %s", async (_name, reason, happen) => {
  const made = await setUp();
  happen(made);

  expect(await made.send()).toEqual({ type: "done" });

  expect(made.sent).toHaveLength(0);
  expect(made.row("d1")).toMatchObject({ state: "dropped", reason });
  expect(made.store.database.drizzle.select().from(ledger).all()).toMatchObject([
    { verdict: "dropped", reason, journey: "cart_recovery", visitorId: "visitor1" },
  ]);
});

test("a transactional message leaves although messages are paused and the person bought", async () => {
  const made = await setUp();
  made.update(notifications, { isTransactional: true });
  made.update(subscriptions, { pausedUntil: seconds(60) });
  made.addOrder({ visitorId: "visitor1" });

  await made.send();

  expect(made.row("d1").state).toBe("accepted");
});

test("an order made before the message was decided does not stop it", async () => {
  const made = await setUp();
  made.addOrder({ visitorId: "visitor1", createdAt: seconds(-60) });

  await made.send();

  expect(made.row("d1").state).toBe("accepted");
});

test("a final delivery is not sent again", async () => {
  const { send, sent } = await setUp();
  await send();

  expect(await send()).toMatchObject({ type: "cancel" });
  expect(sent).toHaveLength(1);
});

test("a payload that cannot fit fails at once, and says so", async () => {
  const { send, row, subscription } = await setUp({
    async sendPush({ payload }) {
      throw new PayloadTooLargeError(payload.length + 4_000);
    },
  });

  expect(await send()).toEqual({ type: "done" });

  expect(row("d1")).toMatchObject({ state: "failed", reason: "not_sendable" });
  expect(subscription().lastFailure).toMatch(/at most 3993/);
});

test("a fault of ours is tried again by the scheduler, and fails the delivery with the last try", async () => {
  const made = await setUp({
    buildPayload() {
      throw new Error("broken");
    },
  });

  await expect(made.send()).rejects.toThrow("broken");
  expect(made.row("d1").state).toBe("queued");
  await expect(made.send("d1", { attempt: 20 })).rejects.toThrow("broken");
  expect(made.row("d1").state).toBe("failed");
});

test("sends many at once, each exactly once", async () => {
  const { send, sent, addDelivery, row } = await setUp();
  const ids = Array.from({ length: 120 }, (_, i) => `many${i}`);
  for (const id of ids) addDelivery(id, { pushTopic: id });

  await Promise.all(ids.map((id) => send(id)));

  expect(new Set(sent.map(({ payload }) => payload)).size).toBe(120);
  expect(sent).toHaveLength(120);
  expect(ids.every((id) => row(id).state === "accepted")).toBe(true);
});

test("a push service that does not answer leaves places for the others", async () => {
  const hanging: (() => void)[] = [];
  const { send, addSubscription, addDelivery, clock, row } = await setUp({
    concurrency: 3,
    sendPush: (request) => {
      if (request.endpoint.endsWith("s2")) return Promise.resolve({ type: "accepted", status: 201 });
      return new Promise((resolve) => hanging.push(() => resolve({ type: "accepted", status: 201 })));
    },
  });
  addSubscription("s2", { pushService: "other.example.com" });
  addDelivery("d2");
  addDelivery("d3");
  addDelivery("d4", { subscriptionId: "s2" });
  const underWay = [send("d1"), send("d2")];
  await expect.poll(() => hanging.length).toBe(2);
  clock.pass(1_000);

  expect(await send("d3")).toEqual({ type: "snooze", until: new Date(clock.now().getTime() + 1_000) });
  expect(await send("d4")).toEqual({ type: "done" });

  for (const answer of hanging) answer();
  await Promise.all(underWay);
  expect(row("d3")).toMatchObject({ state: "queued", attempts: 0 });
});

test("what was not shown in the hand-over time goes to the device used before, under the same topic", async () => {
  const { handOver, row, addSubscription, allDeliveries, store, send, sent } = await setUp();
  addSubscription("older", { lastSeenAt: seconds(-7_200) });
  addSubscription("newer", { lastSeenAt: seconds(-3_600) });
  await send();

  expect(await handOver()).toEqual({ type: "done" });

  const second = allDeliveries().find(({ id }) => id !== "d1");
  expect(second).toMatchObject({
    notificationId: "n1",
    subscriptionId: "newer",
    state: "queued",
    pushTopic: "marketing",
    ttlSeconds: 1_800, // one more device is left
    deadlineAt: seconds(1_800),
  });
  expect((await jobsOfKind(store, "hand-over")).map(({ key, runAt }) => ({ key, runAt }))).toEqual([
    { key: "hand-over:n1", runAt: seconds(1_800) },
  ]);

  await send(second?.id);
  await handOver();
  const third = allDeliveries().find(({ subscriptionId }) => subscriptionId === "older");
  expect(third).toMatchObject({ ttlSeconds: 7_200, state: "queued" }); // the last one: all that is left
  expect(await handOver()).toMatchObject({ type: "cancel" });
  expect(sent).toHaveLength(2);
  expect(row("d1").state).toBe("accepted");
});

test.each([
  ["it was shown", (s: SetUp) => s.update(notifications, { shownAt: NOON })],
  ["it was clicked", (s: SetUp) => s.update(notifications, { clickedAt: NOON })],
  ["the shopper was in the shop", (s: SetUp) => s.update(deliveries, { suppressedAt: NOON })],
  ["the person bought", (s: SetUp) => s.addOrder({ customerId: "customer1" })],
  ["the app was uninstalled", (s: SetUp) => s.update(shops, { state: "uninstalled" })],
])("nothing is handed over when %s", async (_name, happen) => {
  const made = await setUp();
  made.addSubscription("s2");
  await made.send();
  happen(made);

  expect(await made.handOver()).toMatchObject({ type: "cancel" });
  expect(made.allDeliveries()).toHaveLength(1);
});

test("nothing is handed over from or to Apple's devices", async () => {
  const from = await setUp();
  from.update(subscriptions, { pushService: "web.push.apple.com" });
  from.addSubscription("s2");
  await from.send();
  const to = await setUp();
  to.addSubscription("s2", { pushService: "web.push.apple.com" });
  await to.send();

  expect(await from.handOver()).toMatchObject({ type: "cancel" });
  expect(await to.handOver()).toMatchObject({ type: "cancel" });
});

test("a device that is gone does not make the next one wait", async () => {
  const { send, handOver, answers, store, addSubscription, allDeliveries } = await setUp();
  addSubscription("s2");
  await store.jobs.schedule(
    handOverJob({ shop: SHOP, notificationId: "n1", untilMachineMs: seconds(7_200).getTime() }, false, seconds(1_800)),
  );
  answers.push({ type: "gone", status: 410 });

  await send();

  expect((await jobsOfKind(store, "hand-over"))[0]?.runAt).toEqual(NOON);
  await handOver();
  expect(allDeliveries().find(({ subscriptionId }) => subscriptionId === "s2")).toMatchObject({ ttlSeconds: 7_200 });
});

test("another customer's device never gets it", async () => {
  const { send, handOver, addSubscription } = await setUp();
  addSubscription("stranger", { visitorId: "visitor2" });
  await send();

  expect(await handOver()).toMatchObject({ type: "cancel" });
});

test("a device of the same customer gets it", async () => {
  const { send, handOver, addSubscription, addVisitor, allDeliveries } = await setUp();
  addVisitor("visitor2", "customer1");
  addSubscription("phone", { visitorId: "visitor2" });
  await send();

  await handOver();

  expect(allDeliveries().map(({ subscriptionId, visitorId }) => [subscriptionId, visitorId])).toContainEqual([
    "phone",
    "visitor2",
  ]);
});

type SetUp = Awaited<ReturnType<typeof setUp>>;

type Overrides = { sendPush?: SendPush; buildPayload?: () => string; concurrency?: number };

/** A shop with one visitor, one subscription `s1`, a marketing notification `n1` and its delivery `d1`. */
async function setUp(overrides: Overrides = {}) {
  const store = await createTestStore();
  const { drizzle, jobs } = store.database;
  const keyring = createKeyring([Buffer.alloc(32, 1).toString("base64")]);
  const clock = createTestClock(NOON);
  const sent: PushRequest[] = [];
  const answers: DeliveryOutcome[] = [];

  drizzle
    .insert(shops)
    .values({ shop: SHOP, state: "installed", installedAt: NOON, locales: ["en"], scopes: [], settings: {} })
    .run();
  const key = drizzle
    .insert(vapidKeys)
    .values({
      shop: SHOP,
      publicKey: "public",
      privateKey: encrypt(keyring, "secret", `vapid:${SHOP}`),
      isCurrent: true,
      createdAt: NOON,
    })
    .returning()
    .get();

  function addVisitor(visitorId: string, customerId: string | null) {
    store.database.sqlite
      .prepare(
        `insert into visitors (shop, visitor_id, customer_id, first_seen_at, last_signal_at, tags, aliases)
         values (?, ?, ?, ?, ?, '[]', '{}')`,
      )
      .run(SHOP, visitorId, customerId, NOON.getTime(), NOON.getTime());
  }
  function addSubscription(id: string, values: Partial<typeof subscriptions.$inferInsert> = {}) {
    drizzle
      .insert(subscriptions)
      .values({
        id,
        shop: SHOP,
        visitorId: "visitor1",
        endpoint: `https://push.example.com/${id}`,
        endpointHash: id,
        p256dh: "p256dh",
        auth: "auth",
        vapidKeyId: key.id,
        pushService: "push.example.com",
        origin: "https://shop.example.com",
        proxyPath: "/apps/beckon",
        state: "active",
        consentMarketing: true,
        mutedKinds: [],
        createdAt: NOON,
        lastSeenAt: NOON,
        ...values,
      })
      .run();
  }
  function addNotification(id: string, values: Partial<typeof notifications.$inferInsert> = {}) {
    drizzle
      .insert(notifications)
      .values({
        id,
        shop: SHOP,
        visitorId: "visitor1",
        customerId: "customer1",
        kind: "cart_recovery",
        step: "1",
        isTransactional: false,
        locale: "en",
        message: buildMessage({ title: "Title", body: "Body", tag: id }),
        targetUrl: "/cart",
        createdAt: NOON,
        ...values,
      })
      .run();
  }
  function addDelivery(id: string, values: Partial<typeof deliveries.$inferInsert> = {}) {
    drizzle
      .insert(deliveries)
      .values({
        id,
        shop: SHOP,
        notificationId: "n1",
        subscriptionId: "s1",
        visitorId: "visitor1",
        state: "queued",
        pushTopic: "marketing",
        urgency: "normal",
        ttlSeconds: 3_600,
        deadlineAt: seconds(3_600),
        createdAt: NOON,
        ...values,
      })
      .run();
    jobs.schedule(sendDeliveryJob(id, false, NOON));
  }
  addVisitor("visitor1", "customer1");
  addSubscription("s1");
  addNotification("n1");
  addDelivery("d1");

  const handle = createSendDeliveryHandler({
    store,
    clock,
    keyring,
    random: () => 1,
    concurrency: overrides.concurrency,
    buildPayload: overrides.buildPayload ?? (({ delivery }) => JSON.stringify({ for: delivery.id })),
    sendPush:
      overrides.sendPush ??
      (async (request) => {
        sent.push(request);
        return answers.shift() ?? { type: "accepted", status: 201 };
      }),
  });
  const handleHandOver = createHandOverHandler({ store, clock });
  const signal = new AbortController().signal;

  return {
    store,
    clock,
    keyring,
    sent,
    answers,
    addVisitor,
    addSubscription,
    addNotification,
    addDelivery,
    addOrder(values: Partial<typeof orders.$inferInsert>) {
      drizzle
        .insert(orders)
        .values({
          shop: SHOP,
          orderId: "1",
          name: "#1",
          currency: "USD",
          total: 100,
          presentmentCurrency: "USD",
          presentmentTotal: 100,
          discountTotal: 0,
          discountCodes: [],
          items: [],
          test: false,
          isShopping: true,
          createdAt: seconds(1),
          updatedAt: seconds(1),
          ...values,
        })
        .run();
    },
    addExitedRun(exitReason: string) {
      const run = drizzle
        .insert(runs)
        .values({
          shop: SHOP,
          journey: "cart_recovery",
          version: 1,
          visitorId: "visitor1",
          subject: "cart:1",
          state: "exited",
          exitReason,
          step: "1",
          anchorAt: NOON,
          context: {},
          startedAt: NOON,
        })
        .returning()
        .get();
      drizzle.update(notifications).set({ runId: run.id }).run();
    },
    update(
      table: typeof shops | typeof subscriptions | typeof visitors | typeof notifications | typeof deliveries,
      values: Record<string, unknown>,
    ) {
      drizzle.update(table).set(values).run();
    },
    setState(id: string, state: "sending") {
      drizzle.update(deliveries).set({ state }).where(eq(deliveries.id, id)).run();
    },
    row(id: string) {
      const found = drizzle.select().from(deliveries).where(eq(deliveries.id, id)).get();
      if (!found) throw new Error(`no delivery ${id}`);
      return found;
    },
    allDeliveries: () => drizzle.select().from(deliveries).all(),
    subscription: () => {
      const found = drizzle.select().from(subscriptions).where(eq(subscriptions.id, "s1")).get();
      if (!found) throw new Error("no subscription");
      return found;
    },
    send: (deliveryId = "d1", job: Partial<Job> = {}) => handle(buildJob({ deliveryId }, job), signal),
    handOver: () =>
      handleHandOver(
        buildJob({ shop: SHOP, notificationId: "n1", untilMachineMs: seconds(7_200).getTime() }, {}),
        signal,
      ),
  };
}

function buildJob(payload: unknown, values: Partial<Job>): Job {
  return { id: 1, kind: "send-delivery", key: null, payload, runAt: NOON, attempt: 1, maxAttempts: 20, ...values };
}

/** Shop time and machine time are one, and pass when told to. */
function createTestClock(start: Date): Clock & { pass(ms: number): void } {
  let nowMs = start.getTime();
  return {
    speed: 1,
    now: () => new Date(nowMs),
    machineNow: () => new Date(nowMs),
    afterMachineMs: (ms) => new Date(nowMs + ms),
    machineMsUntil: (at) => Math.max(0, at.getTime() - nowMs),
    onChange: () => () => {},
    pass(ms) {
      nowMs += ms;
    },
  };
}

function seconds(count: number): Date {
  return new Date(NOON.getTime() + count * 1_000);
}
