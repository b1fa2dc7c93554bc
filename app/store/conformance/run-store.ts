import { describe, expect, test } from "vitest";
import type { MirrorChange } from "../../events/mirror-change.ts";
import type { LoggedEvent } from "../../events/shop-event.ts";
import { journeySchema } from "../../journeys/definition.ts";
import type { CodeToGive } from "../../journeys/discount-store.ts";
import type { OutgoingMessage } from "../../journeys/notification-store.ts";
import type { Run } from "../../journeys/person-view.ts";
import type { MessageCommit, NewRun, RunChange } from "../../journeys/run-store.ts";
import type { CreateStore } from "../conformance.ts";
import type { Store } from "../store.ts";
import { buildMessage } from "../../../tests/support/report-rows.ts";

const SHOP = "one.myshopify.com";
const NOON = new Date("2026-11-02T12:00:00Z");
const POOL_JOB = { kind: "discount-pool", key: `discount-pool:${SHOP}`, payload: { shop: SHOP }, runAt: NOON };

const text = { en: { title: "Title", body: "Body" } };
const DEFINITION = journeySchema.parse({
  trigger: { type: "cart_left" },
  steps: [
    { type: "wait", delay: "PT3M", from: "trigger" },
    { type: "message", message: text },
    { type: "wait", delay: "PT90M", from: "trigger" },
    { type: "message", message: text, discount: { percent: 15 } },
  ],
});

function later(minutes: number): Date {
  return new Date(NOON.getTime() + minutes * 60_000);
}

export function runStoreConformance(createStore: CreateStore): void {
  describe("journeys", () => {
    test("a version is never changed, and the current one is the newest", async () => {
      const store = await createShop(createStore);
      const edited = structuredClone(DEFINITION);
      edited.steps.length = 2;

      expect(await store.journeys.save(SHOP, "cart_recovery", edited, later(1), [POOL_JOB])).toMatchObject({
        version: 2,
      });
      expect(await store.runs.definition(SHOP, "cart_recovery", 1)).toEqual(DEFINITION);
      expect(await store.runs.definition(SHOP, "cart_recovery", 2)).toEqual(edited);
      expect(await store.runs.definition(SHOP, "cart_recovery", 3)).toBeNull();
      expect(await store.runs.currentJourneys(SHOP)).toEqual([
        { kind: "cart_recovery", version: 2, definition: edited },
      ]);
    });

    test("a shop that comes back after its data was deleted has its new definitions", async () => {
      const store = await createShop(createStore);
      expect(await store.runs.definition(SHOP, "cart_recovery", 1)).toEqual(DEFINITION);
      await log(store, "ada", [
        { type: "uninstalled", at: later(1) },
        { type: "shop_redacted", at: later(1) },
      ]);
      while (await store.privacy.forgetShopPart(SHOP, 100));
      expect(await store.runs.definition(SHOP, "cart_recovery", 1)).toBeNull();

      await store.shops.install(SHOP, [], later(2));
      const definition = structuredClone(DEFINITION);
      definition.steps.length = 2;
      await store.journeys.addMissing(SHOP, [{ kind: "cart_recovery", enabled: true, definition }], later(2), [
        POOL_JOB,
      ]);

      expect(await store.runs.definition(SHOP, "cart_recovery", 1)).toEqual(definition);
    });

    test("what a shop has already is left alone, and another shop has nothing", async () => {
      const store = await createShop(createStore);
      await store.journeys.setEnabled(SHOP, "cart_recovery", false, NOON, [POOL_JOB]);
      await addJourney(store);

      expect(await store.journeys.list(SHOP)).toMatchObject([{ kind: "cart_recovery", enabled: false, version: 1 }]);
      expect(await store.runs.currentJourneys(SHOP)).toEqual([]);
      expect(await store.journeys.list("two.myshopify.com")).toEqual([]);
      expect(await store.journeys.setEnabled("two.myshopify.com", "cart_recovery", true, NOON, [POOL_JOB])).toBe(false);
    });
  });

  describe("runs", () => {
    test("an event is applied once, with its job", async () => {
      const store = await createShop(createStore);
      const event = await signal(store);
      const outcome = { changes: [start()], ledger: [], jobs: [] };

      expect(await store.runs.apply(event, outcome, NOON)).toBe(true);
      expect(await store.runs.apply(event, outcome, NOON)).toBe(false);
      expect(await advanceJobs(store)).toEqual([later(3)]);
    });

    test("one run is under way for a journey, a visitor and a subject", async () => {
      const store = await createShop(createStore);
      await apply(store, start(), start({ dueAt: later(9) }), start({ subject: "cart:other" }));

      expect((await active(store)).map(({ subject, dueAt }) => [subject, dueAt])).toEqual([
        ["cart:c1", later(3)],
        ["cart:other", later(3)],
      ]);
    });

    test("a timer that starts again keeps one job", async () => {
      const store = await createShop(createStore);
      const run = await started(store);
      for (let minute = 1; minute <= 20; minute += 1) await apply(store, rearm(run, { dueAt: later(minute) }));

      expect(await advanceJobs(store)).toEqual([later(20)]);
      expect((await active(store))[0]).toMatchObject({ dueAt: later(20), anchorAt: later(17) });
    });

    test("a timer for a step that is past starts nothing", async () => {
      const store = await createShop(createStore);
      const run = await started(store);
      await apply(store, rearm(run, { step: "3", dueAt: later(50) }));

      expect(await advanceJobs(store)).toEqual([later(3)]);
    });

    test("a suspended run has no job until it is armed again", async () => {
      const store = await createShop(createStore);
      const run = await started(store);
      await apply(store, { type: "suspend", runId: run.id });
      expect(await advanceJobs(store)).toEqual([]);
      expect(await active(store)).toMatchObject([{ dueAt: null }]);

      await apply(store, rearm(run, { dueAt: later(30) }));
      expect(await advanceJobs(store)).toEqual([later(30)]);
    });

    test("an ended run is over: it is not armed, not ended again, and leaves room for another", async () => {
      const store = await createShop(createStore);
      const run = await started(store);
      await apply(store, { type: "exit", runId: run.id, reason: "bought" });
      await apply(store, rearm(run), { type: "exit", runId: run.id, reason: "emptied" });

      expect(await store.runs.byId(run.id)).toMatchObject({ state: "exited", exitReason: "bought", dueAt: null });
      expect(await advanceJobs(store)).toEqual([]);
      const again = await started(store);
      expect(again.id).not.toBe(run.id);
      expect(await store.runs.lastOf(SHOP, "cart_recovery", "cart:c1", "ada")).toMatchObject({ id: again.id });
    });

    test("a run goes back to a step that was not shown, also after its last; an exited one does not", async () => {
      const store = await createShop(createStore);
      const run = await started(store);
      const reopen: RunChange = {
        type: "reopen",
        runId: run.id,
        step: "1",
        anchorAt: later(5),
        dueAt: later(8),
        context: {},
      };
      await store.runs.commitEnd(expected(run), { state: "finished", reason: null }, [], NOON);
      await apply(store, reopen);
      expect(await active(store)).toMatchObject([{ id: run.id, step: "1", dueAt: later(8) }]);

      await apply(store, { type: "exit", runId: run.id, reason: "bought" }, reopen);
      expect(await active(store)).toEqual([]);
    });
  });

  describe("messages of a run", () => {
    test("everything a message leaves behind is written together", async () => {
      const store = await createShop(createStore);
      const run = await started(store);

      expect(await store.runs.commitMessage(await message(store, run), later(3))).toBe("done");
      expect(await store.notifications.byId(SHOP, "n1")).toMatchObject({ runId: run.id, step: "1" });
      expect(await store.runs.ofNotification(SHOP, "n1")).toMatchObject({ run: { id: run.id }, step: "1" });
      expect(await active(store)).toMatchObject([{ step: "3", dueAt: later(90), context: { sent: 1 } }]);
      expect(await store.jobs.list({ kind: "send-delivery" })).toHaveLength(1);
      expect(await advanceJobs(store)).toEqual([later(90)]);
    });

    test("a step is done once", async () => {
      const store = await createShop(createStore);
      const run = await started(store);
      const commit = await message(store, run);
      await store.runs.commitMessage(commit, later(3));

      expect(await store.runs.commitMessage(await message(store, run, "n2"), later(3))).toBe("changed");
      expect(await store.notifications.byId(SHOP, "n2")).toBeNull();
      expect(await store.jobs.list({ kind: "send-delivery" })).toHaveLength(1);
    });

    test("nothing leaves when the run was armed anew or the person ordered in the meantime", async () => {
      const store = await createShop(createStore);
      const run = await started(store);
      const beforeSignal = await message(store, run);
      await apply(store, rearm(run, { dueAt: later(10) }));
      expect(await store.runs.commitMessage(beforeSignal, later(3))).toBe("changed");

      const [armed] = await active(store);
      if (!armed) throw new Error("the run is gone");
      const beforeOrder = await message(store, armed);
      await order(store);
      expect(await store.runs.commitMessage(beforeOrder, later(10))).toBe("changed");
      expect(await store.notifications.byId(SHOP, "n1")).toBeNull();
    });

    test("a code is given to one message; the other writes nothing", async () => {
      const store = await createShop(createStore);
      await openCohort(store, "BACK-1");
      const first = await started(store);
      await apply(store, start({ subject: "cart:other", visitorId: "bob" }));
      const second = (await active(store, "bob"))[0];
      if (!second) throw new Error("the second run was not started");

      expect(await store.discounts.freeCode(SHOP, "percent:15", later(60))).toMatchObject({
        code: "BACK-1",
        endsAt: later(9_000),
      });
      const ada = buildCode("BACK-1", "visitor:ada");
      expect(await store.runs.commitMessage({ ...(await message(store, first)), code: ada }, later(3))).toBe("done");
      const bob = buildCode("BACK-1", "visitor:bob");
      const other = { ...(await message(store, second, "n2")), code: bob };
      expect(await store.runs.commitMessage(other, later(3))).toBe("code_gone");
      const asHers = { ...other, code: { ...bob, isAgain: true } };
      expect(await store.runs.commitMessage(asHers, later(3))).toBe("code_gone");

      expect(await store.notifications.byId(SHOP, "n2")).toBeNull();
      expect((await active(store, "bob"))[0]).toMatchObject({ step: "1" });
      expect(await store.discounts.freeCode(SHOP, "percent:15", later(60))).toBeNull();
      expect(await store.discounts.heldCodes(SHOP, "visitor:bob", NOON)).toEqual([]);
      expect(await store.discounts.heldCodes(SHOP, "visitor:ada", NOON)).toEqual([
        {
          code: "BACK-1",
          isUnique: true,
          offer: "percent:15",
          endsAt: later(9_000),
          runId: first.id,
          givenAt: later(3),
          usedAt: null,
        },
      ]);
    });

    test("the last code of a week's budget goes to one message, and what is offered again uses none of it", async () => {
      const store = await createShop(createStore);
      const cohort = await openCohort(store, "BACK-1");
      await store.discounts.addPending(SHOP, cohort, "bulk-1", ["BACK-2"], NOON);
      await store.discounts.settleBatch(SHOP, "bulk-1", ["BACK-2"], []);
      const first = await started(store);
      await apply(store, start({ subject: "cart:other", visitorId: "bob" }));
      const second = (await active(store, "bob"))[0];
      if (!second) throw new Error("the second run was not started");
      const budget = { codes: 1, cost: null, codesOfJourney: null };

      const ada = { ...buildCode("BACK-1", "visitor:ada"), budget };
      expect(await store.runs.commitMessage({ ...(await message(store, first)), code: ada }, later(3))).toBe("done");
      expect(await store.discounts.spent(SHOP, "cart_recovery", NOON)).toEqual({
        codes: 1,
        cost: 0,
        codesOfJourney: 1,
      });
      expect(await store.discounts.spent(SHOP, "welcome", NOON)).toEqual({ codes: 1, cost: 0, codesOfJourney: 0 });
      const bob = { ...buildCode("BACK-2", "visitor:bob"), budget };
      const other = { ...(await message(store, second, "n2")), code: bob };
      expect(await store.runs.commitMessage(other, later(3))).toBe("code_gone");
      expect(await store.runs.commitMessage(other, later(7 * 24 * 60 + 4))).toBe("done");

      const [again] = await active(store);
      if (!again) throw new Error("the run has ended");
      const message2 = { ...(await message(store, again, "n3")), code: { ...ada, isAgain: true } };
      expect(await store.runs.commitMessage(message2, later(90))).toBe("done");
    });

    test("a delay moves the job, and says so once", async () => {
      const store = await createShop(createStore);
      const run = await started(store);
      const next = { step: "1", dueAt: later(30), context: {} };

      expect(await store.runs.commitDelay(expected(run), next, [])).toBe(true);
      expect(await store.runs.commitDelay(expected(run), next, [])).toBe(false);
      expect(await advanceJobs(store)).toEqual([later(30)]);
    });
  });

  describe("stock alerts", () => {
    test("each is told once, the oldest first, and waits again when its variant sold out before", async () => {
      const store = await createShop(createStore);
      await store.vapidKeys.ensure(SHOP, { publicKey: "public", privateKey: "encrypted" }, NOON);
      for (const visitorId of ["ada", "bob", "nobody"]) {
        if (visitorId !== "nobody") await subscribe(store, visitorId);
        await signal(store, visitorId, [
          { type: "stock_alert", visitorId, variantId: "v1", kind: "back_in_stock", at: NOON },
        ]);
      }
      expect(await store.runs.watchedVariants(SHOP, { variantIds: ["v1", "v2"] })).toEqual(["v1"]);
      const { waiting, lastWaveAt } = await store.runs.stockAlerts(SHOP, "v1", "back_in_stock", 10);
      expect(waiting.map(({ visitorId }) => visitorId)).toEqual(["ada", "bob"]);
      expect(lastWaveAt).toBeNull();

      const [alert] = waiting;
      if (!alert) throw new Error("nobody waits");
      const run = {
        ...newRun({ subject: "variant:v1", dueAt: NOON }),
        journey: "back_in_stock",
        context: { variantId: "v1", alertId: alert.id },
      };
      const wave = { shop: SHOP, variantId: "v1", alerts: [alert], runs: [run] };
      await store.runs.startWave(wave, NOON);
      await store.runs.startWave(wave, NOON);
      expect(await advanceJobs(store)).toEqual([NOON]);
      const after = await store.runs.stockAlerts(SHOP, "v1", "back_in_stock", 10);
      expect(after.waiting.map(({ visitorId }) => visitorId)).toEqual(["bob"]);
      expect(after.lastWaveAt).toEqual(NOON);

      const [underWay] = await active(store);
      if (!underWay) throw new Error("the wave started nothing");
      await store.runs.commitEnd(expected(underWay), { state: "exited", reason: "out_of_stock" }, [], later(1));
      expect((await store.runs.stockAlerts(SHOP, "v1", "back_in_stock", 10)).waiting).toHaveLength(2);
    });
  });

  describe("discount codes", () => {
    test("a code is free once its bulk creation is done without an error", async () => {
      const store = await createShop(createStore);
      const cohort = await openCohort(store, "A");
      expect(await store.discounts.beginCohort(SHOP, "percent:15", later(9_000), "Z", NOON)).toMatchObject({
        id: cohort,
        firstCode: "A",
      });
      await store.discounts.addPending(SHOP, cohort, "bulk-1", ["B", "C"], NOON);
      expect(await store.discounts.pendingBatches(SHOP)).toEqual([
        { cohortId: cohort, bulkCreationId: "bulk-1", codes: ["B", "C"] },
      ]);
      expect(await store.discounts.cohorts(SHOP)).toMatchObject([{ free: 1, pending: 2, state: "open" }]);

      await store.discounts.settleBatch(SHOP, "bulk-1", ["B"], ["C"]);
      expect(await store.discounts.cohorts(SHOP)).toMatchObject([{ free: 2, pending: 0 }]);

      await store.discounts.closeEnded(SHOP, later(9_001));
      expect(await store.discounts.freeCode(SHOP, "percent:15", NOON)).toBeNull();
      await store.discounts.markDeleted(SHOP, cohort);
      expect(await store.discounts.cohorts(SHOP)).toEqual([]);
    });
  });
}

async function createShop(createStore: CreateStore): Promise<Store> {
  const store = await createStore();
  await store.shops.install(SHOP, [], NOON);
  await addJourney(store);
  await signal(store, "ada");
  await signal(store, "bob");
  return store;
}

async function subscribe(store: Store, visitorId: string) {
  const incoming = {
    visitorId,
    endpoint: `https://push.example.com/${visitorId}`,
    p256dh: "p256dh",
    auth: "auth",
    isQuiet: false,
    vapidPublicKey: "public",
    pushService: "push.example.com",
    origin: "https://shop.example.com",
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
    consent: { marketing: false, text: null, at: NOON },
  };
  await store.subscriptions.subscribe(SHOP, incoming, NOON, () => []);
}

async function addJourney(store: Store) {
  await store.journeys.addMissing(SHOP, [{ kind: "cart_recovery", enabled: true, definition: DEFINITION }], NOON, [
    POOL_JOB,
  ]);
}

let serial = 0;

async function log(store: Store, visitorId: string, more: MirrorChange[]): Promise<number | null> {
  const ids = { customerId: null, cartToken: null, checkoutToken: null, orderId: null };
  const event = {
    shop: SHOP,
    sourceId: `e${(serial += 1)}`,
    kind: "page_viewed",
    visitorId,
    occurredAt: NOON,
    data: {},
    ...ids,
  } as const;
  const change: MirrorChange = { type: "visitor_signal", visitorId, at: NOON, signal: "storefront", mayCreate: true };
  const job = (shop: string) => ({ kind: "process-events", key: `events:${shop}`, payload: { shop }, runAt: NOON });
  const [id] = await store.events.append([{ event, changes: [change, ...more] }], NOON, job);
  return id ?? null;
}

/** A sign of life in the log, not looked at yet. */
async function signal(store: Store, visitorId = "ada", more: MirrorChange[] = []): Promise<LoggedEvent> {
  const id = await log(store, visitorId, more);
  const logged = id ? await store.events.byId(SHOP, id) : null;
  if (!logged) throw new Error("the event was not stored");
  return logged;
}

async function order(store: Store) {
  await signal(store, "ada", [
    { type: "link", linkId: "l1", visitorId: "ada", at: NOON },
    {
      type: "order",
      orderId: "1001",
      name: "#1001",
      cartToken: null,
      checkoutToken: null,
      linkId: "l1",
      customerId: null,
      currency: "USD",
      total: 1_000,
      presentmentCurrency: "USD",
      presentmentTotal: 1_000,
      discountTotal: 0,
      discountCodes: [],
      discountAmounts: {},
      items: [],
      locale: null,
      sourceName: "web",
      test: false,
      isShopping: true,
      createdAt: later(1),
      updatedAt: later(1),
      paidAt: null,
      cancelledAt: null,
    },
  ]);
}

function newRun(changes: Partial<NewRun> = {}): NewRun {
  return {
    shop: SHOP,
    journey: "cart_recovery",
    version: 1,
    visitorId: "ada",
    customerId: null,
    subject: "cart:c1",
    step: "1",
    anchorAt: NOON,
    dueAt: later(3),
    startedAt: NOON,
    context: {},
    ...changes,
  };
}

function start(changes: Partial<NewRun> = {}): RunChange {
  return { type: "start", run: newRun(changes) };
}

function rearm(run: Run, { step = run.step, dueAt = later(5) }: { step?: string; dueAt?: Date } = {}): RunChange {
  return { type: "rearm", runId: run.id, step, anchorAt: new Date(dueAt.getTime() - 180_000), dueAt, context: {} };
}

async function apply(store: Store, ...changes: RunChange[]) {
  await store.runs.apply(await signal(store), { changes, ledger: [], jobs: [] }, NOON);
}

async function active(store: Store, visitorId = "ada"): Promise<Run[]> {
  return (await store.runs.person(SHOP, visitorId, NOON))?.runs ?? [];
}

async function started(store: Store): Promise<Run> {
  await apply(store, start());
  const [run] = await active(store);
  if (!run) throw new Error("the run was not started");
  return run;
}

/** With one code, free to be given. */
async function openCohort(store: Store, code: string): Promise<number> {
  const { id } = await store.discounts.beginCohort(SHOP, "percent:15", later(9_000), code, NOON);
  await store.discounts.openCohort(SHOP, id, "gid://shopify/DiscountCodeNode/1", code, NOON);
  return id;
}

function buildCode(code: string, personKey: string): CodeToGive {
  const budget = { codes: null, cost: null, codesOfJourney: null };
  return { code, isUnique: true, offer: "percent:15", endsAt: later(9_000), personKey, isAgain: false, budget };
}

async function advanceJobs(store: Store): Promise<Date[]> {
  return (await store.jobs.list({ kind: "advance-run" })).map(({ runAt }) => runAt);
}

function expected(run: Run) {
  if (!run.dueAt) throw new Error("the run is suspended");
  return { runId: run.id, step: run.step, dueAt: run.dueAt };
}

async function message(store: Store, run: Run, id = "n1"): Promise<MessageCommit> {
  const person = await store.runs.person(SHOP, run.visitorId, NOON);
  if (!person) throw new Error("the visitor is gone");
  const outgoing: OutgoingMessage = {
    notification: {
      id,
      shop: SHOP,
      visitorId: run.visitorId,
      customerId: null,
      kind: run.journey,
      runId: run.id,
      step: run.step,
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
    deliveries: [],
    ledger: [],
    jobs: [{ kind: "send-delivery", key: `delivery:${id}`, payload: { deliveryId: id }, runAt: NOON }],
  };
  const next = { step: "3", dueAt: later(90), context: { sent: 1 } };
  return { expected: expected(run), person, outgoing, code: null, next, context: { sent: 1 } };
}
