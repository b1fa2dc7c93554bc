import { expect, test } from "vitest";
import { manualClock } from "../../tests/support/manual-clock.ts";
import { createTestStore, jobsOfKind } from "../../tests/support/test-store.ts";
import { Scheduler } from "../scheduler/scheduler.server.ts";
import { HOUSEKEEPING_KIND, housekeepingHandler, scheduleHousekeeping } from "./housekeeping.server.ts";

async function buildHousekeeping() {
  const store = await createTestStore();
  const clock = manualClock(new Date("2026-11-02T12:00:00Z"), 60);
  const scheduler = new Scheduler({
    jobs: store.jobs,
    clock,
    owner: "host:1:a",
    handlers: { [HOUSEKEEPING_KIND]: { handler: housekeepingHandler(store, clock), concurrency: 1 } },
  });
  async function isBusy() {
    const counts = await store.jobs.counts();
    const nextAt = await store.jobs.nextDueAt([HOUSEKEEPING_KIND]);
    return counts.some(({ state }) => state === "running") || (nextAt !== null && nextAt <= clock.now());
  }
  async function settle() {
    while (await isBusy()) {
      await scheduler.poll();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { store, clock, settle };
}

test("every start leaves each recurring work with one job", async () => {
  const { store, clock } = await buildHousekeeping();

  await scheduleHousekeeping(store, clock);
  await scheduleHousekeeping(store, clock);

  const jobs = await jobsOfKind(store, HOUSEKEEPING_KIND);
  expect(jobs.length).toBeGreaterThan(5);
  expect(new Set(jobs.map(({ key }) => key)).size).toBe(jobs.length);
});

test("works are done, and come back by themselves", async () => {
  const { store, clock, settle } = await buildHousekeeping();
  await scheduleHousekeeping(store, clock);
  const before = await jobsOfKind(store, HOUSEKEEPING_KIND);

  clock.advance(5 * 60_000);
  await settle();

  const after = await jobsOfKind(store, HOUSEKEEPING_KIND);
  expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  expect(after.every(({ runAt, lastError }) => runAt > clock.now() && lastError === null)).toBe(true);
});

test("cancelled jobs go after a day of machine time, however quick shop time runs", async () => {
  const { store, clock, settle } = await buildHousekeeping();
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: clock.now() });
  const lease = { owner: "o", now: clock.now(), leaseUntil: clock.machineNow() };
  const [job] = await store.jobs.claim({ kinds: [{ kind: "greet", limit: 1 }], ...lease });
  await store.jobs.finish("o", [{ id: job?.id ?? 0, type: "cancel", reason: "" }], clock.machineNow());
  await scheduleHousekeeping(store, clock);

  clock.advance(23 * 3_600_000);
  await settle();
  expect(await store.jobs.list({ kind: "greet" })).toHaveLength(1);

  clock.advance(2 * 3_600_000);
  await settle();
  expect(await store.jobs.list({ kind: "greet" })).toHaveLength(0);
});

test("work that another version named is dropped", async () => {
  const { store, clock, settle } = await buildHousekeeping();
  await store.jobs.schedule({ kind: HOUSEKEEPING_KIND, key: "k", payload: { name: "gone" }, runAt: clock.now() });

  await settle();

  expect(await store.jobs.list({})).toMatchObject([{ state: "cancelled" }]);
});
