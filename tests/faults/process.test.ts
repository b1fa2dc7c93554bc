import { afterAll, beforeAll, expect, test } from "vitest";
import { createFaultWorld } from "./support/fault-world.ts";
import type { FaultWorld } from "./support/fault-world.ts";
import { seededRandom } from "./support/random.ts";
import {
  backUpAndRestore,
  certificateChanges,
  clockJumps,
  databaseLocked,
  endWhileHanging,
  machineClockJumps,
  PUSH_FAULTS,
  pushServiceFails,
  setScene,
  shopifyFails,
} from "./support/scenarios.ts";
import type { Scene } from "./support/scenarios.ts";
import { secretsIn } from "./support/secrets.ts";
import { seed, tell } from "./support/summary.ts";

// One server for all of it: what follows a fault must work as well as what came before. `npm run soak` tries each fault of
// a push service by itself, and longer.

let world: FaultWorld;
let scene: Scene;

beforeAll(async () => {
  world = await createFaultWorld({ pushServices: 2 });
  scene = await setScene(world, seededRandom(seed()));
}, 120_000);

afterAll(() => world?.close());

test("whatever a push service answers, nothing is lost or shown twice, and the other service goes on", async () => {
  const report = await pushServiceFails(scene, Object.values(PUSH_FAULTS));
  tell(`push service: ${Object.keys(PUSH_FAULTS).join(", ")}`, report);

  expect(report.lost).toEqual([]);
}, 150_000);

test("a push service that never answers keeps nobody else waiting, and SIGTERM meanwhile ends within 10 s", async () => {
  const report = await endWhileHanging(scene);
  tell("SIGTERM while a push service hangs", report);

  expect(report.lost).toEqual([]);
}, 150_000);

test("the shop's clock jumps an hour forth and back, the process is stopped: reminders come once each", async () => {
  const report = await clockJumps(scene, 1_500);
  tell("clock jumps, SIGSTOP and SIGCONT", report);

  expect(report.lost).toEqual([]);
}, 150_000);

test("the machine's clock jumps an hour forth and back, the event loop is blocked: nothing is sent twice", async () => {
  const report = await machineClockJumps(scene, 3_000);
  tell("machine clock jumps, event loop blocked", report);

  expect(report.lost).toEqual([]);
}, 150_000);

test("a push service's certificate changes while the app runs: its pushes wait for one to trust", async () => {
  const report = await certificateChanges(scene);
  tell("push service changes certificates", report);

  expect(report.lost).toEqual([]);
}, 150_000);

test("a locked database delays, and what was answered with 200 is stored", async () => {
  const report = await databaseLocked(scene, [300, 1_000]);
  tell("database locked", report);

  expect(report.lost).toEqual([]);
}, 150_000);

test("Shopify throttles, fails and ends tokens: reminders come, each code to one person", async () => {
  const report = await shopifyFails(scene);
  tell("Shopify's API fails", report);

  expect(report.lost).toEqual([]);
}, 150_000);

test("a backup made while webhooks come in holds all that was promised, and the app goes on from it", async () => {
  const report = await backUpAndRestore(scene);
  tell("backup and restore", report);

  expect(report.lost).toEqual([]);
}, 150_000);

test("the logs of all this hold no secret", () => {
  const secrets = secretsIn(world, scene.everybody);
  const log = world.log();
  const found = secrets.filter(({ value }) => log.includes(value)).map(({ name }) => name);
  tell("secrets looked for in the logs", { secrets: secrets.length, logBytes: log.length, found });

  expect(secrets.length).toBeGreaterThan(50);
  expect(log.length).toBeGreaterThan(1_000);
  expect(found).toEqual([]);
  expect(log).not.toMatch(
    /someone@example\.com|shp(at|rt|ss)_[A-Za-z0-9]{8}|eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/,
  );
});
