import { parseArgs } from "node:util";
import { createFaultWorld } from "../tests/faults/support/fault-world.ts";
import { fuzz } from "../tests/faults/support/fuzz.ts";
import { killedCampaign, killRounds } from "../tests/faults/support/kill-rounds.ts";
import { seededRandom } from "../tests/faults/support/random.ts";
import {
  backUpAndRestore,
  clockJumps,
  databaseLocked,
  endWhileHanging,
  PUSH_FAULTS,
  pushServiceFails,
  setScene,
  shopifyFails,
} from "../tests/faults/support/scenarios.ts";
import type { Report } from "../tests/faults/support/scenarios.ts";
import { secretsIn } from "../tests/faults/support/secrets.ts";

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

const world = await createFaultWorld({ pushServices: 2 });
try {
  const scene = await setScene(world, random);
  const tries: Record<string, () => Promise<Report>> = {
    "SIGKILL during intake and journeys": async () =>
      lostIn(await killRounds(world, random, { rounds: 1, shoppersPerRound: random.whole(5, 40) })),
    "SIGKILL during a campaign": () => killedCampaign(world, random, { people: 150, kills: 3 }),
    "SIGTERM while a push service hangs": () => endWhileHanging(scene),
    "clock jumps, SIGSTOP and SIGCONT": () => clockJumps(scene, random.pick([500, 5_000, 65_000])),
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
  // 10,000 changed requests for each path in half an hour, and in proportion.
  const perPath = Math.max(25, Math.round((10_000 * minutes) / 30 / 40));
  tries["changed requests"] = async () => lostIn(await fuzz(world, random, perPath));

  while (Date.now() < endsAt) {
    const names = Object.keys(tries).toSorted(() => random.next() - 0.5);
    for (const name of names) {
      if (Date.now() > endsAt) break;
      await tryOnce(name, tries[name] as () => Promise<Report>);
    }
  }

  const log = world.log();
  const secrets = secretsIn(world, scene.everybody);
  const found = secrets.filter(({ value }) => log.includes(value)).map(({ name }) => `${name} stands in the logs`);
  note("secrets looked for in the logs", { secrets: secrets.length, logBytes: log.length, lost: found });
} finally {
  await world.close();
}

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

async function tryOnce(name: string, work: () => Promise<Report>): Promise<void> {
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
}

/** Numbers add up. What is left of a round, such as bytes grown, is the newest. */
function note(name: string, report: Report): void {
  const counts = totals.get(name) ?? new Map<string, number>();
  totals.set(name, counts);
  counts.set("times", (counts.get("times") ?? 0) + 1);
  for (const [what, value] of Object.entries(report)) {
    if (typeof value !== "number") continue;
    const adds = !/Ms$|Bytes$|Grown$|^paths$/.test(what);
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
