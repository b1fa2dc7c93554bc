import { expect, test } from "vitest";
import { createTestStore } from "../../../tests/support/test-store.ts";

const NOON = new Date("2026-11-02T12:00:00Z");

test("a job scheduled inside a transaction that rolls back is not written", async () => {
  const { database, jobs } = await createTestStore();
  const failing = database.sqlite.transaction(() => {
    database.jobs.schedule({ kind: "a", payload: null, runAt: NOON });
    throw new Error("changed our mind");
  });

  expect(() => failing.immediate()).toThrow("changed our mind");

  expect(await jobs.list({})).toEqual([]);
});

test("tells when a job was scheduled and for when", async () => {
  const heard: Date[] = [];
  const { database } = await createTestStore({ onJobScheduled: (runAt) => heard.push(runAt) });

  database.jobs.schedule({ kind: "a", payload: null, runAt: NOON });

  expect(heard).toEqual([NOON]);
});

test("cancelling by prefix leaves keys that only resemble it", async () => {
  const { database, jobs } = await createTestStore();
  for (const key of ["run:1", "run:12", "run;", "ru", "run:\u00ff", "other:run:1"]) {
    database.jobs.schedule({ kind: "a", key, payload: null, runAt: NOON });
  }

  const count = database.jobs.cancelByPrefix("run:");

  expect(count).toBe(3);
  expect((await jobs.list({})).map((job) => job.key)).toEqual(["run;", "ru", "other:run:1"]);
});

test("refuses to cancel by an empty prefix", async () => {
  const { database } = await createTestStore();

  expect(() => database.jobs.cancelByPrefix("")).toThrow("empty prefix");
});
