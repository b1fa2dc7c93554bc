import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { followSimulatedClock } from "./clock-simulated.server.ts";

const REAL = new Date("2026-11-02T12:00:00Z");
const SHOP = new Date("2026-12-24T18:00:00Z");

type Reading = { real: string; shop: string; speed: number; version: number };

/** A store's clock: answers at once without `after`, else when it is moved. */
async function startStore(port = 0) {
  let reading: Reading = { real: REAL.toISOString(), shop: SHOP.toISOString(), speed: 60, version: 1 };
  const waiting = new Set<ServerResponse>();
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    asked.push(String(request.url));
    const after = new URL(String(request.url), "http://store").searchParams.get("after");
    if (after === String(reading.version)) waiting.add(response);
    else response.end(JSON.stringify(reading));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  onTestFinished(() => close());
  const { port: listening } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${listening}`,
    port: listening,
    asked,
    waiting,
    close,
    set(changes: Partial<Reading>) {
      reading = { ...reading, version: reading.version + 1, ...changes };
      for (const response of waiting) response.end(JSON.stringify(reading));
      waiting.clear();
    },
  };
}

/** Machine time that stands still until moved. */
function machine() {
  let now = REAL.getTime();
  return { now: () => new Date(now), advance: (ms: number) => (now += ms) };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5_000; turn += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`Did not come true: ${condition.toString()}`);
}

async function follow(url: string, machineNow: () => Date, onLost = () => {}) {
  const clock = await followSimulatedClock({ url, machineNow, onLost });
  onTestFinished(() => clock.stop());
  return clock;
}

function afterShop(ms: number): Date {
  return new Date(SHOP.getTime() + ms);
}

test("shows the store's time and runs at its speed", async () => {
  const store = await startStore();
  const { now, advance } = machine();

  const clock = await follow(store.url, now);

  expect(clock.now()).toEqual(SHOP);
  expect(clock.speed).toBe(60);
  advance(1_000);
  expect(clock.now()).toEqual(afterShop(60_000));
  expect(clock.machineNow()).toEqual(new Date(REAL.getTime() + 1_000));
  expect(clock.afterMachineMs(500)).toEqual(afterShop(90_000));
  expect(clock.machineMsUntil(afterShop(120_000))).toBe(1_000);
  expect(clock.machineMsUntil(SHOP)).toBe(0);
});

test("follows a clock that is moved, also backwards, and tells who listens", async () => {
  const store = await startStore();
  const clock = await follow(store.url, machine().now);
  let changes = 0;
  const unsubscribe = clock.onChange(() => (changes += 1));

  await until(() => store.waiting.size === 1);
  store.set({ shop: afterShop(5_400_000).toISOString() });
  await until(() => changes === 1);
  expect(clock.now()).toEqual(afterShop(5_400_000));

  await until(() => store.waiting.size === 1);
  store.set({ shop: afterShop(-60_000).toISOString(), speed: 0.5 });
  await until(() => changes === 2);
  expect(clock.now()).toEqual(afterShop(-60_000));
  expect(clock.speed).toBe(0.5);

  unsubscribe();
  await until(() => store.waiting.size === 1);
  store.set({ shop: SHOP.toISOString() });
  await until(() => clock.now().getTime() === SHOP.getTime());
  expect(changes).toBe(2);
});

test("goes on while the store is away and takes up its clock when it is back", async () => {
  const store = await startStore();
  const { now, advance } = machine();
  let lost = 0;
  const clock = await follow(store.url, now, () => (lost += 1));
  let changes = 0;
  clock.onChange(() => (changes += 1));

  await until(() => store.waiting.size === 1);
  await store.close();
  await until(() => lost === 1);
  advance(1_000);
  expect(clock.now()).toEqual(afterShop(60_000));

  const again = await startStore(store.port);
  again.set({ version: 1, shop: afterShop(-3_600_000).toISOString() });
  await until(() => changes === 1);
  expect(clock.now()).toEqual(afterShop(-3_600_000 + 60_000));
  expect(again.asked[0]).toBe("/_sim/clock");
});

test("waits for a store that starts later, and gives up after its patience", async () => {
  const probe = await startStore();
  await probe.close();

  await expect(followSimulatedClock({ url: probe.url }, 150)).rejects.toThrow("fetch failed");

  const following = follow(probe.url, machine().now);
  await startStore(probe.port);
  expect((await following).now()).toEqual(SHOP);
});

test("refuses an answer that is no clock", async () => {
  const store = await startStore();
  store.set({ speed: 0 });

  await expect(followSimulatedClock({ url: store.url }, 0)).rejects.toThrow("speed");
});
