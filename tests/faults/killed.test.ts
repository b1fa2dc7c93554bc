import { afterAll, beforeAll, expect, test } from "vitest";
import { createFaultWorld } from "./support/fault-world.ts";
import type { FaultWorld } from "./support/fault-world.ts";
import { killedCampaign, killRounds } from "./support/kill-rounds.ts";
import { seededRandom } from "./support/random.ts";
import { seed, tell } from "./support/summary.ts";

let world: FaultWorld;

beforeAll(async () => {
  world = await createFaultWorld();
}, 120_000);

afterAll(() => world?.close());

test("killed at random moments, the app loses nothing and shows nothing twice", async () => {
  const report = await killRounds(world, seededRandom(seed()), { rounds: 1, shoppersPerRound: 20 });
  tell("SIGKILL during intake and journeys", report);

  expect(report).toMatchObject({
    kills: 4,
    missing: [],
    shownTwice: [],
    changed: [],
    lostWebhooks: [],
    lostEvents: [],
    sharedCodes: [],
  });
  expect(report.codes).toBe(report.shoppers);
  expect(report.resent).toBeLessThanOrEqual(report.resentAllowed);
}, 300_000);

test("killed while it sends a campaign, the app sends it to everyone, and nobody sees it twice", async () => {
  const report = await killedCampaign(world, seededRandom(seed()), { people: 20, kills: 2 });
  tell("SIGKILL during a campaign", report);

  expect(report.lost).toEqual([]);
}, 300_000);
