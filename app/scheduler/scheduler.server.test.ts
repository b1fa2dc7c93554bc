import { onTestFinished, expect, test } from "vitest";
import { manualClock } from "../../tests/support/manual-clock.ts";
import type { ManualClock } from "../../tests/support/manual-clock.ts";
import { createTestStore } from "../../tests/support/test-store.ts";
import { systemClock } from "../clock-system.server.ts";
import type { Clock } from "../clock.server.ts";
import type { Store } from "../store/store.ts";
import type { Job, JobHandler } from "./job.ts";
import { Scheduler } from "./scheduler.server.ts";
import type { HandlerBinding, SchedulerEvent, SchedulerOptions } from "./scheduler.server.ts";

const NOON = new Date("2026-11-02T12:00:00Z");
const DONE = { type: "done" } as const;

function later(ms: number): Date {
  return new Date(NOON.getTime() + ms);
}

/** A handler whose jobs end when the test says so. */
function heldHandler() {
  const started: Job[] = [];
  const ends = new Map<number, () => void>();
  let mostAtOnce = 0;
  const handler: JobHandler = (job, signal) =>
    new Promise((resolve, reject) => {
      started.push(job);
      ends.set(job.id, () => {
        ends.delete(job.id);
        resolve(DONE);
      });
      mostAtOnce = Math.max(mostAtOnce, ends.size);
      signal.addEventListener("abort", () => {
        ends.delete(job.id);
        reject(signal.reason as Error);
      });
    });
  return {
    handler,
    started,
    get running() {
      return ends.size;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    end: (id: number) => ends.get(id)?.(),
    endAll: () => [...ends.values()].forEach((end) => end()),
  };
}

async function buildScheduler(
  handlers: Record<string, JobHandler | HandlerBinding>,
  options: Partial<SchedulerOptions> & { store?: Store } = {},
) {
  const clock = (options.clock as ManualClock | undefined) ?? manualClock(NOON);
  const store = options.store ?? (await createTestStore());
  const events: SchedulerEvent[] = [];
  const scheduler = new Scheduler({
    jobs: store.jobs,
    owner: "host:1:a",
    handlers: Object.fromEntries(
      Object.entries(handlers).map(([kind, bound]) => [
        kind,
        typeof bound === "function" ? { handler: bound, concurrency: 4 } : bound,
      ]),
    ),
    onEvent: (event) => events.push(event),
    random: () => 0.5,
    ...options,
    clock,
  });
  return { scheduler, store, clock, events };
}

/** Turns until nothing is left to do at once. @returns the machine milliseconds it would sleep then */
async function settle(scheduler: Scheduler): Promise<number> {
  for (;;) {
    const sleepMs = await scheduler.poll();
    // A handler may write, which the store does at the end of a turn, together with what others write.
    await nextTurn();
    await nextTurn();
    if (sleepMs > 0) return scheduler.poll();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 5_000; turn += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`Did not come true: ${condition.toString()}`);
}

function startScheduler(scheduler: Scheduler, isDeadOwner?: (owner: string) => boolean): Promise<void> {
  onTestFinished(() => scheduler.stop(100));
  return scheduler.start(isDeadOwner);
}

async function statesOf(store: Store): Promise<string[]> {
  return (await store.jobs.list({})).map(({ state }) => state);
}

test("runs a job when it is due and not before", async () => {
  const seen: unknown[] = [];
  const { scheduler, store, clock } = await buildScheduler({
    greet: async (job) => {
      seen.push(job.payload);
      return DONE;
    },
  });
  await store.jobs.schedule({ kind: "greet", payload: { to: "Ada" }, runAt: later(500) });

  await settle(scheduler);
  expect(seen).toEqual([]);

  clock.advance(500);
  await settle(scheduler);
  expect(seen).toEqual([{ to: "Ada" }]);
  expect(await statesOf(store)).toEqual([]);
});

test("a turn tells how long to sleep: until the next due job, in machine time", async () => {
  const clock = manualClock(NOON, 60);
  const { scheduler, store } = await buildScheduler({ greet: async () => DONE }, { clock });

  expect(await scheduler.poll()).toBe(1_000);

  await store.jobs.schedule({ kind: "greet", payload: null, runAt: later(30_000) });
  expect(await scheduler.poll()).toBe(500);

  await store.jobs.schedule({ kind: "unknown", payload: null, runAt: later(1_000) });
  expect(await scheduler.poll()).toBe(500);
});

test("never sleeps longer than told, so that jobs of other processes are seen", async () => {
  const { scheduler, store } = await buildScheduler({ greet: async () => DONE }, { longestSleepMs: 50 });
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: later(3_600_000) });

  expect(await scheduler.poll()).toBe(50);
});

test("runs no more jobs of a kind at once than its bound, and other kinds beside them", async () => {
  const slow = heldHandler();
  const quick: number[] = [];
  const { scheduler, store } = await buildScheduler({
    slow: { handler: slow.handler, concurrency: 2 },
    quick: async (job) => {
      quick.push(job.id);
      return DONE;
    },
  });
  for (let index = 0; index < 6; index += 1) await store.jobs.schedule({ kind: "slow", payload: null, runAt: NOON });
  await store.jobs.schedule({ kind: "quick", payload: null, runAt: NOON });

  await settle(scheduler);
  expect(slow.running).toBe(2);
  expect(quick).toHaveLength(1);

  while (slow.started.length < 6 || slow.running > 0) {
    slow.endAll();
    await nextTurn();
    await settle(scheduler);
  }
  expect(slow.mostAtOnce).toBe(2);
  expect(await statesOf(store)).toEqual([]);
});

test("never runs two jobs of one key at once", async () => {
  const held = heldHandler();
  const { scheduler, store } = await buildScheduler({ greet: held.handler });
  await store.jobs.schedule({ kind: "greet", key: "k", payload: 1, runAt: NOON });
  await settle(scheduler);

  await store.jobs.schedule({ kind: "greet", key: "k", payload: 2, runAt: NOON });
  await settle(scheduler);
  expect(held.started.map(({ payload }) => payload)).toEqual([1]);

  held.endAll();
  await nextTurn();
  await settle(scheduler);
  expect(held.started.map(({ payload }) => payload)).toEqual([1, 2]);
  expect(held.mostAtOnce).toBe(1);
});

test("a handler that throws is tried again after a growing wait in machine time", async () => {
  const clock = manualClock(NOON, 60);
  const { scheduler, store, events } = await buildScheduler(
    {
      greet: async () => {
        throw new Error("boom");
      },
    },
    { clock },
  );
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: NOON, maxAttempts: 3 });

  await settle(scheduler);
  // Two machine seconds are two shop minutes at this speed.
  expect(await store.jobs.list({})).toMatchObject([{ state: "retryable", attempts: 1, runAt: later(120_000) }]);

  clock.advance(2_000);
  await settle(scheduler);
  expect(await store.jobs.list({})).toMatchObject([{ state: "retryable", attempts: 2, runAt: later(360_000) }]);

  clock.advance(4_000);
  await settle(scheduler);
  const [job] = await store.jobs.list({});
  expect(job).toMatchObject({ state: "discarded", attempts: 3 });
  expect(job?.lastError).toContain("Error: boom");
  expect(events.filter(({ type }) => type === "failed")).toMatchObject([
    { retryInMs: 2_000 },
    { retryInMs: 4_000 },
    { retryInMs: null },
  ]);
});

test("a snoozed job runs again at its new time as if for the first time", async () => {
  const attempts: number[] = [];
  const { scheduler, store, clock } = await buildScheduler({
    greet: async (job) => {
      attempts.push(job.attempt);
      return attempts.length < 3 ? { type: "snooze", until: new Date(job.runAt.getTime() + 1_000) } : DONE;
    },
  });
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: NOON, maxAttempts: 1 });

  for (let second = 0; second < 3; second += 1) {
    await settle(scheduler);
    clock.advance(1_000);
  }

  expect(attempts).toEqual([1, 1, 1]);
  expect(await statesOf(store)).toEqual([]);
});

test("a cancelled job keeps the reason", async () => {
  const { scheduler, store } = await buildScheduler({ greet: async () => ({ type: "cancel", reason: "not wanted" }) });
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: NOON });

  await settle(scheduler);

  expect(await store.jobs.list({})).toMatchObject([{ state: "cancelled", lastError: "not wanted" }]);
});

test("a job that schedules its own key anew runs again", async () => {
  const seen: unknown[] = [];
  const store = await createTestStore();
  const { scheduler } = await buildScheduler(
    {
      greet: async (job) => {
        seen.push(job.payload);
        if (job.payload === 1) await store.jobs.schedule({ kind: "greet", key: "k", payload: 2, runAt: NOON });
        return DONE;
      },
    },
    { store },
  );
  await store.jobs.schedule({ kind: "greet", key: "k", payload: 1, runAt: NOON });

  await settle(scheduler);

  expect(seen).toEqual([1, 2]);
});

test("jobs of a dead process run at once at the next start", async () => {
  const seen: number[] = [];
  const { scheduler, store, events } = await buildScheduler({
    greet: async (job) => {
      seen.push(job.attempt);
      return DONE;
    },
  });
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: NOON });
  const lease = { kinds: [{ kind: "greet", limit: 1 }], now: NOON, leaseUntil: later(60_000) };
  await store.jobs.claim({ ...lease, owner: "host:99:dead" });

  await startScheduler(scheduler, (owner) => owner === "host:99:dead");
  await until(async () => (await statesOf(store)).length === 0);

  expect(seen).toEqual([2]);
  expect(events).toContainEqual({ type: "released", count: 1 });
});

test("jobs of another living process are left alone until their lease ends", async () => {
  const { scheduler, store, clock } = await buildScheduler({ greet: async () => DONE });
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: NOON });
  const lease = { kinds: [{ kind: "greet", limit: 1 }], now: NOON, leaseUntil: later(60_000) };
  await store.jobs.claim({ ...lease, owner: "other-host:1:b" });
  await startScheduler(scheduler, () => false);

  await scheduler.maintain();
  expect(await statesOf(store)).toEqual(["running"]);

  clock.advance(60_001);
  await scheduler.maintain();
  await until(async () => (await statesOf(store)).length === 0);
});

test("the lease of a job that runs long is renewed", async () => {
  const held = heldHandler();
  const { scheduler, store, clock } = await buildScheduler({ greet: held.handler });
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: NOON });
  await settle(scheduler);

  for (let minute = 0; minute < 5; minute += 1) {
    clock.advance(50_000);
    await scheduler.maintain();
  }

  expect(held.running).toBe(1);
  expect(await statesOf(store)).toEqual(["running"]);
});

test("a job whose lease was lost is told, and its late result changes nothing", async () => {
  const held = heldHandler();
  const { scheduler, store, clock, events } = await buildScheduler({
    greet: { handler: held.handler, concurrency: 1 },
  });
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: NOON });
  await settle(scheduler);

  // This machine slept, and another took over.
  clock.advance(100_000);
  await store.jobs.releaseExpired(clock.machineNow());
  const lease = { kinds: [{ kind: "greet", limit: 1 }], now: clock.now(), leaseUntil: later(900_000) };
  await store.jobs.claim({ ...lease, owner: "other" });
  await scheduler.maintain();
  await nextTurn();
  await settle(scheduler);

  expect(events.map(({ type }) => type)).toContain("lease_lost");
  expect(held.running).toBe(0);
  expect(await store.jobs.list({})).toMatchObject([{ state: "running", leaseOwner: "other" }]);

  // Its place is free for other work again.
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: NOON });
  await settle(scheduler);
  expect(held.running).toBe(1);
});

test("wakes for an earlier job and for a moved clock", async () => {
  const seen: unknown[] = [];
  let jobScheduled = (_runAt: Date) => {};
  const store = await createTestStore({ onJobScheduled: (runAt) => jobScheduled(runAt) });
  const { scheduler, clock } = await buildScheduler(
    {
      greet: async (job) => {
        seen.push(job.payload);
        return DONE;
      },
    },
    { store, longestSleepMs: 3_600_000 },
  );
  jobScheduled = (runAt) => scheduler.jobScheduled(runAt);
  await startScheduler(scheduler);

  await store.jobs.schedule({ kind: "greet", payload: "later", runAt: later(3_600_000) });
  await store.jobs.schedule({ kind: "greet", payload: "now", runAt: NOON });
  await until(() => seen.length === 1);
  expect(seen).toEqual(["now"]);

  clock.jump(3_600_000);
  await until(() => seen.length === 2);
  expect(seen).toEqual(["now", "later"]);
});

test("a clock moved backwards makes waiting jobs wait longer and loses none", async () => {
  const seen: unknown[] = [];
  const { scheduler, store, clock } = await buildScheduler({
    greet: async (job) => {
      seen.push(job.payload);
      return DONE;
    },
  });
  await store.jobs.schedule({ kind: "greet", payload: 1, runAt: later(1_000) });

  clock.jump(-60_000);
  clock.advance(1_000);
  await settle(scheduler);
  expect(seen).toEqual([]);

  clock.jump(60_000);
  await settle(scheduler);
  expect(seen).toEqual([1]);
});

test("is less than 100 ms late when idle", async () => {
  const lateness: number[] = [];
  const clock: Clock = systemClock();
  let jobScheduled = (_runAt: Date) => {};
  const store = await createTestStore({ onJobScheduled: (runAt) => jobScheduled(runAt) });
  const { scheduler } = await buildScheduler(
    {
      greet: async (job) => {
        lateness.push(Date.now() - job.runAt.getTime());
        return DONE;
      },
    },
    { store, clock },
  );
  jobScheduled = (runAt) => scheduler.jobScheduled(runAt);
  await startScheduler(scheduler);

  const now = Date.now();
  for (let index = 1; index <= 20; index += 1) {
    await store.jobs.schedule({ kind: "greet", payload: null, runAt: new Date(now + index * 17) });
  }
  await until(() => lateness.length === 20);

  const sorted = lateness.toSorted((a, b) => a - b);
  expect(sorted[0]).toBeGreaterThanOrEqual(0);
  // The median: a machine that is busy otherwise may be late now and then.
  expect(sorted[10]).toBeLessThan(100);
});

test("stopping claims nothing more and lets running jobs end", async () => {
  const held = heldHandler();
  const { scheduler, store } = await buildScheduler({ greet: { handler: held.handler, concurrency: 1 } });
  await store.jobs.schedule({ kind: "greet", payload: 1, runAt: NOON });
  await store.jobs.schedule({ kind: "greet", payload: 2, runAt: NOON });
  await scheduler.start();
  await until(() => held.running === 1);

  const stopped = scheduler.stop(10_000);
  expect(scheduler.isAlive()).toBe(false);
  await nextTurn();
  held.endAll();
  await stopped;

  expect(held.started).toHaveLength(1);
  expect(await statesOf(store)).toEqual(["scheduled"]);
});

test("stopping tells jobs that take too long and gives them back without counting the attempt", async () => {
  const obedient = heldHandler();
  const deaf: JobHandler = () => new Promise(() => {});
  const { scheduler, store } = await buildScheduler({ obedient: obedient.handler, deaf });
  await store.jobs.schedule({ kind: "obedient", payload: null, runAt: NOON });
  await store.jobs.schedule({ kind: "deaf", payload: null, runAt: NOON });
  await scheduler.start();
  await until(async () => (await statesOf(store)).every((state) => state === "running"));

  await scheduler.stop(50);

  expect(await store.jobs.list({})).toMatchObject([
    { state: "available", attempts: 0, leaseOwner: null },
    { state: "available", attempts: 0, leaseOwner: null },
  ]);
});

test("a fate that could not be written is written later, and the job does not run twice", async () => {
  let runs = 0;
  const store = await createTestStore();
  let isBroken = true;
  const jobs: Store["jobs"] = {
    ...store.jobs,
    async finish(...parameters) {
      if (isBroken) throw new Error("disk full");
      return store.jobs.finish(...parameters);
    },
  };
  const { scheduler } = await buildScheduler(
    {
      greet: async () => {
        runs += 1;
        return DONE;
      },
    },
    { store, jobs },
  );
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: NOON });

  await scheduler.poll();
  await nextTurn();
  await expect(scheduler.poll()).rejects.toThrow("disk full");
  isBroken = false;
  await settle(scheduler);

  expect(runs).toBe(1);
  expect(await statesOf(store)).toEqual([]);
});

test("keeps going when the store fails for a while", async () => {
  const store = await createTestStore();
  let failures = 1;
  const jobs: Store["jobs"] = {
    ...store.jobs,
    async claim(request) {
      if (failures-- > 0) throw new Error("database is locked");
      return store.jobs.claim(request);
    },
  };
  const { scheduler, events } = await buildScheduler({ greet: async () => DONE }, { store, jobs });
  await store.jobs.schedule({ kind: "greet", payload: null, runAt: NOON });

  await startScheduler(scheduler);
  await until(() => events.some(({ type }) => type === "store_failed"));
  scheduler.wake();
  await until(async () => (await statesOf(store)).length === 0);
});

test("many jobs are done each once by two workers on one store", async () => {
  const store = await createTestStore();
  const counts = new Map<unknown, number>();
  const greet: JobHandler = async (job) => {
    counts.set(job.payload, (counts.get(job.payload) ?? 0) + 1);
    await nextTurn();
    return DONE;
  };
  const handlers = { greet: { handler: greet, concurrency: 20 } };
  const first = await buildScheduler(handlers, { store, owner: "host:1:a" });
  const second = await buildScheduler(handlers, { store, owner: "host:2:b" });
  for (let index = 0; index < 1_000; index += 1) {
    await store.jobs.schedule({ kind: "greet", payload: index, runAt: NOON });
  }

  await startScheduler(first.scheduler);
  await startScheduler(second.scheduler);
  await until(async () => (await store.jobs.counts()).length === 0);

  expect(counts.size).toBe(1_000);
  expect([...counts.values()].every((count) => count === 1)).toBe(true);
});
