import { afterEach, expect, test } from "vitest";
import { startSim, until } from "./testing/start-sim.ts";
import type { TestSim } from "./testing/start-sim.ts";

let running: TestSim | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

test("the clock is told with its version, and a poll for that version answers when it moves", async () => {
  running = await startSim({ speed: 60 });
  const first = (await (await fetch(`${running.url}/_sim/clock`)).json()) as {
    version: number;
    shop: string;
    speed: number;
  };

  const poll = fetch(`${running.url}/_sim/clock?after=${first.version}`);
  await running.post("/_sim/clock", { advance: "PT90M" });
  const next = (await (await poll).json()) as { version: number; shop: string };

  expect(first.speed).toBe(60);
  expect(next.version).toBe(first.version + 1);
  expect(Date.parse(next.shop) - Date.parse(first.shop)).toBeGreaterThanOrEqual(90 * 60_000);
});

test("a poll for an older version answers at once", async () => {
  running = await startSim();

  const answer = await fetch(`${running.url}/_sim/clock?after=0`, { signal: AbortSignal.timeout(2000) });

  expect(answer.status).toBe(200);
});

test("moving answers once the app shows the new time", async () => {
  running = await startSim();
  const { app } = running;
  app.isFollowing = false;

  let isAnswered = false;
  const moved = running.post("/_sim/clock", { advance: "PT1H" }).then((answer) => {
    isAnswered = true;
    return answer;
  });
  await until(() => app.healthChecks >= 3);
  const wasAnsweredEarly = isAnswered;
  app.isFollowing = true;

  expect((await moved).status).toBe(200);
  expect(wasAnsweredEarly).toBe(false);
});

test.each([{ advance: "soon" }, { advance: "P1Y" }, { speed: 0 }])("refuses %j", async (body) => {
  running = await startSim();

  expect((await running.post("/_sim/clock", body)).status).toBe(400);
});
