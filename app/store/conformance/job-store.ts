import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Job, NewJob } from "../../scheduler/job.ts";
import type { CreateStore } from "../conformance.ts";
import type { Store } from "../store.ts";

const NOON = new Date("2026-11-02T12:00:00Z");
const OWNER = "host:1:a";
const OTHER = "host:2:b";

function later(ms: number): Date {
  return new Date(NOON.getTime() + ms);
}

function buildJob(changes: Partial<NewJob> = {}): NewJob {
  return { kind: "greet", payload: { name: "Ada" }, runAt: NOON, ...changes };
}

type ClaimChanges = { kind?: string; limit?: number; owner?: string; now?: Date; leaseUntil?: Date };

function claim(store: Store, changes: ClaimChanges = {}): Promise<Job[]> {
  const { kind = "greet", limit = 100, owner = OWNER, now = NOON, leaseUntil = later(60_000) } = changes;
  return store.jobs.claim({ kinds: [{ kind, limit }], owner, now, leaseUntil });
}

async function claimOne(store: Store, changes: ClaimChanges = {}): Promise<Job> {
  const [job, ...rest] = await claim(store, changes);
  expect(rest).toEqual([]);
  if (!job) throw new Error("Nothing was due");
  return job;
}

async function statesOf(store: Store): Promise<string[]> {
  return (await store.jobs.list({})).map(({ state }) => state);
}

export function jobStoreConformance(createStore: CreateStore): void {
  describe("scheduling", () => {
    test("a scheduled job comes back as it was given", async () => {
      const store = await createStore();
      const payload = { text: "ğ 🛒", list: [1, null, { a: true }] };

      const id = await store.jobs.schedule(buildJob({ key: "k", payload, priority: -10, maxAttempts: 3 }));

      expect(await store.jobs.list({})).toEqual([
        {
          id,
          kind: "greet",
          key: "k",
          payload,
          runAt: NOON,
          priority: -10,
          state: "scheduled",
          attempts: 0,
          maxAttempts: 3,
          leaseOwner: null,
          lastError: null,
        },
      ]);
      expect(await claimOne(store)).toEqual({
        id,
        kind: "greet",
        key: "k",
        payload,
        runAt: NOON,
        attempt: 1,
        maxAttempts: 3,
      });
    });

    test("the same key again replaces time, payload and priority of the waiting job", async () => {
      const store = await createStore();
      const first = await store.jobs.schedule(buildJob({ key: "k", payload: 1 }));

      const second = await store.jobs.schedule(buildJob({ key: "k", payload: 2, runAt: later(5_000), priority: 7 }));

      expect(second).toBe(first);
      expect(await store.jobs.list({})).toMatchObject([{ payload: 2, runAt: later(5_000), priority: 7 }]);
    });

    test("jobs without a key do not replace each other", async () => {
      const store = await createStore();

      await store.jobs.schedule(buildJob());
      await store.jobs.schedule(buildJob());

      expect(await claim(store)).toHaveLength(2);
    });

    test("scheduling a key anew forgets the failures of the job it replaces", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ key: "k" }));
      const { id } = await claimOne(store);
      await store.jobs.finish(OWNER, [{ id, type: "retry", runAt: later(9_000), error: "boom" }], NOON);

      await store.jobs.schedule(buildJob({ key: "k" }));

      expect(await store.jobs.list({})).toMatchObject([{ state: "scheduled", attempts: 0, lastError: null }]);
    });

    test("a key that is running can be scheduled again and waits for the running job's end", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ key: "k", payload: "first" }));
      const running = await claimOne(store);

      await store.jobs.schedule(buildJob({ key: "k", payload: "second" }));

      expect(await claim(store)).toEqual([]);
      expect(await claim(store, { owner: OTHER })).toEqual([]);
      expect(await store.jobs.nextDueAt(["greet"])).toBeNull();

      await store.jobs.finish(OWNER, [{ id: running.id, type: "done" }], NOON);
      expect(await claimOne(store)).toMatchObject({ payload: "second" });
    });
  });

  describe("cancelling", () => {
    test("by key removes the waiting job and tells how many", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ key: "a" }));
      await store.jobs.schedule(buildJob({ key: "b" }));

      expect(await store.jobs.cancelByKey("a")).toBe(1);
      expect(await store.jobs.cancelByKey("a")).toBe(0);

      expect((await store.jobs.list({})).map(({ key }) => key)).toEqual(["b"]);
    });

    test("by prefix takes the prefix literally", async () => {
      const store = await createStore();
      for (const key of ["run_1", "run%1", "run:1", "run:2", "Run:1", "run"]) {
        await store.jobs.schedule(buildJob({ key }));
      }

      expect(await store.jobs.cancelByPrefix("run:")).toBe(2);
      expect(await store.jobs.cancelByPrefix("run%")).toBe(1);

      expect((await store.jobs.list({})).map(({ key }) => key)).toEqual(["run_1", "Run:1", "run"]);
    });

    test("leaves a running job alone", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ key: "a" }));
      await claimOne(store);

      expect(await store.jobs.cancelByKey("a")).toBe(0);

      expect(await statesOf(store)).toEqual(["running"]);
    });
  });

  describe("claiming", () => {
    test("takes only what is due, of the kinds asked for", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ payload: "due" }));
      await store.jobs.schedule(buildJob({ payload: "later", runAt: later(1) }));
      await store.jobs.schedule(buildJob({ payload: "other", kind: "other" }));

      expect((await claim(store)).map(({ payload }) => payload)).toEqual(["due"]);
      expect((await claim(store, { now: later(1) })).map(({ payload }) => payload)).toEqual(["later"]);
    });

    test("takes the lower priority number first, then what is due longest", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ payload: "marketing, new", runAt: later(-1_000) }));
      await store.jobs.schedule(buildJob({ payload: "marketing, old", runAt: later(-9_000) }));
      await store.jobs.schedule(buildJob({ payload: "shipping, new", runAt: later(-10), priority: -10 }));
      await store.jobs.schedule(buildJob({ payload: "shipping, old", runAt: later(-20), priority: -10 }));
      await store.jobs.schedule(buildJob({ payload: "housekeeping", runAt: later(-99_000), priority: 10 }));

      const first = await claim(store, { limit: 3 });
      const rest = await claim(store);

      expect([...first, ...rest].map(({ payload }) => payload)).toEqual([
        "shipping, old",
        "shipping, new",
        "marketing, old",
        "marketing, new",
        "housekeeping",
      ]);
    });

    test("bounds each kind for itself", async () => {
      const store = await createStore();
      for (let index = 0; index < 5; index += 1) {
        await store.jobs.schedule(buildJob({ kind: "a" }));
        await store.jobs.schedule(buildJob({ kind: "b" }));
      }

      const claimed = await store.jobs.claim({
        kinds: [
          { kind: "a", limit: 2 },
          { kind: "b", limit: 0 },
          { kind: "c", limit: 9 },
        ],
        owner: OWNER,
        now: NOON,
        leaseUntil: later(60_000),
      });

      expect(claimed.map(({ kind }) => kind)).toEqual(["a", "a"]);
    });

    test("two workers never get the same job", async () => {
      const store = await createStore();
      for (let index = 0; index < 50; index += 1) await store.jobs.schedule(buildJob({ payload: index }));

      const shares = await Promise.all(
        [OWNER, OTHER, OWNER, OTHER, OWNER, OTHER].map((owner) => claim(store, { owner, limit: 10 })),
      );

      const ids = shares.flat().map(({ id }) => id);
      expect(ids).toHaveLength(50);
      expect(new Set(ids).size).toBe(50);
    });

    test("tells when the next job of the kinds is due", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ runAt: later(5_000) }));
      await store.jobs.schedule(buildJob({ runAt: later(3_000), priority: 10 }));
      await store.jobs.schedule(buildJob({ runAt: later(1_000), kind: "other" }));

      expect(await store.jobs.nextDueAt(["greet"])).toEqual(later(3_000));
      expect(await store.jobs.nextDueAt(["greet", "other"])).toEqual(later(1_000));
      expect(await store.jobs.nextDueAt(["nothing"])).toBeNull();
      expect(await store.jobs.nextDueAt([])).toBeNull();
    });
  });

  describe("finishing", () => {
    test("writes each fate down", async () => {
      const store = await createStore();
      for (let index = 0; index < 5; index += 1) await store.jobs.schedule(buildJob({ payload: index }));
      const ids = (await claim(store)).map(({ id }) => id) as [number, number, number, number, number];

      await store.jobs.finish(
        OWNER,
        [
          { id: ids[0], type: "done" },
          { id: ids[1], type: "cancel", reason: "no longer wanted" },
          { id: ids[2], type: "snooze", runAt: later(1_000) },
          { id: ids[3], type: "retry", runAt: later(2_000), error: "Error: boom" },
          { id: ids[4], type: "discard", error: "Error: boom again" },
        ],
        NOON,
      );

      expect(await store.jobs.list({})).toMatchObject([
        { state: "cancelled", lastError: "no longer wanted" },
        { state: "scheduled", runAt: later(1_000), attempts: 0 },
        { state: "retryable", runAt: later(2_000), attempts: 1, lastError: "Error: boom" },
        { state: "discarded", lastError: "Error: boom again" },
      ]);
      expect(await store.jobs.owners()).toEqual([]);
    });

    test("a worker whose lease went to another changes nothing", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob());
      const job = await claimOne(store, { leaseUntil: later(10) });
      await store.jobs.releaseExpired(later(11));
      await claimOne(store, { owner: OTHER });

      await store.jobs.finish(OWNER, [{ id: job.id, type: "done" }], NOON);

      expect(await store.jobs.list({})).toMatchObject([{ state: "running", leaseOwner: OTHER, attempts: 2 }]);
    });

    test("a retry or a snooze gives way to a newer job of its key", async () => {
      for (const outcome of [
        { type: "retry" as const, runAt: later(9_000), error: "boom" },
        { type: "snooze" as const, runAt: later(9_000) },
      ]) {
        const store = await createStore();
        await store.jobs.schedule(buildJob({ key: "k", payload: "old" }));
        const { id } = await claimOne(store);
        await store.jobs.schedule(buildJob({ key: "k", payload: "new" }));

        await store.jobs.finish(OWNER, [{ id, ...outcome }], NOON);

        expect(await store.jobs.list({})).toMatchObject([
          { payload: "old", state: "cancelled" },
          { payload: "new", state: "scheduled", runAt: NOON },
        ]);
      }
    });
  });

  describe("leases", () => {
    test("a lease that ended gives the job back, and the attempt counts", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob());
      await claimOne(store, { leaseUntil: later(1_000) });

      expect(await store.jobs.releaseExpired(later(1_000))).toBe(0);
      expect(await store.jobs.releaseExpired(later(1_001))).toBe(1);

      expect(await store.jobs.list({})).toMatchObject([{ state: "available", leaseOwner: null }]);
      expect(await claimOne(store, { owner: OTHER })).toMatchObject({ attempt: 2 });
    });

    test("a renewed lease holds", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob());
      const { id } = await claimOne(store, { leaseUntil: later(1_000) });
      await store.jobs.schedule(buildJob());
      await claimOne(store, { owner: OTHER, leaseUntil: later(1_000) });

      expect(await store.jobs.renewLeases(OWNER, later(5_000))).toEqual([id]);

      expect(await store.jobs.releaseExpired(later(2_000))).toBe(1);
      expect(await store.jobs.owners()).toEqual([OWNER]);
    });

    test("a dead owner's jobs come back at once", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob());
      await store.jobs.schedule(buildJob());
      await claim(store, { limit: 1 });
      await claim(store, { limit: 1, owner: OTHER });

      expect(await store.jobs.releaseOwner(OWNER, NOON)).toBe(1);

      expect(await statesOf(store)).toEqual(["available", "running"]);
    });

    test("a job that killed its workers as often as it may be tried is discarded", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ maxAttempts: 2 }));
      await claimOne(store);
      await store.jobs.releaseOwner(OWNER, NOON);
      await claimOne(store);

      await store.jobs.releaseOwner(OWNER, NOON);

      expect(await store.jobs.list({})).toMatchObject([{ state: "discarded", lastError: "its worker died 2 times" }]);
    });

    test("a dead worker's job gives way to a newer one of its key", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ key: "k", payload: "old" }));
      await claimOne(store);
      await store.jobs.schedule(buildJob({ key: "k", payload: "new" }));

      await store.jobs.releaseOwner(OWNER, NOON);

      expect(await statesOf(store)).toEqual(["cancelled", "scheduled"]);
    });

    test("what a stopping worker gives back runs again, without counting the attempt", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob());
      const { id } = await claimOne(store);

      expect(await store.jobs.giveBack(OTHER, [id], NOON)).toBe(0);
      expect(await store.jobs.giveBack(OWNER, [id], NOON)).toBe(1);

      expect(await claimOne(store)).toMatchObject({ attempt: 1 });
    });
  });

  describe("whatever happens", () => {
    const key = fc.constantFrom("a", "b", undefined);
    const owner = fc.constantFrom(OWNER, OTHER);
    const step = fc.oneof(
      fc.record({ type: fc.constant("schedule" as const), key, delayMs: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ type: fc.constant("claim" as const), owner, limit: fc.integer({ min: 1, max: 3 }) }),
      fc.record({
        type: fc.constantFrom("done" as const, "retry" as const, "snooze" as const, "give back" as const),
        owner,
      }),
      fc.record({ type: fc.constant("die" as const), owner }),
      fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 30 }) }),
    );

    test("a key neither waits nor runs twice, and no job is lost", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          const store = await createStore();
          const held: Record<string, number[]> = { [OWNER]: [], [OTHER]: [] };
          let now = 0;
          for (const happening of steps) {
            if (happening.type === "schedule") {
              await store.jobs.schedule(buildJob({ key: happening.key, runAt: later(now + happening.delayMs) }));
            } else if (happening.type === "claim") {
              const jobs = await claim(store, { owner: happening.owner, limit: happening.limit, now: later(now) });
              held[happening.owner]?.push(...jobs.map(({ id }) => id));
            } else if (happening.type === "pass") {
              now += happening.ms;
            } else if (happening.type === "die") {
              held[happening.owner] = [];
              await store.jobs.releaseOwner(happening.owner, later(now));
            } else {
              const id = held[happening.owner]?.shift();
              if (id === undefined) continue;
              const runAt = later(now + 5);
              if (happening.type === "give back") await store.jobs.giveBack(happening.owner, [id], later(now));
              else if (happening.type === "done") {
                await store.jobs.finish(happening.owner, [{ id, type: "done" }], later(now));
              } else {
                await store.jobs.finish(
                  happening.owner,
                  [{ id, type: happening.type, runAt, error: "boom" }],
                  later(now),
                );
              }
            }

            const jobs = await store.jobs.list({});
            for (const name of ["a", "b"]) {
              const ofKey = jobs.filter((job) => job.key === name);
              expect(ofKey.filter(({ state }) => state === "running").length).toBeLessThanOrEqual(1);
              expect(
                ofKey.filter(({ state }) => ["scheduled", "available", "retryable"].includes(state)).length,
              ).toBeLessThanOrEqual(1);
            }
          }

          // However it went, one worker alone brings everything to an end.
          await store.jobs.releaseOwner(OWNER, later(now));
          await store.jobs.releaseOwner(OTHER, later(now));
          for (let round = 0; round < 100; round += 1) {
            const jobs = await claim(store, { owner: "last", now: later(now + 1_000) });
            if (jobs.length === 0) break;
            const outcomes = jobs.map(({ id }) => ({ id, type: "done" as const }));
            await store.jobs.finish("last", outcomes, later(now));
          }
          const states = new Set(await statesOf(store));
          expect([...states].filter((state) => state !== "cancelled")).toEqual([]);
          await store.close();
        }),
        { numRuns: 40 },
      );
    });
  });

  describe("housekeeping", () => {
    test("deletes cancelled jobs by age, discarded ones later, waiting ones never", async () => {
      const store = await createStore();
      const fates = ["cancel", "discard", "cancel"] as const;
      for (const fate of fates) await store.jobs.schedule(buildJob({ payload: fate, runAt: later(-999_999) }));
      const claimed = await claim(store);
      for (const [index, { id }] of claimed.entries()) {
        const endedAt = index === 2 ? later(0) : later(-10_000);
        const fate =
          fates[index] === "cancel" ? { type: "cancel" as const, reason: "" } : { type: "discard" as const, error: "" };
        await store.jobs.finish(OWNER, [{ id, ...fate }], endedAt);
      }
      await store.jobs.schedule(buildJob({ payload: "waiting", runAt: later(-999_999) }));

      const first = await store.jobs.deleteEnded({ cancelled: later(-5_000), discarded: later(-20_000) }, 100);
      expect(first).toBe(1);
      expect((await store.jobs.list({})).map(({ payload }) => payload)).toEqual(["discard", "cancel", "waiting"]);

      const second = await store.jobs.deleteEnded({ cancelled: later(-5_000), discarded: later(-5_000) }, 100);
      expect(second).toBe(1);
    });

    test("deletes no more than asked for at a time", async () => {
      const store = await createStore();
      for (let index = 0; index < 5; index += 1) await store.jobs.schedule(buildJob());
      const claimed = await claim(store);
      await store.jobs.finish(
        OWNER,
        claimed.map(({ id }) => ({ id, type: "cancel", reason: "" })),
        NOON,
      );
      const before = { cancelled: later(1), discarded: later(1) };

      expect(await store.jobs.deleteEnded(before, 3)).toBe(3);
      expect(await store.jobs.deleteEnded(before, 3)).toBe(2);
      expect(await store.jobs.deleteEnded(before, 3)).toBe(0);
    });

    test("keeps no row of a job that is done, whether or not its key was scheduled anew", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ key: "k", payload: "first" }));
      const { id } = await claimOne(store);
      await store.jobs.schedule(buildJob({ key: "k", payload: "second" }));

      expect(await store.jobs.list({ key: "k" })).toMatchObject([
        { payload: "first", state: "running", leaseOwner: OWNER, attempts: 1 },
        { payload: "second", state: "scheduled", leaseOwner: null, attempts: 0 },
      ]);
      await store.jobs.finish(OWNER, [{ id, type: "done" }], NOON);

      expect(await store.jobs.list({})).toMatchObject([{ payload: "second" }]);
    });

    test("a job that failed while a newer one of its key was cancelled waits under its key again", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob({ key: "k" }));
      const { id } = await claimOne(store);
      await store.jobs.schedule(buildJob({ key: "k" }));
      await store.jobs.cancelByKey("k");

      await store.jobs.finish(OWNER, [{ id, type: "retry", runAt: later(9_000), error: "boom" }], NOON);

      expect(await store.jobs.list({ key: "k" })).toMatchObject([{ id, state: "retryable", runAt: later(9_000) }]);
    });

    test("counts jobs by kind and state", async () => {
      const store = await createStore();
      await store.jobs.schedule(buildJob());
      await store.jobs.schedule(buildJob());
      await store.jobs.schedule(buildJob({ kind: "other" }));
      await claim(store, { limit: 1 });

      expect(await store.jobs.counts()).toEqual([
        { kind: "greet", state: "running", count: 1 },
        { kind: "greet", state: "waiting", count: 1 },
        { kind: "other", state: "waiting", count: 1 },
      ]);
    });
  });
}
