import { parseArgs } from "node:util";
import { createFaultWorld } from "../tests/faults/support/fault-world.ts";
import type { FaultWorld } from "../tests/faults/support/fault-world.ts";
import { fuzz } from "../tests/faults/support/fuzz.ts";
import { killedCampaign, killRounds } from "../tests/faults/support/kill-rounds.ts";
import { seededRandom } from "../tests/faults/support/random.ts";
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
} from "../tests/faults/support/scenarios.ts";
import type { Report } from "../tests/faults/support/scenarios.ts";
import { secretsIn } from "../tests/faults/support/secrets.ts";
import type { Shopper } from "../tests/faults/support/shoppers.ts";

// `npm run soak`: everything that can go wrong, again and again, in an order of its own, until the time is over. The seed
// repeats a run's choices. Exit code 1 when something was lost.

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write("usage: npm run soak -- [--minutes N] [--seed N]\n");
  process.exit(2);
}

const endsAt = Date.now() + minutes * 60_000;
const random = seededRandom(seed);
const totals = new Map<string, Map<string, number>>();
const lost: string[] = [];
process.stdout.write(`Soaking for ${minutes} min, seed ${seed}\n`);

/** What half an hour tries at least; a shorter run tries its share. What is not done when the time is over is finished. */
const share = minutes / 30;
const KILLS = Math.ceil(200 * share);
const CAMPAIGN = { people: Math.max(150, Math.ceil(5_000 * share)), kills: Math.max(3, Math.ceil(20 * share)) };
const CHANGED_PER_PATH = Math.ceil(10_000 * share);
const CHANGED_AT_ONCE = 250;
const MEMORY_GROWN_BYTES = 400_000_000;
const PAUSED_MS = Math.min(10, minutes / 3) * 60_000;

await Promise.all([killsAndFaults(), changedRequests(), longPause()]);

process.stdout.write(`\nTried in ${minutes} min, seed ${seed}:\n`);
for (const [name, counts] of totals) {
  const parts = [...counts].map(
    ([what, count]) => `${what.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${count}`,
  );
  process.stdout.write(`  ${name}: ${parts.join(", ")}\n`);
}
process.stdout.write(
  lost.length === 0 ? "Lost: nothing\n" : `Lost: ${lost.length}\n  ${lost.slice(0, 50).join("\n  ")}\n`,
);
process.exit(lost.length === 0 ? 0 : 1);

async function killsAndFaults(): Promise<void> {
  const world = await createFaultWorld({ pushServices: 2 });
  try {
    const scene = await setScene(world, random);
    const tries: Record<string, () => Promise<Report>> = {
      "SIGTERM while a push service hangs": () => endWhileHanging(scene),
      "clock jumps, SIGSTOP and SIGCONT": () => clockJumps(scene, random.pick([500, 5_000, 65_000])),
      "machine clock jumps, event loop blocked": () => machineClockJumps(scene, random.pick([1_000, 4_000, 20_000])),
      "push service changes certificates": () => certificateChanges(scene),
      "database locked": () => databaseLocked(scene, [100, 1_000, random.pick([3_000, 6_000, 9_000])]),
      "Shopify's API fails": () => shopifyFails(scene),
      "backup and restore": () => backUpAndRestore(scene),
      ...Object.fromEntries(
        Object.entries(PUSH_FAULTS).map(([name, fault]) => [
          `push service: ${name}`,
          () => pushServiceFails(scene, [fault]),
        ]),
      ),
    };
    const startedAt = Date.now();
    const campaignAt = startedAt + random.next() * 0.5 * minutes * 60_000;
    let kills = 0;
    let isCampaignSent = false;
    let names: string[] = [];
    while (Date.now() < endsAt || kills < KILLS || !isCampaignSent) {
      const passed = (Date.now() - startedAt) / (endsAt - startedAt);
      if (!isCampaignSent && Date.now() > campaignAt) {
        isCampaignSent = true;
        const report = await tryOnce(world, "SIGKILL during a campaign", () => killedCampaign(world, random, CAMPAIGN));
        kills += Number(report["kills"] ?? 0);
      } else if (kills < KILLS * passed) {
        const report = await tryOnce(world, "SIGKILL during intake and journeys", async () =>
          lostIn(await killRounds(world, random, { rounds: 1, shoppersPerRound: random.whole(5, 40) })),
        );
        kills += Number(report["kills"] ?? 4);
      } else {
        if (names.length === 0) names = Object.keys(tries).toSorted(() => random.next() - 0.5);
        const name = names.pop() ?? "";
        await tryOnce(world, name, tries[name] as () => Promise<Report>);
      }
    }
    lookForSecrets(world, scene.everybody);
  } finally {
    await world.close();
  }
}

/** In an app of its own, which nobody kills: it is to be as well afterwards as before. */
async function changedRequests(): Promise<void> {
  const world = await createFaultWorld();
  const own = seededRandom(seed + 1);
  try {
    const name = "changed requests";
    await fuzz(world, own, 25); // what it grows by at first, it keeps
    let grown = 0;
    for (let done = 0; done < CHANGED_PER_PATH; done += CHANGED_AT_ONCE) {
      const perPath = Math.min(CHANGED_AT_ONCE, CHANGED_PER_PATH - done);
      const report = await tryOnce(world, name, async () => lostIn(await fuzz(world, own, perPath)));
      grown += Number(report["bytesGrown"] ?? 0);
    }
    const tooMuch = grown > MEMORY_GROWN_BYTES ? [`the app grew by ${grown} bytes`] : [];
    note("memory after all changed requests", { megabytesGrown: Math.round(grown / 1e6), lost: tooMuch });
    lookForSecrets(world, []);
  } finally {
    await world.close();
  }
}

/** The app is stopped in the middle for ten minutes, with reminders due, and goes on. */
async function longPause(): Promise<void> {
  const world = await createFaultWorld({ pushServices: 2 });
  try {
    const scene = await setScene(world, seededRandom(seed + 2));
    await tryOnce(world, `stopped for ${Math.round(PAUSED_MS / 1_000)} s`, () => clockJumps(scene, PAUSED_MS));
    lookForSecrets(world, scene.everybody);
  } finally {
    await world.close();
  }
}

function lookForSecrets(world: FaultWorld, shoppers: Shopper[]): void {
  const log = world.log();
  const secrets = secretsIn(world, shoppers);
  const found = secrets.filter(({ value }) => log.includes(value)).map(({ name }) => `${name} stands in the logs`);
  note("secrets looked for in the logs", { secrets: secrets.length, logBytes: log.length, lost: found });
}

async function tryOnce(world: FaultWorld, name: string, work: () => Promise<Report>): Promise<Report> {
  const startedAt = performance.now();
  let report: Report;
  try {
    report = await work();
  } catch (error) {
    report = { lost: [error instanceof Error ? error.message : String(error)] };
    if (!world.isRunning()) await world.start();
  }
  note(name, report);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`${report.lost.length === 0 ? "ok  " : "LOST"} ${name} (${seconds} s)\n`);
  for (const text of report.lost.slice(0, 5)) process.stdout.write(`       ${text.slice(0, 1_000)}\n`);
  return report;
}

/** Numbers add up. What is left of a round, such as bytes grown, is the newest. */
function note(name: string, report: Report): void {
  const counts = totals.get(name) ?? new Map<string, number>();
  totals.set(name, counts);
  counts.set("times", (counts.get("times") ?? 0) + 1);
  for (const [what, value] of Object.entries(report)) {
    if (typeof value !== "number") continue;
    const adds = !/Ms$|Bytes$|^paths$/.test(what);
    counts.set(what, adds ? (counts.get(what) ?? 0) + value : value);
  }
  lost.push(...report.lost.map((text) => `${name}: ${text}`));
}

/** Everything that a report lists, but statuses, was lost. */
function lostIn(report: Record<string, number | string[]>): Report {
  const { statuses, ...rest } = report;
  const listed = Object.entries(rest).flatMap(([what, value]) =>
    Array.isArray(value) ? value.map((text) => `${what}: ${text}`) : [],
  );
  const numbers = Object.entries(rest).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  if (Number(rest["resent"] ?? 0) > Number(rest["resentAllowed"] ?? 0))
    listed.push(`${String(rest["resent"])} pushes sent again`);
  void statuses;
  return { ...Object.fromEntries(numbers), lost: listed };
}
